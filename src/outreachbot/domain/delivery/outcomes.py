"""What can come of sending one message to one chat, and the state its delivery goes to."""

from dataclasses import dataclass

from outreachbot.domain.delivery.states import JOBS, DeliveryState, MessageKind, Reason
from outreachbot.domain.ids import TelegramMessageId


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram has it, under this message id; an album's further ones are `more`."""

    telegram_message_id: TelegramMessageId
    more: tuple[TelegramMessageId, ...] = ()


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may have arrived. Never sent again unless an admin says so: the Bot API has no idempotency key."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not arrive and would not at another try."""

    reason: Reason
    detail: str  # Telegram's own words


@dataclass(frozen=True, slots=True)
class NotSent:
    """It surely did not leave (refused connection, full pool): worth another try, soon."""

    detail: str


@dataclass(frozen=True, slots=True)
class Wait:
    """429: it was not sent, and nothing may be for `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Migrated:
    """The group has become a supergroup with another id: the delivery goes there."""

    new_chat_id: int


@dataclass(frozen=True, slots=True)
class Halt:
    """401, 404 or frozen: nothing can be sent at all. The delivery stays queued."""

    detail: str


Outcome = Sent | Uncertain | Failed | NotSent | Wait | Migrated | Halt


def next_state(outcome: Outcome, kind: MessageKind = MessageKind.BROADCAST) -> tuple[DeliveryState, Reason | None]:
    """The state a `sending` delivery goes to, and the reason that stands beside it."""
    match outcome:
        case Sent():
            return DeliveryState.SENT, None
        case Uncertain(reason):
            return (DeliveryState.QUEUED, None) if kind in JOBS else (DeliveryState.UNCERTAIN, reason)
        case Failed(reason, _):
            return DeliveryState.FAILED, reason
        case NotSent() | Wait() | Migrated() | Halt():
            return DeliveryState.QUEUED, None
