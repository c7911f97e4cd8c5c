"""Reads rows of the table `messages` into values of the domain."""

import datetime as dt
from typing import Any

from sqlalchemy import Row

from outreachbot.domain.broadcasts import timing
from outreachbot.domain.delivery import audience
from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import MessageKind, MessageState
from outreachbot.domain.ids import OutboxId
from outreachbot.store.tables import messages

COLUMNS = (
    *(messages.c.id, messages.c.kind, messages.c.state, messages.c.of_id, messages.c.state_reason),
    *(messages.c.audience, messages.c.schedule, messages.c.queued_to),
    *(messages.c.starts_at, messages.c.started_at, messages.c.expires_at),
)
"""The columns that `read_message` needs."""


def read_message(row: Row[*tuple[Any, ...]]) -> OutboxMessage:
    return OutboxMessage(
        id=OutboxId(row.id),
        kind=MessageKind(row.kind),
        state=MessageState(row.state),
        of_id=None if row.of_id is None else OutboxId(row.of_id),
        state_reason=row.state_reason,
        audience=audience.load(row.audience),
        timing=timing.load(row.schedule),
        starts_at=_read_moment(row.starts_at),
        started_at=_read_moment(row.started_at),
        expires_at=_read_moment(row.expires_at),
        queued_to=row.queued_to,
    )


def _read_moment(at: float | None) -> dt.datetime | None:
    return None if at is None else dt.datetime.fromtimestamp(at, dt.UTC)
