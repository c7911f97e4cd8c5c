"""Says what a chat chose about its reminders, with the buttons that change it."""

from html import unescape

from outreachbot.domain.content.model import Content, Notice
from outreachbot.domain.messages.message import Button, Message, Rows
from outreachbot.domain.reminders.settings import ChatSettings, Quiet, gets_anniversary, gets_notice, list_kept
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import REMINDERS, SUBSCRIBE, ZONE
from outreachbot.views.reminders import timezone

LABEL = 40  # characters of a button's label


def settings_menu(content: Content, language: str, settings: ChatSettings, *, subscribed: bool) -> Message:
    """What `/reminders` says."""
    _ = words(language)
    head = [f"<b>{_('Reminders of this chat')}</b>"]
    if not subscribed:
        head.append(_("This chat is not subscribed, so nothing is sent to it yet. What you choose here is kept."))
    lines = [*head, "", *plan_lines(content, settings, _), *_sound(settings, _)]
    return Message("\n".join(lines), _menu(content, settings, _, subscribed=subscribed))


def plan_lines(content: Content, settings: ChatSettings, _: Words) -> list[str]:
    """When reminders come, if they do, and of what; that the zone was not chosen is said."""
    lines = [
        _when(content, settings, _),
        _("Time zone: {place}", place=timezone.zone_name(settings.group(content).zone, _)),
        _("Days: {n} of {all}", n=len(list_kept(settings, content)), all=len(content.anniversaries)),
    ]
    if settings.zone is None:
        lines[1] += " " + _("(not chosen yet: /timezone)")
    return lines


def _when(content: Content, settings: ChatSettings, _: Words) -> str:
    notices = [notice_name(one, _) for one in Notice if gets_notice(settings, one, content)]
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
    rows: list[tuple[Button, ...]] = [] if subscribed else [(Button(_("Subscribe"), SUBSCRIBE),)]
    rows.append((_switch(_("Reminders"), "on", is_on=settings.reminders),))
    rows += [
        (_switch(_capital(notice_name(one, _)), f"n.{one}", is_on=gets_notice(settings, one, content)),)
        for one in Notice
    ]
    rows.append((_to(_("Hour"), "h"), Button(_("Time zone"), ZONE)))
    rows.append((_to(_("Days"), "a"), _to(_("Quiet hours"), "q")))
    if settings.big_only or any(one.big for one in content.anniversaries):
        rows.append((_switch(_("Only the big days"), "b", is_on=settings.big_only),))
    rows.append((_switch(_("Always without a sound"), "s", is_on=settings.silent),))
    return tuple(rows)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _switch(label: str, what: str, *, is_on: bool) -> Button:
    """A press sets what it says: pressed twice, or under an old message, it does not swing back."""
    short = label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"
    return Button(f"{'✓' if is_on else '○'} {short}", f"{REMINDERS}:{what}.{int(not is_on)}")


def _to(label: str, what: str) -> Button:
    return Button(label, f"{REMINDERS}:{what}")


def _back(_: Words) -> tuple[Button, ...]:
    return (Button(_("‹ Back"), REMINDERS),)


def days_menu(content: Content, language: str, settings: ChatSettings) -> Message:
    """Which anniversaries the chat is reminded of."""
    _ = words(language)
    text = _("Which days should this chat be reminded of?")
    rows = [
        (_switch(content.say(one.title, language), f"a.{one.id}", is_on=gets_anniversary(settings, one)),)
        for one in content.anniversaries
    ]
    return Message(f"<b>{text}</b>", (*rows, _back(_)))


def hours_menu(language: str, hour: int) -> Message:
    """At which hour reminders come."""
    _ = words(language)
    return Message(f"<b>{_('At which hour?')}</b>", (*_clock("h", hour), _back(_)))


def quiet_menu(content: Content, language: str, settings: ChatSettings) -> Message:
    """From which hour messages make no sound, and by which clock."""
    _ = words(language)
    start = settings.quiet.start if settings.quiet else None
    always = (Button(_("No quiet hours"), f"{REMINDERS}:q.off"),)
    text = f"<b>{_('Quiet hours')}</b>\n{_('In these hours messages come without a sound. From which hour on?')}"
    clock = _("Time zone: {place}", place=timezone.zone_name(settings.group(content).zone, _))
    text += f"\n{clock}" + (" " + _("(nobody chose one here: /timezone)") if settings.zone is None else "")
    return Message(text, (*_clock("q", start), always, _back(_)))


def quiet_end_menu(language: str, start: int) -> Message:
    """Until which hour messages make no sound."""
    _ = words(language)
    text = _("From {start}:00 until which hour?", start=f"{start:02}")
    return Message(f"<b>{_('Quiet hours')}</b>\n{text}", (*_clock(f"q.{start}", None, leave_out=start), _back(_)))


def _clock(what: str, chosen: int | None, leave_out: int | None = None) -> Rows:
    buttons = [
        Button(f"✓ {hour:02}" if hour == chosen else f"{hour:02}", f"{REMINDERS}:{what}.{hour}")
        for hour in range(24)
        if hour != leave_out
    ]
    return tuple(tuple(buttons[start : start + 6]) for start in range(0, len(buttons), 6))


def skipped(language: str, title: str, year: int, again: int | None) -> Message:
    """What a chat reads that wants to hear no more of a day in a year; `again` is the year in which it does."""
    _ = words(language)
    text = _("Nothing more about “{title}” in {year}.", title=title, year=year)
    if again is not None:
        text += " " + _("It comes again in {year}.", year=again)
    return Message(text, (_back(_),))


def noted_skipped(language: str, title: str, year: int, again: int | None) -> str:
    """The same in a channel, to the admin who pressed: a note is no HTML."""
    return unescape(skipped(language, title, year, again).text)
