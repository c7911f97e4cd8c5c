"""Messages about a reported mistake: the question, thanks and refusals, the alert to admins, and the answer."""

import datetime as dt
import re
from functools import cache

from outreachbot.domain.callbacks.admins import AnswerReport, HearReporter, IgnoreReporter
from outreachbot.domain.callbacks.pages import ReportMistake, ShowFact
from outreachbot.domain.content.model import Content
from outreachbot.domain.messages.message import Button, Message, Rows, escape
from outreachbot.domain.reports import Refusal
from outreachbot.views.i18n import Words, list_languages, words
from outreachbot.views.parts import button, format_moment


def ask_for_report(content: Content, language: str, fact_id: str, notice: str = "") -> Message:
    """Asks for a reply that says what is wrong with the fact, which must exist."""
    _ = words(language)
    number = content.number_by_id[fact_id]
    who = _(
        "What you write goes to the admins of this bot. They see the number of this chat, not your name, "
        "and can answer you here."
    )
    question = _question(language, str(number), fact_id)
    return Message("\n\n".join([notice, who, question] if notice else [who, question]), asks=True)


def _question(language: str, number: str, fact_id: str) -> str:
    """The reply is recognised by this text, which names the fact: the bot does not store whom it asked."""
    _ = words(language)
    return _(
        "What is wrong with fact {number} ({fact})? Answer to this message, if you can with a source.",
        number=number,
        fact=fact_id,
    )


def read_fact_question(text: str) -> str | None:
    """The id of the fact, if the text is our question in any language."""
    matches = (pattern.search(text) for pattern in _fact_questions())
    return next((match["id"] for match in matches if match), None)


@cache
def _fact_questions() -> tuple[re.Pattern[str], ...]:
    return tuple(
        _at_the_end(_question(language, "\0", "\1"), {"\0": "[0-9]+", "\1": "(?P<id>[a-z0-9-]{1,32})"})
        for language in list_languages()
    )


def _at_the_end(question: str, holes: dict[str, str]) -> re.Pattern[str]:
    """A pattern for the last paragraph of a message; `holes`: placeholders in it, with patterns for their values."""
    pattern = re.escape(question)
    for sign, value in holes.items():
        pattern = pattern.replace(sign, value)
    return re.compile(rf"(?:^|\n){pattern}$")


def text_wanted(language: str) -> str:
    """The notice above the question when something other than text was sent."""
    _ = words(language)
    return _("Please say it in words: only text can be passed on.")


def too_long(language: str, most: int) -> str:
    """The notice above the question when the text was too long."""
    _ = words(language)
    return _("That is too long: please write at most {n} characters.", n=_.number(most))


def thanks(language: str) -> Message:
    _ = words(language)
    return Message(_("Thank you. It is on its way to the admins of this bot; if they answer, you read it here."))


def report_refused(language: str, fact_id: str, why: Refusal, *, written: bool) -> Message:
    """Refuses a report. `written`: the member has written it already."""
    _ = words(language)
    text = _why_refused(why, _)
    if written:
        text = f"{text}\n{_('What you have just written was not passed on.')}"
    if why is Refusal.IGNORED:
        return Message(text)
    return Message(text, ((button(_("Report a mistake"), ReportMistake(fact_id), below=True),),))


def _why_refused(why: Refusal, _: Words) -> str:
    match why:
        case Refusal.IGNORED:
            return _("The admins of this bot take no more reports from this chat. /about says how to reach them.")
        case Refusal.MINUTE:
            return _("You have reported something a moment ago. Please come back in a minute.")
        case Refusal.DAY:
            return _("You have reported a lot in one day, thank you. Please come back tomorrow with the next one.")
        case Refusal.CROWD:
            return _("So many reports are coming in that nobody can read them all. Please come back in an hour.")


def report_alert(
    content: Content, language: str, report_id: int, fact_id: str, who: int, said: str, *, ignored: bool
) -> Message:
    """Shows a report to admins: the fact, the id of the chat and the text."""
    _ = words(language)
    lines = [
        f"<b>{_('Report {n}', n=report_id)}</b> · {_about(content, fact_id, _)}",
        _("From chat {chat}:", chat=who),
        f"<blockquote>{escape(said)}</blockquote>",
    ]
    if ignored:
        lines.append(_("Further reports of this person are ignored."))
    return Message("\n".join(lines), _alert_buttons(language, report_id, fact_id, who, ignored=ignored))


