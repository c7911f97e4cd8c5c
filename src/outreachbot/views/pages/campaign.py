"""Says the campaign: what it asks, its link and its letter."""

from outreachbot.domain.callbacks.pages import ShowLetter, ShowTopics
from outreachbot.domain.content.model import Content
from outreachbot.domain.links import LinkCheck, LinkState
from outreachbot.domain.messages.message import Button, Message, escape
from outreachbot.views.i18n import words
from outreachbot.views.parts import button, content_html


def campaign(content: Content, language: str) -> Message:
    """What `/campaign` says."""
    _ = words(language)
    title = escape(content.say(content.campaign.title, language))
    text = f"<b>{title}</b>\n\n{content_html(content, content.campaign.summary, language)}"
    return Message(
        text,
        (
            (Button(_("Open the campaign"), url=content.campaign.link),),
            (button(_("Show the letter"), ShowLetter(), below=True), button(_("The facts"), ShowTopics(), below=True)),
        ),
    )


def letter(content: Content, language: str) -> Message:
    """What `/letter` says: the letter, to be copied and sent in the reader's own name."""
    _ = words(language)
    how = _("The letter. Copy it, put in your name, change what you like, and send it:")
    text = f"{how}\n\n<blockquote>{content_html(content, content.campaign.letter, language)}</blockquote>"
    return Message(text, ((Button(_("Open the campaign"), url=content.campaign.link),),))


def link_is_dead(content: Content, language: str, answer: LinkCheck) -> Message:
    """For the admins: members who press the campaign's button land nowhere."""
    _ = words(language)
    why = {
        LinkState.GONE: _("Its site says that there is no such page."),
        LinkState.UNREACHED: _("Its site could not be reached for a day or longer, while others could."),
    }
    title = escape(content.say(content.campaign.title, language))
    lines = [
        f"<b>{_('The link of the campaign does not work any more')}</b>",
        f"{title}: {escape(answer.address)}",
        why[answer.state],
        "",
        _("Open it yourself. If it is gone, write another link into the content file; the letter works without it."),
    ]
    return Message("\n".join(lines))


def link_is_well(content: Content, language: str, answer: LinkCheck) -> Message:
    """For the admins, who were told that it is dead."""
    _ = words(language)
    title = escape(content.say(content.campaign.title, language))
    lines = [f"<b>{_('The link of the campaign works again')}</b>", f"{title}: {escape(answer.address)}"]
    return Message("\n".join(lines))
