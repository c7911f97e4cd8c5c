"""Helpers shared by several test files, which import them from here and never from each other."""
