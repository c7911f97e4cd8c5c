"""One Bot API request from the wire to the wire: token, method, parameters, ordered faults, limits, answer."""

import json
import re
from asyncio import FIRST_COMPLETED, create_task, get_running_loop, wait
from collections.abc import Coroutine
from http import HTTPStatus
from typing import Any

from starlette.types import Receive, Scope, Send

from outreachbot.sandbox import faults, methods
from outreachbot.sandbox.faults import Fault, FaultKind
from outreachbot.sandbox.params import Params, number, parse
from outreachbot.sandbox.refused import Refused
from outreachbot.sandbox.world import World

_TOKEN = re.compile(r"\d+:[\w-]+")
_encode = json.JSONEncoder(separators=(",", ":")).encode
_JSON = (b"content-type", b"application/json")
_HTML = (b"content-type", b"text/html")
_UNAUTHORIZED = Refused(401, "Unauthorized")
_NOT_FOUND = Refused(404, "Not Found")


class ConnectionCut(Exception):
    """The request ends without an answer."""


async def answer(world: World, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request whose path is /bot<token>/<method>."""
    body = await _body(receive)
    try:
        status, head, out = await _outcome(world, scope, receive, body)
    except ConnectionCut:
        scope["state"]["transport"].close()
        await _gone(receive)  # only then does uvicorn know that no answer is due
        return
    headers = [head, (b"content-length", str(len(out)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": out})


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body
    parts = [body]
    while message.get("more_body", False):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


async def _outcome(world: World, scope: Scope, receive: Receive, body: bytes) -> tuple[int, tuple[bytes, bytes], bytes]:
    """Status, content type and body of the answer."""
    try:
        token, _, name = scope["path"].removeprefix("/bot").partition("/")
        if not _accepted(world, token):
            raise _UNAUTHORIZED
        method = methods.NAMES.get(name.lower())
        if method is None:
            raise _NOT_FOUND
        world.tally.calls[method] += 1
        params = parse(_content_type(scope), body, scope["query_string"])
        struck = await _strike(world, method, params)
        if struck and struck.kind in (FaultKind.PROXY, FaultKind.GARBAGE):
            return _page(world, struck)
        try:
            result = methods.call(world, method, params)
            if method in methods.WAITING:
                result = await _unless_gone(world, result, receive)
        finally:
            if struck:
                await _late(world, struck)
    except Refused as refused:
        return _refusal(world, refused)
    return 200, _JSON, b'{"ok":true,"result":%b}' % _encode(result).encode()


async def _unless_gone(world: World, result: Coroutine[Any, Any, Any], receive: Receive) -> Any:
    """The result, unless the client goes away first: who is gone must not stand in the way of the next poller."""
    task = create_task(result)
    gone = create_task(_gone(receive))
    await wait((task, gone), return_when=FIRST_COMPLETED)
    if task.done():
        gone.cancel()
        return task.result()
    task.cancel()
    await wait((task,))
    world.departures.ring()
    raise ConnectionCut


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _accepted(world: World, token: str) -> bool:
    if world.tokens is not None:
        return token in world.tokens
    if not _TOKEN.fullmatch(token):
        return False
    if not world.adopted:
        world.adopted = True
        world.bot["id"] = int(token.partition(":")[0])
    return True


def _content_type(scope: Scope) -> str:
    for key, value in scope["headers"]:
        if key == b"content-type":
            return str(value, "latin-1")
    return ""


async def _strike(world: World, method: str, params: Params) -> Fault | None:
    """What of faults, latency and limits comes before the method; the fault that is still to be done."""
    if world.faults.latency:
        await world.pause(world.faults.latency)
    fault = None
    if world.faults.orders:
        fault = faults.take(world.faults, method, number(params, "chat_id"), methods.is_send)
    if fault is not None:
        match fault.kind:
            case FaultKind.LOST_BEFORE:
                raise ConnectionCut
            case FaultKind.TOO_MANY:
                raise too_many(max(int(fault.seconds), 1))
            case FaultKind.REFUSED:
                raise Refused(fault.code or 400, fault.description or _phrase(fault.code or 400))
    if methods.is_send(method):
        seconds = faults.over_limit(world.faults, number(params, "chat_id"), get_running_loop().time())
        if seconds:
            raise too_many(seconds)
    return fault


async def _late(world: World, fault: Fault) -> None:
    """What is done to the answer of a method that was done."""
    if fault.kind is FaultKind.LOST_AFTER:
        raise ConnectionCut
    if fault.kind is FaultKind.SLOW:
        await world.pause(fault.seconds)


def too_many(seconds: int) -> Refused:
    """A 429."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def _phrase(code: int) -> str:
    try:
        return HTTPStatus(code).phrase
    except ValueError:
        return "Error"


def _page(world: World, fault: Fault) -> tuple[int, tuple[bytes, bytes], bytes]:
    """What a proxy or a hotel's network says instead of Telegram."""
    status = 200 if fault.kind is FaultKind.GARBAGE else fault.code or 502
    if status != 200:
        world.tally.errors[status] += 1
    title = "Welcome" if status == 200 else f"{status} {_phrase(status)}"
    return status, _HTML, f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>".encode()


def _refusal(world: World, refused: Refused) -> tuple[int, tuple[bytes, bytes], bytes]:
    world.tally.errors[refused.code] += 1
    said: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        said["parameters"] = refused.parameters
    return refused.code, _JSON, _encode(said).encode()
