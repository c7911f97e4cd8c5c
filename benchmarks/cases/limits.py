"""Measures how much of Telegram's rate limits is used, and how many messages get a 429."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.contestants import (
    AIOGRAM_BROADCASTER,
    AIOGRAM_GATHER,
    OUTREACHBOT,
    PTB_GATHER,
    PTB_LIMITER,
    Contestant,
    installed_peers,
)
from benchmarks.delivery import Conditions, deliver
from benchmarks.measures import Goal, Measure, Scale, run_alternating

NAME = "limits"
LOCK = 5  # seconds
PATIENCE = 1.2  # times the shortest possible duration, after which the broadcast is measured as it is


@dataclass(frozen=True, slots=True)
class LimitMeasures:
    """The measures of a rate limit."""

    conditions: Conditions
    used: Measure
    refused: Measure
    missing: Measure

    async def turn(self, contestant: Contestant) -> None:
        done = await deliver(contestant, self.conditions)
        self.used.add_sample(contestant.name, done.rate / self.conditions.per_second)
        self.refused.add_sample(contestant.name, done.too_many)
        self.missing.add_sample(contestant.name, self.conditions.audience - done.count)


def _build(audience: int, per_second: int, least: float, suffix: str, latency: int = 0, lock: int = 0) -> LimitMeasures:
    conditions = Conditions(audience, latency, per_second, lock, patience=PATIENCE * audience / per_second)
    what = f"{audience:,} chats, at most {per_second:,}/s{suffix}"
    none = [Goal(most=0)]
    return LimitMeasures(
        conditions,
        Measure(NAME, f"{what}: share of it used", "", [Goal(least=least)]),
        Measure(NAME, f"{what}: 429s", "", none, more_is_better=False),
        Measure(NAME, f"{what}: not delivered in {conditions.patience:.0f} s", "", none, more_is_better=False),
    )


async def run(scale: Scale) -> list[Measure]:
    slow = [
        _build(scale.paced, 30, 0.99, ""),
        _build(scale.paced, 30, 0.99, f", the first 429 locks for {LOCK} s", lock=LOCK),
    ]
    fast = _build(scale.fast, 1000, 0.98, ", 20 ms a call", latency=20)
    peers = installed_peers(PTB_LIMITER, AIOGRAM_BROADCASTER, PTB_GATHER, AIOGRAM_GATHER)
    await run_alternating(
        scale.rounds, [partial(_run_together, slow, [OUTREACHBOT]), partial(_run_together, slow, peers)]
    )
    # aiogram_broadcaster accepts a pace as well, but sends one by one: here at most 50 a second.
    await run_alternating(
        scale.rounds, [partial(fast.turn, contestant) for contestant in (OUTREACHBOT, *installed_peers(PTB_LIMITER))]
    )
    return [measure for limit in (*slow, fast) for measure in (limit.used, limit.refused, limit.missing)]


async def _run_together(limits: Sequence[LimitMeasures], contestants: Sequence[Contestant]) -> None:
    """Run all contestants on all limits at once: at 30 messages a second, they don't affect each other."""
    await asyncio.gather(*(limit.turn(contestant) for limit in limits for contestant in contestants))
