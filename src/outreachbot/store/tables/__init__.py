"""The database's tables, as the newest migration leaves them; importing this package registers them all."""

from outreachbot.store.tables.base import metadata
from outreachbot.store.tables.broadcast import approvals, broadcasts, composing
from outreachbot.store.tables.chat import chats, choices, skipped
from outreachbot.store.tables.content import contents, links, reporters, reports
from outreachbot.store.tables.delivery import deliveries, messages, pace, senders
from outreachbot.store.tables.reminder import calendar, notices, plans
from outreachbot.store.tables.telegram import files, inbox, menus

__all__ = [
    "approvals",
    "broadcasts",
    "calendar",
    "chats",
    "choices",
    "composing",
    "contents",
    "deliveries",
    "files",
    "inbox",
    "links",
    "menus",
    "messages",
    "metadata",
    "notices",
    "pace",
    "plans",
    "reporters",
    "reports",
    "senders",
    "skipped",
]
