"""The two kinds of message ids, which are easily mistaken for each other."""

from typing import NewType

OutboxId = NewType("OutboxId", int)
"""Of a message in the outbox: a broadcast, reminder, correction, deletion or alert, to however many chats."""

TelegramMessageId = NewType("TelegramMessageId", int)
"""Of one message in one chat, as Telegram numbers it."""
