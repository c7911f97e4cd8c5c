"""The tables that track Telegram's side: updates received, files uploaded and menus set."""

from sqlalchemy import BigInteger, Column, Float, Table, Text

from outreachbot.store.tables.base import Counter, metadata, partial_index

inbox = Table(
    "inbox",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),  # the order of arrival
    Column("update_id", BigInteger, nullable=False, unique=True),
    Column("body", Text, nullable=False),  # the update as Telegram sent it, JSON
    Column("state", Text, nullable=False, server_default="waiting"),  # store.inbox.UpdateState
    Column("error", Text),
    Column("received_at", Float, nullable=False),
)
partial_index(
    "ix_inbox_waiting",
    inbox.c.seq,
    where="state = 'waiting'",
)

# Uploaded files by their id at Telegram, so that each is uploaded only once.
files = Table(
    "files",
    metadata,
    Column("name", Text, primary_key=True),
    Column("digest", Text, nullable=False),  # SHA-256 of its bytes
    Column("file_id", Text, nullable=False),
)

# The command menus and descriptions that are set.
menus = Table(
    "menus",
    metadata,
    Column("scope", Text, primary_key=True),  # the scope it is set for: see bot/chats/menus.py
    Column("language", Text, primary_key=True),  # Telegram's language code; "": for all other languages
)
