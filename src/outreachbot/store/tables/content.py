"""The tables of the content's versions, of readers' reports and of watched links."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text, UniqueConstraint, text

from outreachbot.store.tables.base import Counter, metadata

contents = Table(
    "contents",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("digest", Text, nullable=False),  # SHA-256 of the file
    Column("body", Text, nullable=False),  # the file
    Column("live_at", Float, nullable=False),  # when it went live; the newest row is the live content
    Column("live_by", BigInteger),  # the admin's id; NULL: the program's start, or a signal
    Column("changes", Integer),  # how many changes from the version before; NULL: unknown
)

reports = Table(
    "reports",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("fact_id", Text, nullable=False),
    Column("chat_id", BigInteger, nullable=False),  # the member's private chat
    Column("message_id", BigInteger, nullable=False),  # Telegram's id there; each message is at most one report
    Column("language", Text, nullable=False),  # of the answer
    Column("words", Text, nullable=False),
    Column("reported_at", Float, nullable=False),
    Column("answered_at", Float),
    # The admin, and the Telegram message with the answer: if the update is handled twice, the answer is the same.
    Column("answered_by", BigInteger),
    Column("answer_id", BigInteger),
    UniqueConstraint("chat_id", "message_id"),
    sqlite_autoincrement=True,  # an old button holds a report's id, so the id of a deleted report is never reused
)
Index("ix_reports_reported_at", reports.c.reported_at)

# The chats whose reports an admin ignores.
reporters = Table(
    "reporters",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
)

links = Table(
    "links",
    metadata,
    Column("address", Text, primary_key=True),
    Column("asked_at", Float, nullable=False),  # when it was last requested
    Column("dead_since", Float),  # NULL: it answered
    Column("told", Boolean, nullable=False, server_default=text("false")),  # whether the admins know that it is dead
)
