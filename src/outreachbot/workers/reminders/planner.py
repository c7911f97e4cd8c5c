"""Plans reminders: writes each that is due into the outbox, once."""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby

from outreachbot.domain.content.model import Content
from outreachbot.domain.delivery.states import MessageKind
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.reminders import forecast, schedule
from outreachbot.domain.reminders.audience import NoticeCriteria, ReminderAudience
from outreachbot.domain.reminders.schedule import Due, Group
from outreachbot.store import audience
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection, Database
from outreachbot.store.delivery import messages
from outreachbot.store.reminders import plans
from outreachbot.views.reminders import reminder

log = logging.getLogger(__name__)

GROUPS_PER_TRANSACTION = 50  # a reply that waits for such a transaction waits about 100 ms
MAX_GAP = dt.timedelta(minutes=10)  # between two looks; after a longer one the machine slept, or its clock was set
MAX_LATE = dt.timedelta(days=2)  # older reminders are not counted as late, so that a wrong clock does little harm


@dataclass(slots=True)
class Planner:
    """How far reminders are planned."""

    per_second: float  # the pace of sending, which decides how long a wave lasts
    planned_until: dt.datetime  # everything that was due until then is planned
    regrouped_at: dt.datetime | None = None  # when the content's default zone or hour last changed
    content: Content | None = None  # as of the last look
    wave_sizes: dict[dt.datetime, int] = field(default_factory=dict)  # coming moment -> the number of chats due then


async def plan_due(planner: Planner, db: Database, content: Content, now: dt.datetime) -> bool:
    """Write the reminders that became due since the last look into the outbox; True if there were any.

    The cost grows with the zones and hours that chats have chosen, not with the chats. A clock that was set back plans
    nothing twice: each group is reminded of a day once. A reminder that the machine slept through, or that its clock
    skipped, is sent while its day lasts and counted as late after that.
    """
    if now < planner.planned_until:
        planner.planned_until = now - schedule.ONE_DAY
    elif now - planner.planned_until > MAX_GAP:
        await plan_overdue(db, content, max(planner.planned_until, now - MAX_LATE), now)
    ahead = now + dt.timedelta(minutes=content.early)
    async with connect.reading(db) as connection:
        zones = await audience.list_zones(connection, content.zone)
        dues = schedule.list_due(content.anniversaries, zones, planner.planned_until, ahead)
        unplanned = await _select_unplanned(connection, content, [due for due in dues if due.until > now])
        started = await _select_started(planner, connection, content, unplanned, now)
    await _plan_all(db, content, started, now, planner.regrouped_at)
    planner.planned_until = now
    return bool(started)


async def _select_started(
    planner: Planner, db: Connection, content: Content, dues: Sequence[Due], now: dt.datetime
) -> list[Due]:
    """Those whose moment has come, and those whose wave is so long that it begins earlier."""
    started = [due for due in dues if due.at <= now]
    planner.wave_sizes = {at: size for at, size in planner.wave_sizes.items() if at > now}
    for at, coming in groupby(sorted((due for due in dues if due.at > now), key=_get_moment), key=_get_moment):
        wave = list(coming)
        if at not in planner.wave_sizes:
            counts = [
                count
                for due in wave
                for count in await audience.count_chats(db, _build_audience(content, due, planner.regrouped_at))
            ]
            planner.wave_sizes[at] = sum(count.chats for count in counts)
        if forecast.compute_start(at, planner.wave_sizes[at], planner.per_second, content.early) <= now:
            started += wave
    return started


async def _select_unplanned(db: Connection, content: Content, dues: Sequence[Due]) -> list[Due]:
    """Those whose group has chats and has not been reminded of the day."""
    if not dues:
        return []
    planned = await plans.list_planned(db, dues)
    groups = await plans.list_groups(db, Group(content.zone, content.hour))
    return [due for due in dues if due.group in groups and not plans.is_planned(planned, due)]


def _get_moment(due: Due) -> dt.datetime:
    return due.at


async def _plan_all(
    db: Database, content: Content, dues: Sequence[Due], now: dt.datetime, regrouped_at: dt.datetime | None = None
) -> None:
    """Plan several groups in one transaction: many zones share a moment."""
    for first in range(0, len(dues), GROUPS_PER_TRANSACTION):
        async with connect.writing(db) as transaction:
            await plans.lock_planning(transaction)
            notices: dict[OutboxId, list[str]] = {}
            group_dues = dues[first : first + GROUPS_PER_TRANSACTION]
            for due in await plans.add_plans(transaction, group_dues, now.timestamp()):
                recipients = _build_audience(content, due, regrouped_at)
                notices |= await _plan(transaction, content, due, recipients, now)
            await plans.record_notices(transaction, notices)


async def _plan(
    db: Connection, content: Content, due: Due, recipients: ReminderAudience, now: dt.datetime
) -> dict[OutboxId, list[str]]:
    """Write a message for each combination of notices that chats of the group want, so that no chat gets two.

    Returns the keys of the notices in each message, by outbox id.
    """
    notices: dict[OutboxId, list[str]] = {}
    for wanted in await audience.list_combinations(db, recipients):
        items = [item for item, is_wanted in zip(due.items, wanted, strict=True) if is_wanted]
        create = partial(
            messages.create,
            db,
            MessageKind.REMINDER,
            reminder.reminder_in_all_languages(content, items, due.group),
            now.timestamp(),
            expires_at=due.until.timestamp(),
            audience=replace(recipients, wanted=wanted),
        )
        # The key exists already if chats came into the group after it was reminded: the default hour was changed.
        outbox_id = await create(key=due.key(items)) or await create(key=f"{due.key(items)}:{now.timestamp()}")
        assert outbox_id is not None
        notices[outbox_id] = [item.key for item in items]
        log.info("due at %d:00 in %s: %s", due.group.hour, due.group.zone, ", ".join(notices[outbox_id]))
    return notices


def _build_audience(content: Content, due: Due, regrouped_at: dt.datetime | None) -> ReminderAudience:
    """The group's chats that had subscribed when the reminder became due; later subscribers get none that day.

    If the content's default zone or hour changed after that, those that had subscribed by the change: their old hour
    may have been still to come.
    """
    return ReminderAudience(
        subscribed_until=max(due.at, regrouped_at or due.at).timestamp(),
        group=due.group,
        default=Group(content.zone, content.hour),
        criteria=tuple(NoticeCriteria.of(item, content) for item in due.items),
    )


async def plan_overdue(db: Database, content: Content, since: dt.datetime, now: dt.datetime) -> None:
    """Plan what became due since then and whose local day is over by now, so that it is counted as late."""
    async with connect.reading(db) as connection:
        zones = await audience.list_zones(connection, content.zone)
        dues = schedule.list_due(content.anniversaries, zones, since, now)
        unplanned = await _select_unplanned(connection, content, [due for due in dues if due.until <= now])
    await _plan_all(db, content, unplanned, now)
