"""Loads what an admin needs to know about a broadcast, before and after it is confirmed."""
