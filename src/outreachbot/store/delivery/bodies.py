"""How a message is kept: for each language one dictionary, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from outreachbot.domain.messages.message import Button, Copy, Media, MediaKind, Message

Bodies = Mapping[str, Message]
"""The same message in each language; a chat whose language lacks gets the first."""


def dump(bodies: Bodies) -> dict[str, Any]:
    return {language: asdict(message) for language, message in bodies.items()}


def load(stored: dict[str, Any]) -> Bodies:
    return {language: _message(one) for language, one in stored.items()}


def _message(stored: dict[str, Any]) -> Message:
    rows = tuple(tuple(Button(**button) for button in row) for row in stored["buttons"])
    copy = Copy(**stored["copy"]) if stored["copy"] else None
    media = tuple(Media(MediaKind(one["kind"]), one["file_id"], one.get("name", "")) for one in stored["media"])
    return Message(**{**stored, "buttons": rows, "copy": copy, "media": media})


def select_language(bodies: Bodies, language: str) -> Message:
    return bodies.get(language) or next(iter(bodies.values()))
