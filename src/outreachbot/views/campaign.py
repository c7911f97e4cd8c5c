"""Says the campaign: what it asks, its link and its letter."""

from outreachbot.domain.content import Content
from outreachbot.domain.message import Button, Message, escape
from outreachbot.views.i18n import words
from outreachbot.views.parts import BELOW, FACTS, LETTER, said


def campaign(content: Content, language: str) -> Message:
    """What `/campaign` says."""
    _ = words(language)
    title = escape(content.say(content.campaign.title, language))
    text = f"<b>{title}</b>\n\n{said(content, content.campaign.summary, language)}"
    return Message(
        text,
        (
            (Button(_("Open the campaign"), url=content.campaign.link),),
            (Button(_("Show the letter"), BELOW + LETTER), Button(_("The facts"), BELOW + FACTS)),
        ),
    )


def letter(content: Content, language: str) -> Message:
    """What `/letter` says: the letter, to be copied and sent in the reader's own name."""
    _ = words(language)
    how = _("The letter. Copy it, put in your name, change what you like, and send it:")
    text = f"{how}\n\n<blockquote>{said(content, content.campaign.letter, language)}</blockquote>"
    return Message(text, ((Button(_("Open the campaign"), url=content.campaign.link),),))
