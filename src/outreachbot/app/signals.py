"""Handles signals from the system, a supervisor or a person at the terminal."""

import asyncio
import errno
import os
import signal
from collections.abc import Callable
from contextlib import suppress


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        _add_handler(number, stop.set)
    return stop


def reload_on_hangup(reload: Callable[[], None], stop: asyncio.Event) -> None:
    """On SIGHUP read the content again; but stop if the terminal was closed, as programs usually do."""
    if hasattr(signal, "SIGHUP"):  # not on Windows
        _add_handler(signal.SIGHUP, lambda: stop.set() if _terminal_is_gone() else reload())


def _add_handler(number: signal.Signals, handler: Callable[[], object]) -> None:
    with suppress(NotImplementedError):  # on Windows, where Ctrl+C raises KeyboardInterrupt
        asyncio.get_running_loop().add_signal_handler(number, handler)


def _terminal_is_gone() -> bool:
    try:
        os.tcgetpgrp(0)
    except OSError as error:
        return error.errno == errno.EIO  # it was closed; other input, such as a pipe, has no terminal either
    return False
