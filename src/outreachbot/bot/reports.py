"""Answers "Report a mistake": what a member writes goes to the admins, and an admin's answer back to the member."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from telegram import Message as TelegramMessage
from telegram.ext import filters

from outreachbot.bot import incoming, routing
from outreachbot.bot.context import Ask, House, Note, arguments, now
from outreachbot.bot.guards import admins_of_the_bot
from outreachbot.bot.routing import Reply, button, message, private_address
from outreachbot.domain.delivery.outcomes import Failed, Outcome, Sent, Uncertain
from outreachbot.domain.delivery.states import GONE
from outreachbot.domain.messages.message import Message, length
from outreachbot.domain.reports import MAX_ANSWER, MAX_REPORT, clean, refusal
from outreachbot.services.sending import messages as telegram_say
from outreachbot.store import reports as store
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection
from outreachbot.store.reports import Report
from outreachbot.views import reports as say
from outreachbot.views.pages import facts, info
from outreachbot.views.parts import REPORT, REPORTS


async def report(house: House, ask: Ask) -> Reply:
    """The button under a fact. In groups and channels it opens the private chat: nothing of it is posted there."""
    if not ask.in_private:
        return Note(url=private_address(house.bot.username, ask))
    return await begin(house, ask)


async def begin(house: House, ask: Ask) -> Message:
    """Ask what is wrong with the fact, in a private chat."""
    if elsewhere := _elsewhere(house, ask, ask.words):
        return elsewhere
    async with connect.reading(house.db) as db:
        why = refusal(await store.recent(db, ask.chat_id, now(house)))
    if why is not None:
        return say.refused(ask.language, ask.words, why, written=False)
    return say.ask(house.content, ask.language, ask.words)


def _elsewhere(house: House, ask: Ask, fact_id: str) -> Message | None:
    """What is said where nothing can be reported: the fact is gone, or no admin would read it."""
    if fact_id not in house.content.fact_by_id:
        return facts.gone(house.content, ask.language)
    return None if house.admins else info.about(house.content, ask.language)


async def reported(house: House, ask: Ask) -> Message:
    """The reply to our question. The same message handled again (after a crash) is the same report."""
    fact_id = say.fact_asked_about(_question(ask)) or ""
    if elsewhere := _elsewhere(house, ask, fact_id):
        return elsewhere
    words = clean(ask.words)
    if notice := _unfit(ask.language, words, MAX_REPORT):
        return say.ask(house.content, ask.language, fact_id, notice)
    async with connect.writing(house.db) as db:
        why = refusal(await store.recent(db, ask.chat_id, now(house), but=ask.message_id))
        if why is not None:
            return say.refused(ask.language, fact_id, why, written=True)
        about: dict[str, Any] = {"language": ask.language, "words": words, "now": now(house)}
        new = await store.add(db, fact_id, ask.chat_id, ask.message_id, **about)
        if new is not None:
            await _tell(house, db, new)
    house.wake.set()
    return say.thanks(ask.language)


def _question(ask: Ask) -> str:
    """What the member's or the admin's message replies to."""
    assert ask.message is not None
    assert ask.message.reply_to_message is not None  # the filter lets only such messages through
    return ask.message.reply_to_message.text or ""


def _unfit(language: str, words: str, most: int) -> str:
    """What to say to somebody who sent no text, or too much of it; empty where it is good."""
    if not words:
        return say.words_please(language)
    return say.too_long(language, most) if length(words) > most else ""


async def _tell(house: House, db: Connection, new: Report) -> None:
    """Every admin, by the outbox: in the transaction that writes it down, so that none is lost."""
    bodies = {language: _told(house, language, new, ignored=False) for language in house.content.languages}
    await store.tell(db, new.id, bodies, house.admins, now(house))


def _told(house: House, language: str, one: Report, *, ignored: bool) -> Message:
    return say.told(house.content, language, one.id, one.fact_id, one.chat_id, one.words, ignored=ignored)


async def ignore(house: House, ask: Ask) -> Reply:
    """No more reports of this person, or again; any admin decides, for all."""
    report_id, who = arguments(ask)
    is_ignored = ask.words.startswith("ignore")
    if not (who.isascii() and who.isdigit() and len(who) < 16):
        return Note(info.pressed_unknown(ask.language))
    async with connect.writing(house.db) as db:
        await (store.ignore if is_ignored else store.hear)(db, int(who))
        one = await store.find(db, report_id)
    if one is None or one.chat_id != int(who):
        return Note((say.ignored if is_ignored else say.heard)(ask.language, int(who)))
    return _told(house, ask.language, one, ignored=is_ignored)


async def answer(house: House, ask: Ask) -> Reply:
    """Ask the admin for the answer."""
    report_id, _rest = arguments(ask)
    async with connect.reading(house.db) as db:
        one = await store.find(db, report_id)
    if one is None:
        return Note(say.forgotten(ask.language))
    return Note(_before(house, ask, one)) if one.answered_at is not None else say.ask_answer(ask.language, one.id)


def _before(house: House, ask: Ask, one: Report) -> str:
    at = dt.datetime.fromtimestamp(one.answered_at or 0.0, dt.UTC)
    return say.answered_before(ask.language, at, house.content.zone)


async def answered(house: House, ask: Ask) -> Message:
    """An admin's reply to our question: brought to the member at once, and the admin reads what became of it.

    It is written down before: of two admins who answer at the same time one does. Where it did not surely arrive, it
    can be answered again.
    """
    assert ask.user_id is not None  # the guard lets only admins through
    report_id = say.report_answered(_question(ask)) or 0
    if notice := _unfit(ask.language, ask.words, MAX_ANSWER):
        return say.ask_answer(ask.language, report_id, notice)
    async with connect.writing(house.db) as db:
        is_ours = await store.answer(db, report_id, ask.user_id, ask.message_id, now(house))
        one = await store.find(db, report_id)
    if one is None:
        return Message(say.forgotten(ask.language))
    if not is_ours:
        return Message(_before(house, ask, one))
    assert ask.message is not None
    words = say.answer(house.content, one.language, one.fact_id, one.words, incoming.text_of(ask.message))
    outcome = await telegram_say.reply(house.telegram, words, one.chat_id, None)
    await routing.learn(house, one.chat_id, outcome)
    if not isinstance(outcome, Sent):
        async with connect.writing(house.db) as db:
            await store.reopen(db, report_id)
    return _what_became(ask.language, report_id, outcome)


def _what_became(language: str, report_id: int, outcome: Outcome) -> Message:
    match outcome:
        case Sent():
            return say.arrived(language, report_id)
        case Failed(reason, _) if reason in GONE:
            return say.blocked(language, report_id)
        case Failed(_, detail):
            return say.refused_answer(language, report_id, detail)
        case Uncertain():
            return say.perhaps_arrived(language, report_id)
    return say.not_arrived(language, report_id)


class _Replies(filters.MessageFilter):
    """A reply to a question of ours, known by its text."""

    def __init__(self, known: Callable[[str], object]) -> None:
        super().__init__()
        self.known = known  # what the text of such a question tells; None for another text

    def filter(self, message: TelegramMessage) -> bool:
        asked = message.reply_to_message
        if asked is None or asked.from_user is None or not asked.from_user.is_bot:
            return False
        return self.known(asked.text or "") is not None


_written = filters.ChatType.PRIVATE & (filters.TEXT | filters.ATTACHMENT) & ~filters.COMMAND

HANDLERS = [
    button(REPORT, report),
    message(reported, _written & _Replies(say.fact_asked_about)),
    button(f"{REPORTS}:answer", answer, guard=admins_of_the_bot),
    button(f"{REPORTS}:ignore", ignore, guard=admins_of_the_bot),
    button(f"{REPORTS}:hear", ignore, guard=admins_of_the_bot),
    message(answered, _written & _Replies(say.report_answered), guard=admins_of_the_bot),
]
