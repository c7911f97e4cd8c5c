"""The audience of any message in the outbox, and the JSON it is stored as."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.content.model import Notice
from outreachbot.domain.reminders.audience import NoticeCriteria, ReminderAudience
from outreachbot.domain.reminders.schedule import Group

Audience = BroadcastAudience | ReminderAudience

_CRITERIA_KEY = "wishes"  # the key of `criteria` in existing databases
_REMINDER_KEYS = {field.name for field in fields(ReminderAudience)} | {_CRITERIA_KEY}


def dump(audience: Audience) -> dict[str, Any]:
    """Only the filters that narrow the audience down; `{}` for everybody."""
    everybody = type(audience)()
    stored = {name: value for name, value in asdict(audience).items() if value != getattr(everybody, name)}
    return {_CRITERIA_KEY if name == "criteria" else name: value for name, value in stored.items()}


def load(stored: Mapping[str, Any]) -> Audience:
    """The audience that `dump` stored."""
    lists = {name: tuple(value) for name, value in stored.items() if isinstance(value, list)}
    if not stored.keys() & _REMINDER_KEYS:
        return BroadcastAudience(**{**stored, **lists})
    groups = {name: Group(**value) for name, value in stored.items() if isinstance(value, dict)}
    criteria = tuple(
        NoticeCriteria(**{**notice, "notice": Notice(notice["notice"])}) for notice in stored.get(_CRITERIA_KEY, ())
    )
    rest = {name: value for name, value in {**stored, **lists, **groups}.items() if name != _CRITERIA_KEY}
    return ReminderAudience(**rest, criteria=criteria)
