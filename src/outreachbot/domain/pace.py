"""How fast we may send: the generic cell rate algorithm, as the numbers its one row is updated with.

`next_slot` is the moment from which the next message may leave. Taking n slots moves it on by n intervals; an idle
time is not saved up, so there is never a burst. A reply to a member is not held back: it is counted, and the next
claim of bulk takes that many slots more.
"""

from collections.abc import Iterator

CLAIM_SECONDS = 0.1
"""A claim holds about this much sending, and no more than that is ever uncertain after a crash."""

MAX_CLAIM = 50


def claim_size(per_second: float) -> int:
    """How many deliveries one claim takes."""
    return max(1, min(MAX_CLAIM, round(per_second * CLAIM_SECONDS)))


def slots(first: float, count: int, per_second: float) -> Iterator[float]:
    """The moments (seconds since the epoch) at which each of `count` messages may leave."""
    return (first + n / per_second for n in range(count))
