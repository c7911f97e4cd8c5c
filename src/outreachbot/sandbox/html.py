"""Telegram's HTML to plain text and entities, with Telegram's words for what is wrong with it."""

import re
from dataclasses import dataclass, field
from typing import Any

from outreachbot.domain.messages.message import text_length
from outreachbot.sandbox.links import WrongLink, checked
from outreachbot.sandbox.refused import Refused, bad

Entity = dict[str, Any]

TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
SPACES = " \t\r\n\v\0"

_REFERENCE = re.compile(r"&(?:#x(?P<hex>[0-9a-fA-F]+)|#(?P<number>[0-9]+)|(?P<name>[a-zA-Z]+));?")
_NAME = re.compile(r"[^ \t\r\n\v\0>]*")
_ATTRIBUTE = re.compile(r"[^ \t\r\n\v\0=>]*")
_TOKEN = re.compile(r"[0-9A-Za-z.\-]*")
_USER_LINK = re.compile(r"tg:(?://)?user\?id=(?P<id>\d+)", re.IGNORECASE)


@dataclass(slots=True)
class _Tag:
    name: str
    argument: str
    offset: int  # UTF-16
    piece: int  # number of pieces of text before it


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    offset: int = 0  # of what is written, in UTF-16 units
    pieces: list[str] = field(default_factory=list)
    open: list[_Tag] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)


def parse(text: str) -> tuple[str, list[Entity]]:
    """Plain text and its entities, in Telegram's order. Refused in Telegram's words if it is not Telegram's HTML."""
    reader = _Reader(text)
    while reader.at < len(text):
        character = text[reader.at]
        if character == "<":
            if text.startswith("/", reader.at + 1):
                _end_tag(reader)
            else:
                _start_tag(reader)
        elif character == "&":
            _reference(reader)
        else:
            end = re.compile("[<&]").search(text, reader.at)
            _write(reader, text[reader.at : end.start() if end else len(text)])
            reader.at = end.start() if end else len(text)
    if reader.open:
        raise _wrong(f'Can\'t find end tag corresponding to start tag "{reader.open[-1].name}"')
    reader.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(reader.pieces), reader.entities


def _wrong(reason: str) -> Refused:
    return bad(f"can't parse entities: {reason}")


def _byte(reader: _Reader, at: int) -> int:
    return len(reader.text[:at].encode())


def _write(reader: _Reader, piece: str) -> None:
    reader.pieces.append(piece)
    reader.offset += text_length(piece)


def decode(match: re.Match[str]) -> str:
    """What a character reference stands for; itself if Telegram does not know it."""
    if name := match["name"]:
        return NAMED.get(name, match[0])
    code = int(match["hex"], 16) if match["hex"] else int(match["number"])
    if not 0 < code < 0x10FFFF or 0xD800 <= code <= 0xDFFF or len(match[0].rstrip(";")) >= 10:
        return match[0]
    return chr(code)


def _reference(reader: _Reader) -> None:
    match = _REFERENCE.match(reader.text, reader.at)
    if match is None:
        _write(reader, "&")
        reader.at += 1
        return
    _write(reader, decode(match))
    reader.at = match.end()


def _skip_spaces(reader: _Reader) -> str:
    """Go to the next character that is no space, and return it; "" at the end."""
    while reader.at < len(reader.text) and reader.text[reader.at] in SPACES:
        reader.at += 1
    return reader.text[reader.at : reader.at + 1]


def _take(reader: _Reader, what: re.Pattern[str]) -> str:
    match = what.match(reader.text, reader.at)
    assert match is not None
    reader.at = match.end()
    return match[0]


def _start_tag(reader: _Reader) -> None:
    begin = _byte(reader, reader.at)
    reader.at += 1
    name = _take(reader, _NAME).lower()
    if reader.at >= len(reader.text):
        raise _wrong(f"Unclosed start tag at byte offset {begin}")
    if name not in TYPES:
        raise _wrong(f'Unsupported start tag "{name}" at byte offset {begin}')
    argument = ""
    while _skip_spaces(reader) != ">":
        argument = _attribute(reader, name, begin) or argument
    reader.at += 1
    if name == "span" and argument != "spoiler":
        raise _wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
    reader.open.append(_Tag(name, argument, reader.offset, len(reader.pieces)))


