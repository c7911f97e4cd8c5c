"""The menus with which an admin chooses to whom and when a broadcast goes out."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from outreachbot.bot.broadcasts.confirm import ask_to_confirm, find_draft
from outreachbot.bot.context import BotContext, CallbackAnswer, Request, arguments
from outreachbot.bot.guards import require_bot_admin
from outreachbot.bot.routing import Reply, button
from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.broadcasts.timing import LocalHour, Moment, Past, Timing, list_passed_zones
from outreachbot.domain.delivery.states import MessageKind
from outreachbot.domain.messages.message import Message
from outreachbot.services.broadcasts.plan import load_plan
from outreachbot.store import audience as audiences
from outreachbot.store.broadcasts.records import Broadcast
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.views.broadcasts import confirm, schedule
from outreachbot.views.broadcasts import replies as say
from outreachbot.views.parts import BROADCAST


async def choose_audience(context: BotContext, request: Request) -> Reply:
    """Narrow the audience down by one press."""
    broadcast = await find_draft(context, request)
    if broadcast is None or broadcast.message.kind is not MessageKind.BROADCAST:
        return CallbackAnswer(say.already_decided(request.language))
    async with connect.reading(context.db) as db:
        codes = await audiences.list_start_codes(db)
        languages = sorted({count.language for count in await audiences.count_chats(db, BroadcastAudience())})
    chosen = _narrowed(context, broadcast.message.broadcast_audience, arguments(request)[1], codes)
    async with connect.writing(context.db) as db:
        await messages.set_audience(db, broadcast.id, chosen)
        plan = await load_plan(context, db, replace(broadcast.message, audience=chosen))
    return confirm.audience_menu(request.language, context.content, plan, languages, codes)


def _narrowed(context: BotContext, audience: BroadcastAudience, choice: str, codes: list[str]) -> BroadcastAudience:
    """What a press in the menu makes of the audience; the audience itself where the button is not known any more."""
    what, _, value = choice.partition(".")
    number = int(value) if value.isascii() and value.isdigit() else -1
    match what:
        case "all":
            return BroadcastAudience()
        case "l":
            return replace(audience, languages=_toggled(audience.languages, (value,)))
        case "k" if value in confirm.KINDS:
            return replace(audience, kinds=_toggled(audience.kinds, confirm.KINDS[value]))
        case "a" if 0 <= number < len(context.content.anniversaries):
            day = context.content.anniversaries[number]
            is_chosen = audience.anniversary == day.id
            return replace(
                audience,
                anniversary="" if is_chosen else day.id,
                by_default=is_chosen or day.default,
                big=is_chosen or day.big,
            )
        case "c" if code := next((code for code in codes if confirm.start_code_data(code) == value), ""):
            return replace(audience, joined="" if audience.joined == code else code)
    return audience


def _toggled(chosen: tuple[str, ...], values: tuple[str, ...]) -> tuple[str, ...]:
    if set(values) <= set(chosen):
        return tuple(value for value in chosen if value not in values)
    return tuple(sorted({*chosen, *values}))


async def choose_time(context: BotContext, request: Request) -> Reply:
    """Choose the moment, press by press: the way, the day, the hour, and what remains open."""
    broadcast = await find_draft(context, request)
    if broadcast is None or broadcast.message.kind is not MessageKind.BROADCAST:
        return CallbackAnswer(say.already_decided(request.language))
    way, *chosen = arguments(request)[1].split(".")
    try:
        return await _step(context, request, broadcast, way, chosen)
    except (ValueError, OverflowError):  # a forged button
        return CallbackAnswer(say.already_decided(request.language))


async def _step(context: BotContext, request: Request, broadcast: Broadcast, way: str, chosen: list[str]) -> Reply:
    if way == "now":
        return await _timed(context, request, broadcast, None)
    if way not in (schedule.MOMENT, schedule.LOCAL):
        return schedule.time_menu(request.language, broadcast.id, context.content.zone)
    if not chosen:
        today = context.clock().astimezone(ZoneInfo(context.content.zone)).date()
        return schedule.day_menu(request.language, broadcast.id, way, today)
    date = dt.datetime.strptime(chosen[0], "%Y%m%d").date()  # noqa: DTZ007 a day, of whatever zone
    if len(chosen) == 1:
        return schedule.hour_menu(request.language, broadcast.id, way, date)
    at = dt.time(int(chosen[1]))
    if way == schedule.LOCAL:
        return await _local(context, request, broadcast, LocalHour(date, at.hour), chosen[2:])
    return await _moment(context, request, broadcast, dt.datetime.combine(date, at), chosen[2:])


async def _moment(
    context: BotContext, request: Request, broadcast: Broadcast, at: dt.datetime, minute: list[str]
) -> Reply:
    if not minute:
        return schedule.minute_menu(request.language, broadcast.id, at.date(), at.hour)
    moment = at.replace(minute=int(minute[0]), tzinfo=ZoneInfo(context.content.zone))
    if moment <= context.clock():
        return CallbackAnswer(schedule.in_the_past(request.language))
    return await _timed(context, request, broadcast, Moment(moment.astimezone(dt.UTC)))


async def _local(
    context: BotContext, request: Request, broadcast: Broadcast, chosen: LocalHour, past: list[str]
) -> Reply:
    if past:
        return await _timed(context, request, broadcast, replace(chosen, past=Past(past[0])))
    async with connect.reading(context.db) as db:
        zones = await audiences.count_by_zone(db, broadcast.message.audience, context.content.zone)
    if late := list_passed_zones(chosen, zones, context.clock()):
        return schedule.passed_menu(request.language, broadcast.id, chosen.date, chosen.hour, len(late))
    return await _timed(context, request, broadcast, chosen)


async def _timed(context: BotContext, request: Request, broadcast: Broadcast, timing: Timing) -> Message:
    async with connect.writing(context.db) as db:
        await messages.set_timing(db, broadcast.id, timing)
    return await ask_to_confirm(context, request, broadcast.id)


HANDLERS = [
    button(f"{BROADCAST}:whom", choose_audience, guard=require_bot_admin),
    button(f"{BROADCAST}:when", choose_time, guard=require_bot_admin),
]
