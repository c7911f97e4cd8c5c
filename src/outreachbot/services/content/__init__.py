"""The content that is live, and how another version replaces it."""
