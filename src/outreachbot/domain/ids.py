"""The two kinds of message ids, which are easily confused."""

from typing import NewType

OutboxId = NewType("OutboxId", int)
"""The id of a message in the outbox: a broadcast, reminder, correction, deletion or alert to any number of chats."""

TelegramMessageId = NewType("TelegramMessageId", int)
"""Telegram's `message_id` of a message in a chat; unique only within that chat."""
