"""Converts messages to the JSON they are stored as, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from outreachbot.domain.messages.message import Button, Copy, Media, MediaKind, Message

Bodies = Mapping[str, Message]
"""Language -> the message in that language. The first is the fallback for chats with another language."""


def dump(bodies: Bodies) -> dict[str, Any]:
    return {language: asdict(message) for language, message in bodies.items()}


def load(stored: dict[str, Any]) -> Bodies:
    return {language: _read_message(message) for language, message in stored.items()}


def _read_message(stored: dict[str, Any]) -> Message:
    rows = tuple(tuple(Button(**button) for button in row) for row in stored["buttons"])
    copy = Copy(**stored["copy"]) if stored["copy"] else None
    media = tuple(Media(MediaKind(part["kind"]), part["file_id"], part.get("name", "")) for part in stored["media"])
    return Message(**{**stored, "buttons": rows, "copy": copy, "media": media})


def select_language(bodies: Bodies, language: str) -> Message:
    return bodies.get(language) or next(iter(bodies.values()))
