"""Measures: samples of each contestant, their medians and ratios, and outreachbot's goals."""

import operator
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median

from benchmarks.contestants import OURS


@dataclass(frozen=True, slots=True)
class Scale:
    """The amount of work in a run."""

    rounds: int = 3
    burst: int = 2000
    patience: float = 15.0  # seconds for a burst; an unfinished one is measured as it is
    stream: float = 10.0  # seconds with a command every 20 ms
    audience: int = 5000
    sending: float = 6.0  # seconds for sending to that audience; an unfinished broadcast is measured as it is
    crowd: int = 100_000
    paced: int = 900  # chats, at 30 a second
    fast: int = 10_000  # chats, at 1,000 a second
    audiences: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    facts: int = 10_000
    broken: int = 10_000  # content files


QUICK = Scale(
    rounds=1,
    burst=300,
    patience=2.0,
    stream=2.0,
    audience=1000,
    sending=2.0,
    crowd=5000,
    paced=150,
    fast=2000,
    audiences=(1_000, 20_000),
    facts=1_000,
    broken=500,
)


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound for outreachbot's median, or for its ratio to another contestant's (`ratio_to`)."""

    least: float | None = None
    most: float | None = None  # inclusive
    ratio_to: str | None = None

    def describe(self, unit: str) -> str:
        bound = self.least if self.least is not None else self.most
        sign = "≥" if self.least is not None else "≤"
        return f"{sign} {bound:,g}{'×' if self.ratio_to else ' ' + unit}".strip()

    def is_reached_by(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(slots=True)
class Measure:
    """A line of the results, with each contestant's samples."""

    case: str
    what: str
    unit: str
    goals: Sequence[Goal] = ()
    more_is_better: bool = True
    samples: dict[str, list[float]] = field(default_factory=dict)

    def add_sample(self, contestant: str, value: float) -> None:
        self.samples.setdefault(contestant, []).append(value)

    def median(self, contestant: str) -> float:
        return median(self.samples[contestant])

    def ratio(self, contestant: str) -> float | None:
        """How many times better outreachbot is than this contestant; None if it can't be computed."""
        if contestant == OURS or OURS not in self.samples or not self.median(contestant) or not self.median(OURS):
            return None
        divide = operator.truediv if self.more_is_better else lambda ours, theirs: theirs / ours
        return float(divide(self.median(OURS), self.median(contestant)))

    def goals_for(self, contestant: str) -> list[Goal]:
        """The goals relative to this contestant; for outreachbot, the absolute ones."""
        return [goal for goal in self.goals if (goal.ratio_to or OURS) == contestant]

    def is_reached(self, goal: Goal) -> bool | None:
        """Whether outreachbot reached the goal; None if there are no samples to tell."""
        if OURS not in self.samples or (goal.ratio_to and goal.ratio_to not in self.samples):
            return None
        value = self.ratio(goal.ratio_to) if goal.ratio_to else self.median(OURS)
        return value is not None and goal.is_reached_by(value)


async def run_alternating(rounds: int, turns: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """Run all turns in each round, in reverse order in every other round."""
    for number in range(rounds):
        for turn in turns if number % 2 == 0 else reversed(turns):
            await turn()


def percentile(values: Sequence[float], percent: float) -> float:
    """The percentile by the nearest-rank method."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]
