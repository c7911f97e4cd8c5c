"""The tables of the chats and of what they chose."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Integer, Table, Text, text

from outreachbot.store.tables.base import metadata, partial_index

chats = Table(
    "chats",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # Telegram's
    Column("kind", Text, nullable=False),  # private, group, supergroup, channel
    Column("language", Text, nullable=False),
    Column("language_chosen", Boolean, nullable=False, server_default=text("false")),  # by /language
    Column("topic_id", BigInteger),  # the forum topic that subscribed: Telegram's message_thread_id
    Column("zone", Text),  # IANA name; NULL: the content's
    Column("hour", Integer),  # 0-23; NULL: the content's
    Column("subscribed_at", Float),  # NULL: gets no reminders and no broadcasts
    Column("gone_at", Float),  # not NULL: gets nothing, even if it subscribed
    Column("gone_reason", Text),  # domain.delivery.states.Reason
    Column("joined", Text),  # the start code it came with, if any
    Column("reminders", Boolean, nullable=False, server_default=text("true")),  # false: only broadcasts
    Column("week", Boolean),  # whether it wants this notice (domain.content.model.Notice); NULL: the content's default
    Column("eve", Boolean),
    Column("day", Boolean),
    Column("big_only", Boolean, nullable=False, server_default=text("false")),
    Column("silent", Boolean, nullable=False, server_default=text("false")),
    Column("quiet_from", Integer),  # 0-23: messages are silent from this local hour …
    Column("quiet_to", Integer),  # … to this one
    Column("changed_at", Float),  # when it last subscribed or changed a setting that affects its reminders
)
partial_index(
    "ix_chats_subscribed",
    chats.c.zone,
    chats.c.hour,
    chats.c.id,
    where="subscribed_at IS NOT NULL AND gone_at IS NULL",
)

# The anniversaries that a chat turned on or off; without a row the content's default applies.
choices = Table(
    "choices",
    metadata,
    Column("chat_id", BigInteger, ForeignKey("chats.id", ondelete="CASCADE", onupdate="CASCADE"), primary_key=True),
    Column("anniversary_id", Text, primary_key=True),
    Column("wanted", Boolean, nullable=False),
)

# The occurrences of an anniversary that a chat wants no more reminders of.
skipped = Table(
    "skipped",
    metadata,
    Column("chat_id", BigInteger, ForeignKey("chats.id", ondelete="CASCADE", onupdate="CASCADE"), primary_key=True),
    Column("anniversary_id", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
)
