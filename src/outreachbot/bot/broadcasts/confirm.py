"""The question between the preview and the start: yes or no, and the consent of other admins."""

import datetime as dt

from outreachbot.bot.context import BotContext, CallbackAnswer, Choice, Request
from outreachbot.bot.guards import require_bot_admin
from outreachbot.bot.routing import Reply, button
from outreachbot.domain.broadcasts.timing import LocalHour, Moment, compute_start
from outreachbot.domain.callbacks.broadcasts import (
    ConfirmBroadcast,
    DiscardDraft,
    GiveConsent,
    RefuseConsent,
    ShowQuestion,
)
from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.delivery.states import MessageState
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.messages.message import Message
from outreachbot.services.broadcasts.plan import load_plan
from outreachbot.services.sending import messages as telegram_say
from outreachbot.store.broadcasts import records
from outreachbot.store.broadcasts.records import Broadcast
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection
from outreachbot.store.delivery import ledger, messages
from outreachbot.store.delivery.bodies import Bodies, select_language
from outreachbot.views.broadcasts import confirm
from outreachbot.views.broadcasts import replies as say
from outreachbot.views.broadcasts.confirm import BroadcastPlan


async def ask_to_confirm(context: BotContext, request: Request, outbox_id: OutboxId) -> Message:
    """The question under the preview."""
    async with connect.reading(context.db) as db:
        broadcast = await records.find(db, outbox_id)
        assert broadcast is not None  # just written
        plan = await load_plan(context, db, broadcast.message)
    return confirm.question(request.language, context.content, plan, context.clock())


async def find_draft(context: BotContext, request: Request, outbox_id: OutboxId) -> Broadcast | None:
    """The draft of this admin, while it can be changed: nobody has confirmed it yet."""
    async with connect.reading(context.db) as db:
        broadcast = await records.find(db, outbox_id)
        confirmed = bool(broadcast and await records.count_consents(db, outbox_id))
    return broadcast if _is_own_draft(broadcast, request) and not confirmed else None


def _is_own_draft(broadcast: Broadcast | None, request: Request) -> bool:
    if broadcast is None or broadcast.admin_id != request.user_id:
        return False
    return broadcast.message.state is MessageState.DRAFT


async def show_question(context: BotContext, choice: Choice[ShowQuestion]) -> Reply:
    """Back to the question."""
    broadcast = await find_draft(context, choice, choice.callback.outbox_id)
    if broadcast is None:
        return CallbackAnswer(say.already_decided(choice.language))
    return await ask_to_confirm(context, choice, broadcast.id)


async def confirm_broadcast(context: BotContext, choice: Choice[ConfirmBroadcast]) -> Reply:
    """Its admin confirms: of two presses only one finds a draft. What goes to many may need the consent of others.

    Pressed again while that is missing, those who have not consented are asked again.
    """
    outbox_id = choice.callback.outbox_id
    assert choice.user_id is not None  # the guard lets only admins through
    async with connect.writing(context.db) as db:
        await records.lock(db, outbox_id)
        broadcast = await records.find(db, outbox_id)
        if broadcast is None or not _is_own_draft(broadcast, choice):
            return CallbackAnswer(say.already_decided(choice.language))
        timing = broadcast.message.timing
        if isinstance(timing, Moment) and timing.at < context.clock():
            return CallbackAnswer(say.moment_passed(choice.language))
        plan = await load_plan(context, db, broadcast.message)
        missing = plan.approvals - await records.add_consent(db, outbox_id, choice.user_id)
        await records.set_progress_message(db, outbox_id, choice.telegram_message_id)
        if missing <= 0:
            return await _launch(context, choice, db, plan)
        others = context.admins - await records.list_consenting(db, outbox_id)
        bodies = await messages.load_bodies(db, outbox_id)
    unreachable = [admin for admin in sorted(others) if not await _asked(context, admin, choice.user_id, plan, bodies)]
    return say.awaiting_consent(choice.language, outbox_id, missing, unreachable)


async def _asked(context: BotContext, admin: int, author: int, plan: BroadcastPlan, bodies: Bodies) -> bool:
    """Show another admin what is to be sent, and ask for consent; whether that reached them."""
    language = context.content.default_language
    asking = confirm.question(language, context.content, plan, context.clock()).text
    await telegram_say.send_with_retry(context.messenger, select_language(bodies, language), admin, None)
    text = say.consent_request(language, plan.message.id, str(author), asking)
    return isinstance(await telegram_say.send_with_retry(context.messenger, text, admin, None), Sent)


