"""The versions of the content file that have been live."""
