"""The command menus, as Telegram shows them beside the text field."""

from dataclasses import dataclass

from outreachbot.views.i18n import words


@dataclass(frozen=True, slots=True)
class Command:
    """A command (without its slash) and what it does, in a few words."""

    name: str
    what: str


def for_members(language: str) -> tuple[Command, ...]:
    """In a private chat."""
    _ = words(language)
    return (
        Command("facts", _("what is known, each fact with its source")),
        Command("timeline", _("what happened when")),
        Command("corrections", _("mistakes that were put right")),
        Command("campaign", _("what you can do")),
        Command("letter", _("the letter to send")),
        Command("subscribe", _("be reminded on the day, each year")),
        Command("unsubscribe", _("no more reminders")),
        Command("reminders", _("which days, when and how")),
        Command("timezone", _("the time where you are")),
        Command("language", _("the language of this chat")),
        Command("next", _("the coming days of remembrance")),
        Command("about", _("who runs this bot, and its sources")),
        Command("privacy", _("what is kept about you")),
        Command("help", _("all commands")),
    )


def for_groups(language: str) -> tuple[Command, ...]:
    """In a group: the same. Its admins decide about its subscription."""
    return for_members(language)


def for_admins(language: str) -> tuple[Command, ...]:
    """In a private chat with an admin of the bot."""
    _ = words(language)
    return (
        *for_members(language),
        Command("broadcast", _("send a message to all subscribed chats")),
        Command("broadcasts", _("what was sent, and what became of it")),
        Command("preview", _("a reminder as members will see it")),
        Command("reload", _("read the content file again")),
        Command("content", _("all versions of the content, and back")),
        Command("cancel", _("drop the message you are about to send")),
    )
