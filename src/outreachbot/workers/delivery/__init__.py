"""Queues messages, sends them and records the outcomes."""
