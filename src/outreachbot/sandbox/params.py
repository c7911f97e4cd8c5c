"""Decodes a request's parameters (JSON, form, multipart or query) and converts them to the types methods need."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from outreachbot.sandbox.refused import bad_request

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file uploaded in a multipart request."""

    name: str
    mime: str
    data: bytes


def parse(content_type: str, body: bytes, query: bytes) -> Params:
    """All parameters of a request; the body overrides the query."""
    params: Params = dict(parse_qsl(query.decode(), keep_blank_values=True)) if query else {}
    if not body:
        return params
    if content_type.startswith("application/json"):
        return params | _parse_json(body)
    if content_type.startswith("multipart/form-data"):
        return params | _parse_multipart(content_type, body)
    return params | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _parse_json(body: bytes) -> Params:
    try:
        value = json.loads(body)
    except ValueError:
        raise bad_request("can't parse request JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("can't parse request JSON object")
    return {key: item for key, item in value.items() if item is not None}


def _parse_multipart(content_type: str, body: bytes) -> Params:
    """Form fields as text, files as Upload. The `email` package would copy and decode binary parts."""
    boundary = content_type.partition("boundary=")[2].split(";")[0].strip().strip('"')
    params: Params = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        if part.startswith(b"--"):
            break
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = _parse_headers(head)
        disposition = headers.get("content-disposition", "")
        name = _get_option(disposition, "name")
        if "filename" in disposition:
            mime = headers.get("content-type", "application/octet-stream")
            params[name] = Upload(_get_option(disposition, "filename"), mime, data)
        else:
            params[name] = data.decode("utf-8", "replace")
    return params


def _parse_headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n"))
    return {key.strip().lower(): value.strip() for key, _, value in lines}


def _get_option(disposition: str, key: str) -> str:
    for piece in disposition.split(";"):
        name, _, value = piece.strip().partition("=")
        if name == key:
            return value.strip('"')
    return ""


def get_text(params: Params, key: str) -> str:
    """A parameter as text; "" if it is missing."""
    value = params.get(key, "")
    if isinstance(value, str):
        return value
    return "" if isinstance(value, Upload) else json.dumps(value)


def get_int(params: Params, key: str, default: int = 0) -> int:
    """A parameter as an integer; `default` if it is missing or not a number."""
    try:
        return int(params[key])
    except (KeyError, TypeError, ValueError):
        return default


def get_bool(params: Params, key: str) -> bool:
    """A parameter as a boolean: Telegram accepts true, yes and 1."""
    value = params.get(key, False)
    return value.lower() in ("true", "yes", "1") if isinstance(value, str) else bool(value)


def get_json(params: Params, key: str, what: str) -> Any:
    """A JSON parameter, decoded if sent as text; None if it is missing. `what` names it in the error message."""
    value = params.get(key)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        raise bad_request(f"can't parse {what}") from None
