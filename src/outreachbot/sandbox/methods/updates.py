"""getUpdates with its long poll, and what there is of webhooks: nothing, said honestly."""

import asyncio
from itertools import islice
from typing import Any

from outreachbot.sandbox.params import Params, flag, number, structure, text
from outreachbot.sandbox.refused import Refused, bad
from outreachbot.sandbox.world import World

MAX_LIMIT, MAX_TIMEOUT = 100, 50
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


async def get_updates(world: World, params: Params) -> Any:
    """Waiting updates from `offset` on, which confirms those before it. Of two calls that wait, the older gets 409."""
    world.poll = ticket = object()
    world.arrivals.ring()  # an older poll wakes and finds that it is not the one any more
    wanted = structure(params, "allowed_updates", "allowed_updates JSON array")
    if isinstance(wanted, list):
        world.allowed = frozenset(map(str, wanted))
    _confirm(world, number(params, "offset"))
    limit = min(max(number(params, "limit", MAX_LIMIT), 1), MAX_LIMIT)
    clock = asyncio.get_running_loop().time
    deadline = clock() + min(max(number(params, "timeout"), 0), MAX_TIMEOUT)
    try:
        while not world.updates and (left := deadline - clock()) > 0 and not world.closed:
            await world.arrivals.past(world.arrivals.version, left)
            if world.poll is not ticket:
                raise Refused(409, CONFLICT)
    finally:
        if world.poll is ticket:
            world.poll = None
    return [update for _, update in islice(world.updates, limit)]


def _confirm(world: World, offset: int) -> None:
    """Forget what is confirmed; with a negative offset all but the last ones."""
    if offset < 0:
        while len(world.updates) > -offset:
            world.updates.popleft()
    while world.updates and world.updates[0][0] < offset:
        world.updates.popleft()


def set_webhook(world: World, params: Params) -> Any:
    """Only the removal of a webhook, by an empty address."""
    if text(params, "url"):
        raise bad("bad webhook: the sandbox delivers no webhooks, use getUpdates")
    return delete_webhook(world, params)


def delete_webhook(world: World, params: Params) -> Any:
    """Always done; drops the waiting updates if asked to."""
    if flag(params, "drop_pending_updates"):
        world.updates.clear()
    return True


def get_webhook_info(world: World, _params: Params) -> Any:
    """There is none, and how many updates wait."""
    info: dict[str, Any] = {"url": "", "has_custom_certificate": False, "pending_update_count": len(world.updates)}
    return info | ({"allowed_updates": sorted(world.allowed)} if world.allowed else {})
