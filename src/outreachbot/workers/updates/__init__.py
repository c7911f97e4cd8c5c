"""Receives updates and has them handled."""
