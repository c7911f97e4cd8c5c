"""Parses, trims and checks message texts, and detects the entities that Telegram marks automatically."""

import re
from functools import lru_cache

from outreachbot.domain.messages.message import text_length
from outreachbot.sandbox import html
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.html import SPACES, Entity
from outreachbot.sandbox.refused import bad_request

MAX_BYTES = 2**15  # length of a text before parsing
MAX_ENTITIES = 100  # of a message; Telegram ignores the rest
OPAQUE = frozenset({"code", "pre", "text_link", "text_mention"})  # no entities are detected inside

_DETECTED = re.compile(
    r"(?P<url>(?:https?|tg)://[^\s<>]*[^\s<>.,;:!?\"'()\[\]])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/<>])"
    r"|(?<![\w@])(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})(?!\w)"
    r"|(?<![\w#])(?P<hashtag>#\w*[^\W\d]\w*)"
)


def detect_entities(text: str) -> list[Entity]:
    """Commands, mentions, hashtags and addresses that Telegram marks automatically, by roughly its rules."""
    entities = []
    for match in _DETECTED.finditer(text):
        kind = match.lastgroup
        entities.append({"offset": text_length(text[: match.start()]), "length": text_length(match[0]), "type": kind})
    return entities


def parse(text: str, parse_mode: str, entities: list[Entity] | None) -> tuple[str, list[Entity]]:
    """Text and entities as they appear in the message. Raises Refused.

    The lists are cached and shared: never modify them. HTML is the only supported parse mode.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:  # a lone surrogate
        raise bad_request("strings must be encoded in UTF-8") from None
    if size > MAX_BYTES:
        raise bad_request("text is too long")
    if entities and not parse_mode:
        return _finalize(text, [entity for entity in map(_check_entity, entities) if entity["type"] not in _AUTOMATIC])
    return _parsed(text, parse_mode.lower())


_AUTOMATIC = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})


@lru_cache(maxsize=512)
def _parsed(text: str, parse_mode: str) -> tuple[str, list[Entity]]:
    if parse_mode == "html":
        return _finalize(*html.parse(text))
    if parse_mode not in ("", "none"):
        raise bad_request("unsupported parse_mode")
    return _finalize(text, [])


def _check_entity(entity: Entity) -> Entity:
    """An entity sent by the bot, checked for the mistakes bots usually make."""
    if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
        raise bad_request("can't parse MessageEntity: Type is not specified")
    kinds = _AUTOMATIC | set(html.TYPES.values()) | {"expandable_blockquote", "text_mention"}
    if entity["type"] not in kinds:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    for key in ("offset", "length"):
        if not isinstance(entity.get(key), int):
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{key}\"")
    return entity


def _finalize(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Strip the text, clip the given entities to it and add the detected ones."""
    entities = [
        {key: entity[key] for key in entity if key != "language" or entity["type"] == "pre"} for entity in entities
    ]
    kept = text.strip(SPACES)
    stripped = text_length(text[: len(text) - len(text.lstrip(SPACES))]) if kept else 0
    total = text_length(kept)
    clipped = []
    for entity in entities:
        start = max(entity["offset"] - stripped, 0)
        end = min(entity["offset"] - stripped + entity["length"], total)
        if end > start:
            clipped.append(entity | {"offset": start, "length": end - start})
    for entity in detect_entities(kept):
        if not any(_overlaps(entity, other) for other in clipped if other["type"] in OPAQUE):
            clipped.append(entity)
    clipped.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return kept, clipped[:MAX_ENTITIES]


def _overlaps(first: Entity, second: Entity) -> bool:
    return bool(
        first["offset"] < second["offset"] + second["length"] and second["offset"] < first["offset"] + first["length"]
    )


def message_fields(plain: str, entities: list[Entity], key: str = "text", entities_key: str = "entities") -> Json:
    """A text and its entities, if any, as fields of the Message object."""
    return {key: plain} | ({entities_key: entities} if entities else {})
