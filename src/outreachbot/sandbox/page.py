"""HTTP routes of the chat page in the browser: its files, the data it shows and people's actions on it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outreachbot.domain.messages.message import MAX_CALLBACK_BYTES, MAX_CAPTION, MAX_TEXT, text_length
from outreachbot.errors import WrongUse
from outreachbot.sandbox import attachments, chat_view, files, params, people
from outreachbot.sandbox.chat import ChatKind, Json, MemberStatus
from outreachbot.sandbox.params import Upload
from outreachbot.sandbox.refused import Refused
from outreachbot.sandbox.scene import Scene, View
from outreachbot.sandbox.world import World, get_chat

Suggestions = Callable[[], Sequence[tuple[str, date]]]

FOLDER = Path(__file__).parent / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
POLL_SECONDS = 25.0
ANSWER_SECONDS = 10.0  # for the bot's answer to a button press
MAX_PICTURE = 10 * 2**20  # Bot API, sendPhoto
MAX_FILE = 20 * 2**20  # Bot API, getFile: a bot could not fetch a larger one
MAX_NAME = 255
YEARS = range(2000, 2200)


@dataclass(slots=True)
class ChatPage:
    """State shared by the endpoints; `moved` is whether the clock is set to another date."""

    world: World
    scene: Scene
    clock: Callable[[], datetime]
    move: Callable[[date | None], None]
    suggestions: Suggestions
    moved: bool = False


Handler = Callable[[ChatPage, Request], Awaitable[Any]]
Action = Callable[[ChatPage, Json], Awaitable[Any]]


def routes(
    world: World,
    scene: Scene,
    clock: Callable[[], datetime],
    move: Callable[[date | None], None],
    suggestions: Suggestions = tuple,
) -> list[BaseRoute]:
    """All routes of the page. `move` sets the clock to a date, or back with None; `suggestions` are dates to offer."""
    page = ChatPage(world, scene, clock, move, suggestions)
    return [
        Route("/", _file_endpoint(FOLDER / "index.html")),
        *(
            Route(f"/page/{path.name}", _file_endpoint(path))
            for path in sorted(FOLDER.iterdir())
            if path.suffix in TYPES
        ),
        *(Route(f"/page/{name}", _endpoint(page, handler)) for name, handler in READERS.items()),
        *(
            Route(f"/page/{name}", _endpoint(page, _post_handler(act)), methods=["POST"])
            for name, act in ACTIONS.items()
        ),
    ]


def _file_endpoint(path: Path) -> Callable[[Request], Awaitable[Response]]:
    data = path.read_bytes()

    async def endpoint(_request: Request) -> Response:
        return Response(data, media_type=TYPES[path.suffix], headers=HEADERS)

    return endpoint


def _endpoint(page: ChatPage, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The handler's result as JSON, or 400 with an error message of one line."""

    async def endpoint(request: Request) -> Response:
        try:
            return _json_response(await handler(page, request))
        except (WrongUse, Refused) as error:
            return _json_response({"error": str(error)}, 400)

    return endpoint


def _json_response(value: Any, status: int = 200) -> Response:
    """Encoded in ASCII, because UTF-8 has no lone surrogates."""
    return Response(json.dumps(value), status, HEADERS, "application/json")


def _post_handler(act: Action) -> Handler:
    """Call an action with the body, a JSON object or a form. Requests from other sites are refused."""

    async def handle(page: ChatPage, request: Request) -> Any:
        origin = request.headers.get("origin")
        if origin and urlsplit(origin).netloc != request.headers.get("host"):
            raise WrongUse("Only the sandbox's own page may do that.")
        kind = request.headers.get("content-type", "")
        if not kind.startswith(("application/json", "multipart/form-data")):
            raise WrongUse("The body must be a JSON object.")
        result = await act(page, params.parse(kind, await request.body(), b""))
        return {"ok": True} if result is None else result

    return handle


async def _list_views(page: ChatPage, _request: Request) -> Any:
    return [{"key": view.key, "label": view.label, "chat": view.chat_id} for view in page.scene.views]


async def _get_chat(page: ChatPage, request: Request) -> Any:
    view = _find_view(page, request.query_params.get("view"))
    suggestions = [{"label": label, "date": day.isoformat()} for label, day in page.suggestions()]
    return chat_view.render_chat(page.world, view) | {
        "view": view.key,
        "version": page.world.version,
        "today": page.clock().astimezone().date().isoformat(),  # in the computer's own time zone
        "moved": page.moved,
        "latest": {other.key: get_chat(page.world, other.chat_id).last_message_id for other in page.scene.views},
        "suggestions": suggestions,
    }


