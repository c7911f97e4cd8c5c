"""Receives updates and hands them to the bot's handlers."""
