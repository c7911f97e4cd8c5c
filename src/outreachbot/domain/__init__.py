"""DECIDES. Values in, values out: no await, no clock, no file, no Telegram, no SQL."""
