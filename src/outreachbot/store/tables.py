"""The tables, as the newest migration leaves them."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text, text

from outreachbot.domain.delivery.states import DeliveryState

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
    Column("language_chosen", Boolean, nullable=False, server_default=text("false")),  # by /language
    Column("topic_id", BigInteger),  # the forum topic that subscribed, as Telegram's message_thread_id
    Column("zone", Text),  # IANA name; NULL: the content's
    Column("hour", Integer),  # 0-23; NULL: the content's
    Column("subscribed_at", Float),  # NULL: gets no reminders and no broadcasts
    Column("gone_at", Float),  # not NULL: is not written to, whatever it subscribed to
    Column("gone_reason", Text),  # domain.delivery.Reason
    Column("joined", Text),  # the start code it came with, if any
    Column("reminders", Boolean, nullable=False, server_default=text("true")),  # false: only broadcasts
    Column("week", Boolean),  # whether it gets that notice (domain.content.Notice); NULL: what the content says
    Column("eve", Boolean),
    Column("day", Boolean),
    Column("big_only", Boolean, nullable=False, server_default=text("false")),
    Column("silent", Boolean, nullable=False, server_default=text("false")),
    Column("quiet_from", Integer),  # 0-23, with quiet_to: from and to which local hour messages make no sound
    Column("quiet_to", Integer),
    Column("changed_at", Float),  # when it last subscribed or chose: it may have been told under other choices
)
Index(
    "ix_chats_subscribed",
    chats.c.zone,
    chats.c.hour,
    chats.c.id,
    sqlite_where=text("subscribed_at IS NOT NULL AND gone_at IS NULL"),
    postgresql_where=text("subscribed_at IS NOT NULL AND gone_at IS NULL"),
)

choices = Table(
    "choices",
    metadata,
    Column("chat_id", BigInteger, ForeignKey("chats.id", ondelete="CASCADE", onupdate="CASCADE"), primary_key=True),
    Column("anniversary_id", Text, primary_key=True),
    Column("wanted", Boolean, nullable=False),  # no row: what the content says
)

skipped = Table(
    "skipped",
    metadata,
    Column("chat_id", BigInteger, ForeignKey("chats.id", ondelete="CASCADE", onupdate="CASCADE"), primary_key=True),
    Column("anniversary_id", Text, primary_key=True),
    Column("year", Integer, primary_key=True),  # of the occurrence of which it wants to hear nothing more
)

plans = Table(
    "plans",
    metadata,
    # The groups that were told of a day: planning again writes nothing.
    Column("day", Text, primary_key=True),  # local, 2027-02-26
    Column("zone", Text, primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("planned_at", Float, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),  # domain.delivery.Kind
    Column("key", Text, unique=True),  # the same notice is written once; NULL for broadcasts
    Column("of_id", BigInteger),  # the broadcast whose copies it corrects or deletes
    Column("state", Text, nullable=False),  # domain.delivery.MessageState
    Column("state_reason", Text),  # why it is paused
    Column("body", JSON, nullable=False),  # language -> what store/bodies writes
    Column("revision", Integer, nullable=False, server_default="0"),  # counts what was corrected in it
    Column("created_at", Float, nullable=False),
    Column("starts_at", Float),  # while it is scheduled
    Column("started_at", Float),  # NULL: was never confirmed, or waits for its moment
    Column("finished_at", Float),
    Column("expires_at", Float),  # when its local day is over; NULL: never
    Column("audience", JSON, nullable=False, server_default="{}"),  # domain.audience
    Column("schedule", JSON, nullable=False, server_default="{}"),  # domain.timing
    Column("late_told_at", Float),  # when the admins were told how many a reminder came too late for
    Column("queued_to", BigInteger),  # up to which chat id its audience is queued; NULL: all of it, or not begun
)
Index(
    "ix_messages_open",
    messages.c.id,
    sqlite_where=text("state IN ('running', 'paused')"),
    postgresql_where=text("state IN ('running', 'paused')"),
)
Index(
    "ix_messages_queueing",
    messages.c.id,
    sqlite_where=text("queued_to IS NOT NULL"),
    postgresql_where=text("queued_to IS NOT NULL"),
)

notices = Table(
    "notices",
    metadata,
    # What a reminder tells; with its deliveries: what each chat was told.
    Column("item", Text, primary_key=True),  # domain.schedule.Item.key
    Column("message_id", BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("message_id", BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("chat_id", BigInteger, primary_key=True),
    Column("state", Text, nullable=False, server_default=DeliveryState.QUEUED),
    Column("not_before", Float, nullable=False, server_default="0"),  # Telegram asked this chat's message to wait
    Column("reason", Text),  # domain.delivery.Reason
    Column("detail", Text),  # Telegram's own words
    Column("telegram_id", BigInteger),  # of the message that was sent; of the copy that a job is to change
    Column("more_ids", JSON(none_as_null=True)),  # an album's further ones
    Column("changed_at", Float),
    Column("sender_id", BigInteger),  # who claimed it, while it is sending
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

approvals = Table(
    "approvals",
    metadata,
    Column("message_id", BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("admin_id", BigInteger, primary_key=True),
)

senders = Table(
    "senders",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),  # for people: the machine and the process
    Column("is_main", Boolean, nullable=False),  # the bot itself: there is one at a time
    Column("until", Float, nullable=False),  # when its lease ends, if it does not renew it
)

composing = Table(
    "composing",
    metadata,
    Column("admin_id", BigInteger, primary_key=True, autoincrement=False),  # whose next message is a broadcast
    Column("since", Float, nullable=False),
    Column("of_id", BigInteger),  # the broadcast that it corrects; NULL: a new one
    Column("album", JSON(none_as_null=True)),  # what of an album has come so far
)

files = Table(
    "files",
    metadata,
    # What Telegram has already: a picture is uploaded once.
    Column("name", Text, primary_key=True),
    Column("digest", Text, nullable=False),  # SHA-256 of its bytes
    Column("file_id", Text, nullable=False),
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
    Column("share", Float, nullable=False, server_default="1"),  # of the allowed pace, as it was at `cut_at`
    Column("cut_at", Float, nullable=False, server_default="0"),  # the last 429
)

calendar = Table(
    "calendar",
    metadata,
    Column("name", Text, primary_key=True),
    Column("planned_until", Float, nullable=False),  # what came due until then was planned
    Column("zone", Text),  # of chats that chose none, as the content last had it
    Column("hour", Integer),
)
