"""Handlers for a whole chat: its language, its command menu, whether the bot may write there."""