async def _wait_for_changes(page: ChatPage, request: Request) -> Any:
    """Wait for a change. A version from the future was seen before a restart of the sandbox."""
    since = request.query_params.get("since", "")
    if not (since.isascii() and since.isdigit() and len(since) < 16):
        raise WrongUse("since must be the version last seen.")
    if int(since) <= page.world.version:
        await page.world.wait_for_change(int(since), POLL_SECONDS)
    return {"version": page.world.version}


async def _say(page: ChatPage, body: Json) -> Any:
    view = _find_view(page, body.get("view"))
    text = _get_text(body.get("text"), MAX_TEXT)
    if not text.strip():
        raise WrongUse("There is nothing to say: text is empty.")
    return {
        "id": people.say(page.world, view.user_id, view.chat_id, text, reply_to=_get_message_id(body))["message_id"]
    }


async def _attach(page: ChatPage, body: Json) -> Any:
    """Send an image as a photo, anything else as a document."""
    view = _find_view(page, body.get("view"))
    caption, file, reply_to = _get_text(body.get("caption", ""), MAX_CAPTION), body.get("file"), _get_message_id(body)
    if not isinstance(file, Upload):
        raise WrongUse("file must be a file.")
    if len(file.data) > MAX_FILE:
        raise WrongUse("The file is too large: the sandbox takes at most 20 MB.")
    arguments = (page.world, view.user_id, view.chat_id, caption)
    if files.read_dimensions(file.data) is not None and len(file.data) <= MAX_PICTURE:
        return {"id": attachments.send_photo(*arguments, data=file.data, reply_to=reply_to)["message_id"]}
    sent = attachments.send_document(*arguments, name=file.name[:MAX_NAME], data=file.data, reply_to=reply_to)
    return {"id": sent["message_id"]}


async def _press(page: ChatPage, body: Json) -> Any:
    """Press a button and wait for the bot's answer to the callback query."""
    view, world = _find_view(page, body.get("view")), page.world
    data = _get_text(body.get("data"), MAX_CALLBACK_BYTES)
    query_id = people.press(world, view.user_id, view.chat_id, _get_message_id(body, "message_id"), data)
    deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS
    while query_id not in world.answers and not world.closed:
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            break
        await world.wait_for_change(world.version, left)
    answer = world.answers.get(query_id, {})
    shown = {"text": answer.get("text", ""), "alert": answer.get("show_alert", False), "url": answer.get("url", "")}
    return shown | {"answered": query_id in world.answers}


async def _set_blocked(page: ChatPage, body: Json) -> Any:
    """Stop the bot, or restart it, which sends /start as Telegram's apps do."""
    view, blocked = _find_view(page, body.get("view")), body.get("blocked")
    chat = get_chat(page.world, view.chat_id)
    if chat.kind is not ChatKind.PRIVATE:
        raise WrongUse("Only in a private chat can the bot be stopped.")
    if not isinstance(blocked, bool):
        raise WrongUse("blocked must be true or false.")
    if blocked:
        people.block(page.world, view.user_id)
    elif chat.bot_status is MemberStatus.KICKED:
        people.start(page.world, view.user_id)


async def _set_date(page: ChatPage, body: Json) -> Any:
    """Go to a date, or back to today if it is null or missing."""
    given = body.get("date")
    page.move(None if given is None else _parse_date(given))
    page.moved = given is not None
    page.world.changes.notify()


def _parse_date(given: object) -> date:
    try:
        day = date.fromisoformat(str(given))
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise WrongUse(f"date must be a day of the years {YEARS.start} to {YEARS.stop - 1}, such as 2027-03-01.")
    return day


def _find_view(page: ChatPage, key: object) -> View:
    for view in page.scene.views:
        if view.key == key:
            return view
    raise WrongUse("view must be one of " + ", ".join(view.key for view in page.scene.views) + ".")


def _get_text(given: object, most: int) -> str:
    if not isinstance(given, str):
        raise WrongUse("A text is missing.")
    if text_length(given) > most:
        raise WrongUse(f"The text is too long: at most {most} characters.")
    return given


def _get_message_id(body: Json, key: str = "reply_to") -> int:
    """A message id, which forms send as text."""
    given = str(body.get(key, "" if key == "message_id" else 0))
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise WrongUse(f"{key} must be the number of a message.")
    return int(given)


READERS: dict[str, Handler] = {"views": _list_views, "chat": _get_chat, "changes": _wait_for_changes}
ACTIONS: dict[str, Action] = {"say": _say, "attach": _attach, "press": _press, "block": _set_blocked, "date": _set_date}
