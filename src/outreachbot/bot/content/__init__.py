"""Handlers for admins who change the content while the bot runs."""
