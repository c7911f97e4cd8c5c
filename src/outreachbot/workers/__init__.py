"""REPEATS: one step each, and one loop for all."""
