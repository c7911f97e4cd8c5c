"""What is said to a chat: text, buttons, pictures, and Telegram's limits."""
