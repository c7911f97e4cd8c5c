"""Decides whether a text is an http(s) address that a button or a link can open."""

import re

_FORBIDDEN = re.compile(r'[\s\x00-\x20\x7f-\x9f\ud800-\udfff<>"\\]')
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?P<host>[^:\[\]]*|\[[^\[\]]*\])(?::(?P<port>.*))?", re.DOTALL)
_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?")
_LITERAL = re.compile(r"\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]")

MAX_PORT = 65_535


def find_url_problem(address: str) -> str | None:
    """Why this is not a valid http(s) address, in a few words; None if it is valid."""
    if forbidden := _FORBIDDEN.search(address):
        return "it has a space in it" if forbidden[0].isspace() else f"it has {forbidden[0]!a} in it"
    scheme = _SCHEME.match(address)
    if not scheme:
        return "it must start with https:// or http://"
    authority = re.split(r"[/?#]", address[scheme.end() :], maxsplit=1)[0]
    return _find_authority_problem(authority)


def _find_authority_problem(authority: str) -> str | None:
    parts = _AUTHORITY.fullmatch(authority)
    host = parts["host"] if parts else authority
    if not host:
        return "it names no site"
    if not parts or not (_NAME.fullmatch(host) or _LITERAL.fullmatch(host)):
        return "its site's name can't be right"
    port = parts["port"]
    if port is not None and not (re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) <= MAX_PORT):
        return f"its port must be a number from 1 to {MAX_PORT}"
    return None
