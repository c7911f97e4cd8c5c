"""Plans reminders: what has come due is written into the outbox, once."""

import asyncio
import datetime as dt
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby

from outreachbot.domain.broadcasts import timing
from outreachbot.domain.broadcasts.audience import Audience, Wish
from outreachbot.domain.broadcasts.timing import LocalHour
from outreachbot.domain.content.model import Content
from outreachbot.domain.delivery.states import WAVE_MISSED, Kind, MessageState
from outreachbot.domain.reminders import forecast, schedule
from outreachbot.domain.reminders.schedule import Due, Group
from outreachbot.store import alerts, audience, inbox, reports
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection, Database
from outreachbot.store.delivery import leases, ledger, messages
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


async def step(planner: Planner, db: Database, content: Content, now: dt.datetime) -> bool:
    """Write what came due since the last look; True when something was.

    Costs by the zones and hours that chats have, not by the chats. A clock that was set back plans nothing twice: each
    group is told of a day once. What a machine slept through, or a clock skipped, is told while its day lasts, and then
    counted as late.
    """
    if now < planner.since:
        planner.since = now - schedule.ONE_DAY
    elif now - planner.since > PAUSE:
        await catch_up(db, content, max(planner.since, now - LONGEST_PAUSE), now)
    ahead = now + dt.timedelta(minutes=content.early)
    async with connect.reading(db) as connection:
        zones = await audience.zones(connection, content.zone)
        found = [one for one in schedule.due(content.anniversaries, zones, planner.since, ahead) if one.until > now]
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
                count for one in wave for count in await audience.count(db, _audience(content, one, planner.moved_at))
            ]
            planner.sizes[at] = sum(count.chats for count in counts)
        if forecast.starts_at(at, planner.sizes[at], planner.per_second, content.early) <= now:
            ready += wave
    return ready


async def _unplanned(db: Connection, content: Content, found: Sequence[Due]) -> list[Due]:
    """Of these those whose group has chats and was not told of the day."""
    if not found:
        return []
    known = await plans.known(db, found)
    groups = await plans.groups(db, Group(content.zone, content.hour))
    return [one for one in found if one.group in groups and not plans.is_among(known, one)]


def _at(due: Due) -> dt.datetime:
    return due.at


async def _plan_all(
    db: Database, content: Content, found: Sequence[Due], now: dt.datetime, moved_at: dt.datetime | None = None
) -> None:
    """Some groups by one transaction: many zones share a moment."""
    for first in range(0, len(found), AT_ONCE):
        async with connect.writing(db) as transaction:
            await plans.in_turn(transaction)
            told: dict[int, list[str]] = {}
            for one in await plans.add(transaction, found[first : first + AT_ONCE], now.timestamp()):
                whom = _audience(content, one, moved_at)
                told |= await _plan(transaction, content, one, whom, now)
            await plans.tell(transaction, told)


async def _plan(db: Connection, content: Content, due: Due, whom: Audience, now: dt.datetime) -> dict[int, list[str]]:
    """Write a message for each combination of notices that chats of the group want together: everybody gets one.

    The keys of what each of them tells, by its id.
    """
    told: dict[int, list[str]] = {}
    for wanted in await audience.combinations(db, whom):
        items = [item for item, one in zip(due.items, wanted, strict=True) if one]
        write = partial(
            messages.write,
            db,
            Kind.REMINDER,
            reminder.in_every_language(content, items, due.group),
            now.timestamp(),
            expires_at=due.until.timestamp(),
            audience=replace(whom, wanted=wanted),
        )
        # The key is there where chats came to the group after it was told, by a change of the content's own hour.
        message_id = await write(key=due.key(items)) or await write(key=f"{due.key(items)}:{now.timestamp()}")
        assert message_id is not None
        told[message_id] = [item.key for item in items]
        log.info("due at %d:00 in %s: %s", due.group.hour, due.group.zone, ", ".join(told[message_id]))
    return told


def _audience(content: Content, due: Due, moved_at: dt.datetime | None) -> Audience:
    """The group's chats that had subscribed when the moment came; who subscribes later that day gets no push.

    Where the content put chats into another group, those who had subscribed by then: their old hour was to come.
    """
    return Audience(
        subscribed_until=max(due.at, moved_at or due.at).timestamp(),
        group=due.group,
        default=Group(content.zone, content.hour),
        wishes=tuple(Wish.of(item, content) for item in due.items),
    )


