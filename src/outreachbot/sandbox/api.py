"""Handles a Bot API request: token, method, parameters, injected faults, rate limits, answer."""

import json
import re
from asyncio import FIRST_COMPLETED, create_task, get_running_loop, wait
from collections.abc import Coroutine
from http import HTTPStatus
from typing import Any

from starlette.types import Receive, Scope, Send

from outreachbot.sandbox import faults, methods
from outreachbot.sandbox.faults import FaultKind, InjectedFault
from outreachbot.sandbox.params import Params, get_int, parse
from outreachbot.sandbox.refused import Refused
from outreachbot.sandbox.world import World

_TOKEN = re.compile(r"\d+:[\w-]+")
_encode = json.JSONEncoder(separators=(",", ":")).encode
_JSON = (b"content-type", b"application/json")
_HTML = (b"content-type", b"text/html")
_UNAUTHORIZED = Refused(401, "Unauthorized")
_NOT_FOUND = Refused(404, "Not Found")


class ConnectionCut(Exception):
    """The connection is to be closed without an answer."""


async def handle_request(world: World, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request whose path is /bot<token>/<method>."""
    body = await _read_body(receive)
    try:
        status, head, out = await _respond(world, scope, receive, body)
    except ConnectionCut:
        scope["state"]["transport"].close()
        await _wait_for_disconnect(receive)  # else uvicorn would report a missing answer
        return
    headers = [head, (b"content-length", str(len(out)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": out})


async def _read_body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body
    parts = [body]
    while message.get("more_body", False):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


async def _respond(world: World, scope: Scope, receive: Receive, body: bytes) -> tuple[int, tuple[bytes, bytes], bytes]:
    """Status, content type header and body of the answer."""
    try:
        token, _, name = scope["path"].removeprefix("/bot").partition("/")
        if not _accept_token(world, token):
            raise _UNAUTHORIZED
        method = methods.NAMES.get(name.lower())
        if method is None:
            raise _NOT_FOUND
        world.tally.calls[method] += 1
        params = parse(_content_type(scope), body, scope["query_string"])
        fault = await _apply_faults_before(world, method, params)
        if fault and fault.kind in (FaultKind.PROXY, FaultKind.GARBAGE):
            return _foreign_page(world, fault)
        try:
            result = methods.call(world, method, params)
            if method in methods.ASYNC:
                result = await _unless_disconnected(world, result, receive)
        finally:
            if fault:
                await _apply_fault_after(world, fault)
    except Refused as refused:
        return _error_response(world, refused)
    return 200, _JSON, b'{"ok":true,"result":%b}' % _encode(result).encode()


async def _unless_disconnected(world: World, result: Coroutine[Any, Any, Any], receive: Receive) -> Any:
    """The result, unless the client disconnects first: a dead long poll must not conflict with the next one."""
    task = create_task(result)
    disconnect = create_task(_wait_for_disconnect(receive))
    await wait((task, disconnect), return_when=FIRST_COMPLETED)
    if task.done():
        disconnect.cancel()
        return task.result()
    task.cancel()
    await wait((task,))
    world.disconnects.notify()
    raise ConnectionCut


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _accept_token(world: World, token: str) -> bool:
    if world.tokens is not None:
        return token in world.tokens
    if not _TOKEN.fullmatch(token):
        return False
    if not world.token_adopted:
        world.token_adopted = True
        world.bot["id"] = int(token.partition(":")[0])
    return True


def _content_type(scope: Scope) -> str:
    for key, value in scope["headers"]:
        if key == b"content-type":
            return str(value, "latin-1")
    return ""


async def _apply_faults_before(world: World, method: str, params: Params) -> InjectedFault | None:
    """Apply latency, faults and limits that precede the method; return a fault that applies to its answer."""
    if world.faults.latency:
        await world.pause(world.faults.latency)
    fault = None
    if world.faults.pending:
        fault = faults.take(world.faults, method, get_int(params, "chat_id"), methods.is_send)
    if fault is not None:
        match fault.kind:
            case FaultKind.LOST_BEFORE:
                raise ConnectionCut
            case FaultKind.TOO_MANY:
                raise _too_many_requests(max(int(fault.seconds), 1))
            case FaultKind.REFUSED:
                raise Refused(fault.code or 400, fault.description or _status_phrase(fault.code or 400))
    if methods.is_send(method):
        seconds = faults.check_limits(world.faults, get_int(params, "chat_id"), get_running_loop().time())
        if seconds:
            raise _too_many_requests(seconds)
    return fault


async def _apply_fault_after(world: World, fault: InjectedFault) -> None:
    """Apply a fault to the answer of a method that was executed."""
    if fault.kind is FaultKind.LOST_AFTER:
        raise ConnectionCut
    if fault.kind is FaultKind.SLOW:
        await world.pause(fault.seconds)


def _too_many_requests(seconds: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def _status_phrase(code: int) -> str:
    try:
        return HTTPStatus(code).phrase
    except ValueError:
        return "Error"


def _foreign_page(world: World, fault: InjectedFault) -> tuple[int, tuple[bytes, bytes], bytes]:
    """The HTML page that a proxy or a captive portal sends instead of Telegram's answer."""
    status = 200 if fault.kind is FaultKind.GARBAGE else fault.code or 502
    if status != 200:
        world.tally.errors[status] += 1
    title = "Welcome" if status == 200 else f"{status} {_status_phrase(status)}"
    return status, _HTML, f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>".encode()


def _error_response(world: World, refused: Refused) -> tuple[int, tuple[bytes, bytes], bytes]:
    world.tally.errors[refused.code] += 1
    answer: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        answer["parameters"] = refused.parameters
    return refused.code, _JSON, _encode(answer).encode()
