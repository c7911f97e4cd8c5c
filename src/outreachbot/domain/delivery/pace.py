"""The pace of sending: the parameters of the generic cell rate algorithm, and the limits for a single chat.

`next_slot` is the moment from which the next message may be sent. Taking n slots moves it on by n intervals; idle time
is not saved up, so there is never a burst. Replies to members are sent at once, but counted: the next claim takes that
many slots more.

A 429 shows that the limit is lower than assumed. As in congestion control (additive increase, multiplicative decrease;
Chiu and Jain, 1989) the pace is cut to a fraction at once and recovers slowly.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

CUT = 0.7  # the fraction of the pace that remains after a 429
RECOVERY = 0.005  # the fraction of the allowed pace regained per second: a minute to recover from one cut
LEAST_SHARE = 0.1
PRIVATE_GAP = 1.0  # seconds between messages to one private chat (Bot API FAQ)
GROUP_GAP = 3.0  # to one group or channel: 20 a minute (Bot API FAQ)

CLAIM_SECONDS = 0.05
"""How long it takes to send a claim. The next is made meanwhile, so after a crash the deliveries of about twice this
time are uncertain."""

MAX_CLAIM = 100


def claim_size(per_second: float) -> int:
    """The number of deliveries in a claim."""
    return max(1, min(MAX_CLAIM, round(per_second * CLAIM_SECONDS)))


def slot_times(first: float, count: int, per_second: float) -> Iterator[float]:
    """The moments at which each of `count` messages may be sent, in seconds on the same clock as `first`."""
    return (first + n / per_second for n in range(count))


@dataclass(slots=True)
class Spacing:
    """Keeps the gap that Telegram asks for between messages to the same chat.

    All moments are seconds on one monotonic clock, which the caller reads (time.monotonic). A chat is forgotten soon
    after its gap.
    """

    last: dict[int, float] = field(default_factory=dict)  # chat id -> the moment of its latest message

    def next_moment(self, chat_id: int, slot: float) -> float:
        """The first moment, not before `slot`, at which the chat may get a message; it is recorded as used."""
        gap = PRIVATE_GAP if chat_id > 0 else GROUP_GAP
        at = max(slot, self.last.get(chat_id, slot - gap) + gap)
        self._record(chat_id, at, slot)
        return at

    def note(self, chat_id: int, at: float) -> None:
        """Record a message that is sent now, at `at`, without waiting. Later moments already given out are kept."""
        self._record(chat_id, max(at, self.last.get(chat_id, at)), at)

    def _record(self, chat_id: int, at: float, now: float) -> None:
        """The latest entries are last. Old ones are dropped, with a margin because entries may lie in the future."""
        self.last.pop(chat_id, None)
        self.last[chat_id] = at
        while self.last[oldest := next(iter(self.last))] < now - 2 * GROUP_GAP:
            del self.last[oldest]
