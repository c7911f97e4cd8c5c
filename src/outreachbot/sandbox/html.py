"""Parses Telegram's HTML into plain text and entities, with Telegram's own error messages."""

import re
from dataclasses import dataclass, field

from outreachbot.domain.messages.message import text_length
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.links import InvalidLink, normalize_link
from outreachbot.sandbox.refused import Refused, bad_request

Entity = Json

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
NAMED_REFERENCES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
SPACES = " \t\r\n\v\0"

_REFERENCE = re.compile(r"&(?:#x(?P<hex>[0-9a-fA-F]+)|#(?P<number>[0-9]+)|(?P<name>[a-zA-Z]+));?")
_NAME = re.compile(r"[^ \t\r\n\v\0>]*")
_ATTRIBUTE = re.compile(r"[^ \t\r\n\v\0=>]*")
_TOKEN = re.compile(r"[0-9A-Za-z.\-]*")
_USER_LINK = re.compile(r"tg:(?://)?user\?id=(?P<id>\d+)", re.IGNORECASE)


@dataclass(slots=True)
class _OpenTag:
    name: str
    argument: str
    offset: int  # in UTF-16 units
    piece: int  # index of its first piece of text


@dataclass(slots=True)
class _HtmlReader:
    text: str
    at: int = 0
    offset: int = 0  # length of the plain text so far, in UTF-16 units
    pieces: list[str] = field(default_factory=list)
    open: list[_OpenTag] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)


def parse(text: str) -> tuple[str, list[Entity]]:
    """Plain text and its entities in Telegram's order. Raises Refused if the HTML is invalid."""
    reader = _HtmlReader(text)
    while reader.at < len(text):
        character = text[reader.at]
        if character == "<":
            if text.startswith("/", reader.at + 1):
                _read_end_tag(reader)
            else:
                _read_start_tag(reader)
        elif character == "&":
            _read_reference(reader)
        else:
            end = re.compile("[<&]").search(text, reader.at)
            _append_text(reader, text[reader.at : end.start() if end else len(text)])
            reader.at = end.start() if end else len(text)
    if reader.open:
        raise _parse_error(f'Can\'t find end tag corresponding to start tag "{reader.open[-1].name}"')
    reader.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(reader.pieces), reader.entities


def _parse_error(reason: str) -> Refused:
    return bad_request(f"can't parse entities: {reason}")


def _byte_offset(reader: _HtmlReader, at: int) -> int:
    return len(reader.text[:at].encode())


def _append_text(reader: _HtmlReader, piece: str) -> None:
    reader.pieces.append(piece)
    reader.offset += text_length(piece)


def decode_reference(match: re.Match[str]) -> str:
    """The character a reference stands for; the reference itself if Telegram does not support it."""
    if name := match["name"]:
        return NAMED_REFERENCES.get(name, match[0])
    code = int(match["hex"], 16) if match["hex"] else int(match["number"])
    if not 0 < code < 0x10FFFF or 0xD800 <= code <= 0xDFFF or len(match[0].rstrip(";")) >= 10:
        return match[0]
    return chr(code)


def _read_reference(reader: _HtmlReader) -> None:
    match = _REFERENCE.match(reader.text, reader.at)
    if match is None:
        _append_text(reader, "&")
        reader.at += 1
        return
    _append_text(reader, decode_reference(match))
    reader.at = match.end()


def _skip_spaces(reader: _HtmlReader) -> str:
    """Move to the next non-space character and return it; "" at the end."""
    while reader.at < len(reader.text) and reader.text[reader.at] in SPACES:
        reader.at += 1
    return reader.text[reader.at : reader.at + 1]


def _read_match(reader: _HtmlReader, pattern: re.Pattern[str]) -> str:
    match = pattern.match(reader.text, reader.at)
    assert match is not None
    reader.at = match.end()
    return match[0]


