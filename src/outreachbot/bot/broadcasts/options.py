"""The menus with which an admin chooses to whom and when a broadcast goes out."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from outreachbot.bot.broadcasts.confirm import draft_of, plan_of, question
from outreachbot.bot.context import Ask, House, Note, arguments, now
from outreachbot.bot.guards import admins_of_the_bot
from outreachbot.bot.routing import Reply, button
from outreachbot.domain.broadcasts import timing as timings
from outreachbot.domain.broadcasts.audience import Audience
from outreachbot.domain.broadcasts.timing import LocalHour, Moment, Past, Timing
from outreachbot.domain.delivery.states import Kind
from outreachbot.domain.messages.message import Message
from outreachbot.store import audience as audiences
from outreachbot.store.broadcasts.records import Broadcast
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.views.broadcasts import confirm, schedule
from outreachbot.views.broadcasts import replies as say
from outreachbot.views.parts import BROADCAST


async def whom(house: House, ask: Ask) -> Reply:
    """Narrow the audience down by one press."""
    one = await draft_of(house, ask)
    if one is None or one.kind is not Kind.BROADCAST:
        return Note(say.decided(ask.language))
    async with connect.reading(house.db) as db:
        codes = await audiences.codes(db)
        languages = sorted({count.language for count in await audiences.count(db, Audience())})
    chosen = _narrowed(house, one.audience, arguments(ask)[1], codes)
    async with connect.writing(house.db) as db:
        await messages.narrow(db, one.message_id, chosen)
        plan = await plan_of(house, db, replace(one, audience=chosen))
    return confirm.whom(ask.language, house.content, plan, languages, codes)


def _narrowed(house: House, audience: Audience, choice: str, codes: list[str]) -> Audience:
    """What a press in the menu makes of the audience; the audience itself where the button is not known any more."""
    what, _, value = choice.partition(".")
    number = int(value) if value.isascii() and value.isdigit() else -1
    match what:
        case "all":
            return Audience()
        case "l":
            return replace(audience, languages=_toggled(audience.languages, (value,)))
        case "k" if value in confirm.KINDS:
            return replace(audience, kinds=_toggled(audience.kinds, confirm.KINDS[value]))
        case "a" if 0 <= number < len(house.content.anniversaries):
            one = house.content.anniversaries[number]
            is_chosen = audience.anniversary == one.id
            return replace(
                audience,
                anniversary="" if is_chosen else one.id,
                by_default=is_chosen or one.default,
                big=is_chosen or one.big,
            )
        case "c" if code := next((code for code in codes if confirm.code_data(code) == value), ""):
            return replace(audience, joined="" if audience.joined == code else code)
    return audience


def _toggled(chosen: tuple[str, ...], values: tuple[str, ...]) -> tuple[str, ...]:
    if set(values) <= set(chosen):
        return tuple(one for one in chosen if one not in values)
    return tuple(sorted({*chosen, *values}))


async def when(house: House, ask: Ask) -> Reply:
    """Choose the moment, press by press: the way, the day, the hour, and what remains open."""
    one = await draft_of(house, ask)
    if one is None or one.kind is not Kind.BROADCAST:
        return Note(say.decided(ask.language))
    way, *chosen = arguments(ask)[1].split(".")
    try:
        return await _step(house, ask, one, way, chosen)
    except (ValueError, OverflowError):  # a forged button
        return Note(say.decided(ask.language))


async def _step(house: House, ask: Ask, one: Broadcast, way: str, chosen: list[str]) -> Reply:
    if way == "now":
        return await _timed(house, ask, one, None)
    if way not in (schedule.MOMENT, schedule.LOCAL):
        return schedule.ways(ask.language, one.message_id, house.content.zone)
    if not chosen:
        today = house.clock().astimezone(ZoneInfo(house.content.zone)).date()
        return schedule.days(ask.language, one.message_id, way, today)
    date = dt.datetime.strptime(chosen[0], "%Y%m%d").date()  # noqa: DTZ007 a day, of whatever zone
    if len(chosen) == 1:
        return schedule.hours(ask.language, one.message_id, way, date)
    at = dt.time(int(chosen[1]))
    if way == schedule.LOCAL:
        return await _local(house, ask, one, LocalHour(date, at.hour), chosen[2:])
    return await _moment(house, ask, one, dt.datetime.combine(date, at), chosen[2:])


async def _moment(house: House, ask: Ask, one: Broadcast, at: dt.datetime, minute: list[str]) -> Reply:
    if not minute:
        return schedule.minutes(ask.language, one.message_id, at.date(), at.hour)
    moment = at.replace(minute=int(minute[0]), tzinfo=ZoneInfo(house.content.zone))
    if moment <= house.clock():
        return Note(schedule.in_the_past(ask.language))
    return await _timed(house, ask, one, Moment(moment.timestamp()))


async def _local(house: House, ask: Ask, one: Broadcast, chosen: LocalHour, past: list[str]) -> Reply:
    if past:
        return await _timed(house, ask, one, replace(chosen, past=Past(past[0])))
    async with connect.reading(house.db) as db:
        zones = await audiences.by_zone(db, one.audience, house.content.zone)
    if late := timings.late(chosen, zones, now(house)):
        return schedule.passed(ask.language, one.message_id, chosen.date, chosen.hour, len(late))
    return await _timed(house, ask, one, chosen)


async def _timed(house: House, ask: Ask, one: Broadcast, timing: Timing) -> Message:
    async with connect.writing(house.db) as db:
        await messages.time(db, one.message_id, timing)
    return await question(house, ask, one.message_id)


HANDLERS = [
    button(f"{BROADCAST}:whom", whom, guard=admins_of_the_bot),
    button(f"{BROADCAST}:when", when, guard=admins_of_the_bot),
]
