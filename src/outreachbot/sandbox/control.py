"""The control API, with which tests in other processes act for people, inject faults and read the counts."""

import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from outreachbot.errors import WrongUse
from outreachbot.sandbox import attachments, groups, people, tally
from outreachbot.sandbox.chat import ChatKind, Json
from outreachbot.sandbox.faults import FaultKind, InjectedFault, Limits
from outreachbot.sandbox.files import File
from outreachbot.sandbox.refused import Refused
from outreachbot.sandbox.world import World, get_chat

Action = Callable[[World, Json], Any]
Endpoint = Callable[[Request], Awaitable[Response]]


def routes(world: World) -> Sequence[BaseRoute]:
    """All routes under /sandbox/, and the Bot API's file downloads."""
    actions = [Route(f"/sandbox/{path}", _endpoint(world, run), methods=["POST"]) for path, run in ACTIONS.items()]

    async def counters(request: Request) -> Response:
        return JSONResponse(_summarize(world, chats=request.query_params.get("chats", "1") != "0"))

    async def messages(request: Request) -> Response:
        return _run(lambda: list((get_chat(world, request.path_params["id"]).messages or {}).values()))

    async def file_by_id(request: Request) -> Response:
        return _file_response(world.files.by_id.get(request.path_params["file_id"]))

    async def file_by_path(request: Request) -> Response:
        if world.tokens is not None and request.path_params["token"] not in world.tokens:
            return JSONResponse({"ok": False, "error_code": 401, "description": "Unauthorized"}, status_code=401)
        return _file_response(world.files.by_path.get(request.path_params["path"]))

    return [
        *actions,
        Route("/sandbox/counters", counters),
        Route("/sandbox/chats/{id:int}/messages", messages),
        Route("/sandbox/files/{file_id}", file_by_id),
        Route("/file/bot{token}/{path:path}", file_by_path),
    ]


def _endpoint(world: World, action: Action) -> Endpoint:
    @functools.wraps(action)
    async def endpoint(request: Request) -> Response:
        try:
            body = await request.json()
        except ValueError:
            return _bad_request("The body must be JSON.")
        if not isinstance(body, dict):
            return _bad_request("The body must be a JSON object.")
        return _run(lambda: action(world, body))

    return endpoint


def _run(action: Callable[[], Any]) -> Response:
    """The action's result as JSON, or 400 with an error message of one line."""
    try:
        result = action()
    except KeyError as error:
        return _bad_request(f"The body needs {error}.")
    except (TypeError, ValueError, AttributeError) as error:
        return _bad_request(str(error).splitlines()[0])
    except (WrongUse, Refused) as error:
        return _bad_request(str(error))
    return JSONResponse({"ok": True} if result is None else result)


def _bad_request(line: str) -> Response:
    return JSONResponse({"error": line}, status_code=400)


def _file_response(file: File | None) -> Response:
    if file is None or file.data is None:
        return JSONResponse({"ok": False, "error_code": 404, "description": "Not Found"}, status_code=404)
    return Response(file.data, media_type=file.mime or "application/octet-stream")


def _summarize(world: World, *, chats: bool) -> Json:
    return tally.summarize(world.tally, chats=chats) | {"waiting_updates": len(world.updates), "version": world.version}


def _add_chats(world: World, body: Json) -> Json:
    ids = people.add_crowd(
        world, int(body["count"]), int(body.get("first_id", 1001)), language=body.get("language", "en")
    )
    return {"first": ids.start, "count": len(ids)}


def _add_person(world: World, body: Json) -> Json:
    names = {key: str(body[key]) for key in ("first_name", "last_name", "username", "language") if key in body}
    return people.add_person(world, int(body["user"]), **names).json()


def _add_group(world: World, body: Json) -> Json:
    kind = ChatKind(body.get("kind", "supergroup"))
    chat = groups.create_chat(world, int(body["chat"]), str(body["title"]), int(body["owner"]), kind=kind)
    return {"chat": chat.id}


def _say(world: World, body: Json) -> Json:
    options = {key: body[key] for key in ("topic", "reply_to", "anonymous", "html") if key in body}
    user = int(body["user"])
    return people.say(world, user, int(body.get("chat", user)), str(body["text"]), **options)


def _burst(world: World, body: Json) -> Json:
    """Send the same text from many private chats at once: `chats`, or `count` chats from `first` on."""
    first = int(body.get("first", 1001))
    chats = body["chats"] if "chats" in body else range(first, first + int(body["count"]))
    for chat_id in chats:
        people.say(world, int(chat_id), int(chat_id), str(body["text"]))
    return {"updates": len(chats)}


def _send_document(world: World, body: Json) -> Json:
    """Send a document that contains `text` in UTF-8."""
    user, data = int(body["user"]), str(body["text"]).encode()
    return attachments.send_document(world, user, int(body.get("chat", user)), name=str(body["name"]), data=data)


def _press(world: World, body: Json) -> Json:
    user = int(body["user"])
    return {"query": people.press(world, user, int(body.get("chat", user)), int(body["message_id"]), str(body["data"]))}


def _inject_faults(world: World, body: Json) -> Json:
    """Add `fault` or `faults`, set `limits` and `latency` (ms); `clear` first drops the pending faults."""
    if body.get("clear"):
        world.faults.pending.clear()
    added = [*body.get("faults", ()), *([body["fault"]] if "fault" in body else ())]
    world.faults.pending += [_parse_fault(fault) for fault in added]
    if "limits" in body:
        world.faults.limits = Limits(**body["limits"])
    if "latency" in body:
        world.faults.latency = float(body["latency"]) / 1000
    return {"waiting": len(world.faults.pending)}


def _parse_fault(fault: Json) -> InjectedFault:
    values: Json = fault | {"kind": FaultKind(fault["kind"])}
    for key in ("chats", "at"):
        values[key] = frozenset(map(int, fault.get(key, ())))
    return InjectedFault(**values)


def _user_action(call: Callable[[World, int], Any]) -> Action:
    def action(world: World, body: Json) -> Any:
        call(world, int(body["user"]))

    return action


def _bot_action(call: Callable[..., Any]) -> Action:
    def action(world: World, body: Json) -> Any:
        options = {key: body[key] for key in ("admin",) if key in body}
        call(world, int(body["chat"]), int(body["by"]), **options)

    return action


ACTIONS: dict[str, Action] = {
    "chats": _add_chats,
    "people": _add_person,
    "groups": _add_group,
    "say": _say,
    "burst": _burst,
    "document": _send_document,
    "press": _press,
    "start": lambda world, body: people.start(world, int(body["user"]), str(body.get("payload", ""))),
    "block": _user_action(people.block),
    "unblock": _user_action(people.unblock),
    "delete_account": _user_action(people.delete_account),
    "join": lambda world, body: groups.join(world, int(body["user"]), int(body["chat"])),
    "add_bot": _bot_action(groups.add_bot),
    "promote_bot": _bot_action(groups.promote_bot),
    "kick_bot": _bot_action(groups.kick_bot),
    "remove_bot": _bot_action(groups.remove_bot),
    "topic": lambda world, body: {
        "topic": groups.open_topic(world, int(body["chat"]), str(body["name"]), int(body["by"]))
    },
    "post": lambda world, body: groups.post(world, int(body["chat"]), str(body["text"])),
    "migrate": lambda world, body: {"chat": groups.migrate(world, int(body["chat"]))},
    "feed": lambda world, body: {"update_id": people.feed(world, body.get("update", body))},
    "faults": _inject_faults,
    "reset": lambda world, _body: tally.reset(world.tally),
}
