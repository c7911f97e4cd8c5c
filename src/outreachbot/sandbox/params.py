"""The parameters of a request: from JSON, a form, multipart or the query, and read as the type a method wants."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from outreachbot.sandbox.refused import bad

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart request."""

    name: str
    mime: str
    data: bytes


def parse(content_type: str, body: bytes, query: bytes) -> Params:
    """All parameters of a request; those of the body win."""
    params: Params = dict(parse_qsl(query.decode(), keep_blank_values=True)) if query else {}
    if not body:
        return params
    if content_type.startswith("application/json"):
        return params | _from_json(body)
    if content_type.startswith("multipart/form-data"):
        return params | _from_multipart(content_type, body)
    return params | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _from_json(body: bytes) -> Params:
    try:
        value = json.loads(body)
    except ValueError:
        raise bad("can't parse request JSON object") from None
    if not isinstance(value, dict):
        raise bad("can't parse request JSON object")
    return {key: item for key, item in value.items() if item is not None}


def _from_multipart(content_type: str, body: bytes) -> Params:
    """Form fields as text, files as Upload. `email` would do it, but copies and decodes what is binary."""
    boundary = content_type.partition("boundary=")[2].split(";")[0].strip().strip('"')
    params: Params = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        if part.startswith(b"--"):
            break
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = _headers(head)
        disposition = headers.get("content-disposition", "")
        name = _quoted(disposition, "name")
        if "filename" in disposition:
            mime = headers.get("content-type", "application/octet-stream")
            params[name] = Upload(_quoted(disposition, "filename"), mime, data)
        else:
            params[name] = data.decode("utf-8", "replace")
    return params


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n"))
    return {key.strip().lower(): value.strip() for key, _, value in lines}


def _quoted(disposition: str, key: str) -> str:
    for piece in disposition.split(";"):
        name, _, value = piece.strip().partition("=")
        if name == key:
            return value.strip('"')
    return ""


def text(params: Params, key: str) -> str:
    """A parameter as text; "" without it."""
    value = params.get(key, "")
    if isinstance(value, str):
        return value
    return "" if isinstance(value, Upload) else json.dumps(value)


def number(params: Params, key: str, otherwise: int = 0) -> int:
    """A parameter as a whole number; `otherwise` if it is none."""
    try:
        return int(params[key])
    except (KeyError, TypeError, ValueError):
        return otherwise


def flag(params: Params, key: str) -> bool:
    """A parameter as yes or no: Telegram takes true, yes and 1."""
    value = params.get(key, False)
    return value.lower() in ("true", "yes", "1") if isinstance(value, str) else bool(value)


def structure(params: Params, key: str, what: str) -> Any:
    """A parameter that is JSON, also if it came as text; None without it. `what` names it in the refusal."""
    value = params.get(key)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        raise bad(f"can't parse {what}") from None
