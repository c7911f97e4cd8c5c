"""APPLIES: use cases that bring the store and the gateway together. No `telegram`, and no SQL of its own."""
