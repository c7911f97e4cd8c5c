"""Every error raised on purpose. Its text is one line that says what to do, to the person who can do it.

OutreachbotError
├── WrongUse            the command line or a setting is wrong        exit code 2
├── ContentError        the content file has faults                   exit code 1
└── CannotRun           the program can't start or can't go on        exit code 1
    ├── AlreadyRunning  another process holds the database or the token
    ├── SchemaTooNew    the database was written by a newer version
    ├── StoreFailed     the database can't be opened, read or written
    └── TelegramRefuses Telegram rejects the token or has frozen the bot
"""

from collections.abc import Sequence
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
    """The program can't start or can't go on; the supervisor may start it again."""


class AlreadyRunning(CannotRun):
    """Another process already works with this database or polls with this token."""


class SchemaTooNew(CannotRun):
    """The database was written by a newer version of outreachbot."""


class StoreFailed(CannotRun):
    """The database can't be opened, read or written."""


class TelegramRefuses(CannotRun):
    """Telegram rejects the token or has frozen the bot: nothing can be sent or received."""
