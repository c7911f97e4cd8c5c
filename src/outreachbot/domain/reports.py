"""Decides who may report a mistake now: enough for every honest reader, and not so much that nobody can read it."""

from dataclasses import dataclass
from enum import StrEnum

MAX_REPORT = 1000  # UTF-16 code units
MAX_ANSWER = 2500  # with the report and what stands above both it fits into one message
KEEP_SECONDS = 90 * 86_400.0  # so long a report is kept

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0  # seconds
MAX_PER_MINUTE = 1  # of one chat
MAX_PER_DAY = 5  # of one chat
MAX_PER_HOUR = 50  # of all chats together


class Refusal(StrEnum):
    """Why a report is not taken now."""

    IGNORED = "ignored"  # an admin does not want to hear from this chat any more
    MINUTE = "minute"  # the chat reported something a moment ago
    DAY = "day"  # the chat reported enough for a day
    CROWD = "crowd"  # all chats together report more than the admins can read


@dataclass(frozen=True, slots=True)
class RecentReports:
    """What was reported lately."""

    ignored: bool  # whether an admin ignores this chat
    minute: int  # reports of this chat in the last minute
    day: int  # and in the last 24 hours
    everybody: int  # reports of all chats in the last hour


def find_refusal(recent: RecentReports) -> Refusal | None:
    """Why another report is not taken; None where it is."""
    if recent.ignored:
        return Refusal.IGNORED
    if recent.day >= MAX_PER_DAY:
        return Refusal.DAY
    if recent.minute >= MAX_PER_MINUTE:
        return Refusal.MINUTE
    return Refusal.CROWD if recent.everybody >= MAX_PER_HOUR else None


def clean_text(words: str) -> str:
    """What somebody wrote, as every database takes it: without NUL and halves of surrogate pairs."""
    return words.replace("\0", "").encode(errors="replace").decode().strip()
