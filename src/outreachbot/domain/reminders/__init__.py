"""Which reminders are due when, and which chats want them."""