def _attribute(reader: _Reader, tag: str, begin: int) -> str:
    """Read one attribute; its value if it means something for the tag, else ""."""
    if reader.at >= len(reader.text):
        raise _wrong(f"Unclosed start tag at byte offset {begin}")
    name = _take(reader, _ATTRIBUTE)
    if not name:
        raise _wrong(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
    following = _skip_spaces(reader)
    if following != "=":
        if tag == "blockquote" and name == "expandable" and following:
            return "expandable"
        raise _wrong(f'Expected equal sign in declaration of an attribute of the tag "{tag}" at byte offset {begin}')
    reader.at += 1
    if not _skip_spaces(reader):
        raise _wrong(f'Unclosed start tag "{tag}" at byte offset {begin}')
    value = _value(reader, begin)
    match tag, name:
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case "code", "class" if value.startswith("language-"):
            return value.removeprefix("language-")
        case "span", "class" if value.startswith("tg-"):
            return value.removeprefix("tg-")
        case "blockquote", "expandable":
            return name
    return ""


def _value(reader: _Reader, begin: int) -> str:
    quote = reader.text[reader.at]
    if quote in "'\"":
        end = reader.text.find(quote, reader.at + 1)
        if end < 0 or end + 1 >= len(reader.text):
            raise _wrong(f"Unclosed start tag at byte offset {begin}")
        value = reader.text[reader.at + 1 : end]
        reader.at = end + 1
        return _REFERENCE.sub(decode, value)
    token_begin = _byte(reader, reader.at)
    value = _take(reader, _TOKEN).lower()
    if reader.text[reader.at : reader.at + 1] not in (*SPACES, ">"):
        raise _wrong(f"Unexpected end of name token at byte offset {token_begin}")
    return value


def _end_tag(reader: _Reader) -> None:
    begin = _byte(reader, reader.at)
    if not reader.open:
        raise _wrong(f"Unexpected end tag at byte offset {begin}")
    reader.at += 2
    name = _take(reader, _NAME).lower()
    if _skip_spaces(reader) != ">":
        raise _wrong(f"Unclosed end tag at byte offset {begin}")
    reader.at += 1
    tag = reader.open.pop()
    if name and name != tag.name:
        raise _wrong(f'Unmatched end tag at byte offset {begin}, expected "</{tag.name}>", found "</{name}>"')
    if reader.offset > tag.offset:
        _close(reader, tag)


def _close(reader: _Reader, tag: _Tag) -> None:
    """Write down the entity of a tag that has ended, unless it means nothing (a link with a bad address)."""
    entity: Entity = {"offset": tag.offset, "length": reader.offset - tag.offset, "type": TYPES[tag.name]}
    before = reader.entities[-1] if reader.entities else None
    same = before is not None and (before["offset"], before["length"]) == (entity["offset"], entity["length"])
    if tag.name == "a" and not _link(reader, tag, entity):
        return
    if tag.name == "blockquote" and tag.argument:
        entity["type"] = "expandable_blockquote"
    if tag.name == "tg-emoji":
        if not tag.argument.isdecimal():
            raise _wrong("Invalid custom emoji identifier specified")
        entity["custom_emoji_id"] = tag.argument
    if before and same and tag.name == "pre" and before["type"] == "code":
        language = before.pop("language", "")
        before |= {"type": "pre"} | ({"language": language} if language else {})
        return
    if tag.name == "code" and tag.argument:
        entity["language"] = tag.argument  # means something only once a <pre> around it ends
    reader.entities.append(entity)


def _link(reader: _Reader, tag: _Tag, entity: Entity) -> bool:
    url = tag.argument or "".join(reader.pieces[tag.piece :])
    if mentioned := _USER_LINK.fullmatch(url):
        entity |= {"type": "text_mention", "user": {"id": int(mentioned["id"])}}
        return True
    try:
        entity["url"] = checked(url)
    except WrongLink:
        return False
    return True
