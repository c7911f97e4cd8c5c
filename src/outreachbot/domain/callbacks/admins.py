"""Buttons with which admins of the bot change its content and answer reports."""

from outreachbot.domain.callbacks.codec import Callback, wire
from outreachbot.domain.callbacks.fields import DraftKey, PersonId, RowId


@wire("content:live:{key}")
class PutDraftLive(Callback):
    key: DraftKey


@wire("content:discard:{key}")
class DiscardContentDraft(Callback):
    key: DraftKey


@wire("content:file")
class SendLiveFile(Callback):
    pass


@wire("content:list:{before}")
class ListVersions(Callback):
    """The versions before the given one."""

    before: RowId


@wire("content:back:{version_id}")
class ProposeVersion(Callback):
    """Show what going back to that version would change."""

    version_id: RowId


@wire("reports:answer:{report_id}")
class AnswerReport(Callback):
    report_id: RowId


@wire("reports:ignore:{report_id}:{chat_id}")
class IgnoreReporter(Callback):
    """Accept no more reports from that private chat."""

    report_id: RowId
    chat_id: PersonId


@wire("reports:hear:{report_id}:{chat_id}")
class HearReporter(Callback):
    """Accept reports from that private chat again."""

    report_id: RowId
    chat_id: PersonId
