"""What every use case of the running bot needs."""

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from outreachbot.domain.content.model import Content
from outreachbot.gateway.transport import BotApi
from outreachbot.services.content.live import LiveContent
from outreachbot.services.sending.messenger import Messenger
from outreachbot.store.database.connect import Database


@dataclass(frozen=True, slots=True)
class ChatRef:
    """The chat that a request comes from."""

    id: int
    kind: str  # private, group, supergroup, channel
    language: str  # of the answer
    topic_id: int | None  # the forum topic of the request


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The running bot: its content, its connections, its settings and its clock."""

    live: LiveContent
    db: Database
    messenger: Messenger
    admins: frozenset[int]
    per_second: float
    large_audience: int  # a broadcast to more chats than this needs approval, and waits before it starts
    approvals: int  # admins who have to approve it
    check_links: bool  # whether the campaign's link is checked once a week
    clock: Callable[[], dt.datetime]  # the current time, in UTC
    wake_sender: asyncio.Event  # set when there is something to send
    wake_queueing: asyncio.Event  # set when a message has started and its audience has to be queued
    chat_languages: dict[int, str] = field(default_factory=dict)  # those that chats have set; see language_cache

    @property
    def content(self) -> Content:
        """The content that is live now. Code that awaits and needs one version throughout keeps a reference."""
        return self.live.content

    @property
    def api(self) -> BotApi:
        return self.messenger.api

    def timestamp(self) -> float:
        """The current time in seconds since the epoch, as the store keeps times."""
        return self.clock().timestamp()
