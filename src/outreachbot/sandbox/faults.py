"""Faults to order: what goes wrong, on which call of which method, for which chat; and the limits of the server."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil

ANY_SEND = "send*"  # as a fault's method: every method that writes a message
ALWAYS = -1  # as a fault's times

PRIVATE_INTERVAL = 0.9  # seconds; documented as one message a second, less what a network may squeeze
GROUP_WINDOW, GROUP_MOST = 60.0, 20  # documented as twenty messages a minute
BULK_SLACK = 1.1  # a sender that paces evenly must not be refused for jitter


class FaultKind(StrEnum):
    """What goes wrong."""

    TOO_MANY = "too_many"  # 429 with retry_after = seconds
    REFUSED = "refused"  # an error in Telegram's shape: code, description
    PROXY = "proxy"  # an HTML page with status code 502 (or `code`), as a proxy in between makes it; nothing done
    GARBAGE = "garbage"  # status 200 and HTML; nothing done
    LOST_AFTER = "lost_after"  # done, then the connection closes without an answer
    LOST_BEFORE = "lost_before"  # the connection closes and nothing was done
    SLOW = "slow"  # answered `seconds` late, and done before that


@dataclass(slots=True)
class Fault:
    """One order. Of the calls that match method and chats, it strikes the first `times`, or those numbered in `at`."""

    kind: FaultKind
    method: str = ""  # "" is any; ANY_SEND; else one method, in any case
    times: int = 1  # ALWAYS for every one
    chats: frozenset[int] = frozenset()  # empty is any
    at: frozenset[int] = frozenset()  # numbers of matching calls, from 1; then `times` does not count
    seconds: float = 1.0
    code: int = 0
    description: str = ""
    seen: int = 0  # matching calls so far

    def strikes(self) -> bool:
        """Count one matching call; whether this is one to spoil."""
        self.seen += 1
        if self.at:
            return self.seen in self.at
        return self.times == ALWAYS or self.seen <= self.times

    @property
    def spent(self) -> bool:
        """Whether it can never strike again."""
        if self.at:
            return self.seen >= max(self.at)
        return self.times != ALWAYS and self.seen >= self.times


@dataclass(slots=True)
class Limits:
    """What the server allows; zero or False switches a limit off. `retry_after` in seconds is what a 429 asks for."""

    messages_per_second: int = 0
    private_chats: bool = False  # one message a second in each
    groups: bool = False  # twenty a minute in each
    retry_after: int = 1
    slack: float = BULK_SLACK  # how many times messages_per_second any one second may hold; 1 is the bare limit
    lock: float = 0.0  # seconds after a refusal in which every message is refused; these refusals don't prolong it


@dataclass(slots=True)
class Faults:
    """Everything ordered, and what the limits have to remember."""

    orders: list[Fault] = field(default_factory=list)
    latency: float = 0.0  # seconds before every answer
    limits: Limits = field(default_factory=Limits)
    bulk: deque[float] = field(default_factory=deque)
    per_chat: dict[int, deque[float]] = field(default_factory=dict)
    locked_until: float = 0.0  # monotonic seconds


def take(faults: Faults, method: str, chat_id: int, is_send: Callable[[str], bool]) -> Fault | None:
    """The first ordered fault that strikes this call; orders that are used up are dropped."""
    struck = None
    for fault in faults.orders:
        if fault.chats and chat_id not in fault.chats:
            continue
        if fault.method == ANY_SEND:
            if not is_send(method):
                continue
        elif fault.method and fault.method.lower() != method.lower():
            continue
        if fault.strikes() and struck is None:
            struck = fault
    faults.orders = [fault for fault in faults.orders if not fault.spent]
    return struck


def over_limit(faults: Faults, chat_id: int, at: float) -> int:
    """Seconds to wait if sending to this chat at `at` (monotonic seconds) breaks a limit, else 0 and it is counted."""
    if at < faults.locked_until:
        return ceil(faults.locked_until - at)
    seconds = _over(faults, chat_id, at)
    if seconds and faults.limits.lock:
        faults.locked_until = at + faults.limits.lock
        return max(seconds, ceil(faults.limits.lock))
    return seconds


def _over(faults: Faults, chat_id: int, at: float) -> int:
    limits = faults.limits
    most = int(limits.messages_per_second * limits.slack)
    if limits.messages_per_second and _full(faults.bulk, most, 1.0, at):
        return limits.retry_after
    window, most = (PRIVATE_INTERVAL, 1) if chat_id > 0 else (GROUP_WINDOW, GROUP_MOST)
    if limits.private_chats if chat_id > 0 else limits.groups:
        sent = faults.per_chat.setdefault(chat_id, deque())
        if _full(sent, most, window, at):
            return max(limits.retry_after, int(window - (at - sent[0])) + 1)
        sent.append(at)
    if limits.messages_per_second:
        faults.bulk.append(at)
    return 0


def _full(sent: deque[float], most: int, window: float, at: float) -> bool:
    """Whether the window that ends now already holds `most`."""
    while sent and at - sent[0] >= window:
        sent.popleft()
    return len(sent) >= most
