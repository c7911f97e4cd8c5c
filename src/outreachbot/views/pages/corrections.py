"""Says what was wrong in the facts and was put right."""

from outreachbot.domain.callbacks.pages import ShowCorrections, ShowFact
from outreachbot.domain.content import corrections
from outreachbot.domain.content.corrections import FactCorrection
from outreachbot.domain.content.model import Content, Correction, Text
from outreachbot.domain.content.paging import cut_page
from outreachbot.domain.messages.markup import to_plain
from outreachbot.domain.messages.message import Message, escape, shorten
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import button, content_html, page_row

LONGEST = 300  # characters of a text in the list; the fact shows all of it
BUTTONS_A_ROW = 3


def page_at(content: Content, language: str, first: int) -> Message:
    """What `/corrections` says: the newest first, a page that begins with that one, counted from 0."""
    _ = words(language)
    found = corrections.list_all_corrections(content)
    how = _("If you find a mistake: open the fact with /facts and press “{button}”.", button=_("Report a mistake"))
    if not found:
        return Message(f"{_('No fact has been corrected yet.')}\n\n{how}")
    shown = cut_page(found, first)
    blocks = [f"<b>{_('Corrections')}</b>", *(_block(content, language, one, _) for one in shown.entries), how]
    numbers = {one.fact.id: one.number for one in shown.entries}
    buttons = [
        button(_("Fact {number}", number=number), ShowFact(fact_id), below=True) for fact_id, number in numbers.items()
    ]
    rows = (tuple(buttons[start : start + BUTTONS_A_ROW]) for start in range(0, len(buttons), BUTTONS_A_ROW))
    return Message("\n\n".join(blocks), (*rows, page_row(ShowCorrections, shown, _)))


def _block(content: Content, language: str, one: FactCorrection, _: Words) -> str:
    topic = escape(content.say(content.topic_by_id[one.fact.topic].title, language))
    head = f"<b>{_.date(one.correction.on)}</b> · {_('fact {number}', number=one.number)} · {topic}"
    return "\n".join([head, *correction_lines(content, language, one.correction, _, most=LONGEST)])


def correction_lines(
    content: Content, language: str, one: Correction, _: Words, *, most: int | None = None
) -> tuple[str, str]:
    """What the fact said and why that was changed, as HTML; a text with more than `most` characters is cut."""
    was = _("It said: “{was}”", was=_shorten(to_plain(content.say(one.was, language)).strip(), most))
    return was, f"{_('Why:')} {_why(content, language, one.why, most)}"


def _why(content: Content, language: str, why: Text, most: int | None) -> str:
    plain = to_plain(content.say(why, language)).strip()
    short = _shorten(plain, most)
    return content_html(content, why, language) if short == plain else escape(short)


def _shorten(text: str, most: int | None) -> str:
    return text if most is None else shorten(text, most, whole_words=True)