def _alert_buttons(language: str, report_id: int, fact_id: str, who: int, *, ignored: bool) -> Rows:
    _ = words(language)
    fact = button(_("The fact"), ShowFact(fact_id), below=True)
    if ignored:
        last = button(_("Hear this person again"), HearReporter(report_id, who))
    else:
        last = button(_("Ignore further reports of this person"), IgnoreReporter(report_id, who))
    return ((_answer_button(report_id, _), fact), (last,))


def _answer_button(report_id: int, _: Words) -> Button:
    return button(_("Answer"), AnswerReport(report_id))


def _about(content: Content, fact_id: str, _: Words) -> str:
    """The fact's present number, if it still exists, and its id."""
    number = content.number_by_id.get(fact_id)
    if number is None:
        return _("a fact that is gone ({fact})", fact=fact_id)
    return _("fact {number} ({fact})", number=number, fact=fact_id)


def ignored(language: str, who: int) -> str:
    """The note when the report itself has been deleted."""
    _ = words(language)
    return _("Reports of chat {chat} are ignored from now on.", chat=who)


def not_ignored(language: str, who: int) -> str:
    """The same for a chat whose reports are accepted again."""
    _ = words(language)
    return _("Reports of chat {chat} are passed on again.", chat=who)


def report_not_found(language: str) -> str:
    """The note when the report to be answered has been deleted."""
    _ = words(language)
    return _("This report is not kept any more: reports are deleted after 90 days.")


def already_answered(language: str, at: dt.datetime, zone: str) -> str:
    """The note when the report has been answered already."""
    _ = words(language)
    return _("This report was answered already, on {moment}.", moment=format_moment(at, zone, _))


def ask_for_answer(language: str, report_id: int, notice: str = "") -> Message:
    """Asks an admin for a reply with the answer to a report."""
    question = _answer_question(language, str(report_id))
    return Message(f"{notice}\n\n{question}" if notice else question, asks=True)


def _answer_question(language: str, report_id: str) -> str:
    _ = words(language)
    return _(
        "Write the answer to report {n} as a reply to this message. The member gets it without your name.",
        n=report_id,
    )


def read_answer_question(text: str) -> int | None:
    """The id of the report, if the text is our question in any language."""
    matches = (pattern.search(text) for pattern in _answer_questions())
    return next((int(match["id"]) for match in matches if match), None)


@cache
def _answer_questions() -> tuple[re.Pattern[str], ...]:
    return tuple(
        _at_the_end(_answer_question(language, "\0"), {"\0": "(?P<id>[0-9]{1,15})"}) for language in list_languages()
    )


def answer_message(content: Content, language: str, fact_id: str, said: str, html: str) -> Message:
    """The answer for the member: their own report, and the admin's text (HTML)."""
    _ = words(language)
    heading = _("Answer to your report about {fact}", fact=_about(content, fact_id, _))
    text = f"<b>{heading}</b>\n<blockquote>{escape(said)}</blockquote>\n{html}"
    return Message(text, ((button(_("The fact"), ShowFact(fact_id), below=True),),))


def answer_arrived(language: str, report_id: int) -> Message:
    """Tells the admin that the answer has arrived."""
    _ = words(language)
    return Message(_("Your answer to report {n} has arrived.", n=report_id))


def answer_blocked(language: str, report_id: int) -> Message:
    """Tells the admin that the member can't be reached."""
    _ = words(language)
    text = _("Your answer to report {n} did not arrive: the member has blocked the bot or is gone.", n=report_id)
    return Message(text, ((_answer_button(report_id, _),),))


def answer_refused(language: str, report_id: int, detail: str) -> Message:
    """Tells the admin that Telegram refused the answer, and why."""
    _ = words(language)
    text = _("Your answer to report {n} did not arrive. Telegram says: {why}", n=report_id, why=detail)
    return Message(text, ((_answer_button(report_id, _),),))


def answer_not_sent(language: str, report_id: int) -> Message:
    """Tells the admin that Telegram could not be reached."""
    _ = words(language)
    text = _("Your answer to report {n} could not be brought to Telegram. Please try again later.", n=report_id)
    return Message(text, ((_answer_button(report_id, _),),))


def answer_uncertain(language: str, report_id: int) -> Message:
    """Tells the admin that the answer may or may not have arrived."""
    _ = words(language)
    text = _("Your answer to report {n} may or may not have arrived: no word came back from Telegram.", n=report_id)
    return Message(f"{text}\n{_('Nothing is sent again by itself.')}", ((_answer_button(report_id, _),),))
