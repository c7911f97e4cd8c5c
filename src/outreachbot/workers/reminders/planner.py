"""Plans reminders: what has come due is written into the outbox, once."""

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

AT_ONCE = 50  # groups planned by one transaction: a reply that waits for it waits some 100 ms
PAUSE = dt.timedelta(minutes=10)  # between two looks: longer, the machine slept, or its clock was set
LONGEST_PAUSE = dt.timedelta(
    days=2
)  # what is counted as late of a longer one: a clock that is wrong shall spoil little


@dataclass(slots=True)
class Planner:
    """How far the calendar was looked through."""

    per_second: float  # the pace, which tells how long a wave lasts
    since: dt.datetime  # everything that came due until then is planned
    moved_at: dt.datetime | None = None  # when chats that chose no zone or hour were put into another group
    content: Content | None = None  # by which it looked last
    sizes: dict[dt.datetime, int] = field(default_factory=dict)  # the chats that share a moment ahead


async def plan_due(planner: Planner, db: Database, content: Content, now: dt.datetime) -> bool:
    """Write what came due since the last look; True when something was.

    Costs by the zones and hours that chats have, not by the chats. A clock that was set back plans nothing twice: each
    group is told of a day once. What a machine slept through, or a clock skipped, is told while its day lasts, and then
    counted as late.
    """
    if now < planner.since:
        planner.since = now - schedule.ONE_DAY
    elif now - planner.since > PAUSE:
        await plan_overdue(db, content, max(planner.since, now - LONGEST_PAUSE), now)
    ahead = now + dt.timedelta(minutes=content.early)
    async with connect.reading(db) as connection:
        zones = await audience.list_zones(connection, content.zone)
        found = [
            one for one in schedule.list_due(content.anniversaries, zones, planner.since, ahead) if one.until > now
        ]
        new = await _begun(planner, connection, content, await _unplanned(connection, content, found), now)
    await _plan_all(db, content, new, now, planner.moved_at)
    planner.since = now
    return bool(new)


async def _begun(
    planner: Planner, db: Connection, content: Content, found: Sequence[Due], now: dt.datetime
) -> list[Due]:
    """Of these groups those whose moment has come, or whose wave is so long that it begins earlier."""
    ready = [one for one in found if one.at <= now]
    planner.sizes = {at: size for at, size in planner.sizes.items() if at > now}
    for at, coming in groupby(sorted((one for one in found if one.at > now), key=_at), key=_at):
        wave = list(coming)
        if at not in planner.sizes:
            counts = [
                count
                for one in wave
                for count in await audience.count_chats(db, _audience(content, one, planner.moved_at))
            ]
            planner.sizes[at] = sum(count.chats for count in counts)
        if forecast.compute_start(at, planner.sizes[at], planner.per_second, content.early) <= now:
            ready += wave
    return ready


async def _unplanned(db: Connection, content: Content, found: Sequence[Due]) -> list[Due]:
    """Of these those whose group has chats and was not told of the day."""
    if not found:
        return []
    known = await plans.list_planned(db, found)
    groups = await plans.list_groups(db, Group(content.zone, content.hour))
    return [one for one in found if one.group in groups and not plans.is_planned(known, one)]


def _at(due: Due) -> dt.datetime:
    return due.at


async def _plan_all(
    db: Database, content: Content, found: Sequence[Due], now: dt.datetime, moved_at: dt.datetime | None = None
) -> None:
    """Some groups by one transaction: many zones share a moment."""
    for first in range(0, len(found), AT_ONCE):
        async with connect.writing(db) as transaction:
            await plans.lock_planning(transaction)
            told: dict[OutboxId, list[str]] = {}
            for one in await plans.add_plans(transaction, found[first : first + AT_ONCE], now.timestamp()):
                whom = _audience(content, one, moved_at)
                told |= await _plan(transaction, content, one, whom, now)
            await plans.record_notices(transaction, told)


async def _plan(
    db: Connection, content: Content, due: Due, whom: ReminderAudience, now: dt.datetime
) -> dict[OutboxId, list[str]]:
    """Write a message for each combination of notices that chats of the group want together: everybody gets one.

    The keys of what each of them tells, by its id.
    """
    told: dict[OutboxId, list[str]] = {}
    for wanted in await audience.list_combinations(db, whom):
        items = [item for item, one in zip(due.items, wanted, strict=True) if one]
        write = partial(
            messages.create,
            db,
            MessageKind.REMINDER,
            reminder.reminder_in_all_languages(content, items, due.group),
            now.timestamp(),
            expires_at=due.until.timestamp(),
            audience=replace(whom, wanted=wanted),
        )
        # The key is there where chats came to the group after it was told, by a change of the content's own hour.
        outbox_id = await write(key=due.key(items)) or await write(key=f"{due.key(items)}:{now.timestamp()}")
        assert outbox_id is not None
        told[outbox_id] = [item.key for item in items]
        log.info("due at %d:00 in %s: %s", due.group.hour, due.group.zone, ", ".join(told[outbox_id]))
    return told


def _audience(content: Content, due: Due, moved_at: dt.datetime | None) -> ReminderAudience:
    """The group's chats that had subscribed when the moment came; who subscribes later that day gets no push.

    Where the content put chats into another group, those who had subscribed by then: their old hour was to come.
    """
    return ReminderAudience(
        subscribed_until=max(due.at, moved_at or due.at).timestamp(),
        group=due.group,
        default=Group(content.zone, content.hour),
        criteria=tuple(NoticeCriteria.of(item, content) for item in due.items),
    )


async def plan_overdue(db: Database, content: Content, since: dt.datetime, now: dt.datetime) -> None:
    """What came due since and whose local day is over by now is written down too, to be counted as late."""
    async with connect.reading(db) as connection:
        zones = await audience.list_zones(connection, content.zone)
        found = schedule.list_due(content.anniversaries, zones, since, now)
        new = await _unplanned(connection, content, [one for one in found if one.until <= now])
    await _plan_all(db, content, new, now)
