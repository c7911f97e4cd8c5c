"""Loads what an admin needs to know before a broadcast is confirmed."""

from collections import Counter

from outreachbot.domain.broadcasts.timing import LocalHour
from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import JOBS
from outreachbot.services.context import Context
from outreachbot.store import audience as audiences
from outreachbot.store.database.connect import Connection
from outreachbot.views.broadcasts.confirm import BroadcastPlan

HOLD_SECONDS = 30.0  # between the last approval and the start of a broadcast to a large audience


async def load_plan(context: Context, db: Connection, message: OutboxMessage) -> BroadcastPlan:
    """How many chats of which kind, language and zone would get the message, and how many approvals it needs."""
    kinds, languages = Counter[str](), Counter[str]()
    if message.kind in JOBS:
        assert message.of_id is not None
        chats = await audiences.count_copies(db, message.of_id)
    else:
        for count in await audiences.count_chats(db, message.audience):
            kinds[count.kind] += count.chats
            languages[count.language] += count.chats
        chats = kinds.total()
    is_large = chats > context.large_audience
    zones: dict[str, int] = {}
    if isinstance(message.timing, LocalHour):
        zones = await audiences.count_by_zone(db, message.audience, context.content.zone)
    return BroadcastPlan(
        message=message,
        chats=chats,
        by_kind=kinds,
        by_language=languages,
        by_zone=zones,
        per_second=context.per_second,
        hold=HOLD_SECONDS if is_large else 0.0,
        approvals=context.approvals if is_large else 1,
    )
