"""Reads YAML into a tree of nodes with their positions in the file."""
