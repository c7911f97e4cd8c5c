"""What is counted: calls, refusals and what each chat was sent, so that tests can say nobody got a thing twice."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

LAST_TEXTS = 5  # a chat's last texts that are kept
MOST_REPEATED = 100  # chats named among those that got one text twice


@dataclass(slots=True)
class Tally:
    """Counts since the start or the last `reset`. With `brief`, no texts are kept, only their fingerprints."""

    brief: bool = False
    calls: Counter[str] = field(default_factory=Counter)  # by method, in Telegram's spelling
    errors: Counter[int] = field(default_factory=Counter)  # by HTTP status, as answered
    deliveries: dict[int, int] = field(default_factory=dict)  # chat id -> messages of the bot
    texts: dict[int, deque[str]] = field(default_factory=dict)  # chat id -> the last texts of the bot
    seconds: Counter[int] = field(default_factory=Counter)  # second of the loop's clock -> messages of the bot
    repeats: int = 0  # deliveries of a text which that chat had got before
    repeated: set[int] = field(default_factory=set)  # some of the chats that got one twice
    seen: set[int] = field(default_factory=set)  # fingerprints of (chat, text)


def delivered(tally: Tally, chat_id: int, text: str, second: int) -> None:
    """Count one message of the bot that a chat has got."""
    tally.deliveries[chat_id] = tally.deliveries.get(chat_id, 0) + 1
    tally.seconds[second] += 1
    fingerprint = hash((chat_id, text))
    if fingerprint in tally.seen:
        tally.repeats += 1
        if len(tally.repeated) < MOST_REPEATED:
            tally.repeated.add(chat_id)
    else:
        tally.seen.add(fingerprint)
    if not tally.brief:
        tally.texts.setdefault(chat_id, deque(maxlen=LAST_TEXTS)).append(text)


def reset(tally: Tally) -> None:
    """Forget every count."""
    for part in (tally.calls, tally.errors, tally.deliveries, tally.texts, tally.seconds, tally.repeated, tally.seen):
        part.clear()
    tally.repeats = 0


def summary(tally: Tally, *, chats: bool = True) -> dict[str, Any]:
    """The counts as JSON; `chats` adds the count of each chat, which may be long."""
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
