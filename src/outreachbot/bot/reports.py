"""Answers "Report a mistake": passes a member's report to the admins, and an admin's answer to the member."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from telegram import Message as TelegramMessage
from telegram.ext import filters

from outreachbot.bot import incoming
from outreachbot.bot.context import BotContext, CallbackAnswer, Choice, Request
from outreachbot.bot.guards import require_bot_admin
from outreachbot.bot.routing import Reply, button, message, private_link
from outreachbot.domain.callbacks.admins import AnswerReport, HearReporter, IgnoreReporter
from outreachbot.domain.callbacks.pages import ReportMistake
from outreachbot.domain.delivery.outcomes import Failed, Outcome, Sent, Uncertain
from outreachbot.domain.delivery.states import GONE
from outreachbot.domain.messages.message import Message, text_length
from outreachbot.domain.reports import MAX_ANSWER, MAX_REPORT, clean_text, find_refusal
from outreachbot.services.sending import messages as sending
from outreachbot.services.sending.chats import record_chat_outcome
from outreachbot.store import reports as store
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection
from outreachbot.store.reports import Report
from outreachbot.views import reports as say
from outreachbot.views.pages import facts, info


async def start_report(context: BotContext, choice: Choice[ReportMistake]) -> Reply:
    """Answer the button under a fact. In groups and channels it opens the private chat instead."""
    if not choice.in_private:
        return CallbackAnswer(url=private_link(context.bot.username, choice.callback))
    return await ask_for_report(context, choice)


async def ask_for_report(context: BotContext, choice: Choice[ReportMistake]) -> Message:
    """Ask what is wrong with the fact, in a private chat."""
    fact_id = choice.callback.fact_id
    if refusal := _refuse_report(context, choice, fact_id):
        return refusal
    async with connect.reading(context.db) as db:
        why = find_refusal(await store.count_recent(db, choice.chat_id, context.timestamp()))
    if why is not None:
        return say.report_refused(choice.language, fact_id, why, written=False)
    return say.ask_for_report(context.content, choice.language, fact_id)


def _refuse_report(context: BotContext, request: Request, fact_id: str) -> Message | None:
    """What to answer if nothing can be reported: the fact is gone, or there is no admin to read it."""
    if fact_id not in context.content.fact_by_id:
        return facts.fact_not_found(context.content, request.language)
    return None if context.admins else info.about(context.content, request.language)


async def receive_report(context: BotContext, request: Request) -> Message:
    """Store the reply to the question as a report. A message handled again (after a crash) gives no second report."""
    fact_id = say.read_fact_question(_read_question(request)) or ""
    if refusal := _refuse_report(context, request, fact_id):
        return refusal
    words = clean_text(request.words)
    if notice := _find_problem(request.language, words, MAX_REPORT):
        return say.ask_for_report(context.content, request.language, fact_id, notice)
    async with connect.writing(context.db) as db:
        why = find_refusal(
            await store.count_recent(db, request.chat_id, context.timestamp(), excluding=request.telegram_message_id)
        )
        if why is not None:
            return say.report_refused(request.language, fact_id, why, written=True)
        about: dict[str, Any] = {"language": request.language, "words": words, "now": context.timestamp()}
        new = await store.add(db, fact_id, request.chat_id, request.telegram_message_id, **about)
        if new is not None:
            await _queue_alert(context, db, new)
    context.wake_sender.set()
    return say.thanks(request.language)


def _read_question(request: Request) -> str:
    """The text of the message that was replied to."""
    assert request.message is not None
    assert request.message.reply_to_message is not None  # the filter accepts only replies
    return request.message.reply_to_message.text or ""


def _find_problem(language: str, words: str, most: int) -> str:
    """What is wrong with the text: missing, or too long; empty if nothing."""
    if not words:
        return say.text_wanted(language)
    return say.too_long(language, most) if text_length(words) > most else ""


async def _queue_alert(context: BotContext, db: Connection, new: Report) -> None:
    """Queue the report for all admins, in the transaction that stores it, so that no report is lost."""
    bodies = {language: _render_alert(context, language, new, ignored=False) for language in context.content.languages}
    await store.queue_alert(db, new.id, bodies, context.admins, context.timestamp())


def _render_alert(context: BotContext, language: str, report: Report, *, ignored: bool) -> Message:
    return say.report_alert(
        context.content, language, report.id, report.fact_id, report.chat_id, report.words, ignored=ignored
    )


async def set_ignored(context: BotContext, choice: Choice[IgnoreReporter | HearReporter]) -> Reply:
    """Ignore reports from this person, or stop ignoring them. Any admin decides for all."""
    chat_id, is_ignored = choice.callback.chat_id, isinstance(choice.callback, IgnoreReporter)
    async with connect.writing(context.db) as db:
        await (store.ignore if is_ignored else store.stop_ignoring)(db, chat_id)
        report = await store.find(db, choice.callback.report_id)
    if report is None or report.chat_id != chat_id:
        return CallbackAnswer((say.ignored if is_ignored else say.not_ignored)(choice.language, chat_id))
    return _render_alert(context, choice.language, report, ignored=is_ignored)


async def ask_for_answer(context: BotContext, choice: Choice[AnswerReport]) -> Reply:
    """Ask the admin for an answer to the report."""
    async with connect.reading(context.db) as db:
        report = await store.find(db, choice.callback.report_id)
    if report is None:
        return CallbackAnswer(say.report_not_found(choice.language))
    if report.answered_at is not None:
        return CallbackAnswer(_explain_answered(context, choice, report))
    return say.ask_for_answer(choice.language, report.id)


def _explain_answered(context: BotContext, request: Request, report: Report) -> str:
    at = dt.datetime.fromtimestamp(report.answered_at or 0.0, dt.UTC)
    return say.already_answered(request.language, at, context.content.zone)


async def receive_answer(context: BotContext, request: Request) -> Message:
    """Send an admin's answer to the member, and report the outcome.

    It is stored first, so that only one of two admins who answer at the same time succeeds. If it may not have
    arrived, the report can be answered again.
    """
    assert request.user_id is not None  # the guard lets only admins through
    report_id = say.read_answer_question(_read_question(request)) or 0
    if notice := _find_problem(request.language, request.words, MAX_ANSWER):
        return say.ask_for_answer(request.language, report_id, notice)
    async with connect.writing(context.db) as db:
        is_first = await store.record_answer(
            db, report_id, request.user_id, request.telegram_message_id, context.timestamp()
        )
        report = await store.find(db, report_id)
    if report is None:
        return Message(say.report_not_found(request.language))
    if not is_first:
        return Message(_explain_answered(context, request, report))
    assert request.message is not None
    words = say.answer_message(
        context.content, report.language, report.fact_id, report.words, incoming.read_text(request.message)
    )
    outcome = await sending.send_with_retry(context.messenger, words, report.chat_id, None)
    await record_chat_outcome(context, report.chat_id, outcome)
    if not isinstance(outcome, Sent):
        async with connect.writing(context.db) as db:
            await store.reopen(db, report_id)
    return _describe_outcome(request.language, report_id, outcome)


def _describe_outcome(language: str, report_id: int, outcome: Outcome) -> Message:
    match outcome:
        case Sent():
            return say.answer_arrived(language, report_id)
        case Failed(reason, _) if reason in GONE:
            return say.answer_blocked(language, report_id)
        case Failed(_, detail):
            return say.answer_refused(language, report_id, detail)
        case Uncertain():
            return say.answer_uncertain(language, report_id)
    return say.answer_not_sent(language, report_id)


class _Replies(filters.MessageFilter):
    """A reply to a question of the bot, recognised by its text."""

    def __init__(self, read_question: Callable[[str], object]) -> None:
        super().__init__()
        self.read_question = read_question  # returns None for any other text

    def filter(self, message: TelegramMessage) -> bool:
        asked = message.reply_to_message
        if asked is None or asked.from_user is None or not asked.from_user.is_bot:
            return False
        return self.read_question(asked.text or "") is not None


_TEXT_OR_FILE = filters.ChatType.PRIVATE & (filters.TEXT | filters.ATTACHMENT) & ~filters.COMMAND

HANDLERS = [
    button(ReportMistake, start_report),
    message(receive_report, _TEXT_OR_FILE & _Replies(say.read_fact_question)),
    button(AnswerReport, ask_for_answer, guard=require_bot_admin),
    button(IgnoreReporter, set_ignored, guard=require_bot_admin),
    button(HearReporter, set_ignored, guard=require_bot_admin),
    message(receive_answer, _TEXT_OR_FILE & _Replies(say.read_answer_question), guard=require_bot_admin),
]
