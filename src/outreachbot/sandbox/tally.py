"""Counts of calls, errors and deliveries per chat; tests use them to check that nobody got a message twice."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

LAST_TEXTS = 5  # number of texts kept for each chat
MOST_REPEATED = 100  # number of chats listed among those that got a text twice


@dataclass(slots=True)
class TrafficTally:
    """Counts since the start or the last `reset`. With `counts_only`, texts are not kept, only their fingerprints."""

    counts_only: bool = False
    calls: Counter[str] = field(default_factory=Counter)  # by method, in Telegram's spelling
    errors: Counter[int] = field(default_factory=Counter)  # by HTTP status of the answer
    deliveries: dict[int, int] = field(default_factory=dict)  # chat id -> messages from the bot
    texts: dict[int, deque[str]] = field(default_factory=dict)  # chat id -> the bot's last texts
    seconds: Counter[int] = field(default_factory=Counter)  # monotonic second -> messages from the bot
    repeats: int = 0  # messages whose text the chat had received before
    repeated: set[int] = field(default_factory=set)  # chats that got a text twice, up to MOST_REPEATED
    seen: set[int] = field(default_factory=set)  # fingerprints of (chat, text)


def count_delivery(tally: TrafficTally, chat_id: int, text: str, second: int) -> None:
    tally.deliveries[chat_id] = tally.deliveries.get(chat_id, 0) + 1
    tally.seconds[second] += 1
    fingerprint = hash((chat_id, text))
    if fingerprint in tally.seen:
        tally.repeats += 1
        if len(tally.repeated) < MOST_REPEATED:
            tally.repeated.add(chat_id)
    else:
        tally.seen.add(fingerprint)
    if not tally.counts_only:
        tally.texts.setdefault(chat_id, deque(maxlen=LAST_TEXTS)).append(text)


def reset(tally: TrafficTally) -> None:
    for part in (tally.calls, tally.errors, tally.deliveries, tally.texts, tally.seconds, tally.repeated, tally.seen):
        part.clear()
    tally.repeats = 0


def summarize(tally: TrafficTally, *, chats: bool = True) -> dict[str, Any]:
    """The counts as JSON; `chats` includes the count of each chat, which may be long."""
    counts: dict[str, Any] = {
        "calls": dict(tally.calls),
        "errors": {str(code): times for code, times in tally.errors.items()},
        "too_many": tally.errors[429],
        "delivered": sum(tally.deliveries.values()),
        "chats": len(tally.deliveries),
        "most_in_one_chat": max(tally.deliveries.values(), default=0),
        "busiest_second": max(tally.seconds.values(), default=0),
        "repeats": tally.repeats,
        "repeated_chats": sorted(tally.repeated),
    }
    if chats:
        counts["deliveries"] = {str(chat_id): times for chat_id, times in tally.deliveries.items()}
    return counts
