"""Draws the pictures: from finished words to the bytes of a PNG."""
