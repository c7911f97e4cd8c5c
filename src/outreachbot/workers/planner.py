"""Plans reminders: what has come due is written into the outbox, once."""

import asyncio
import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from outreachbot.domain import forecast, schedule, timing
from outreachbot.domain.audience import Audience
from outreachbot.domain.content import Content
from outreachbot.domain.delivery import WAVE_MISSED, Kind, MessageState
from outreachbot.domain.schedule import Due, Group
from outreachbot.domain.timing import LocalHour
from outreachbot.store import audience, connect, inbox, leases, ledger, messages, plans
from outreachbot.store.connect import Connection, Database
from outreachbot.views import reminder
from outreachbot.workers import regrouping
from outreachbot.workers.regrouping import Regrouping

log = logging.getLogger(__name__)

AT_ONCE = 50  # groups planned by one transaction: a reply that waits for it waits some 100 ms
LONGEST_STOP = dt.timedelta(days=40)  # what came due in a longer one is not counted


@dataclass(slots=True)
class Planner:
    """How far the calendar was looked through."""

    per_second: float  # the pace, which tells how long a wave lasts
    since: dt.datetime  # everything that came due until then is planned
    regrouping: Regrouping = field(default_factory=Regrouping)


async def step(planner: Planner, db: Database, content: Content, now: dt.datetime) -> bool:
    """Write what came due since the last look; True when something was.

    Costs by the zones and hours that chats have, not by the chats. A clock that was set back plans nothing twice: each
    group is told of a day once. One that was set forward by days skips what they would have brought.
    """
    planner.since = min(planner.since, now)
    if regrouping.look(planner.regrouping, content, now):
        planner.since = min(planner.since, now - regrouping.LATELY)
    ahead = now + dt.timedelta(minutes=content.early)
    async with connect.reading(db) as connection:
        zones = await audience.zones(connection, content.zone)
        found = [one for one in schedule.due(content.anniversaries, zones, planner.since, ahead) if one.until > now]
        new = await _begun(planner, connection, content, await _unplanned(connection, content, found), now)
    await _plan_all(db, content, new, now, planner.regrouping.at)
    planner.since = now
    return bool(new)


async def _begun(
    planner: Planner, db: Connection, content: Content, found: Sequence[Due], now: dt.datetime
) -> list[Due]:
    """Of these groups those whose moment has come, or whose wave is so long that it begins earlier."""
    ready = [one for one in found if one.at <= now]
    for at, coming in groupby(sorted((one for one in found if one.at > now), key=_at), key=_at):
        wave = list(coming)
        size = 0
        for one in wave:
            size += sum(
                one.chats for one in await audience.count(db, regrouping.audience(content, one, planner.regrouping.at))
            )
        if forecast.starts_at(at, size, planner.per_second, content.early) <= now:
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
    db: Database, content: Content, found: Sequence[Due], now: dt.datetime, regrouped_at: dt.datetime | None
) -> None:
    """Some groups by one transaction: many zones share a moment."""
    for first in range(0, len(found), AT_ONCE):
        async with connect.writing(db) as transaction:
            await plans.in_turn(transaction)
            told: dict[int, list[str]] = {}
            for one in await plans.add(transaction, found[first : first + AT_ONCE], now.timestamp()):
                whom = regrouping.audience(content, one, regrouped_at)
                told |= await _plan(transaction, content, one, whom, now)
            await plans.tell(transaction, told)


async def _plan(db: Connection, content: Content, due: Due, whom: Audience, now: dt.datetime) -> dict[int, list[str]]:
    """Write a message for each combination of notices that chats of the group want together: everybody gets one.

    The keys of what each of them tells, by its id.
    """
    told: dict[int, list[str]] = {}
    for wanted in await audience.combinations(db, whom):
        items = [item for item, one in zip(due.items, wanted, strict=True) if one]
        message_id = await messages.write(
            db,
            Kind.REMINDER,
            reminder.in_every_language(content, items, due.group.zone),
            now.timestamp(),
            key=due.key(items),
            expires_at=due.until.timestamp(),
            audience=replace(whom, wanted=wanted),
        )
        assert message_id is not None  # the group was not told of this day
        told[message_id] = [item.key for item in items]
        log.info("due at %d:00 in %s: %s", due.group.hour, due.group.zone, ", ".join(told[message_id]))
    return told


async def resume(db: Database, content: Content, per_second: float, now: dt.datetime) -> Planner:
    """After a stop: a planner that looks from where the last one stood.

    What came due since and whose local day is over by now is written down here, to be counted as late. What can still
    be told today is planned by the first step.
    """
    async with connect.reading(db) as connection:
        until = await plans.planned_until(connection)
        regrouped = await regrouping.resume(connection, content)
    since = now if until is None else min(now, dt.datetime.fromtimestamp(until, dt.UTC))
    await _catch_up(db, content, since, now)
    if regrouped.at is not None and regrouped.at >= since:
        since = min(since, regrouped.at - regrouping.LATELY)
    return Planner(per_second, since, regrouped)


async def note(planner: Planner, db: Database) -> bool:
    """Write down how far the calendar was looked through, for `resume`."""
    async with connect.writing(db) as transaction:
        await plans.set_planned_until(transaction, planner.since.timestamp())
    return False


async def _catch_up(db: Database, content: Content, since: dt.datetime, now: dt.datetime) -> None:
    async with connect.reading(db) as connection:
        zones = await audience.zones(connection, content.zone)
        found = schedule.due(content.anniversaries, zones, max(since, now - LONGEST_STOP), now)
        new = await _unplanned(connection, content, [one for one in found if one.until <= now])
    await _plan_all(db, content, new, now, regrouped_at=None)


async def tell_late(db: Database, content: Content, admins: Iterable[int], now: dt.datetime) -> bool:
    """Tell the admins, by the outbox, how many chats a reminder came too late for."""
    async with connect.writing(db) as transaction:
        late = await ledger.late(transaction, now.timestamp())
        if not late or not admins:
            return False
        words = {language: reminder.late(content, language, late) for language in content.languages}
        message_id = await messages.write(transaction, Kind.ALARM, words, now.timestamp())
        assert message_id is not None  # it has no key
        for admin in admins:
            await audience.queue_one(transaction, message_id, admin)
    log.warning("reminders came too late for %d chats; the admins are told", sum(late.values()))
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
    """Forget old updates."""
    async with connect.writing(db) as transaction:
        await inbox.purge(transaction, now.timestamp())
    return False
