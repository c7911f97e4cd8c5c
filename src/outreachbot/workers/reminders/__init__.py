"""Plans reminders: finds the groups of chats for which one is due, and queues it for them."""
