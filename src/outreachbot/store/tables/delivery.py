"""The tables of the outbox: messages, their deliveries to each chat, the senders and their shared pace."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text

from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.store.tables.base import Counter, metadata, partial_index

messages = Table(
    "messages",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),  # domain.delivery.states.MessageKind
    Column("key", Text, unique=True),  # prevents queueing the same reminder or alert twice; NULL for broadcasts
    Column("of_id", BigInteger),  # the broadcast whose copies this message corrects or deletes
    Column("state", Text, nullable=False),  # domain.delivery.states.MessageState
    Column("state_reason", Text),  # why it is paused
    Column("body", JSON, nullable=False),  # language -> message: see store.delivery.bodies
    Column("revision", Integer, nullable=False, server_default="0"),  # how often the body was corrected
    Column("created_at", Float, nullable=False),
    Column("starts_at", Float),  # when a scheduled message is to start
    Column("started_at", Float),  # NULL: not confirmed, or not yet due
    Column("finished_at", Float),
    Column("expires_at", Float),  # the end of the reminder's local day; NULL: never
    Column("audience", JSON, nullable=False, server_default="{}"),  # domain.delivery.audience
    Column("schedule", JSON, nullable=False, server_default="{}"),  # domain.broadcasts.timing
    Column("late_told_at", Float),  # when the admins were told how many chats a reminder came too late for
    Column("queued_to", BigInteger),  # the chat id up to which the audience is queued; NULL: all of it, or not begun
)
partial_index(
    "ix_messages_open",
    messages.c.id,
    where="state IN ('running', 'paused')",
)
partial_index(
    "ix_messages_queueing",
    messages.c.id,
    where="queued_to IS NOT NULL",
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("message_id", BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("chat_id", BigInteger, primary_key=True),
    Column("state", Text, nullable=False, server_default=DeliveryState.QUEUED),
    Column("not_before", Float, nullable=False, server_default="0"),  # the earliest moment it may be claimed
    Column("reason", Text),  # domain.delivery.states.Reason
    Column("detail", Text),  # Telegram's own words
    Column("telegram_id", BigInteger),  # of the message that was sent, or of the copy that a job is to change
    Column("more_ids", JSON(none_as_null=True)),  # of an album's other messages
    Column("changed_at", Float),
    Column("sender_id", BigInteger),  # the sender that claimed it
    sqlite_with_rowid=False,
)
# For claims: only queued rows, in sending order.
partial_index(
    "ix_deliveries_queued",
    deliveries.c.message_id,
    deliveries.c.not_before,
    deliveries.c.chat_id,
    where="state = 'queued'",
)
# For recovery, and for the exceptions in a report.
partial_index(
    "ix_deliveries_unsettled",
    deliveries.c.state,
    deliveries.c.message_id,
    where="state IN ('sending', 'uncertain')",
)
Index("ix_deliveries_chat_id", deliveries.c.chat_id)

senders = Table(
    "senders",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),  # for people: the machine and the process
    Column("is_main", Boolean, nullable=False),  # the bot itself: only one runs at a time
    Column("until", Float, nullable=False),  # when its lease ends unless it is renewed
)

pace = Table(
    "pace",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_slot", Float, nullable=False),  # when the next message may be sent
    Column("updated_at", Float, nullable=False),  # reveals a clock that was set back
    Column("share", Float, nullable=False, server_default="1"),  # the fraction of the allowed pace used at `cut_at`
    Column("cut_at", Float, nullable=False, server_default="0"),  # when Telegram last answered 429
)
