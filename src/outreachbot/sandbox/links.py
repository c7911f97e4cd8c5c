"""Which addresses Telegram accepts in buttons and links, and how it writes them."""

import re

_PARTS = re.compile(r"(?:(?P<scheme>[^:/?#@\[\]]*)://)?(?P<host>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_UNALLOWED = re.compile(r"[\s\x00-\x1f<>\"]")
_OWN = re.compile(r"(?P<scheme>tg|ton):(?://)?(?P<rest>.*)", re.DOTALL | re.IGNORECASE)


class WrongLink(ValueError):
    """Not an address Telegram accepts; the text is Telegram's reason."""


def checked(url: str) -> str:
    """The address as Telegram writes it: with http:// where no scheme stands, the host in lower case, a path."""
    if own := _OWN.fullmatch(url):
        return _own_link(own["scheme"].lower(), own["rest"])
    parts = _PARTS.fullmatch(url)
    if parts is None:
        raise WrongLink("Wrong HTTP URL")
    scheme = (parts["scheme"] or "http").lower()
    if scheme not in ("http", "https"):
        raise WrongLink("Unsupported URL protocol")
    user, at, host = parts["host"].rpartition("@")
    name, colon, port = (host, "", "") if host.endswith("]") else host.partition(":")
    if not name:
        raise WrongLink("URL host is empty")
    if colon and not (port.isdecimal() and 0 < int(port) < 65536):
        raise WrongLink("Wrong port number specified in the URL")
    if _UNALLOWED.search(name):
        raise WrongLink("Unallowed characters in URL host")
    if "." not in name and not name.startswith("["):
        raise WrongLink("Wrong HTTP URL")
    rest = parts["rest"] if parts["rest"].startswith("/") else "/" + parts["rest"]
    return f"{scheme}://{user}{at}{name.lower()}{colon}{port}{_escaped(rest)}"


def _own_link(scheme: str, rest: str) -> str:
    """tg: and ton: links: a host of letters, digits, - and _ and a query, nothing else."""
    parts = _PARTS.fullmatch(rest)
    if parts is None or parts["scheme"] or "@" in parts["host"] or ":" in parts["host"]:
        raise WrongLink(f"Wrong {scheme} URL")
    host = parts["host"].lower()
    if not host:
        raise WrongLink("URL host is empty")
    if not all(character.isascii() and (character.isalnum() or character in "-_") for character in host):
        raise WrongLink("Unallowed characters in URL host")
    return f"{scheme}://{host}{parts['rest']}"


def _escaped(rest: str) -> str:
    return re.sub(r"[\x00-\x20\x7f]", lambda found: f"%{ord(found[0]):02X}", rest)
