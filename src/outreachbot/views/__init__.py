"""SAYS: every word a member or an admin reads."""
