"""A message in the outbox: its audience, timing and state."""

import datetime as dt
from dataclasses import dataclass

from outreachbot.domain.broadcasts.audience import EVERYBODY, BroadcastAudience
from outreachbot.domain.broadcasts.timing import Timing
from outreachbot.domain.delivery.audience import Audience
from outreachbot.domain.delivery.states import ENDED, MessageKind, MessageState, Tally
from outreachbot.domain.ids import OutboxId


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message in the outbox, without its content. Moments are aware, UTC."""

    id: OutboxId
    kind: MessageKind
    state: MessageState
    of_id: OutboxId | None = None  # the broadcast whose copies it corrects or deletes
    state_reason: str | None = None  # why the program paused it
    audience: Audience = EVERYBODY
    timing: Timing = None
    starts_at: dt.datetime | None = None  # when it was scheduled to start; None: at once
    started_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None  # the end of a reminder's local day; None: never
    queued_to: int | None = None  # the chat id up to which its audience is queued; None: all of it, or not begun

    @property
    def begins_at(self) -> dt.datetime:
        """The actual start, or before that the planned one. Only for a confirmed message."""
        at = self.started_at or self.starts_at
        assert at is not None
        return at

    @property
    def planned_start(self) -> dt.datetime:
        """The planned start, or else the actual one: a local hour counts as passed if it was by then."""
        at = self.starts_at or self.started_at
        assert at is not None
        return at

    @property
    def broadcast_audience(self) -> BroadcastAudience:
        """The audience, as that of a message that an admin wrote."""
        assert isinstance(self.audience, BroadcastAudience)
        return self.audience

    @property
    def is_queueing(self) -> bool:
        """Whether part of its audience is still to be queued."""
        return self.queued_to is not None

    def is_idle(self, tally: Tally) -> bool:
        """Whether no delivery is being sent or about to be: only then can all copies be corrected or deleted."""
        return self.state in {*ENDED, MessageState.PAUSED} and not tally.sending and not self.is_queueing
