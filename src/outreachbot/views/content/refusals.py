"""Messages that refuse a content file: its faults, name, size or sender, or why it could not be read."""

from collections.abc import Iterator, Sequence

from outreachbot.domain.content.faults import MAX_LISTED, count_faults
from outreachbot.domain.messages.message import MAX_TEXT, Message, escape, shown_length
from outreachbot.errors import Unreadable
from outreachbot.views.i18n import Words, words

ROOM = 400  # characters for the text around a list of faults


def explain_reason(why: Unreadable, _: Words) -> str:
    """The reason as a part of a sentence."""
    return {
        Unreadable.GONE: _("there is no such file"),
        Unreadable.FOLDER: _("it is a folder"),
        Unreadable.FORBIDDEN: _("the bot has no right to"),
        Unreadable.FULL: _("the disk is full"),
        Unreadable.DISK: _("the disk gave an error, which stands in the bot's log"),
        Unreadable.NOT_FETCHED: _("Telegram did not hand it over, send it once more"),
        Unreadable.TOO_LONG: _("the check took too long"),
        Unreadable.ENDED: _("the check could not be finished, the bot's log says why"),
        Unreadable.UPDATED: _("the program was updated, restart the bot first"),
    }[why]


def fault_list(language: str, faults: Sequence[str]) -> Message:
    """The faults of a file as in `outreachbot check`, as many as fit into a message."""
    _ = words(language)
    lines = list(_fitting(faults[:MAX_LISTED]))
    text = f"<b>{_('The file has faults. What was live stays live.')}</b>\n\n" + "\n".join(lines)
    if left := count_faults(faults) - len(lines):
        text += "\n" + _("… and {n} more: run `outreachbot check`", n=_.number(left))
    return Message(text)


def _fitting(faults: Sequence[str]) -> Iterator[str]:
    room = MAX_TEXT - ROOM
    for fault in faults:
        line = escape(fault)
        room -= shown_length(line) + 1
        if room < 0:
            return
        yield line


def unreadable(language: str, name: str, why: Unreadable) -> Message:
    """Says that the file could not be read."""
    _ = words(language)
    text = _("{name} could not be read: {why}.", name=name, why=explain_reason(why, _))
    return Message(f"{text} {_('What was live stays live.')}")


def too_large(language: str, name: str, most: int) -> Message:
    """Says that the file has more than `most` bytes."""
    _ = words(language)
    text = _("{name} is too large: at most {n} MB are read.", name=name, n=most // 1_000_000)
    return Message(f"{text} {_('What was live stays live.')}")


def admins_only(language: str) -> Message:
    """Refuses a content file from anybody but an admin."""
    _ = words(language)
    return Message(_("Only admins of this bot can change what it says. Nothing was done with your file."))


def other_ending(language: str) -> Message:
    """Refuses a file with another ending. Phones and Windows tend to rename .yaml files to .txt."""
    _ = words(language)
    take = _("I take .yaml files: rename it to content.yaml and send it again.")
    return Message(f"{take} {_('To send a file to members, begin with /broadcast.')}")


def is_broadcast(language: str) -> str:
    """The line added to the question of a broadcast whose content is a content file."""
    _ = words(language)
    return _("This is a content file. To change what the bot says with it: /cancel, then send it again.")
