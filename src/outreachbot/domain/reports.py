"""Limits how many mistakes chats may report: enough for honest readers, but no more than admins can read."""

from dataclasses import dataclass
from enum import StrEnum

MAX_REPORT = 1000  # UTF-16 code units
MAX_ANSWER = 2500  # UTF-16 code units: fits into one message together with a report and the headings
KEEP_SECONDS = 90 * 86_400.0  # how long reports are kept

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0  # seconds
MAX_PER_MINUTE = 1  # from one chat
MAX_PER_DAY = 5  # from one chat
MAX_PER_HOUR = 50  # from all chats together


class Refusal(StrEnum):
    """Why a report is not accepted now."""

    IGNORED = "ignored"  # an admin ignores this chat
    MINUTE = "minute"  # the chat has just reported something
    DAY = "day"  # the chat has reached its daily limit
    CROWD = "crowd"  # all chats together have reached the hourly limit


@dataclass(frozen=True, slots=True)
class RecentReports:
    """The numbers of recent reports, as far as they limit a chat's next report."""

    ignored: bool  # whether an admin ignores this chat
    minute: int  # reports from this chat in the last minute
    day: int  # reports from this chat in the last 24 hours
    everybody: int  # reports from all chats in the last hour


def find_refusal(recent: RecentReports) -> Refusal | None:
    """Why another report is not accepted now; None if it is."""
    if recent.ignored:
        return Refusal.IGNORED
    if recent.day >= MAX_PER_DAY:
        return Refusal.DAY
    if recent.minute >= MAX_PER_MINUTE:
        return Refusal.MINUTE
    return Refusal.CROWD if recent.everybody >= MAX_PER_HOUR else None


def clean_text(text: str) -> str:
    """The text in a form that every database accepts: without NUL, with "?" for lone surrogates, and stripped."""
    return text.replace("\0", "").encode(errors="replace").decode().strip()
