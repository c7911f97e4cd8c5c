"""A message in the outbox: what is sent to many chats, to whom and when, and how far it has got."""

import datetime as dt
from dataclasses import dataclass

from outreachbot.domain.broadcasts.audience import EVERYBODY, BroadcastAudience
from outreachbot.domain.broadcasts.timing import Timing
from outreachbot.domain.delivery.audience import Audience
from outreachbot.domain.delivery.states import ENDED, MessageKind, MessageState, Tally
from outreachbot.domain.ids import OutboxId


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """Everything about it but its text. Moments are aware, UTC."""

    id: OutboxId
    kind: MessageKind
    state: MessageState
    of_id: OutboxId | None = None  # the broadcast whose copies it corrects or deletes
    state_reason: str | None = None  # why the program paused it
    audience: Audience = EVERYBODY
    timing: Timing = None
    starts_at: dt.datetime | None = None  # while it is scheduled
    started_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None  # when its local day is over; None: never
    queued_to: int | None = None  # the chat id up to which its audience is queued; None: all of it, or not begun

    @property
    def begins_at(self) -> dt.datetime:
        """When it started, or is to start."""
        at = self.started_at or self.starts_at
        assert at is not None  # it was confirmed
        return at

    @property
    def planned_start(self) -> dt.datetime:
        """When it was to start, or did: a local hour that had passed by then has passed."""
        at = self.starts_at or self.started_at
        assert at is not None  # it was confirmed
        return at

    @property
    def broadcast_audience(self) -> BroadcastAudience:
        """The audience of a message that an admin wrote."""
        assert isinstance(self.audience, BroadcastAudience)
        return self.audience

    @property
    def is_queueing(self) -> bool:
        """Whether part of its audience is still to be queued."""
        return self.queued_to is not None

    def is_idle(self, tally: Tally) -> bool:
        """Whether nothing of it is being sent or about to be: only then can all its copies be changed."""
        return self.state in {*ENDED, MessageState.PAUSED} and not tally.sending and not self.is_queueing
