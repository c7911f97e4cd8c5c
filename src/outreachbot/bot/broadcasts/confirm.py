"""The question between the preview and the start: yes or no, and the consent of other admins."""

from collections import Counter

from outreachbot.bot.context import BotContext, CallbackAnswer, Request, arguments
from outreachbot.bot.guards import require_bot_admin
from outreachbot.bot.routing import Reply, button
from outreachbot.domain.broadcasts import timing as timings
from outreachbot.domain.broadcasts.timing import LocalHour, Moment
from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.delivery.states import JOBS, MessageState
from outreachbot.domain.messages.message import Message
from outreachbot.services.broadcasts.status import is_idle
from outreachbot.services.sending import messages as telegram_say
from outreachbot.store import audience as audiences
from outreachbot.store.broadcasts import records
from outreachbot.store.broadcasts.records import Broadcast
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection
from outreachbot.store.delivery import ledger, messages
from outreachbot.store.delivery.bodies import Bodies, select_language
from outreachbot.views.broadcasts import confirm
from outreachbot.views.broadcasts import replies as say
from outreachbot.views.broadcasts.confirm import BroadcastPlan
from outreachbot.views.parts import BROADCAST

HOLD_SECONDS = 30.0  # between the last consent and the start of what goes to many


async def ask_to_confirm(context: BotContext, request: Request, message_id: int) -> Message:
    """The question under the preview."""
    async with connect.reading(context.db) as db:
        one = await records.find(db, message_id)
        assert one is not None  # just written
        plan = await load_plan(context, db, one)
    return confirm.question(request.language, context.content, plan, context.clock())


async def load_plan(context: BotContext, db: Connection, one: Broadcast) -> BroadcastPlan:
    kinds, languages = Counter[str](), Counter[str]()
    if one.kind in JOBS:
        assert one.of_id is not None
        chats = await audiences.count_copies(db, one.of_id)
    else:
        for count in await audiences.count_chats(db, one.audience):
            kinds[count.kind] += count.chats
            languages[count.language] += count.chats
        chats = kinds.total()
    large = chats > context.large_audience
    zones = (
        await audiences.count_by_zone(db, one.audience, context.content.zone)
        if isinstance(one.timing, LocalHour)
        else {}
    )
    return BroadcastPlan(
        message_id=one.message_id,
        kind=one.kind,
        chats=chats,
        by_kind=kinds,
        by_language=languages,
        by_zone=zones,
        audience=one.audience,
        timing=one.timing,
        per_second=context.per_second,
        hold=HOLD_SECONDS if large else 0.0,
        approvals=context.approvals if large else 1,
    )


async def find_draft(context: BotContext, request: Request) -> Broadcast | None:
    """The draft that a button of its admin names, while it can be changed: nobody has confirmed it yet."""
    message_id, _rest = arguments(request)
    async with connect.reading(context.db) as db:
        one = await records.find(db, message_id)
        confirmed = bool(one and await records.count_consents(db, message_id))
    is_ours = one is not None and one.admin_id == request.user_id and one.state is MessageState.DRAFT
    return one if is_ours and not confirmed else None


async def show_question(context: BotContext, request: Request) -> Reply:
    """Back to the question."""
    one = await find_draft(context, request)
    return (
        CallbackAnswer(say.already_decided(request.language))
        if one is None
        else await ask_to_confirm(context, request, one.message_id)
    )


async def confirm_broadcast(context: BotContext, request: Request) -> Reply:
    """Its admin confirms: of two presses one finds a draft. What goes to many may need the consent of others.

    Pressed again while that is missing, those who have not consented are asked again.
    """
    message_id, _rest = arguments(request)
    assert request.user_id is not None  # the guard lets only admins through
    async with connect.writing(context.db) as db:
        await records.lock(db, message_id)
        one = await records.find(db, message_id)
        if one is None or one.admin_id != request.user_id or one.state is not MessageState.DRAFT:
            return CallbackAnswer(say.already_decided(request.language))
        if isinstance(one.timing, Moment) and one.timing.at < context.timestamp():
            return CallbackAnswer(say.moment_passed(request.language))
        plan = await load_plan(context, db, one)
        missing = plan.approvals - await records.add_consent(db, message_id, request.user_id)
        await records.set_progress_message(db, message_id, request.message_id)
        if missing <= 0:
            return await _launch(context, request, db, one, plan)
        others = context.admins - await records.list_consenting(db, message_id)
        bodies = await messages.load_bodies(db, message_id)
    unreachable = [admin for admin in sorted(others) if not await _asked(context, admin, request.user_id, plan, bodies)]
    return say.awaiting_consent(request.language, message_id, missing, unreachable)


