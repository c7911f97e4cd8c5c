"""Everything that can be wrong with a content file."""
