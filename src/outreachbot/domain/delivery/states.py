"""What can become of one message to one chat, and of a message to everybody.

A delivery walks:      queued -> sending -> sent | uncertain | failed | skipped
                          ^---------'  (surely not sent, worth another try)
A message walks:       draft -> scheduled -> running <-> paused -> finished -> running (some are sent again)
                          |       |  '-> missed -^ |          |
                          '-------'----------'-----'----------'--> cancelled
"""

from dataclasses import dataclass
from enum import StrEnum


class MessageKind(StrEnum):
    """What a message is."""

    REMINDER = "reminder"  # of an anniversary, written by the planner
    BROADCAST = "broadcast"  # written by an admin
    CORRECTION = "correction"  # edits every copy of a broadcast that was delivered
    DELETION = "deletion"  # deletes every copy of a broadcast that was delivered
    ALERT = "alarm"  # told to the admins, whether or not they subscribed


JOBS = frozenset({MessageKind.CORRECTION, MessageKind.DELETION})
"""What changes copies that are there already: doing it twice does no harm, so no delivery of it is ever uncertain."""


BY_ADMINS = JOBS | {MessageKind.BROADCAST}

FOR_SUBSCRIBERS = frozenset({MessageKind.REMINDER, MessageKind.BROADCAST})
"""What a chat that unsubscribed after it was queued does not get any more."""


class DeliveryState(StrEnum):
    """Where a delivery stands. Every chat of the audience is in exactly one state."""

    QUEUED = "queued"  # waits for its turn
    SENDING = "sending"  # written down before the request left; after a crash it becomes uncertain
    SENT = "sent"  # Telegram answered with the message's id
    UNCERTAIN = "uncertain"  # the request left and no clear answer came: it may have arrived
    FAILED = "failed"  # Telegram refused it; the reason says why
    SKIPPED = "skipped"  # not tried, on purpose; the reason says why


class MessageState(StrEnum):
    """Where a message stands."""

    DRAFT = "draft"  # an admin has written it and not confirmed
    SCHEDULED = "scheduled"  # confirmed; starts by itself when its moment comes
    MISSED = "missed"  # its moment passed while the program was down; a person decides
    RUNNING = "running"  # its deliveries may be claimed
    PAUSED = "paused"  # by a person or by the program; only a person starts it again
    CANCELLED = "cancelled"  # nothing of it is sent any more
    FINISHED = "finished"  # nothing is queued or sending


ACTIVE = frozenset({MessageState.RUNNING, MessageState.PAUSED})
WAVE_MISSED = "missed"
"""Why a message is paused of which a wave was due while the program was down."""

ENDED = frozenset({MessageState.CANCELLED, MessageState.FINISHED})


class Reason(StrEnum):
    """Why a delivery was not sent, or why a chat is no longer written to."""

    BLOCKED = "blocked"  # the member blocked the bot
    DEACTIVATED = "deactivated"  # the member's account is gone
    KICKED = "kicked"  # the bot was removed from the group or channel
    NO_RIGHT = "no-right"  # the bot may not write there
    NOT_FOUND = "not-found"  # Telegram knows no such chat, or it never started the bot
    TOPIC_GONE = "topic-gone"  # the forum topic was deleted
    REFUSED = "refused"  # any other refusal; the ledger holds Telegram's words
    TEMPLATE = "template"  # the message itself is wrong, for whoever gets it
    NO_ANSWER = "no-answer"  # the connection broke or timed out after the request left
    SERVER_ERROR = "server-error"  # Telegram answered 5xx, or something that is not an answer
    STOPPED = "stopped"  # the program stopped between sending and the answer
    LATE = "late"  # its local day was over before it could be sent
    UNSUBSCRIBED = "unsubscribed"  # left between queueing and sending
    CANCELLED = "cancelled"  # an admin cancelled the message


GONE = frozenset({Reason.BLOCKED, Reason.DEACTIVATED, Reason.KICKED, Reason.NOT_FOUND})
"""After these a chat is no longer written to, until it comes back by itself.

NO_RIGHT is none of them: when an admin gives the right back, Telegram need not tell us.
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many deliveries of a message are in each state."""

    queued: int = 0
    sending: int = 0
    sent: int = 0
    uncertain: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def audience(self) -> int:
        return self.queued + self.sending + self.settled

    @property
    def settled(self) -> int:
        return self.sent + self.uncertain + self.failed + self.skipped

    @property
    def finished(self) -> bool:
        return self.queued == self.sending == 0
