"""Queues and sends messages, and records what became of them."""
