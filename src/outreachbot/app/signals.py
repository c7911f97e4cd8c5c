"""What the program does when the system, a supervisor or a person at the terminal signals."""

import asyncio
import errno
import os
import signal
from collections.abc import Callable
from contextlib import suppress


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set. A second signal sets it again, which does no harm."""
    stop = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        _listen(one, stop.set)
    return stop


def reload_on_hangup(reload: Callable[[], None], stop: asyncio.Event) -> None:
    """SIGHUP asks for the content to be read again. When the terminal was closed, it ends the program, as ever."""
    if hasattr(signal, "SIGHUP"):  # Windows has none
        _listen(signal.SIGHUP, lambda: stop.set() if _terminal_is_gone() else reload())


def _listen(one: signal.Signals, act: Callable[[], object]) -> None:
    with suppress(NotImplementedError):  # Windows' loop has none; Ctrl+C ends the program there
        asyncio.get_running_loop().add_signal_handler(one, act)


def _terminal_is_gone() -> bool:
    try:
        os.tcgetpgrp(0)
    except OSError as error:
        return error.errno == errno.EIO  # of one that was closed; other input (a pipe, say) has no terminal at all
    return False
