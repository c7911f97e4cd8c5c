"""How much of what Telegram allows is used, and how often it has to say no."""

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
    rivals,
)
from benchmarks.delivery import Conditions, deliver
from benchmarks.measures import Goal, Measure, Scale, alternate

NAME = "limits"
LOCK = 5  # seconds
PATIENCE = 1.2  # times as long as it has to take; then what was delivered until then counts


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is written down of one limit."""

    at: Conditions
    used: Measure
    refused: Measure
    missing: Measure

    async def turn(self, one: Contestant) -> None:
        done = await deliver(one, self.at)
        self.used.add(one.name, done.rate / self.at.per_second)
        self.refused.add(one.name, done.too_many)
        self.missing.add(one.name, self.at.audience - done.count)


def _sheet(audience: int, per_second: int, least: float, words: str, latency: int = 0, lock: int = 0) -> Sheet:
    at = Conditions(audience, latency, per_second, lock, patience=PATIENCE * audience / per_second)
    what = f"{audience:,} chats, at most {per_second:,}/s{words}"
    none = [Goal(most=0)]
    return Sheet(
        at,
        Measure(NAME, f"{what}: share of it used", "", [Goal(least=least)]),
        Measure(NAME, f"{what}: 429s", "", none, more_is_better=False),
        Measure(NAME, f"{what}: not delivered in {at.patience:.0f} s", "", none, more_is_better=False),
    )


async def run(scale: Scale) -> list[Measure]:
    slow = [
        _sheet(scale.paced, 30, 0.99, ""),
        _sheet(scale.paced, 30, 0.99, f", the first 429 locks for {LOCK} s", lock=LOCK),
    ]
    fast = _sheet(scale.fast, 1000, 0.98, ", 20 ms a call", latency=20)
    peers = rivals(PTB_LIMITER, AIOGRAM_BROADCASTER, PTB_GATHER, AIOGRAM_GATHER)
    await alternate(scale.rounds, [partial(_together, slow, [OUTREACHBOT]), partial(_together, slow, peers)])
    # aiogram_broadcaster can be told a pace too, but sends one by one: never more than 50 a second here.
    await alternate(scale.rounds, [partial(fast.turn, one) for one in (OUTREACHBOT, *rivals(PTB_LIMITER))])
    return [measure for one in (*slow, fast) for measure in (one.used, one.refused, one.missing)]


async def _together(sheets: Sequence[Sheet], some: Sequence[Contestant]) -> None:
    """Each on every sheet at the same time: at 30 messages a second they don't get in each other's way."""
    await asyncio.gather(*(sheet.turn(one) for sheet in sheets for one in some))
