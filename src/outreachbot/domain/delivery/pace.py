"""How fast we may send: the generic cell rate algorithm, as the numbers its one row is updated with.

`next_slot` is the moment from which the next message may leave. Taking n slots moves it on by n intervals; an idle
time is not saved up, so there is never a burst. A reply to a member is not held back: it is counted, and the next
claim of bulk takes that many slots more.

A 429 says that the limit is lower than we thought. As in congestion control (additive increase, multiplicative
decrease; Chiu and Jain, 1989) the pace drops to a share of itself at once and grows back slowly.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

CUT = 0.7  # what a 429 leaves of the pace
RECOVERY = 0.005  # of the allowed pace, won back each second: a minute after a 429
LEAST_SHARE = 0.1
PRIVATE_GAP = 1.0  # seconds between messages to one private chat (Bot API FAQ)
GROUP_GAP = 3.0  # to one group or channel: 20 a minute (Bot API FAQ)

CLAIM_SECONDS = 0.05
"""A claim holds about this much sending. While it is sent the next is made, so that about twice as much, a tenth of a
second of sending, is uncertain after a crash."""

MAX_CLAIM = 100


def claim_size(per_second: float) -> int:
    """How many deliveries one claim takes."""
    return max(1, min(MAX_CLAIM, round(per_second * CLAIM_SECONDS)))


def slot_times(first: float, count: int, per_second: float) -> Iterator[float]:
    """The moments (seconds since the epoch) at which each of `count` messages may leave."""
    return (first + n / per_second for n in range(count))


@dataclass(slots=True)
class Spacing:
    """When each chat was last written to, for the limit of the single chat. Moments are of the monotonic clock.

    It remembers a chat for no longer than that limit.
    """

    last: dict[int, float] = field(default_factory=dict)

    def next_moment(self, chat_id: int, slot: float) -> float:
        """The moment from `slot` on at which this chat may be written to; it is noted as if it were then."""
        gap = PRIVATE_GAP if chat_id > 0 else GROUP_GAP
        at = max(slot, self.last.get(chat_id, slot - gap) + gap)
        self._note(chat_id, at, slot)
        return at

    def note(self, chat_id: int, at: float) -> None:
        """The chat is written to now; what is to leave for it later does so all the same."""
        self._note(chat_id, max(at, self.last.get(chat_id, at)), at)

    def _note(self, chat_id: int, at: float, now: float) -> None:
        """The newest stand at the end, and the oldest are forgotten: seen from now, a chat may wait for a while."""
        self.last.pop(chat_id, None)
        self.last[chat_id] = at
        while self.last[oldest := next(iter(self.last))] < now - 2 * GROUP_GAP:
            del self.last[oldest]
