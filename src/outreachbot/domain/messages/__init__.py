"""Messages to chats: text, markup, buttons, pictures, and Telegram's limits."""
