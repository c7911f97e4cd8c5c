"""Reads YAML into a tree that knows where everything is written in the file."""
