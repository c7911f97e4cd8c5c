"""The content that is live, and how another version takes its place."""
