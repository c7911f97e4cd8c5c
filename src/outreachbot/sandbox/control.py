"""The sandbox's own routes, with which tests in other processes do what people do, order faults and read the counts."""

import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from outreachbot.errors import WrongUse
from outreachbot.sandbox import attachments, groups, people, tally
from outreachbot.sandbox.chat import Json, Kind
from outreachbot.sandbox.faults import Fault, FaultKind, Limits
from outreachbot.sandbox.files import File
from outreachbot.sandbox.refused import Refused
from outreachbot.sandbox.world import World, chat_of

Act = Callable[[World, Json], Any]
Endpoint = Callable[[Request], Awaitable[Response]]


def routes(world: World) -> Sequence[BaseRoute]:
    """All routes under /sandbox/, and the files of the Bot API."""
    acts = [Route(f"/sandbox/{path}", _endpoint(world, act), methods=["POST"]) for path, act in ACTS.items()]

    async def counters(request: Request) -> Response:
        return JSONResponse(_counters(world, chats=request.query_params.get("chats", "1") != "0"))

    async def messages(request: Request) -> Response:
        return _answered(lambda: list((chat_of(world, request.path_params["id"]).messages or {}).values()))

    async def by_id(request: Request) -> Response:
        return _file(world.shelf.files.get(request.path_params["file_id"]))

    async def by_path(request: Request) -> Response:
        if world.tokens is not None and request.path_params["token"] not in world.tokens:
            return JSONResponse({"ok": False, "error_code": 401, "description": "Unauthorized"}, status_code=401)
        return _file(world.shelf.paths.get(request.path_params["path"]))

    return [
        *acts,
        Route("/sandbox/counters", counters),
        Route("/sandbox/chats/{id:int}/messages", messages),
        Route("/sandbox/files/{file_id}", by_id),
        Route("/file/bot{token}/{path:path}", by_path),
    ]


def _endpoint(world: World, act: Act) -> Endpoint:
    @functools.wraps(act)
    async def endpoint(request: Request) -> Response:
        try:
            body = await request.json()
        except ValueError:
            return _wrong("The body must be JSON.")
        if not isinstance(body, dict):
            return _wrong("The body must be a JSON object.")
        return _answered(lambda: act(world, body))

    return endpoint


def _answered(act: Callable[[], Any]) -> Response:
    """The result of an act as JSON, or 400 with one line."""
    try:
        result = act()
    except KeyError as missing:
        return _wrong(f"The body needs {missing}.")
    except (TypeError, ValueError, AttributeError) as error:
        return _wrong(str(error).splitlines()[0])
    except (WrongUse, Refused) as error:
        return _wrong(str(error))
    return JSONResponse({"ok": True} if result is None else result)


def _wrong(line: str) -> Response:
    return JSONResponse({"error": line}, status_code=400)


def _file(file: File | None) -> Response:
    if file is None or file.data is None:
        return JSONResponse({"ok": False, "error_code": 404, "description": "Not Found"}, status_code=404)
    return Response(file.data, media_type=file.mime or "application/octet-stream")


def _counters(world: World, *, chats: bool) -> Json:
    return tally.summary(world.tally, chats=chats) | {"waiting_updates": len(world.updates), "version": world.version}


def _add_chats(world: World, body: Json) -> Json:
    ids = people.crowd(world, int(body["count"]), int(body.get("first_id", 1001)), language=body.get("language", "en"))
    return {"first": ids.start, "count": len(ids)}


def _add_person(world: World, body: Json) -> Json:
    names = {key: str(body[key]) for key in ("first_name", "last_name", "username", "language") if key in body}
    return people.person(world, int(body["user"]), **names).json()


def _add_group(world: World, body: Json) -> Json:
    kind = Kind(body.get("kind", "supergroup"))
    chat = groups.found_chat(world, int(body["chat"]), str(body["title"]), int(body["owner"]), kind=kind)
    return {"chat": chat.id}


def _say(world: World, body: Json) -> Json:
    options = {key: body[key] for key in ("topic", "reply_to", "anonymous", "html") if key in body}
    user = int(body["user"])
    return people.say(world, user, int(body.get("chat", user)), str(body["text"]), **options)


def _burst(world: World, body: Json) -> Json:
    """Everybody says the same at once, in the private chats; `chats` or `first` and `count`."""
    first = int(body.get("first", 1001))
    chats = body["chats"] if "chats" in body else range(first, first + int(body["count"]))
    for chat_id in chats:
        people.say(world, int(chat_id), int(chat_id), str(body["text"]))
    return {"updates": len(chats)}


def _send_document(world: World, body: Json) -> Json:
    """A file of this text, in UTF-8."""
    user, data = int(body["user"]), str(body["text"]).encode()
    return attachments.send_document(world, user, int(body.get("chat", user)), name=str(body["name"]), data=data)


def _press(world: World, body: Json) -> Json:
    user = int(body["user"])
    return {"query": people.press(world, user, int(body.get("chat", user)), int(body["message_id"]), str(body["data"]))}


def _order(world: World, body: Json) -> Json:
    """Faults to order (`fault` or `faults`), `limits`, `latency` in ms; `clear` drops what was ordered before."""
    if body.get("clear"):
        world.faults.orders.clear()
    wanted = [*body.get("faults", ()), *([body["fault"]] if "fault" in body else ())]
    world.faults.orders += [_fault(order) for order in wanted]
    if "limits" in body:
        world.faults.limits = Limits(**body["limits"])
    if "latency" in body:
        world.faults.latency = float(body["latency"]) / 1000
    return {"waiting": len(world.faults.orders)}


def _fault(order: Json) -> Fault:
    values: Json = order | {"kind": FaultKind(order["kind"])}
    for key in ("chats", "at"):
        values[key] = frozenset(map(int, order.get(key, ())))
    return Fault(**values)


def _with_user(verb: Callable[[World, int], Any]) -> Act:
    def act(world: World, body: Json) -> Any:
        verb(world, int(body["user"]))

    return act


def _with_bot(verb: Callable[..., Any]) -> Act:
    def act(world: World, body: Json) -> Any:
        options = {key: body[key] for key in ("admin",) if key in body}
        verb(world, int(body["chat"]), int(body["by"]), **options)

    return act


ACTS: dict[str, Act] = {
    "chats": _add_chats,
    "people": _add_person,
    "groups": _add_group,
    "say": _say,
    "burst": _burst,
    "document": _send_document,
    "press": _press,
    "start": lambda world, body: people.start(world, int(body["user"]), str(body.get("payload", ""))),
    "block": _with_user(people.block),
    "unblock": _with_user(people.unblock),
    "delete_account": _with_user(people.delete_account),
    "join": lambda world, body: groups.join(world, int(body["user"]), int(body["chat"])),
    "add_bot": _with_bot(groups.add_bot),
    "promote_bot": _with_bot(groups.promote_bot),
    "kick_bot": _with_bot(groups.kick_bot),
    "remove_bot": _with_bot(groups.remove_bot),
    "topic": lambda world, body: {
        "topic": groups.open_topic(world, int(body["chat"]), str(body["name"]), int(body["by"]))
    },
    "post": lambda world, body: groups.post(world, int(body["chat"]), str(body["text"])),
    "migrate": lambda world, body: {"chat": groups.migrate(world, int(body["chat"]))},
    "feed": lambda world, body: {"update_id": people.feed(world, body.get("update", body))},
    "faults": _order,
    "reset": lambda world, _body: tally.reset(world.tally),
}
