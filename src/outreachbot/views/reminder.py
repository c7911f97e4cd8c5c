"""Says a reminder: what is remembered, how long ago it was, and where to read and act."""

from outreachbot.domain.content import Content
from outreachbot.domain.message import Button, Message, escape
from outreachbot.domain.schedule import Occurrence
from outreachbot.views.i18n import words
from outreachbot.views.parts import BELOW, CAMPAIGN, FACTS, push_buttons, said, sources_line


def on_the_day(content: Content, language: str, occurrence: Occurrence) -> Message:
    """The notice on the day itself."""
    _ = words(language)
    anniversary = occurrence.anniversary
    title = escape(content.say(anniversary.title, language))
    when = _.date(occurrence.date)
    if occurrence.years:
        when = f"{when} · {_.plural('{n} year ago', '{n} years ago', occurrence.years)}"
    text = "\n\n".join(
        [
            f"<b>{title}</b>\n{when}",
            said(content, anniversary.text, language),
            f"<i>{sources_line(content, anniversary.sources, _)}</i>",
        ]
    )
    facts = f"{FACTS}:{anniversary.topic}" if anniversary.topic else FACTS
    ways = (Button(_("The facts"), BELOW + facts), Button(_("What you can do"), BELOW + CAMPAIGN))
    return Message(text, (ways, *push_buttons(_)))


def in_every_language(content: Content, occurrence: Occurrence) -> dict[str, Message]:
    """The same notice for the chats of each language."""
    return {language: on_the_day(content, language, occurrence) for language in content.languages}
