"""The tables, as the newest migration leaves them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    literal_column,
    text,
)

from outreachbot.domain.delivery import MessageState, State

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Moments are seconds since the epoch (float, UTC): both databases compare and compute with them alike.
# A number that counts up by itself is an INTEGER on SQLite, where only that is an alias of the row id.
Counter = BigInteger().with_variant(Integer, "sqlite")

chats = Table(
    "chats",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # Telegram's
    Column("kind", Text, nullable=False),  # private, group, supergroup, channel
    Column("language", Text, nullable=False),
    Column("topic_id", BigInteger),  # the forum topic that subscribed, as Telegram's message_thread_id
    Column("zone", Text),  # IANA name; NULL: the content's
    Column("hour", Integer),  # 0-23; NULL: the content's
    Column("subscribed_at", Float),  # NULL: gets no reminders and no broadcasts
    Column("gone_at", Float),  # not NULL: is not written to, whatever it subscribed to
    Column("gone_reason", Text),  # domain.delivery.Reason
)
Index(
    "ix_chats_subscribed",
    chats.c.zone,
    chats.c.hour,
    chats.c.id,
    sqlite_where=text("subscribed_at IS NOT NULL AND gone_at IS NULL"),
    postgresql_where=text("subscribed_at IS NOT NULL AND gone_at IS NULL"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),  # reminder, broadcast
    Column("key", Text, unique=True),  # the same notice is written once; NULL for broadcasts
    Column("state", Text, nullable=False),  # domain.delivery.MessageState
    Column("state_reason", Text),  # why it is paused
    Column("body", JSON, nullable=False),  # language -> what store/bodies writes
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("expires_at", Float),  # when its local day is over; NULL: never
)
Index(
    "ix_messages_open",
    messages.c.id,
    sqlite_where=text("state IN ('running', 'paused')"),
    postgresql_where=text("state IN ('running', 'paused')"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("message_id", BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("chat_id", BigInteger, primary_key=True),
    Column("state", Text, nullable=False, server_default=State.QUEUED),
    Column("not_before", Float, nullable=False, server_default="0"),  # Telegram asked this chat's message to wait
    Column("reason", Text),  # domain.delivery.Reason
    Column("detail", Text),  # Telegram's own words
    Column("telegram_id", BigInteger),  # of the message that was sent
    Column("changed_at", Float),
    sqlite_with_rowid=False,
)
# What a claim looks through: only what waits, in the order in which it goes out.
Index(
    "ix_deliveries_queued",
    deliveries.c.message_id,
    deliveries.c.not_before,
    deliveries.c.chat_id,
    sqlite_where=text("state = 'queued'"),
    postgresql_where=text("state = 'queued'"),
)
# What recovery and the report's exceptions look through.
Index(
    "ix_deliveries_unsettled",
    deliveries.c.state,
    deliveries.c.message_id,
    sqlite_where=text("state IN ('sending', 'uncertain')"),
    postgresql_where=text("state IN ('sending', 'uncertain')"),
)
Index("ix_deliveries_chat_id", deliveries.c.chat_id)

broadcasts = Table(
    "broadcasts",
    metadata,
    Column("message_id", BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("admin_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),  # where its admin talks with the bot
    Column("progress_id", BigInteger),  # the message that shows the progress
    Column("reported", Boolean, nullable=False, server_default=text("false")),
)

composing = Table(
    "composing",
    metadata,
    Column("admin_id", BigInteger, primary_key=True, autoincrement=False),  # whose next message is a broadcast
    Column("since", Float, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),  # the order of arrival
    Column("update_id", BigInteger, nullable=False, unique=True),
    Column("body", Text, nullable=False),  # the update as Telegram sent it, JSON
    Column("state", Text, nullable=False, server_default="waiting"),  # store.inbox.State
    Column("error", Text),
    Column("received_at", Float, nullable=False),
)
Index(
    "ix_inbox_waiting",
    inbox.c.seq,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)

pace = Table(
    "pace",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_slot", Float, nullable=False),  # when the next message may leave
    Column("updated_at", Float, nullable=False),  # notices a clock that was set back
)

# Conditions spelled out, not bound: only so does SQLite use the partial indexes above.
is_queued = deliveries.c.state == literal_column(f"'{State.QUEUED}'")
is_sending = deliveries.c.state == literal_column(f"'{State.SENDING}'")
is_uncertain = deliveries.c.state == literal_column(f"'{State.UNCERTAIN}'")
is_running = messages.c.state == literal_column(f"'{MessageState.RUNNING}'")
is_waiting = inbox.c.state == literal_column("'waiting'")
is_subscribed = chats.c.subscribed_at.is_not(None) & chats.c.gone_at.is_(None)
