"""getUpdates with long polling. Webhooks are refused."""

import asyncio
from itertools import islice
from typing import Any

from outreachbot.sandbox.params import Params, get_bool, get_int, get_json, get_text
from outreachbot.sandbox.refused import Refused, bad_request
from outreachbot.sandbox.world import World

MAX_LIMIT, MAX_TIMEOUT = 100, 50
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


async def get_updates(world: World, params: Params) -> Any:
    """Pending updates from `offset` on; those before it are confirmed. An older waiting call ends with 409."""
    world.current_poll = ticket = object()
    world.arrivals.notify()  # an older poll wakes up and finds that it was replaced
    allowed = get_json(params, "allowed_updates", "allowed_updates JSON array")
    if isinstance(allowed, list):
        world.allowed_updates = frozenset(map(str, allowed))
    _confirm(world, get_int(params, "offset"))
    limit = min(max(get_int(params, "limit", MAX_LIMIT), 1), MAX_LIMIT)
    clock = asyncio.get_running_loop().time
    deadline = clock() + min(max(get_int(params, "timeout"), 0), MAX_TIMEOUT)
    try:
        while not world.updates and (left := deadline - clock()) > 0 and not world.closed:
            await world.arrivals.wait_past(world.arrivals.version, left)
            if world.current_poll is not ticket:
                raise Refused(409, CONFLICT)
    finally:
        if world.current_poll is ticket:
            world.current_poll = None
    return [update for _, update in islice(world.updates, limit)]


def _confirm(world: World, offset: int) -> None:
    """Drop updates before `offset`; a negative one keeps only that many of the last."""
    if offset < 0:
        while len(world.updates) > -offset:
            world.updates.popleft()
    while world.updates and world.updates[0][0] < offset:
        world.updates.popleft()


def set_webhook(world: World, params: Params) -> Any:
    """Accept only an empty URL, which removes the webhook."""
    if get_text(params, "url"):
        raise bad_request("bad webhook: the sandbox delivers no webhooks, use getUpdates")
    return delete_webhook(world, params)


def delete_webhook(world: World, params: Params) -> Any:
    """Always succeeds; drops the pending updates on request."""
    if get_bool(params, "drop_pending_updates"):
        world.updates.clear()
    return True


def get_webhook_info(world: World, _params: Params) -> Any:
    """No webhook, and the number of pending updates."""
    info: dict[str, Any] = {"url": "", "has_custom_certificate": False, "pending_update_count": len(world.updates)}
    return info | ({"allowed_updates": sorted(world.allowed_updates)} if world.allowed_updates else {})
