"""Every word that a member or an admin reads."""
