"""HTTP: Telegram's Bot API, and addresses on the web. Nothing else in the bot makes requests."""
