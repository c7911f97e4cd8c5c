"""The menus with which an admin chooses to whom and when a broadcast goes out."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from outreachbot.bot.broadcasts.confirm import ask_to_confirm, find_draft
from outreachbot.bot.context import BotContext, CallbackAnswer, Choice, Request
from outreachbot.bot.guards import require_bot_admin
from outreachbot.bot.routing import Reply, button
from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.broadcasts.timing import LocalHour, Moment, Timing, list_passed_zones
from outreachbot.domain.callbacks.broadcasts import (
    ClearAudience,
    ClearTime,
    SetLocalHour,
    SetMoment,
    ShowAudience,
    ShowSendingDays,
    ShowSendingHours,
    ShowSendingMinutes,
    ShowTimes,
    ToggleAnniversary,
    ToggleChatGroup,
    ToggleLanguage,
    ToggleStartCode,
)
from outreachbot.domain.delivery.states import MessageKind
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.messages.message import Message
from outreachbot.services.broadcasts.plan import load_plan
from outreachbot.store import audience as audiences
from outreachbot.store.broadcasts.records import Broadcast
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.views.broadcasts import audience as audience_views
from outreachbot.views.broadcasts import replies as say
from outreachbot.views.broadcasts import schedule
from outreachbot.views.broadcasts.names import KINDS

AudienceChange = ShowAudience | ClearAudience | ToggleLanguage | ToggleChatGroup | ToggleAnniversary | ToggleStartCode


async def change_audience(context: BotContext, choice: Choice[AudienceChange]) -> Reply:
    """Show the menu of the audience, after it was narrowed down by one press."""
    broadcast = await _find_broadcast(context, choice, choice.callback.outbox_id)
    if broadcast is None:
        return CallbackAnswer(say.already_decided(choice.language))
    async with connect.reading(context.db) as db:
        codes = await audiences.list_start_codes(db)
        languages = sorted({count.language for count in await audiences.count_chats(db, BroadcastAudience())})
    audience = _narrow(context, broadcast.message.broadcast_audience, choice.callback, codes)
    async with connect.writing(context.db) as db:
        await messages.set_audience(db, broadcast.id, audience)
        plan = await load_plan(context, db, replace(broadcast.message, audience=audience))
    return audience_views.audience_menu(choice.language, context.content, plan, languages, codes)


async def _find_broadcast(context: BotContext, request: Request, outbox_id: OutboxId) -> Broadcast | None:
    """The draft, if it is one of a broadcast: corrections and deletions go to who has a copy, at once."""
    draft = await find_draft(context, request, outbox_id)
    return draft if draft is not None and draft.message.kind is MessageKind.BROADCAST else None


def _narrow(
    context: BotContext, audience: BroadcastAudience, change: AudienceChange, codes: list[str]
) -> BroadcastAudience:
    """The audience after a press in the menu; unchanged where what the button names is gone."""
    match change:
        case ClearAudience():
            return BroadcastAudience()
        case ToggleLanguage(_, language):
            return replace(audience, languages=_toggle(audience.languages, (language,)))
        case ToggleChatGroup(_, group):
            return replace(audience, kinds=_toggle(audience.kinds, KINDS[group]))
        case ToggleAnniversary(_, position) if position < len(context.content.anniversaries):
            day = context.content.anniversaries[position]
            was_chosen = audience.anniversary == day.id
            return replace(
                audience,
                anniversary="" if was_chosen else day.id,
                by_default=was_chosen or day.default,
                big=was_chosen or day.big,
            )
        case ToggleStartCode(_, code_hash):
            code = next((code for code in codes if audience_views.hash_start_code(code) == code_hash), "")
            if code:
                return replace(audience, joined="" if audience.joined == code else code)
    return audience


def _toggle(chosen: tuple[str, ...], values: tuple[str, ...]) -> tuple[str, ...]:
    if set(values) <= set(chosen):
        return tuple(value for value in chosen if value not in values)
    return tuple(sorted({*chosen, *values}))


TimeMenu = ShowTimes | ShowSendingDays | ShowSendingHours | ShowSendingMinutes


async def show_time_menu(context: BotContext, choice: Choice[TimeMenu]) -> Reply:
    """Ask when it goes out, press by press: by which clock, on which day, at which hour, at which minute."""
    if await _find_broadcast(context, choice, choice.callback.outbox_id) is None:
        return CallbackAnswer(say.already_decided(choice.language))
    match choice.callback:
        case ShowTimes(outbox_id):
            return schedule.time_menu(choice.language, outbox_id, context.content.zone)
        case ShowSendingDays(outbox_id, clock):
            today = context.clock().astimezone(ZoneInfo(context.content.zone)).date()
            return schedule.day_menu(choice.language, outbox_id, clock, today)
        case ShowSendingHours(outbox_id, clock, date):
            return schedule.hour_menu(choice.language, outbox_id, clock, date)
        case ShowSendingMinutes(outbox_id, date, hour):
            return schedule.minute_menu(choice.language, outbox_id, date, hour)


async def clear_time(context: BotContext, choice: Choice[ClearTime]) -> Reply:
    """It goes out as soon as it is confirmed."""
    broadcast = await _find_broadcast(context, choice, choice.callback.outbox_id)
    if broadcast is None:
        return CallbackAnswer(say.already_decided(choice.language))
    return await _set_timing(context, choice, broadcast, None)


async def set_moment(context: BotContext, choice: Choice[SetMoment]) -> Reply:
    broadcast = await _find_broadcast(context, choice, choice.callback.outbox_id)
    if broadcast is None:
        return CallbackAnswer(say.already_decided(choice.language))
    time = dt.time(choice.callback.hour, choice.callback.minute)
    moment = dt.datetime.combine(choice.callback.date, time, ZoneInfo(context.content.zone))
    if moment <= context.clock():
        return CallbackAnswer(schedule.in_the_past(choice.language))
    return await _set_timing(context, choice, broadcast, Moment(moment.astimezone(dt.UTC)))


async def set_local_hour(context: BotContext, choice: Choice[SetLocalHour]) -> Reply:
    """It goes out at that hour of each zone; where it has passed in some already, ask what their chats get."""
    broadcast = await _find_broadcast(context, choice, choice.callback.outbox_id)
    if broadcast is None:
        return CallbackAnswer(say.already_decided(choice.language))
    date, hour, past = choice.callback.date, choice.callback.hour, choice.callback.past
    if past is not None:
        return await _set_timing(context, choice, broadcast, LocalHour(date, hour, past))
    async with connect.reading(context.db) as db:
        zones = await audiences.count_by_zone(db, broadcast.message.audience, context.content.zone)
    if passed := list_passed_zones(LocalHour(date, hour), zones, context.clock()):
        return schedule.passed_menu(choice.language, broadcast.id, date, hour, len(passed))
    return await _set_timing(context, choice, broadcast, LocalHour(date, hour))


async def _set_timing(context: BotContext, request: Request, broadcast: Broadcast, timing: Timing) -> Message:
    async with connect.writing(context.db) as db:
        await messages.set_timing(db, broadcast.id, timing)
    return await ask_to_confirm(context, request, broadcast.id)


HANDLERS = [
    button(ShowAudience, change_audience, guard=require_bot_admin),
    button(ClearAudience, change_audience, guard=require_bot_admin),
    button(ToggleLanguage, change_audience, guard=require_bot_admin),
    button(ToggleChatGroup, change_audience, guard=require_bot_admin),
    button(ToggleAnniversary, change_audience, guard=require_bot_admin),
    button(ToggleStartCode, change_audience, guard=require_bot_admin),
    button(ShowTimes, show_time_menu, guard=require_bot_admin),
    button(ClearTime, clear_time, guard=require_bot_admin),
    button(ShowSendingDays, show_time_menu, guard=require_bot_admin),
    button(ShowSendingHours, show_time_menu, guard=require_bot_admin),
    button(ShowSendingMinutes, show_time_menu, guard=require_bot_admin),
    button(SetMoment, set_moment, guard=require_bot_admin),
    button(SetLocalHour, set_local_hour, guard=require_bot_admin),
]
