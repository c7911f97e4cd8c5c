"""Messages about a change of the content: what it would change, its result, and the list of versions."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreachbot.domain.callbacks.admins import (
    DiscardContentDraft,
    ListVersions,
    ProposeVersion,
    PutDraftLive,
    SendLiveFile,
)
from outreachbot.domain.content.difference import Changes, Difference, Part, Setting
from outreachbot.domain.content.file import SavedFile
from outreachbot.domain.messages.message import Message, escape
from outreachbot.views.content.refusals import explain_reason
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import button, format_moment

NAMED = 5  # entries of a kind, or words of a list: more are not named
WARNINGS = 3


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A line in the list of versions."""

    id: int
    at: dt.datetime
    by: int | None  # None: at the start of the program, or by a signal
    changes: int | None  # None: unknown
    is_live: bool


def difference_lines(language: str, difference: Difference) -> list[str]:
    """A line (HTML) for each kind of change."""
    _ = words(language)
    lines = [_counted(part, difference.parts[part], _) for part in Part if part in difference.parts]
    lines += [_("{what}: another order", what=_name(part, _)) for part in difference.reordered]
    said = {setting.name: _becomes(setting, _) for setting in difference.settings}
    lines += [f"{name}: {becomes}" for name, becomes in said.items() if becomes]
    if unsaid := [name for name, becomes in said.items() if not becomes]:
        lines.append(_("Settings changed: {names}", names=", ".join(unsaid)))
    return lines


def _becomes(setting: Setting, _: Words) -> str:
    """Such as: 9 → 19, or: without tr, ru; empty if that would be too long."""
    if setting.old is None or setting.new is None:
        return ""
    if isinstance(setting.old, str) or isinstance(setting.new, str):
        return escape(f"{setting.old} → {setting.new}")
    gone = [word for word in setting.old if word not in setting.new]
    come = [word for word in setting.new if word not in setting.old]
    if [word for word in setting.old if word in setting.new] != [word for word in setting.new if word in setting.old]:
        return (
            escape(f"{', '.join(setting.old)} → {', '.join(setting.new)}")
            if len(setting.old + setting.new) <= 2 * NAMED
            else ""
        )
    if len(gone) + len(come) > NAMED:
        return ""
    without = [_("without {names}", names=", ".join(gone))] if gone else []
    return "; ".join([*without, _("new: {names}", names=", ".join(come))] if come else without)


def _counted(part: Part, changes: Changes, _: Words) -> str:
    """Such as: Facts: 2 changed, 1 added (stones, flood, bridge)."""
    numbers = []
    if changes.changed:
        numbers.append(_.plural("{n} changed", "{n} changed", len(changes.changed)))
    if changes.added:
        numbers.append(_.plural("{n} added", "{n} added", len(changes.added)))
    if changes.removed:
        numbers.append(_.plural("{n} removed", "{n} removed", len(changes.removed)))
    line = f"{_name(part, _)}: {', '.join(numbers)}"
    every = [*changes.changed, *changes.added, *changes.removed]
    return f"{line} ({escape(', '.join(every))})" if len(every) <= NAMED else line


def _name(part: Part, _: Words) -> str:
    match part:
        case Part.TOPICS:
            return _("Topics")
        case Part.SOURCES:
            return _("Sources")
        case Part.FACTS:
            return _("Facts")
        case Part.TIMELINE:
            return _("Timeline")
        case Part.ANNIVERSARIES:
            return _("Days")
        case Part.TEXTS:
            return _("Texts")


