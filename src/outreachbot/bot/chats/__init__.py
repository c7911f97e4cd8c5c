"""Handlers for what holds for a whole chat: its language, its menu, whether the bot may write there."""
