"""All errors that the program raises deliberately. Each text is one line that says what to do about it.

OutreachbotError
├── WrongUse               the command line or a setting is wrong            exit code 2
├── ContentError           the content file has faults                       exit code 1
├── CannotRun              the program can't start or continue               exit code 1
│   ├── AlreadyRunning     another process holds the database or the token
│   ├── SchemaTooNew       the database was written by a newer version
│   ├── StoreFailed        the database can't be opened, read or written
│   └── TelegramRefuses    Telegram rejects the token or has frozen the bot
├── RequestFailed          an HTTP request to Telegram got no response
│   ├── NotReached         it was certainly not sent
│   └── NoAnswer           it may have been carried out
├── PollFailed             a poll returned no updates; try again
│   └── PollConflict       another program polls with this token
├── ReplyFailed            a reply could not be delivered to its chat
├── InvalidButton          a button in an admin's message has no valid address
├── ContentUnreadable      a content file could not be read or checked
└── DraftOutdated          the live content changed after this draft was compared with it
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar


class OutreachbotError(Exception):
    """Base class of the errors below. `str(error)` is shown to people unchanged, without a traceback."""

    exit_code: ClassVar[int] = 1


class WrongUse(OutreachbotError):
    """A setting, an argument or an option is missing or wrong."""

    exit_code = 2


class ContentError(OutreachbotError):
    """The content file has faults; `faults` lists them as `file:line:column: path: what is wrong`."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class CannotRun(OutreachbotError):
    """The program can't start or continue; the supervisor may restart it."""


class AlreadyRunning(CannotRun):
    """Another process already uses this database or polls with this token."""


class SchemaTooNew(CannotRun):
    """The database was written by a newer version of outreachbot."""


class StoreFailed(CannotRun):
    """The database can't be opened, read or written."""


class TelegramRefuses(CannotRun):
    """Telegram rejects the token or has frozen the bot: nothing can be sent or received."""


class RequestFailed(OutreachbotError):
    """An HTTP request to Telegram got no response. The text never contains the URL, which contains the token."""


class NotReached(RequestFailed):
    """No connection could be made: the request was certainly not sent."""


class NoAnswer(RequestFailed):
    """The request was sent but got no response: it may have been carried out."""


class PollFailed(OutreachbotError):
    """A poll failed and can be retried. The text says why, for the log."""


class PollConflict(PollFailed):
    """Another program polls with this token, or a webhook is set (HTTP status 409)."""


class ReplyFailed(OutreachbotError):
    """A reply could not be delivered to its chat; the update is set aside."""


class InvalidButton(OutreachbotError):
    """A button in an admin's message has no valid address; `str(error)` is the button's label."""


class Unreadable(StrEnum):
    """Why a content file could not be read, checked or written."""

    GONE = "gone"  # there is no such file
    FOLDER = "folder"  # the path is a folder
    FORBIDDEN = "forbidden"  # the operating system denies access
    FULL = "full"  # the disk is full
    DISK = "disk"  # any other disk error
    NOT_FETCHED = "not-fetched"  # the file could not be downloaded from Telegram
    TOO_LONG = "too-long"  # the check took too long
    ENDED = "ended"  # the check could not start or finish, for example because memory ran out
    UPDATED = "updated"  # the program on disk is not the version that is running


class ContentUnreadable(OutreachbotError):
    """A content file could not be read or checked. `why` is meant for people, the text for the log."""

    def __init__(self, why: Unreadable, detail: str) -> None:
        super().__init__(detail)
        self.why = why


class DraftOutdated(OutreachbotError):
    """Another version went live after this draft was compared, or the file was edited while a signal was handled."""
