"""Injected faults (what fails, in which calls, for which chats) and the server's rate limits."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil

ANY_SEND = "send*"  # value of `method`: every method that sends a message
ALWAYS = -1  # value of `times`

PRIVATE_INTERVAL = 0.9  # seconds; documented as one message a second, minus some network jitter
GROUP_WINDOW, GROUP_MOST = 60.0, 20  # seconds, messages; documented as twenty messages a minute
BULK_SLACK = 1.1  # a sender with an even pace must not be refused because of jitter


class FaultKind(StrEnum):
    """What goes wrong."""

    TOO_MANY = "too_many"  # 429 with retry_after = seconds
    REFUSED = "refused"  # an error in Telegram's format: code, description
    PROXY = "proxy"  # an HTML page with status 502 (or `code`), as from a proxy; the method is not executed
    GARBAGE = "garbage"  # HTML with status 200; the method is not executed
    LOST_AFTER = "lost_after"  # executed, then the connection closes without an answer
    LOST_BEFORE = "lost_before"  # the connection closes and the method is not executed
    SLOW = "slow"  # executed at once, answered `seconds` later


@dataclass(slots=True)
class InjectedFault:
    """A fault for the calls that match `method` and `chats`: the first `times` of them, or those numbered in `at`."""

    kind: FaultKind
    method: str = ""  # "": any; ANY_SEND; or the name of one method, ignoring case
    times: int = 1  # ALWAYS: every matching call
    chats: frozenset[int] = frozenset()  # empty: any
    at: frozenset[int] = frozenset()  # numbers of matching calls, from 1; `times` is then ignored
    seconds: float = 1.0
    code: int = 0
    description: str = ""
    seen: int = 0  # matching calls so far

    def count_call(self) -> bool:
        """Count a matching call; return whether it fails."""
        self.seen += 1
        if self.at:
            return self.seen in self.at
        return self.times == ALWAYS or self.seen <= self.times

    @property
    def is_used_up(self) -> bool:
        if self.at:
            return self.seen >= max(self.at)
        return self.times != ALWAYS and self.seen >= self.times


@dataclass(slots=True)
class Limits:
    """The server's rate limits; 0 or False turns a limit off."""

    messages_per_second: int = 0
    private_chats: bool = False  # one message a second in each
    groups: bool = False  # twenty messages a minute in each
    retry_after: int = 1  # seconds, in the 429 answer
    slack: float = BULK_SLACK  # factor by which a second may exceed messages_per_second; 1 enforces it exactly
    lock: float = 0.0  # seconds after a 429 in which every message is refused; those refusals don't extend it


@dataclass(slots=True)
class Faults:
    """Pending faults, and the state of the rate limits."""

    pending: list[InjectedFault] = field(default_factory=list)
    latency: float = 0.0  # seconds before every answer
    limits: Limits = field(default_factory=Limits)
    bulk: deque[float] = field(default_factory=deque)
    per_chat: dict[int, deque[float]] = field(default_factory=dict)
    locked_until: float = 0.0  # monotonic seconds


def take(faults: Faults, method: str, chat_id: int, is_send: Callable[[str], bool]) -> InjectedFault | None:
    """The first pending fault that applies to this call; removes faults that are used up."""
    taken = None
    for fault in faults.pending:
        if fault.chats and chat_id not in fault.chats:
            continue
        if fault.method == ANY_SEND:
            if not is_send(method):
                continue
        elif fault.method and fault.method.lower() != method.lower():
            continue
        if fault.count_call() and taken is None:
            taken = fault
    faults.pending = [fault for fault in faults.pending if not fault.is_used_up]
    return taken


def check_limits(faults: Faults, chat_id: int, at: float) -> int:
    """Seconds to wait if a message to this chat at `at` (monotonic seconds) exceeds a limit.

    Otherwise counts the message and returns 0.
    """
    if at < faults.locked_until:
        return ceil(faults.locked_until - at)
    seconds = _check_windows(faults, chat_id, at)
    if seconds and faults.limits.lock:
        faults.locked_until = at + faults.limits.lock
        return max(seconds, ceil(faults.limits.lock))
    return seconds


def _check_windows(faults: Faults, chat_id: int, at: float) -> int:
    limits = faults.limits
    most = int(limits.messages_per_second * limits.slack)
    if limits.messages_per_second and _is_full(faults.bulk, most, 1.0, at):
        return limits.retry_after
    window, most = (PRIVATE_INTERVAL, 1) if chat_id > 0 else (GROUP_WINDOW, GROUP_MOST)
    if limits.private_chats if chat_id > 0 else limits.groups:
        sent = faults.per_chat.setdefault(chat_id, deque())
        if _is_full(sent, most, window, at):
            return max(limits.retry_after, int(window - (at - sent[0])) + 1)
        sent.append(at)
    if limits.messages_per_second:
        faults.bulk.append(at)
    return 0


def _is_full(sent: deque[float], most: int, window: float, at: float) -> bool:
    """Whether the `window` seconds before `at` already contain `most` messages; drops older ones."""
    while sent and at - sent[0] >= window:
        sent.popleft()
    return len(sent) >= most
