"""More tables: content files that were live, readers' reports, links that are watched, menus that are set."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text, UniqueConstraint, text

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
)

reports = Table(
    "reports",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("fact_id", Text, nullable=False),
    Column("chat_id", BigInteger, nullable=False),  # the private chat of who reported it
    Column("message_id", BigInteger, nullable=False),  # Telegram's, there: one message is one report
    Column("language", Text, nullable=False),  # in which it is answered
    Column("words", Text, nullable=False),
    Column("reported_at", Float, nullable=False),
    Column("answered_at", Float),
    Column("answered_by", BigInteger),  # the admin's id, and that admin's message: handled again, it is the same answer
    Column("answer_id", BigInteger),
    UniqueConstraint("chat_id", "message_id"),
    sqlite_autoincrement=True,  # an old button names its id: that of a deleted report is never given again
)
Index("ix_reports_reported_at", reports.c.reported_at)

reporters = Table(
    "reporters",
    metadata,
    # Those whose reports an admin ignores.
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
)

links = Table(
    "links",
    metadata,
    Column("address", Text, primary_key=True),
    Column("asked_at", Float, nullable=False),
    Column("dead_since", Float),  # NULL: it answered
    Column("told", Boolean, nullable=False, server_default=text("false")),  # the admins, that it is dead
)

menus = Table(
    "menus",
    metadata,
    Column("scope", Text, primary_key=True),  # whose it is: see bot/menus.py
    Column("language", Text, primary_key=True),  # Telegram's language code; "": of all without one of their own
)