async def catch_up(db: Database, content: Content, since: dt.datetime, now: dt.datetime) -> None:
    """What came due since and whose local day is over by now is written down too, to be counted as late."""
    async with connect.reading(db) as connection:
        zones = await audience.zones(connection, content.zone)
        found = schedule.due(content.anniversaries, zones, since, now)
        new = await _unplanned(connection, content, [one for one in found if one.until <= now])
    await _plan_all(db, content, new, now)


async def tell_late(db: Database, content: Content, admins: Collection[int], now: dt.datetime) -> bool:
    """Tell the admins, by the outbox, how many chats a reminder came too late for."""
    async with connect.reading(db) as connection:
        late = await ledger.late(connection)
    if not late:
        return False
    log.warning("reminders came too late for %d chats", sum(late.values()))
    async with connect.writing(db) as transaction:
        await ledger.late_is_told(transaction, now.timestamp())
        if not admins:
            return False
        words = {language: reminder.late(content, language, late) for language in content.languages}
        await alerts.tell(transaction, words, admins, now.timestamp())
    return True


async def queue(db: Database, zone: str, wake: asyncio.Event) -> bool:
    """Queue a piece of the audience of what has begun, of the oldest message first, and wake the sender.

    `zone` is that of chats that chose none.
    """
    async with connect.reading(db) as connection:
        if not await audience.queueing(connection, 1):
            return False
    async with connect.writing(db) as transaction:
        await plans.in_turn(transaction)
        number = 0
        while number < audience.PIECE and (waiting := await audience.queueing(transaction, AT_ONCE)):
            for one in waiting:
                number += await audience.queue(transaction, one, await _waves(transaction, one, zone), zone)
                if number >= audience.PIECE:
                    break
    wake.set()
    return True


async def _waves(db: Connection, one: audience.Queueing, zone: str) -> audience.Waves | None:
    """For a broadcast at each chat's local hour: when that is."""
    if not isinstance(one.timing, LocalHour):
        return None
    return timing.waves(one.timing, await audience.zones(db, zone), one.began)


async def begin(db: Database, now: dt.datetime) -> bool:
    """Start the scheduled messages whose moment has come. One that was missed asks a person, and never fires late."""
    async with connect.reading(db) as connection:
        due = await messages.due(connection, now.timestamp())
    for message_id, starts_at in due:
        async with connect.writing(db) as transaction:
            if now.timestamp() - starts_at <= timing.MISSED_SECONDS:
                await messages.start(transaction, message_id, now.timestamp())
                continue
            await messages.move(transaction, message_id, MessageState.MISSED, only_from=[MessageState.SCHEDULED])
            log.warning("message %d was missed: the program was down; an admin decides", message_id)
    return bool(due)


async def recover(db: Database, name: str, now: dt.datetime) -> int:
    """After a stop, before anything is sent: the id of the new sender.

    What was being sent then may have arrived. A wave that passed meanwhile asks a person, and never fires late.
    """
    async with connect.writing(db) as transaction:
        seen = await leases.last_seen(transaction)
        if count := await leases.recover(transaction, now.timestamp(), main_is_new=True):
            log.warning("%d messages were being sent when the program stopped: they are uncertain", count)
        if seen is not None:
            for message_id in await messages.missed(transaction, seen, now.timestamp() - timing.MISSED_SECONDS):
                await messages.pause(transaction, message_id, WAVE_MISSED)
                log.warning("a wave of message %d was missed: it is paused, an admin decides", message_id)
        await messages.finish(transaction, now.timestamp())
        return await leases.begin(transaction, name, now.timestamp(), is_main=True)


async def beat(db: Database, sender_id: int, now: dt.datetime) -> bool:
    """Say that the bot runs; what a sender elsewhere was sending when it died is uncertain from now on."""
    async with connect.writing(db) as transaction:
        await leases.renew(transaction, sender_id, now.timestamp())
        if count := await leases.recover(transaction, now.timestamp()):
            log.warning("%d messages were being sent by a sender that died: they are uncertain", count)
    return False


async def tidy(db: Database, now: dt.datetime) -> bool:
    """Forget old updates and old reports of mistakes."""
    async with connect.writing(db) as transaction:
        await inbox.purge(transaction, now.timestamp())
        await reports.purge(transaction, now.timestamp())
    return False
