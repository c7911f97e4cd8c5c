"""What is measured: samples of each contestant, their medians and ratios, and the goal that ours is held to."""

import operator
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median

from benchmarks.contestants import OURS


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is done in one run."""

    rounds: int = 3
    burst: int = 2000
    patience: float = 15.0  # seconds a contestant may take for a burst; then its rate so far counts
    stream: float = 10.0  # seconds of one command each 20 ms
    audience: int = 5000
    sending: float = 6.0  # seconds a contestant may take to send to that audience; then its rate so far counts
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
    """What our own median is held to, or how many times better than a rival's it is to be."""

    least: float | None = None
    most: float | None = None  # may be reached, not passed
    ratio_to: str | None = None

    def words(self, unit: str) -> str:
        number = self.least if self.least is not None else self.most
        sign = "≥" if self.least is not None else "≤"
        return f"{sign} {number:,g}{'×' if self.ratio_to else ' ' + unit}".strip()

    def reached(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(slots=True)
class Measure:
    """One line of the results: what was measured, in which unit, and each contestant's samples."""

    case: str
    what: str
    unit: str
    goals: Sequence[Goal] = ()
    more_is_better: bool = True
    samples: dict[str, list[float]] = field(default_factory=dict)

    def add(self, contestant: str, value: float) -> None:
        self.samples.setdefault(contestant, []).append(value)

    def median(self, contestant: str) -> float:
        return median(self.samples[contestant])

    def ratio(self, contestant: str) -> float | None:
        """How many times better ours is than this one."""
        if contestant == OURS or OURS not in self.samples or not self.median(contestant) or not self.median(OURS):
            return None
        way = operator.truediv if self.more_is_better else lambda ours, theirs: theirs / ours
        return float(way(self.median(OURS), self.median(contestant)))

    def goals_about(self, contestant: str) -> list[Goal]:
        """Those judged by this one's samples: of ours, what it is held to alone."""
        return [goal for goal in self.goals if (goal.ratio_to or OURS) == contestant]

    def is_reached(self, goal: Goal) -> bool | None:
        """Whether ours reached this goal; None where nothing was measured to tell."""
        if OURS not in self.samples or (goal.ratio_to and goal.ratio_to not in self.samples):
            return None
        value = self.ratio(goal.ratio_to) if goal.ratio_to else self.median(OURS)
        return value is not None and goal.reached(value)


async def alternate(rounds: int, turns: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """Everybody's turn in each round, the first of a round being the last of the next."""
    for number in range(rounds):
        for turn in turns if number % 2 == 0 else reversed(turns):
            await turn()


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]
