"""Every error raised on purpose. Its text is one line that tells the person who can act on it what to do.

OutreachbotError
├── WrongUse               the command line or a setting is wrong            exit code 2
├── ContentError           the content file has faults                       exit code 1
├── CannotRun              the program can't start or can't continue         exit code 1
│   ├── AlreadyRunning     another process holds the database or the token
│   ├── SchemaTooNew       the database was written by a newer version
│   ├── StoreFailed        the database can't be opened, read or written
│   └── TelegramRefuses    Telegram rejects the token or has frozen the bot
├── RequestFailed          an HTTP request to Telegram got no answer
│   ├── NotReached         it was certainly not sent
│   └── NoAnswer           it may have been carried out
├── PollFailed             a poll returned no updates; try again
│   └── PollConflict       another program polls with this token
├── ReplyFailed            a reply could not be delivered to its chat
├── InvalidButton          a button in an admin's message leads nowhere
├── ContentUnreadable      a content file could not be read or checked
└── DraftOutdated          the content changed after this draft was compared with it
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar


class OutreachbotError(Exception):
    """Base of all errors below. `str(error)` is shown to a person as it is, without a traceback."""

    exit_code: ClassVar[int] = 1


class WrongUse(OutreachbotError):
    """A setting, an argument or an option is missing or wrong."""

    exit_code = 2


class ContentError(OutreachbotError):
    """The content file has faults; `faults` holds every one of them as `file:line:column: path: what is wrong`."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class CannotRun(OutreachbotError):
    """The program can't start or can't continue; the supervisor may start it again."""


class AlreadyRunning(CannotRun):
    """Another process already works with this database or polls with this token."""


class SchemaTooNew(CannotRun):
    """The database was written by a newer version of outreachbot."""


class StoreFailed(CannotRun):
    """The database can't be opened, read or written."""


class TelegramRefuses(CannotRun):
    """Telegram rejects the token or has frozen the bot: nothing can be sent or received."""


class RequestFailed(OutreachbotError):
    """An HTTP request to Telegram got no answer. The text never holds the address, which holds the token."""


class NotReached(RequestFailed):
    """No connection could be made: the request was certainly not sent."""


class NoAnswer(RequestFailed):
    """The request was sent and no answer came: it may have been carried out."""


class PollFailed(OutreachbotError):
    """A poll returned no updates and is worth another try. The text says why, for the log."""


class PollConflict(PollFailed):
    """409: another program polls with this token, or a webhook is set."""


class ReplyFailed(OutreachbotError):
    """A reply could not be delivered to its chat; the update is set aside."""


class InvalidButton(OutreachbotError):
    """The address of a button in an admin's message is not one; `str(error)` is the button's label."""


class Unreadable(StrEnum):
    """Why a content file could not be read, checked or written."""

    GONE = "gone"  # there is no such file
    FOLDER = "folder"  # the path is a folder
    FORBIDDEN = "forbidden"  # the system does not allow it
    FULL = "full"  # the disk is full
    DISK = "disk"  # any other error of the disk
    NOT_FETCHED = "not-fetched"  # Telegram did not hand the file over
    TOO_LONG = "too-long"  # the check took too long
    ENDED = "ended"  # the check could not start or not finish, for lack of memory for example
    UPDATED = "updated"  # the program on the disk is not the one that is running


class ContentUnreadable(OutreachbotError):
    """A content file could not be read or checked. `why` is for people, the text for the log."""

    def __init__(self, why: Unreadable, detail: str) -> None:
        super().__init__(detail)
        self.why = why


class DraftOutdated(OutreachbotError):
    """Another version went live after this draft was compared, or the file was edited while a signal was handled."""
