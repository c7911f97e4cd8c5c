"""The outbox: messages, their deliveries, the senders and their shared pace."""
