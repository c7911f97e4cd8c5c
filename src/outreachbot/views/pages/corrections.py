"""The list of corrections: what facts said wrongly, and why that was changed."""

from outreachbot.domain.callbacks.pages import ShowCorrections, ShowFact
from outreachbot.domain.content import corrections
from outreachbot.domain.content.corrections import FactCorrection
from outreachbot.domain.content.model import Content, Correction, Text
from outreachbot.domain.content.paging import cut_page
from outreachbot.domain.messages.markup import to_plain
from outreachbot.domain.messages.message import Message, escape, shorten
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import button, content_html, in_rows, page_row

LONGEST = 300  # characters of a text in the list; the fact shows all of it
BUTTONS_A_ROW = 3


def page_at(content: Content, language: str, first: int) -> Message:
    """Answers `/corrections`: the newest first, the page that begins with entry `first`, counted from 0."""
    _ = words(language)
    entries = corrections.list_all_corrections(content)
    how = _("If you find a mistake: open the fact with /facts and press “{button}”.", button=_("Report a mistake"))
    if not entries:
        return Message(f"{_('No fact has been corrected yet.')}\n\n{how}")
    shown = cut_page(entries, first)
    blocks = [f"<b>{_('Corrections')}</b>", *(_block(content, language, entry, _) for entry in shown.entries), how]
    numbers = {entry.fact.id: entry.number for entry in shown.entries}
    buttons = [
        button(_("Fact {number}", number=number), ShowFact(fact_id), below=True) for fact_id, number in numbers.items()
    ]
    rows = in_rows(buttons, BUTTONS_A_ROW)
    return Message("\n\n".join(blocks), (*rows, page_row(ShowCorrections, shown, _)))


def _block(content: Content, language: str, entry: FactCorrection, _: Words) -> str:
    topic = escape(content.say(content.topic_by_id[entry.fact.topic].title, language))
    head = f"<b>{_.date(entry.correction.on)}</b> · {_('fact {number}', number=entry.number)} · {topic}"
    return "\n".join([head, *correction_lines(content, language, entry.correction, _, most=LONGEST)])


def correction_lines(
    content: Content, language: str, correction: Correction, _: Words, *, most: int | None = None
) -> tuple[str, str]:
    """What the fact said and why that was changed, as HTML; each text is cut to `most` characters."""
    was = _("It said: “{was}”", was=_shorten(to_plain(content.say(correction.was, language)).strip(), most))
    return was, f"{_('Why:')} {_why(content, language, correction.why, most)}"


def _why(content: Content, language: str, why: Text, most: int | None) -> str:
    plain = to_plain(content.say(why, language)).strip()
    short = _shorten(plain, most)
    return content_html(content, why, language) if short == plain else escape(short)


def _shorten(text: str, most: int | None) -> str:
    return text if most is None else shorten(text, most, whole_words=True)