async def _asked(context: BotContext, admin: int, author: int, plan: BroadcastPlan, bodies: Bodies) -> bool:
    """Show another admin what is to be sent, and ask for consent; whether that reached them."""
    language = context.content.default_language
    asking = confirm.question(language, context.content, plan, context.clock()).text
    await telegram_say.send_with_retry(context.messenger, select_language(bodies, language), admin, None)
    text = say.consent_request(language, plan.message_id, str(author), asking)
    return isinstance(await telegram_say.send_with_retry(context.messenger, text, admin, None), Sent)


async def _launch(context: BotContext, request: Request, db: Connection, one: Broadcast, plan: BroadcastPlan) -> Reply:
    """All consent: it starts, now or when its moment comes. The message with the buttons becomes its progress.

    A moment that has passed while consent was missing was missed, as if the bot had been down: a person decides.
    """
    if one.of_id is not None and not await _can_change(db, one.of_id):
        return CallbackAnswer(say.still_under_way(request.language))
    moment = context.timestamp() + plan.hold
    if isinstance(one.timing, LocalHour):
        moment = timings.compute_start(one.timing, plan.by_zone, moment)
    elif isinstance(one.timing, Moment):
        moment = one.timing.at
    if one.timing is not None or plan.hold:  # waves are missed, or not, from its moment on
        started = await messages.schedule(db, one.message_id, moment)
    else:
        started = await messages.start(db, one.message_id, context.timestamp())
    if not started:
        return CallbackAnswer(say.already_decided(request.language))
    context.wake_queueing.set()
    return CallbackAnswer()


async def _can_change(db: Connection, of_id: int) -> bool:
    """Whether nothing of the broadcast is on its way: what arrives later would stay as it was."""
    await records.lock(db, of_id)
    told = await ledger.find_message(db, of_id)
    return told is not None and is_idle(told, await ledger.count_states(db, of_id))


async def give_consent(context: BotContext, request: Request) -> Reply:
    """Another admin agrees, once; where none is missing any more, it starts."""
    message_id, _rest = arguments(request)
    assert request.user_id is not None  # the guard lets only admins through
    async with connect.writing(context.db) as db:
        await records.lock(db, message_id)
        one = await records.find(db, message_id)
        if one is None or one.state is not MessageState.DRAFT or not await records.count_consents(db, message_id):
            return CallbackAnswer(say.already_decided(request.language))
        plan = await load_plan(context, db, one)
        missing = plan.approvals - await records.add_consent(db, message_id, request.user_id)
        if missing <= 0 and (note := await _launch(context, request, db, one, plan)) != CallbackAnswer():
            return note
    return say.consented(request.language, max(0, missing))


async def refuse_consent(context: BotContext, request: Request) -> Reply:
    """Another admin does not want it sent: nothing is."""
    message_id, _rest = arguments(request)
    async with connect.writing(context.db) as db:
        one = await records.find(db, message_id)
        if one is None or not await messages.stop(db, message_id, context.timestamp(), only_from=messages.UNCONFIRMED):
            return CallbackAnswer(say.already_decided(request.language))
    text = say.objected(context.content.default_language, str(request.user_id))
    await telegram_say.send_with_retry(context.messenger, text, one.chat_id, None)
    return text


async def discard_draft(context: BotContext, request: Request) -> Reply:
    """Its admin does not want it sent; another draft of theirs may wait for consent all the same."""
    message_id, _rest = arguments(request)
    async with connect.writing(context.db) as db:
        found = await records.find(db, message_id)
        if found is None or found.admin_id != request.user_id or found.state is not MessageState.DRAFT:
            return CallbackAnswer(say.already_decided(request.language))
        await messages.rewrite(db, message_id, {})  # what it said is forgotten
        await messages.stop(db, message_id, context.timestamp(), only_from=messages.UNCONFIRMED)
    return say.discarded(request.language)


HANDLERS = [
    button(f"{BROADCAST}:{verb}", function, guard=require_bot_admin)
    for verb, function in {
        "ask": show_question,
        "send": confirm_broadcast,
        "consent": give_consent,
        "object": refuse_consent,
        "discard": discard_draft,
    }.items()
]
