"""The menus of /reminders: what a chat has set, with buttons that change it."""

from collections.abc import Callable
from functools import partial
from html import unescape

from outreachbot.domain.callbacks import Callback
from outreachbot.domain.callbacks.pages import Subscribe
from outreachbot.domain.callbacks.reminders import (
    ClearQuietHours,
    SetQuietHours,
    SetReminderHour,
    ShowCountries,
    ShowDays,
    ShowHours,
    ShowQuietEnds,
    ShowQuietHours,
    ShowSettings,
    SwitchBigOnly,
    SwitchDay,
    SwitchNotice,
    SwitchReminders,
    SwitchSilent,
)
from outreachbot.domain.content.model import Content, Notice
from outreachbot.domain.messages.message import Button, Message, Rows, shorten
from outreachbot.domain.reminders.settings import ChatSettings, Quiet, gets_anniversary, gets_notice, list_kept
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import button, in_rows
from outreachbot.views.reminders import timezone

LABEL = 40  # characters of a button's label


def settings_menu(content: Content, language: str, settings: ChatSettings, *, subscribed: bool) -> Message:
    """Answers `/reminders`."""
    _ = words(language)
    head = [f"<b>{_('Reminders of this chat')}</b>"]
    if not subscribed:
        head.append(_("This chat is not subscribed, so nothing is sent to it yet. What you choose here is kept."))
    lines = [*head, "", *plan_lines(content, settings, _), *_sound(settings, _)]
    return Message("\n".join(lines), _menu(content, settings, _, subscribed=subscribed))


def plan_lines(content: Content, settings: ChatSettings, _: Words) -> list[str]:
    """When reminders come, by which clock (and whether it was chosen), and of how many days."""
    lines = [
        _when(content, settings, _),
        _("Time zone: {place}", place=timezone.zone_name(settings.group(content).zone, _)),
        _("Days: {n} of {all}", n=len(list_kept(settings, content)), all=len(content.anniversaries)),
    ]
    if settings.zone is None:
        lines[1] += " " + _("(not chosen yet: /timezone)")
    return lines


def _when(content: Content, settings: ChatSettings, _: Words) -> str:
    notices = [notice_name(notice, _) for notice in Notice if gets_notice(settings, notice, content)]
    if not settings.reminders:
        return _("Reminders are off: none comes until you switch them on.")
    if not notices:
        return _("When: never, because no moment is chosen.")
    return _("When: {notices}, at {hour}:00", notices=", ".join(notices), hour=f"{settings.group(content).hour:02}")


def notice_name(notice: Notice, _: Words) -> str:
    return {Notice.WEEK: _("a week before"), Notice.EVE: _("the day before"), Notice.DAY: _("on the day")}[notice]


def _sound(settings: ChatSettings, _: Words) -> list[str]:
    if settings.silent:
        return [_("Everything comes without a sound.")]
    if settings.quiet is None:
        return []
    return [_("Without a sound from {start}:00 to {end}:00.", **_hours(settings.quiet))]


def _hours(quiet: Quiet) -> dict[str, str]:
    return {"start": f"{quiet.start:02}", "end": f"{quiet.end:02}"}


def _menu(content: Content, settings: ChatSettings, _: Words, *, subscribed: bool) -> Rows:
    rows: list[tuple[Button, ...]] = [] if subscribed else [(button(_("Subscribe"), Subscribe()),)]
    rows.append((_switch(_("Reminders"), SwitchReminders, is_on=settings.reminders),))
    rows += [
        (
            _switch(
                _capital(notice_name(notice, _)),
                partial(SwitchNotice, notice),
                is_on=gets_notice(settings, notice, content),
            ),
        )
        for notice in Notice
    ]
    rows.append((button(_("Hour"), ShowHours()), button(_("Time zone"), ShowCountries())))
    rows.append((button(_("Days"), ShowDays()), button(_("Quiet hours"), ShowQuietHours())))
    if settings.big_only or any(anniversary.big for anniversary in content.anniversaries):
        rows.append((_switch(_("Only the big days"), SwitchBigOnly, is_on=settings.big_only),))
    rows.append((_switch(_("Always without a sound"), SwitchSilent, is_on=settings.silent),))
    return tuple(rows)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _switch(label: str, switch: Callable[[bool], Callback], *, is_on: bool) -> Button:
    """The callback names the new state: pressing it twice, or in an old message, has the same effect."""
    return button(f"{'✓' if is_on else '○'} {shorten(label, LABEL)}", switch(not is_on))


def _back(_: Words) -> tuple[Button, ...]:
    return (button(_("‹ Back"), ShowSettings()),)


def days_menu(content: Content, language: str, settings: ChatSettings) -> Message:
    """Asks which anniversaries the chat is reminded of."""
    _ = words(language)
    text = _("Which days should this chat be reminded of?")
    rows = [
        (
            _switch(
                content.say(anniversary.title, language),
                partial(SwitchDay, anniversary.id),
                is_on=gets_anniversary(settings, anniversary),
            ),
        )
        for anniversary in content.anniversaries
    ]
    return Message(f"<b>{text}</b>", (*rows, _back(_)))


def hours_menu(language: str, hour: int) -> Message:
    """Asks at which hour reminders come."""
    _ = words(language)
    return Message(f"<b>{_('At which hour?')}</b>", (*_hour_rows(SetReminderHour, hour), _back(_)))


def quiet_menu(content: Content, language: str, settings: ChatSettings) -> Message:
    """Asks from which hour on messages make no sound, and says by which clock."""
    _ = words(language)
    start = settings.quiet.start if settings.quiet else None
    always = (button(_("No quiet hours"), ClearQuietHours()),)
    text = f"<b>{_('Quiet hours')}</b>\n{_('In these hours messages come without a sound. From which hour on?')}"
    clock = _("Time zone: {place}", place=timezone.zone_name(settings.group(content).zone, _))
    text += f"\n{clock}" + (" " + _("(nobody chose one here: /timezone)") if settings.zone is None else "")
    return Message(text, (*_hour_rows(ShowQuietEnds, start), always, _back(_)))


def quiet_end_menu(language: str, start: int) -> Message:
    """Asks until which hour messages make no sound."""
    _ = words(language)
    text = _("From {start}:00 until which hour?", start=f"{start:02}")
    return Message(
        f"<b>{_('Quiet hours')}</b>\n{text}",
        (*_hour_rows(partial(SetQuietHours, start), None, leave_out=start), _back(_)),
    )


def _hour_rows(choose: Callable[[int], Callback], selected: int | None, leave_out: int | None = None) -> Rows:
    buttons = [
        button(f"✓ {hour:02}" if hour == selected else f"{hour:02}", choose(hour))
        for hour in range(24)
        if hour != leave_out
    ]
    return in_rows(buttons, 6)


def skipped(language: str, title: str, year: int, again: int | None) -> Message:
    """Confirms that a day was skipped in a year; `again` is the next year with a reminder."""
    _ = words(language)
    text = _("Nothing more about “{title}” in {year}.", title=title, year=year)
    if again is not None:
        text += " " + _("It comes again in {year}.", year=again)
    return Message(text, (_back(_),))


def noted_skipped(language: str, title: str, year: int, again: int | None) -> str:
    """The same as a note, in plain text, for an admin who presses the button in a channel."""
    return unescape(skipped(language, title, year, again).text)
