"""How fast a broadcast goes out when nothing limits it, from the admin's press to the last chat."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import admin
from benchmarks.arena import said, telegram, tell
from benchmarks.contestants import OURS, OUTREACHBOT, PTB_BROADCAST, SENDING, Contestant, running
from benchmarks.measures import Goal, Measure, Scale, alternate

NAME = "broadcast"
PATIENCE = 120.0


async def run(scale: Scale) -> list[Measure]:
    goal = Goal(least=5.0, ratio_to=PTB_BROADCAST.name)
    measure = Measure(NAME, f"{scale.audience:,} chats, no pace", "/s", goal)

    async def our_turn() -> None:
        measure.add(OURS, _rate(await _ours(scale.audience), scale.audience))

    async def turn(one: Contestant) -> None:
        measure.add(one.name, _rate(await _theirs(one, scale.audience), scale.audience))

    await alternate(scale.rounds, [our_turn, *(partial(turn, one) for one in SENDING)])
    return [measure]


def _rate(done: dict[str, Any], audience: int) -> float:
    assert done["count"] == audience, f"{done['count']} messages came for {audience} chats"
    return float(audience / done["seconds"])


async def _ours(audience: int) -> dict[str, Any]:
    """The real thing: chats that subscribed, an admin who composes and confirms."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        await admin.subscribe(folder, audience)
        async with telegram(chats=audience) as place, running(OUTREACHBOT, place.url, folder) as process:
            await place.polled(process)
            await admin.compose(place)
            await admin.confirm(place)
            return await place.order("bench/came", count=audience, seconds=PATIENCE)


async def _theirs(one: Contestant, audience: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with telegram(chats=audience) as place, running(one, place.url, Path(folder)) as process:
            assert await said(process) == "ready"
            await place.order("bench/start")
            await tell(process, str(audience))
            return await place.order("bench/came", count=audience, seconds=PATIENCE)
