"""Validates and normalizes the URLs of buttons and links as Telegram does."""

import re

_PARTS = re.compile(r"(?:(?P<scheme>[^:/?#@\[\]]*)://)?(?P<host>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_UNALLOWED = re.compile(r"[\s\x00-\x1f<>\"]")
_TG_LINK = re.compile(r"(?P<scheme>tg|ton):(?://)?(?P<rest>.*)", re.DOTALL | re.IGNORECASE)


class InvalidLink(ValueError):
    """A URL that Telegram rejects; the text is Telegram's reason."""


def normalize_link(url: str) -> str:
    """The URL with a scheme (http:// by default), a lower-case host and a path. Raises InvalidLink."""
    if link := _TG_LINK.fullmatch(url):
        return _normalize_tg_link(link["scheme"].lower(), link["rest"])
    parts = _PARTS.fullmatch(url)
    if parts is None:
        raise InvalidLink("Wrong HTTP URL")
    scheme = (parts["scheme"] or "http").lower()
    if scheme not in ("http", "https"):
        raise InvalidLink("Unsupported URL protocol")
    user, at, host = parts["host"].rpartition("@")
    name, colon, port = (host, "", "") if host.endswith("]") else host.partition(":")
    if not name:
        raise InvalidLink("URL host is empty")
    if colon and not (port.isdecimal() and 0 < int(port) < 65536):
        raise InvalidLink("Wrong port number specified in the URL")
    if _UNALLOWED.search(name):
        raise InvalidLink("Unallowed characters in URL host")
    if "." not in name and not name.startswith("["):
        raise InvalidLink("Wrong HTTP URL")
    rest = parts["rest"] if parts["rest"].startswith("/") else "/" + parts["rest"]
    return f"{scheme}://{user}{at}{name.lower()}{colon}{port}{_escape_controls(rest)}"


def _normalize_tg_link(scheme: str, rest: str) -> str:
    """tg: and ton: links have a host of letters, digits, - and _, optionally followed by a query."""
    parts = _PARTS.fullmatch(rest)
    if parts is None or parts["scheme"] or "@" in parts["host"] or ":" in parts["host"]:
        raise InvalidLink(f"Wrong {scheme} URL")
    host = parts["host"].lower()
    if not host:
        raise InvalidLink("URL host is empty")
    if not all(character.isascii() and (character.isalnum() or character in "-_") for character in host):
        raise InvalidLink("Unallowed characters in URL host")
    return f"{scheme}://{host}{parts['rest']}"


def _escape_controls(rest: str) -> str:
    return re.sub(r"[\x00-\x20\x7f]", lambda match: f"%{ord(match[0]):02X}", rest)
