"""The tables of what admins write and approve."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Table, text

from outreachbot.store.tables.base import metadata

broadcasts = Table(
    "broadcasts",
    metadata,
    Column("message_id", BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("admin_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),  # where its admin talks to the bot
    Column("progress_id", BigInteger),  # the Telegram message that shows the progress
    Column("reported", Boolean, nullable=False, server_default=text("false")),  # whether the final report was shown
)

approvals = Table(
    "approvals",
    metadata,
    Column("message_id", BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("admin_id", BigInteger, primary_key=True),
)

# The admins whose next message is a broadcast.
composing = Table(
    "composing",
    metadata,
    Column("admin_id", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Float, nullable=False),
    Column("of_id", BigInteger),  # the broadcast to correct; NULL: a new broadcast
    Column("album", JSON(none_as_null=True)),  # the parts of an album received so far
)