def _read_start_tag(reader: _HtmlReader) -> None:
    begin = _byte_offset(reader, reader.at)
    reader.at += 1
    name = _read_match(reader, _NAME).lower()
    if reader.at >= len(reader.text):
        raise _parse_error(f"Unclosed start tag at byte offset {begin}")
    if name not in TYPES:
        raise _parse_error(f'Unsupported start tag "{name}" at byte offset {begin}')
    argument = ""
    while _skip_spaces(reader) != ">":
        argument = _read_attribute(reader, name, begin) or argument
    reader.at += 1
    if name == "span" and argument != "spoiler":
        raise _parse_error(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
    reader.open.append(_OpenTag(name, argument, reader.offset, len(reader.pieces)))


def _read_attribute(reader: _HtmlReader, tag: str, begin: int) -> str:
    """Read an attribute; return its value if the tag uses it, else ""."""
    if reader.at >= len(reader.text):
        raise _parse_error(f"Unclosed start tag at byte offset {begin}")
    name = _read_match(reader, _ATTRIBUTE)
    if not name:
        raise _parse_error(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
    following = _skip_spaces(reader)
    if following != "=":
        if tag == "blockquote" and name == "expandable" and following:
            return "expandable"
        raise _parse_error(
            f'Expected equal sign in declaration of an attribute of the tag "{tag}" at byte offset {begin}'
        )
    reader.at += 1
    if not _skip_spaces(reader):
        raise _parse_error(f'Unclosed start tag "{tag}" at byte offset {begin}')
    value = _read_value(reader, begin)
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


def _read_value(reader: _HtmlReader, begin: int) -> str:
    quote = reader.text[reader.at]
    if quote in "'\"":
        end = reader.text.find(quote, reader.at + 1)
        if end < 0 or end + 1 >= len(reader.text):
            raise _parse_error(f"Unclosed start tag at byte offset {begin}")
        value = reader.text[reader.at + 1 : end]
        reader.at = end + 1
        return _REFERENCE.sub(decode_reference, value)
    token_begin = _byte_offset(reader, reader.at)
    value = _read_match(reader, _TOKEN).lower()
    if reader.text[reader.at : reader.at + 1] not in (*SPACES, ">"):
        raise _parse_error(f"Unexpected end of name token at byte offset {token_begin}")
    return value


def _read_end_tag(reader: _HtmlReader) -> None:
    begin = _byte_offset(reader, reader.at)
    if not reader.open:
        raise _parse_error(f"Unexpected end tag at byte offset {begin}")
    reader.at += 2
    name = _read_match(reader, _NAME).lower()
    if _skip_spaces(reader) != ">":
        raise _parse_error(f"Unclosed end tag at byte offset {begin}")
    reader.at += 1
    tag = reader.open.pop()
    if name and name != tag.name:
        raise _parse_error(f'Unmatched end tag at byte offset {begin}, expected "</{tag.name}>", found "</{name}>"')
    if reader.offset > tag.offset:
        _add_entity(reader, tag)


def _add_entity(reader: _HtmlReader, tag: _OpenTag) -> None:
    """Add the entity of a closed tag, except for a link whose URL is invalid."""
    entity: Entity = {"offset": tag.offset, "length": reader.offset - tag.offset, "type": TYPES[tag.name]}
    before = reader.entities[-1] if reader.entities else None
    same = before is not None and (before["offset"], before["length"]) == (entity["offset"], entity["length"])
    if tag.name == "a" and not _set_link(reader, tag, entity):
        return
    if tag.name == "blockquote" and tag.argument:
        entity["type"] = "expandable_blockquote"
    if tag.name == "tg-emoji":
        if not tag.argument.isdecimal():
            raise _parse_error("Invalid custom emoji identifier specified")
        entity["custom_emoji_id"] = tag.argument
    if before and same and tag.name == "pre" and before["type"] == "code":
        language = before.pop("language", "")
        before |= {"type": "pre"} | ({"language": language} if language else {})
        return
    if tag.name == "code" and tag.argument:
        entity["language"] = tag.argument  # only used by a <pre> that encloses exactly this text
    reader.entities.append(entity)


def _set_link(reader: _HtmlReader, tag: _OpenTag, entity: Entity) -> bool:
    """Add the link's target to its entity; False if the URL is invalid."""
    url = tag.argument or "".join(reader.pieces[tag.piece :])
    if user_link := _USER_LINK.fullmatch(url):
        entity |= {"type": "text_mention", "user": {"id": int(user_link["id"])}}
        return True
    try:
        entity["url"] = normalize_link(url)
    except InvalidLink:
        return False
    return True