async def _launch(context: BotContext, request: Request, db: Connection, plan: BroadcastPlan) -> Reply:
    """All consent: it starts, now or when its moment comes. The message with the buttons becomes its progress.

    A moment that has passed while consent was missing was missed, as if the bot had been down: a person decides.
    """
    message = plan.message
    if message.of_id is not None and not await _can_change(db, message.of_id):
        return CallbackAnswer(say.still_under_way(request.language))
    moment = context.clock() + dt.timedelta(seconds=plan.hold)
    if isinstance(message.timing, LocalHour):
        moment = compute_start(message.timing, plan.by_zone, moment)
    elif isinstance(message.timing, Moment):
        moment = message.timing.at
    if message.timing is not None or plan.hold:  # whether waves were missed is judged from this moment on
        started = await messages.schedule(db, message.id, moment.timestamp())
    else:
        started = await messages.start(db, message.id, context.timestamp())
    if not started:
        return CallbackAnswer(say.already_decided(request.language))
    context.wake_queueing.set()
    return CallbackAnswer()


async def _can_change(db: Connection, of_id: OutboxId) -> bool:
    """Whether nothing of the broadcast is on its way: what arrives later would stay as it was."""
    await records.lock(db, of_id)
    message = await ledger.find_message(db, of_id)
    return message is not None and message.is_idle(await ledger.count_states(db, of_id))


async def give_consent(context: BotContext, choice: Choice[GiveConsent]) -> Reply:
    """Another admin agrees, once; where none is missing any more, it starts."""
    outbox_id = choice.callback.outbox_id
    assert choice.user_id is not None  # the guard lets only admins through
    async with connect.writing(context.db) as db:
        await records.lock(db, outbox_id)
        broadcast = await records.find(db, outbox_id)
        is_waiting = await records.count_consents(db, outbox_id) > 0
        if broadcast is None or broadcast.message.state is not MessageState.DRAFT or not is_waiting:
            return CallbackAnswer(say.already_decided(choice.language))
        plan = await load_plan(context, db, broadcast.message)
        missing = plan.approvals - await records.add_consent(db, outbox_id, choice.user_id)
        if missing <= 0 and (note := await _launch(context, choice, db, plan)) != CallbackAnswer():
            return note
    return say.consented(choice.language, max(0, missing))


async def refuse_consent(context: BotContext, choice: Choice[RefuseConsent]) -> Reply:
    """Another admin does not want it sent: nothing is."""
    outbox_id = choice.callback.outbox_id
    async with connect.writing(context.db) as db:
        broadcast = await records.find(db, outbox_id)
        stopped = await messages.stop(db, outbox_id, context.timestamp(), only_from=messages.UNCONFIRMED)
        if broadcast is None or not stopped:
            return CallbackAnswer(say.already_decided(choice.language))
    text = say.objected(context.content.default_language, str(choice.user_id))
    await telegram_say.send_with_retry(context.messenger, text, broadcast.chat_id, None)
    return text


async def discard_draft(context: BotContext, choice: Choice[DiscardDraft]) -> Reply:
    """Its admin does not want it sent; another draft of theirs may wait for consent all the same."""
    outbox_id = choice.callback.outbox_id
    async with connect.writing(context.db) as db:
        if not _is_own_draft(await records.find(db, outbox_id), choice):
            return CallbackAnswer(say.already_decided(choice.language))
        await messages.rewrite(db, outbox_id, {})  # what it said is forgotten
        await messages.stop(db, outbox_id, context.timestamp(), only_from=messages.UNCONFIRMED)
    return say.discarded(choice.language)


HANDLERS = [
    button(ShowQuestion, show_question, guard=require_bot_admin),
    button(ConfirmBroadcast, confirm_broadcast, guard=require_bot_admin),
    button(GiveConsent, give_consent, guard=require_bot_admin),
    button(RefuseConsent, refuse_consent, guard=require_bot_admin),
    button(DiscardDraft, discard_draft, guard=require_bot_admin),
]
