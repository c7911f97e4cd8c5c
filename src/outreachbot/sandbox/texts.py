"""Text as a method gets it: parsed, trimmed, measured, with the entities Telegram finds by itself."""

import re
from functools import lru_cache
from typing import Any

from outreachbot.domain.messages.message import text_length
from outreachbot.sandbox import html
from outreachbot.sandbox.refused import bad

Entity = dict[str, Any]

MAX_BYTES = 2**15  # of a text before parsing
MAX_ENTITIES = 100  # more are ignored
OPAQUE = frozenset({"code", "pre", "text_link", "text_mention"})  # nothing is searched for inside

_FOUND = re.compile(
    r"(?P<url>(?:https?|tg)://[^\s<>]*[^\s<>.,;:!?\"'()\[\]])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/<>])"
    r"|(?<![\w@])(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})(?!\w)"
    r"|(?<![\w#])(?P<hashtag>#\w*[^\W\d]\w*)"
)


def automatic(text: str) -> list[Entity]:
    """Commands, mentions, hashtags, addresses: what Telegram marks without being asked (roughly its rules)."""
    entities = []
    for match in _FOUND.finditer(text):
        kind = match.lastgroup
        entities.append({"offset": text_length(text[: match.start()]), "length": text_length(match[0]), "type": kind})
    return entities


def read(text: str, parse_mode: str, entities: list[Entity] | None) -> tuple[str, list[Entity]]:
    """Text and entities as they will stand in the message. The same lists are handed out again: never change them.

    Of parse modes only HTML is known here; Telegram knows Markdown too.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:  # half of a surrogate pair
        raise bad("strings must be encoded in UTF-8") from None
    if size > MAX_BYTES:
        raise bad("text is too long")
    if entities and not parse_mode:
        return _finished(text, [entity for entity in map(_given, entities) if entity["type"] not in _AUTOMATIC])
    return _parsed(text, parse_mode.lower())


_AUTOMATIC = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})


@lru_cache(maxsize=512)
def _parsed(text: str, parse_mode: str) -> tuple[str, list[Entity]]:
    if parse_mode == "html":
        return _finished(*html.parse(text))
    if parse_mode not in ("", "none"):
        raise bad("unsupported parse_mode")
    return _finished(text, [])


def _given(entity: Entity) -> Entity:
    """An entity sent by the bot, checked as far as bots get wrong."""
    if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
        raise bad("can't parse MessageEntity: Type is not specified")
    kinds = _AUTOMATIC | set(html.TYPES.values()) | {"expandable_blockquote", "text_mention"}
    if entity["type"] not in kinds:
        raise bad("can't parse MessageEntity: Unsupported type specified")
    for key in ("offset", "length"):
        if not isinstance(entity.get(key), int):
            raise bad(f"can't parse MessageEntity: Can't find field \"{key}\"")
    return entity


def _finished(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Spaces at both ends go, entities are kept within the text, and those found are added."""
    entities = [
        {key: entity[key] for key in entity if key != "language" or entity["type"] == "pre"} for entity in entities
    ]
    kept = text.strip(" \t\r\n\v\0")
    cut = text_length(text[: len(text) - len(text.lstrip(" \t\r\n\v\0"))]) if kept else 0
    whole = text_length(kept)
    placed = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        end = min(entity["offset"] - cut + entity["length"], whole)
        if end > start:
            placed.append(entity | {"offset": start, "length": end - start})
    for entity in automatic(kept):
        if not any(_within(entity, other) for other in placed if other["type"] in OPAQUE):
            placed.append(entity)
    placed.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return kept, placed[:MAX_ENTITIES]


def _within(inner: Entity, outer: Entity) -> bool:
    return bool(
        outer["offset"] < inner["offset"] + inner["length"] and inner["offset"] < outer["offset"] + outer["length"]
    )
