"""Decides: values in, values out. Never awaits, and knows no clock, files, Telegram or SQL."""
