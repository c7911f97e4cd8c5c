"""The states of a message in the outbox and of its deliveries to each chat.

Of a delivery:         queued -> sending -> sent | uncertain | failed | skipped
                          ^---------'  (certainly not sent: tried again)
Of a message:          draft -> scheduled -> running <-> paused -> finished -> running (to send some again)
                          |       |  '-> missed -^ |          |
                          '-------'----------'-----'----------'--> cancelled
"""

from dataclasses import dataclass
from enum import StrEnum


class MessageKind(StrEnum):
    """The kind of a message."""

    REMINDER = "reminder"  # of an anniversary, written by the planner
    BROADCAST = "broadcast"  # written by an admin
    CORRECTION = "correction"  # edits every copy of a broadcast that was delivered
    DELETION = "deletion"  # deletes every copy of a broadcast that was delivered
    ALERT = "alarm"  # to the admins, whether or not they subscribed


JOBS = frozenset({MessageKind.CORRECTION, MessageKind.DELETION})
"""Messages that change delivered copies. Doing so twice does no harm, so none of their deliveries is ever uncertain."""

BY_ADMINS = JOBS | {MessageKind.BROADCAST}

FOR_SUBSCRIBERS = frozenset({MessageKind.REMINDER, MessageKind.BROADCAST})
"""Messages that a chat no longer gets if it unsubscribed after they were queued."""


class DeliveryState(StrEnum):
    """The state of a delivery. Every chat in the audience has exactly one."""

    QUEUED = "queued"  # waiting for its turn
    SENDING = "sending"  # stored before the request is sent; becomes uncertain after a crash
    SENT = "sent"  # Telegram answered with the message id
    UNCERTAIN = "uncertain"  # the request was sent, but without a clear answer: it may have arrived
    FAILED = "failed"  # Telegram refused it; the reason says why
    SKIPPED = "skipped"  # deliberately not sent; the reason says why


class MessageState(StrEnum):
    """The state of a message."""

    DRAFT = "draft"  # written by an admin, not yet confirmed
    SCHEDULED = "scheduled"  # confirmed; starts automatically when it is due
    MISSED = "missed"  # was due while the program was down; a person decides
    RUNNING = "running"  # deliveries may be claimed
    PAUSED = "paused"  # by a person or the program; only a person can resume it
    CANCELLED = "cancelled"  # nothing more is sent
    FINISHED = "finished"  # nothing is queued or being sent


ACTIVE = frozenset({MessageState.RUNNING, MessageState.PAUSED})
ENDED = frozenset({MessageState.CANCELLED, MessageState.FINISHED})

WAVE_MISSED = "missed"
"""The reason for pausing a message with a wave that was due while the program was down."""


class Reason(StrEnum):
    """Why a delivery was not sent, or why a chat is no longer written to."""

    BLOCKED = "blocked"  # the member blocked the bot
    DEACTIVATED = "deactivated"  # the member deleted the account
    KICKED = "kicked"  # the bot was removed from the group or channel
    NO_RIGHT = "no-right"  # the bot is not allowed to write there
    NOT_FOUND = "not-found"  # unknown to Telegram, or a member who never started the bot
    TOPIC_GONE = "topic-gone"  # the forum topic was deleted
    REFUSED = "refused"  # refused for another reason; `detail` has Telegram's words
    TEMPLATE = "template"  # refused because of the message itself, whatever the chat
    NO_ANSWER = "no-answer"  # the connection broke or timed out after the request was sent
    SERVER_ERROR = "server-error"  # Telegram answered 5xx or unintelligibly
    STOPPED = "stopped"  # the program stopped before the answer came
    LATE = "late"  # its local day or hour had passed before it could be sent
    UNSUBSCRIBED = "unsubscribed"  # unsubscribed between queueing and sending
    CANCELLED = "cancelled"  # an admin cancelled the message


GONE = frozenset({Reason.BLOCKED, Reason.DEACTIVATED, Reason.KICKED, Reason.NOT_FOUND})
"""After one of these a chat gets no messages until it comes back.

NO_RIGHT is not included: Telegram need not tell the bot when an admin restores the right.
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
