"""Asks an admin whether to send a broadcast, collects the consent of other admins, and starts it."""

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
from outreachbot.services.sending import messages as sending
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
    """The draft of this admin, if it can still be changed: nobody has confirmed it yet."""
    async with connect.reading(context.db) as db:
        broadcast = await records.find(db, outbox_id)
        is_confirmed = bool(broadcast and await records.count_consents(db, outbox_id))
    return broadcast if _is_own_draft(broadcast, request) and not is_confirmed else None


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
    """Confirm the admin's draft and start it, unless it goes to many chats and needs the consent of others.

    While consent is missing, each press asks those who have not consented again.
    """
    outbox_id = choice.callback.outbox_id
    assert choice.user_id is not None  # the guard accepts only admins
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
    unreachable = [
        admin for admin in sorted(others) if not await _request_consent(context, admin, choice.user_id, plan, bodies)
    ]
    return say.awaiting_consent(choice.language, outbox_id, missing, unreachable)


async def _request_consent(context: BotContext, admin: int, author: int, plan: BroadcastPlan, bodies: Bodies) -> bool:
    """Show the message to another admin and ask for consent; returns whether the question arrived."""
    language = context.content.default_language
    question = confirm.question(language, context.content, plan, context.clock()).text
    await sending.send_with_retry(context.messenger, select_language(bodies, language), admin, None)
    text = say.consent_request(language, plan.message.id, str(author), question)
    return isinstance(await sending.send_with_retry(context.messenger, text, admin, None), Sent)


async def _launch(context: BotContext, request: Request, db: Connection, plan: BroadcastPlan) -> Reply:
    """Start the broadcast, now or at its time. The message with the buttons becomes its progress message.

    A time that passed while consent was missing counts as missed, as if the bot had been down: an admin decides.
    """
    message = plan.message
    if message.of_id is not None and not await _can_change(db, message.of_id):
        return CallbackAnswer(say.still_under_way(request.language))
    moment = context.clock() + dt.timedelta(seconds=plan.hold)
    if isinstance(message.timing, LocalHour):
        moment = compute_start(message.timing, plan.by_zone, moment)
    elif isinstance(message.timing, Moment):
        moment = message.timing.at
    if message.timing is not None or plan.hold:  # waves before this moment do not count as missed
        started = await messages.schedule(db, message.id, moment.timestamp())
    else:
        started = await messages.start(db, message.id, context.timestamp())
    if not started:
        return CallbackAnswer(say.already_decided(request.language))
    context.wake_queueing.set()
    return CallbackAnswer()


async def _can_change(db: Connection, of_id: OutboxId) -> bool:
    """Whether no copy is being sent: one that arrives after the change would keep the old text."""
    await records.lock(db, of_id)
    message = await ledger.find_message(db, of_id)
    return message is not None and message.is_idle(await ledger.count_states(db, of_id))


async def give_consent(context: BotContext, choice: Choice[GiveConsent]) -> Reply:
    """Record another admin's consent; start the broadcast if no more is needed."""
    outbox_id = choice.callback.outbox_id
    assert choice.user_id is not None  # the guard accepts only admins
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
    """Stop the draft because another admin objects."""
    outbox_id = choice.callback.outbox_id
    async with connect.writing(context.db) as db:
        broadcast = await records.find(db, outbox_id)
        stopped = await messages.stop(db, outbox_id, context.timestamp(), only_from=messages.UNCONFIRMED)
        if broadcast is None or not stopped:
            return CallbackAnswer(say.already_decided(choice.language))
    text = say.objected(context.content.default_language, str(choice.user_id))
    await sending.send_with_retry(context.messenger, text, broadcast.chat_id, None)
    return text


async def discard_draft(context: BotContext, choice: Choice[DiscardDraft]) -> Reply:
    """Discard the draft. Other drafts of the same admin may still be waiting for consent."""
    outbox_id = choice.callback.outbox_id
    async with connect.writing(context.db) as db:
        if not _is_own_draft(await records.find(db, outbox_id), choice):
            return CallbackAnswer(say.already_decided(choice.language))
        await messages.rewrite(db, outbox_id, {})  # delete its content
        await messages.stop(db, outbox_id, context.timestamp(), only_from=messages.UNCONFIRMED)
    return say.discarded(choice.language)


HANDLERS = [
    button(ShowQuestion, show_question, guard=require_bot_admin),
    button(ConfirmBroadcast, confirm_broadcast, guard=require_bot_admin),
    button(GiveConsent, give_consent, guard=require_bot_admin),
    button(RefuseConsent, refuse_consent, guard=require_bot_admin),
    button(DiscardDraft, discard_draft, guard=require_bot_admin),
]
