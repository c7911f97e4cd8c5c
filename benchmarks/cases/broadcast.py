"""How fast a broadcast goes out when nothing limits it, and what a message costs, beside other libraries."""

from functools import partial

from benchmarks import usage
from benchmarks.contestants import (
    AIOGRAM_BROADCASTER,
    AIOGRAM_GATHER,
    AIOGRAM_LOOP,
    OUTREACHBOT,
    PTB_GATHER,
    PTB_LOOP,
    RAW_AIOHTTP,
    Contestant,
    rivals,
)
from benchmarks.delivery import Conditions, deliver
from benchmarks.measures import Goal, Measure, Scale, alternate

NAME = "broadcast"
LATENCY = 50  # milliseconds, as to a server on another continent


async def run(scale: Scale) -> list[Measure]:
    peers = rivals(PTB_LOOP, PTB_GATHER, AIOGRAM_LOOP, AIOGRAM_GATHER, AIOGRAM_BROADCASTER)
    near = await _measured(scale, 0, 0.6, peers)
    # One by one a message takes the latency at least: nothing to be learned there.
    far = await _measured(scale, LATENCY, 0.9, rivals(PTB_GATHER, AIOGRAM_GATHER))
    return [*near, *far[:1]]


async def _measured(scale: Scale, latency: int, of_raw: float, peers: tuple[Contestant, ...]) -> list[Measure]:
    """Messages a second, and microseconds of CPU for each."""
    best = [Goal(least=1.0, ratio_to=one.name) for one in peers]
    what = f"{scale.audience:,} chats, {latency} ms a call"
    rate = Measure(NAME, what, "/s", [Goal(least=of_raw, ratio_to=RAW_AIOHTTP.name), *best])
    frugal = Goal(least=round(1 / 1.3, 2), ratio_to=AIOGRAM_LOOP.name)  # at most 1.3 times as much
    cost = Measure(NAME, f"{what}: CPU a message", "µs", [frugal], more_is_better=False)

    async def turn(one: Contestant) -> None:
        done = await deliver(one, Conditions(scale.audience, latency, patience=scale.sending))
        rate.add(one.name, done.rate)
        cost.add(one.name, done.cpu / done.count * 1e6)

    await alternate(scale.rounds, [partial(turn, one) for one in (OUTREACHBOT, RAW_AIOHTTP, *peers)])
    return [rate, cost] if usage.MEASURABLE else [rate]
