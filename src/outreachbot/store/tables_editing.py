"""More tables: the content files that were live, and the mistakes that readers report."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, Table, Text, text

from outreachbot.store.tables import Counter, metadata

contents = Table(
    "contents",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("digest", Text, nullable=False),  # SHA-256 of the file
    Column("body", Text, nullable=False),  # the file
    Column("live_at", Float, nullable=False),  # when it went live; the newest is the one that is
    Column("live_by", BigInteger),  # the admin's id; NULL: with a start or by a signal
    Column("changes", Integer),  # how much it changed of the one before; NULL: nobody knows
    Column("zone", Text, nullable=False),  # of chats that chose none: where the next version has another …
    Column("hour", Integer, nullable=False),  # … zone or hour, they are told at another moment of the same day
)

reports = Table(
    "reports",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("fact_id", Text, nullable=False),
    Column("chat_id", BigInteger, nullable=False),  # the private chat of who reported it
    Column("words", Text, nullable=False),
    Column("reported_at", Float, nullable=False),
    Column("answered_at", Float),
)

reporters = Table(
    "reporters",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("blocked", Boolean, nullable=False, server_default=text("false")),  # by an admin: reports no more
)