def proposal(
    language: str, key: str, difference: Difference, gaps: Mapping[str, int], warnings: Sequence[str], readers: int = 0
) -> Message:
    """Shows an admin what a valid file would change, before it goes live.

    `gaps`: the number of entries without a text, by language; `readers`: the subscribed chats with a language that is
    removed.
    """
    _ = words(language)
    lines = [f"<b>{_('This would change')}</b>", *(f"• {line}" for line in difference_lines(language, difference))]
    if len(lines) == 1:
        lines = [_("Nothing that anybody reads has changed, only comments or the layout of the file.")]
    if readers:
        lines.append(
            _.plural(
                "{n} subscribed chat reads a language that goes",
                "{n} subscribed chats read a language that goes",
                readers,
            )
        )
    for code, number in gaps.items():
        lines.append(
            _.plural("{language}: {n} entry lacks a text", "{language}: {n} entries lack a text", number, language=code)
        )
    lines += [_("Look at: {warning}", warning=warning) for warning in warnings[:WARNINGS]]
    if len(warnings) > WARNINGS:
        lines.append(_.plural("… and {n} more", "… and {n} more", len(warnings) - WARNINGS))
    yes = button(_("Put it live"), PutDraftLive(key))
    return Message("\n".join(lines), ((yes, button(_("Discard"), DiscardContentDraft(key))),))


def unchanged(language: str) -> Message:
    """Says that the file is the one that is live."""
    _ = words(language)
    return Message(_("Nothing has changed: this is what is live."))


def discarded(language: str) -> Message:
    _ = words(language)
    return Message(_("Discarded. What was live stays live."))


def is_live(language: str, kept: SavedFile) -> Message:
    """Confirms that a file is live."""
    _ = words(language)
    lines = [_("It is live. /content lists all versions and goes back to them.")]
    if not kept.written:
        stays = _("{name} was not written anew: the next start would use the old file.", name=kept.name)
        lines.append(f"{stays} ({explain_reason(kept.why, _)})" if kept.why else stays)
    if kept.beside:
        lines.append(
            _("What stood in {name} was not live; it is kept as {beside}.", name=kept.name, beside=kept.beside)
        )
    return Message("\n".join(lines))


def overtaken(language: str) -> Message:
    """Says that the file was compared with a version that is not live any more."""
    _ = words(language)
    return Message(
        _("Another version went live meanwhile, so nothing was done. Ask again to see what would change now.")
    )


def draft_gone(language: str) -> str:
    """The note when the proposal was decided, or lost in a restart."""
    _ = words(language)
    return _("This is not waiting any more: it was decided, a newer one came, or the bot was restarted. Ask again.")


def version_gone(language: str) -> str:
    _ = words(language)
    return _("There is no such version.")


def version_list(
    language: str, zone: str, lines: Sequence[VersionLine], older: int | None, reader: int | None
) -> Message:
    """The versions that were live, the newest first, with buttons to go back. `older`: more are before this id."""
    _ = words(language)
    text = "\n".join([f"<b>{_('What was live')}</b>", *(_line(version, zone, reader, _) for version in lines)])
    rows = [
        (button(_("Go back to {n}", n=version.id), ProposeVersion(version.id)),)
        for version in lines
        if not version.is_live
    ]
    rows.insert(0, (button(_("Send me the file that is live"), SendLiveFile()),))
    if older is not None:
        rows.append((button(_("Older ones"), ListVersions(older)),))
    hint = _("Send /reload after an edit of the file, or send me the file itself (.yaml).")
    return Message(f"{text}\n\n{hint}", tuple(rows))


def caption(language: str) -> str:
    """The caption of the file that is live."""
    _ = words(language)
    return _("This is live. Edit it and send it back: you will see what it would change.")


def _line(version: VersionLine, zone: str, reader: int | None, _: Words) -> str:
    parts = [format_moment(version.at, zone, _), _who(version.by, reader, _)]
    if version.changes is not None:
        parts.append(_.plural("{n} change", "{n} changes", version.changes))
    if version.is_live:
        parts.append(f"<b>{_('live')}</b>")
    return f"{version.id}. {' · '.join(parts)}"


def _who(by: int | None, reader: int | None, _: Words) -> str:
    if by is None:
        return _("from the file")
    return _("you") if by == reader else _("admin number {id}", id=by)
