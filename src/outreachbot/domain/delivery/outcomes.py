"""The outcomes of sending a message to a chat, and the state that each leads a delivery to."""

from dataclasses import dataclass

from outreachbot.domain.delivery.states import JOBS, DeliveryState, MessageKind, Reason
from outreachbot.domain.ids import TelegramMessageId


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram accepted it; `more` has the ids of an album's other messages."""

    telegram_message_id: TelegramMessageId
    more: tuple[TelegramMessageId, ...] = ()


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may have arrived. Only an admin can have it sent again, as the Bot API has no idempotency key."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not arrive, and another try would not help."""

    reason: Reason
    detail: str  # Telegram's own words


@dataclass(frozen=True, slots=True)
class NotSent:
    """It was certainly not sent (refused connection, full connection pool) and can be tried again soon."""

    detail: str


@dataclass(frozen=True, slots=True)
class Wait:
    """429: it was not sent, and nothing may be sent for `seconds` (`retry_after`)."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Migrated:
    """The group became a supergroup with another id (`migrate_to_chat_id`), where the delivery is then sent."""

    new_chat_id: int


@dataclass(frozen=True, slots=True)
class Halt:
    """Nothing can be sent at all: 401, 404 or a frozen bot. The delivery stays queued."""

    detail: str


Outcome = Sent | Uncertain | Failed | NotSent | Wait | Migrated | Halt


def next_state(outcome: Outcome, kind: MessageKind = MessageKind.BROADCAST) -> tuple[DeliveryState, Reason | None]:
    """The state that a `sending` delivery changes to, and the reason to store with it."""
    match outcome:
        case Sent():
            return DeliveryState.SENT, None
        case Uncertain(reason):
            return (DeliveryState.QUEUED, None) if kind in JOBS else (DeliveryState.UNCERTAIN, reason)
        case Failed(reason, _):
            return DeliveryState.FAILED, reason
        case NotSent() | Wait() | Migrated() | Halt():
            return DeliveryState.QUEUED, None
