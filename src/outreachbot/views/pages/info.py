"""Says what the bot is, what it can do, who runs it and what it keeps."""

from outreachbot.domain.callbacks.pages import ShowCampaign, ShowTimeline, ShowTopics, Subscribe
from outreachbot.domain.content.model import Content
from outreachbot.domain.messages.message import Message, escape
from outreachbot.views.i18n import words
from outreachbot.views.menus import for_admins, for_groups, for_members
from outreachbot.views.parts import button, content_html


def welcome(content: Content, language: str) -> Message:
    """What `/start` says. It subscribes nobody."""
    _ = words(language)
    rows = (
        (button(_("The facts"), ShowTopics(), below=True), button(_("Timeline"), ShowTimeline(), below=True)),
        (button(_("What you can do"), ShowCampaign(), below=True),),
        (button(_("Remind me each year"), Subscribe(), below=True),),
    )
    return Message(content_html(content, content.welcome, language), rows)


def help_text(content: Content, language: str, *, admin: bool = False, in_group: bool = False) -> Message:
    """What `/help` says: every command that this person has here."""
    _ = words(language)
    commands = for_groups(language) if in_group else for_members(language)
    lines = [f"<b>{escape(content.say(content.title, language))}</b>", ""]
    lines += [f"/{command.name} — {escape(command.what)}" for command in commands]
    if admin:
        extra = for_admins(language)[len(commands) :]
        lines += ["", f"<b>{_('For admins')}</b>", *(f"/{one.name} — {escape(one.what)}" for one in extra)]
    if in_group:
        lines += ["", _("Only admins of this group can subscribe it.")]
    else:
        lines += ["", _("Write /facts and a word, a number or a topic to go straight there: /facts 12")]
    return Message("\n".join(lines))


def about(content: Content, language: str) -> Message:
    """What `/about` says: who runs this bot, and how sources are treated."""
    _ = words(language)
    operator = content.operator
    name, contact = content_html(content, operator.name, language), content_html(content, operator.contact, language)
    facts = _.plural("{n} fact", "{n} facts", len(content.facts))
    sources = _.plural("{n} source", "{n} sources", len(content.sources))
    parts = (
        f"<b>{escape(content.say(content.title, language))}</b>",
        content_html(content, operator.about, language),
        f"<b>{_('Run by')}:</b> {name}\n<b>{_('Contact')}:</b> {contact}",
        f"<b>{_('Sources')}</b>\n{content_html(content, content.sources_policy, language)}",
        f"{facts} · {sources}",
    )
    return Message("\n\n".join(parts))


def privacy(content: Content, language: str) -> Message:
    """What `/privacy` says."""
    _ = words(language)
    return Message(f"<b>{_('Privacy')}</b>\n\n{content_html(content, content.privacy, language)}")


def request_failed(language: str) -> Message:
    """What a member reads when their request could not be handled."""
    _ = words(language)
    wrong = _("Something went wrong here, and it has been written down.")
    return Message(f"{wrong} {_('Please try again; /about says whom to tell if it stays so.')}")


def group_admins_only(language: str) -> str:
    """The note for somebody in a group or channel who presses or asks for what only its admins may do."""
    _ = words(language)
    return _("Only admins can do that here.")


def admins_unknown(language: str) -> str:
    """The note where Telegram did not say who the admins are."""
    _ = words(language)
    return _("Telegram did not say just now who is an admin here. Please try again.")


def unknown_button(language: str) -> str:
    """The note for a button that no longer leads anywhere."""
    _ = words(language)
    return _("This button no longer leads anywhere. Write /help to see what there is.")
