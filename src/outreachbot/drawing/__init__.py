"""Draws pictures: turns finished texts into PNG images."""
