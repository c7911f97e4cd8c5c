"""Buttons with which admins list, prepare, confirm and control broadcasts."""

from enum import StrEnum

from outreachbot.domain.broadcasts.timing import Past
from outreachbot.domain.callbacks.codec import Callback, wire
from outreachbot.domain.callbacks.fields import Day, Hour, LanguageTag, MessageRowId, Minute, Number, StartCodeHash


class ChatGroup(StrEnum):
    """The kinds of chats by which an audience can be narrowed down; groups include supergroups."""

    MEMBERS = "members"
    GROUPS = "groups"
    CHANNELS = "channels"


class Clock(StrEnum):
    """By which clock a broadcast is timed."""

    OPERATOR = "m"  # the content's zone: everybody at one moment
    LOCAL = "h"  # each chat's own: everybody at the same local hour


@wire("broadcast:list[:{before}]")
class ListBroadcasts(Callback):
    """The newest broadcasts, or those before the given id."""

    before: MessageRowId | None = None


@wire("broadcast:reminders")
class ListReminders(Callback):
    pass


@wire("broadcast:open:{outbox_id}")
class OpenBroadcast(Callback):
    outbox_id: MessageRowId


@wire("broadcast:pause:{outbox_id}")
class PauseBroadcast(Callback):
    outbox_id: MessageRowId


@wire("broadcast:resume:{outbox_id}")
class ResumeBroadcast(Callback):
    outbox_id: MessageRowId


@wire("broadcast:now:{outbox_id}")
class StartMissedBroadcast(Callback):
    outbox_id: MessageRowId


@wire("broadcast:stop:{outbox_id}")
class StopBroadcast(Callback):
    outbox_id: MessageRowId


@wire("broadcast:uncertain:{outbox_id}")
class ResendUncertain(Callback):
    outbox_id: MessageRowId


@wire("broadcast:failed:{outbox_id}")
class RetryFailed(Callback):
    outbox_id: MessageRowId


@wire("broadcast:csv:{outbox_id}")
class SendTable(Callback):
    outbox_id: MessageRowId


@wire("broadcast:correct:{outbox_id}")
class CorrectBroadcast(Callback):
    outbox_id: MessageRowId


@wire("broadcast:delete:{outbox_id}")
class DeleteBroadcast(Callback):
    outbox_id: MessageRowId


@wire("broadcast:ask:{outbox_id}")
class ShowQuestion(Callback):
    """Back to the question whether to send it."""

    outbox_id: MessageRowId


@wire("broadcast:send:{outbox_id}")
class ConfirmBroadcast(Callback):
    outbox_id: MessageRowId


@wire("broadcast:discard:{outbox_id}")
class DiscardDraft(Callback):
    outbox_id: MessageRowId


@wire("broadcast:consent:{outbox_id}")
class GiveConsent(Callback):
    outbox_id: MessageRowId


@wire("broadcast:object:{outbox_id}")
class RefuseConsent(Callback):
    outbox_id: MessageRowId


@wire("broadcast:whom:{outbox_id}")
class ShowAudience(Callback):
    outbox_id: MessageRowId


@wire("broadcast:whom:{outbox_id}:all")
class ClearAudience(Callback):
    outbox_id: MessageRowId


@wire("broadcast:whom:{outbox_id}:l.{language}")
class ToggleLanguage(Callback):
    outbox_id: MessageRowId
    language: LanguageTag


@wire("broadcast:whom:{outbox_id}:k.{group}")
class ToggleChatGroup(Callback):
    outbox_id: MessageRowId
    group: ChatGroup


@wire("broadcast:whom:{outbox_id}:a.{position}")
class ToggleAnniversary(Callback):
    outbox_id: MessageRowId
    position: Number  # among the content's anniversaries, from 0


@wire("broadcast:whom:{outbox_id}:c.{code_hash}")
class ToggleStartCode(Callback):
    outbox_id: MessageRowId
    code_hash: StartCodeHash  # a code may have 64 bytes, which is more than is left


@wire("broadcast:when:{outbox_id}")
class ShowTimes(Callback):
    outbox_id: MessageRowId


@wire("broadcast:when:{outbox_id}:now")
class ClearTime(Callback):
    """Send it as soon as it is confirmed."""

    outbox_id: MessageRowId


@wire("broadcast:when:{outbox_id}:{clock}")
class ShowSendingDays(Callback):
    outbox_id: MessageRowId
    clock: Clock


@wire("broadcast:when:{outbox_id}:{clock}.{date:%Y%m%d}")
class ShowSendingHours(Callback):
    outbox_id: MessageRowId
    clock: Clock
    date: Day


@wire("broadcast:when:{outbox_id}:m.{date:%Y%m%d}.{hour:02}")
class ShowSendingMinutes(Callback):
    outbox_id: MessageRowId
    date: Day
    hour: Hour


@wire("broadcast:when:{outbox_id}:m.{date:%Y%m%d}.{hour:02}.{minute:02}")
class SetMoment(Callback):
    outbox_id: MessageRowId
    date: Day
    hour: Hour
    minute: Minute


@wire("broadcast:when:{outbox_id}:h.{date:%Y%m%d}.{hour:02}[.{past}]")
class SetLocalHour(Callback):
    outbox_id: MessageRowId
    date: Day
    hour: Hour
    past: Past | None = None  # None: ask where the hour has passed somewhere
