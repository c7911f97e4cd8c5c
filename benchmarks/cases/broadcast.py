"""Measures the speed of an unlimited broadcast and the CPU time per message, compared with other libraries."""

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
    installed_peers,
)
from benchmarks.delivery import Conditions, deliver
from benchmarks.measures import Goal, Measure, Scale, run_alternating

NAME = "broadcast"
LATENCY = 50  # milliseconds, as to a server on another continent


async def run(scale: Scale) -> list[Measure]:
    peers = installed_peers(PTB_LOOP, PTB_GATHER, AIOGRAM_LOOP, AIOGRAM_GATHER, AIOGRAM_BROADCASTER)
    near = await _measure(scale, 0, 0.6, peers)
    # Sending one by one, each message takes at least the latency: not worth measuring.
    far = await _measure(scale, LATENCY, 0.9, installed_peers(PTB_GATHER, AIOGRAM_GATHER))
    return [*near, *far[:1]]


async def _measure(scale: Scale, latency: int, of_raw: float, peers: tuple[Contestant, ...]) -> list[Measure]:
    """Messages a second, and CPU microseconds per message."""
    faster = [Goal(least=1.0, ratio_to=peer.name) for peer in peers]
    what = f"{scale.audience:,} chats, {latency} ms a call"
    rate = Measure(NAME, what, "/s", [Goal(least=of_raw, ratio_to=RAW_AIOHTTP.name), *faster])
    frugal = Goal(least=round(1 / 1.3, 2), ratio_to=AIOGRAM_LOOP.name)  # at most 1.3 times as much
    cost = Measure(NAME, f"{what}: CPU a message", "µs", [frugal], more_is_better=False)

    async def turn(contestant: Contestant) -> None:
        done = await deliver(contestant, Conditions(scale.audience, latency, patience=scale.sending))
        rate.add_sample(contestant.name, done.rate)
        cost.add_sample(contestant.name, done.cpu / done.count * 1e6)

    await run_alternating(
        scale.rounds, [partial(turn, contestant) for contestant in (OUTREACHBOT, RAW_AIOHTTP, *peers)]
    )
    return [rate, cost] if usage.MEASURABLE else [rate]
