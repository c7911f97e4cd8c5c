"""CALLS: the only room with an HTTP client. Telegram's Bot API, and addresses on the web."""
