"""The chat page in the browser, over HTTP: its files, what it reads and what people do on it."""

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
from outreachbot.sandbox import attachments, files, params, people, shown
from outreachbot.sandbox.chat import Json, Kind, Standing
from outreachbot.sandbox.params import Upload
from outreachbot.sandbox.refused import Refused
from outreachbot.sandbox.scene import Scene, View
from outreachbot.sandbox.world import World, chat_of

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
ANSWER_SECONDS = 10.0  # how long a press waits for the bot
MAX_PICTURE = 10 * 2**20  # Bot API, sendPhoto
MAX_FILE = 20 * 2**20  # Bot API, getFile: a bot could not fetch a larger one
MAX_NAME = 255
YEARS = range(2000, 2200)


@dataclass(slots=True)
class Page:
    """What the endpoints share; `moved` is whether the date was changed."""

    world: World
    scene: Scene
    clock: Callable[[], datetime]
    move: Callable[[date | None], None]
    suggestions: Suggestions
    moved: bool = False


Look = Callable[[Page, Request], Awaitable[Any]]
Act = Callable[[Page, Json], Awaitable[Any]]


def routes(
    world: World,
    scene: Scene,
    clock: Callable[[], datetime],
    move: Callable[[date | None], None],
    suggestions: Suggestions = tuple,
) -> list[BaseRoute]:
    """All routes of the page. `move` sets the clock to a date, or back; `suggestions` are the dates to offer."""
    page = Page(world, scene, clock, move, suggestions)
    return [
        Route("/", _file(FOLDER / "index.html")),
        *(Route(f"/page/{path.name}", _file(path)) for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES),
        *(Route(f"/page/{name}", _endpoint(page, look)) for name, look in LOOKS.items()),
        *(Route(f"/page/{name}", _endpoint(page, _acting(act)), methods=["POST"]) for name, act in ACTS.items()),
    ]


def _file(path: Path) -> Callable[[Request], Awaitable[Response]]:
    data = path.read_bytes()

    async def endpoint(_request: Request) -> Response:
        return Response(data, media_type=TYPES[path.suffix], headers=HEADERS)

    return endpoint


def _endpoint(page: Page, look: Look) -> Callable[[Request], Awaitable[Response]]:
    """The result as JSON, or 400 with one line."""

    async def endpoint(request: Request) -> Response:
        try:
            return _json(await look(page, request))
        except (WrongUse, Refused) as error:
            return _json({"error": str(error)}, 400)

    return endpoint


def _json(value: Any, status: int = 200) -> Response:
    """In ASCII: a text with half of a surrogate pair can't be sent otherwise."""
    return Response(json.dumps(value), status, HEADERS, "application/json")


def _acting(act: Act) -> Look:
    """An act gets the body: a JSON object or a form. A page of another site may not act."""

    async def look(page: Page, request: Request) -> Any:
        origin = request.headers.get("origin")
        if origin and urlsplit(origin).netloc != request.headers.get("host"):
            raise WrongUse("Only the sandbox's own page may do that.")
        kind = request.headers.get("content-type", "")
        if not kind.startswith(("application/json", "multipart/form-data")):
            raise WrongUse("The body must be a JSON object.")
        result = await act(page, params.parse(kind, await request.body(), b""))
        return {"ok": True} if result is None else result

    return look


async def _views(page: Page, _request: Request) -> Any:
    return [{"key": view.key, "label": view.label, "chat": view.chat_id} for view in page.scene.views]


async def _chat(page: Page, request: Request) -> Any:
    view = _view(page, request.query_params.get("view"))
    suggestions = [{"label": label, "date": day.isoformat()} for label, day in page.suggestions()]
    return shown.chat(page.world, view) | {
        "view": view.key,
        "version": page.world.version,
        "today": page.clock().astimezone().date().isoformat(),  # as the computer's own calendar has it
        "moved": page.moved,
        "latest": {other.key: chat_of(page.world, other.chat_id).last_id for other in page.scene.views},
        "suggestions": suggestions,
    }


async def _changes(page: Page, request: Request) -> Any:
    """Wait for a change. A version that is still to come was seen before the sandbox was started anew."""
    since = request.query_params.get("since", "")
    if not (since.isascii() and since.isdigit() and len(since) < 16):
        raise WrongUse("since must be the version last seen.")
    if int(since) <= page.world.version:
        await page.world.changed(int(since), POLL_SECONDS)
    return {"version": page.world.version}


async def _say(page: Page, body: Json) -> Any:
    view = _view(page, body.get("view"))
    text = _text(body.get("text"), MAX_TEXT)
    if not text.strip():
        raise WrongUse("There is nothing to say: text is empty.")
    return {"id": people.say(page.world, view.user_id, view.chat_id, text, reply_to=_number(body))["message_id"]}


async def _attach(page: Page, body: Json) -> Any:
    """A picture is sent as a photo, anything else as a file."""
    view = _view(page, body.get("view"))
    caption, file, reply_to = _text(body.get("caption", ""), MAX_CAPTION), body.get("file"), _number(body)
    if not isinstance(file, Upload):
        raise WrongUse("file must be a file.")
    if len(file.data) > MAX_FILE:
        raise WrongUse("The file is too large: the sandbox takes at most 20 MB.")
    whose = (page.world, view.user_id, view.chat_id, caption)
    if files.sizes(file.data) is not None and len(file.data) <= MAX_PICTURE:
        return {"id": attachments.send_photo(*whose, data=file.data, reply_to=reply_to)["message_id"]}
    sent = attachments.send_document(*whose, name=file.name[:MAX_NAME], data=file.data, reply_to=reply_to)
    return {"id": sent["message_id"]}


async def _press(page: Page, body: Json) -> Any:
    """Press a button and wait for what the bot answers to the press."""
    view, world = _view(page, body.get("view")), page.world
    data = _text(body.get("data"), MAX_CALLBACK_BYTES)
    query_id = people.press(world, view.user_id, view.chat_id, _number(body, "message_id"), data)
    until = asyncio.get_running_loop().time() + ANSWER_SECONDS
    while query_id not in world.answers and not world.closed:
        left = until - asyncio.get_running_loop().time()
        if left <= 0:
            break
        await world.changed(world.version, left)
    answer = world.answers.get(query_id, {})
    told = {"text": answer.get("text", ""), "alert": answer.get("show_alert", False), "url": answer.get("url", "")}
    return told | {"answered": query_id in world.answers}


async def _block(page: Page, body: Json) -> Any:
    """Stop the bot, or restart it, which says /start as Telegram does."""
    view, blocked = _view(page, body.get("view")), body.get("blocked")
    chat = chat_of(page.world, view.chat_id)
    if chat.kind is not Kind.PRIVATE:
        raise WrongUse("Only in a private chat can the bot be stopped.")
    if not isinstance(blocked, bool):
        raise WrongUse("blocked must be true or false.")
    if blocked:
        people.block(page.world, view.user_id)
    elif chat.bot is Standing.KICKED:
        people.start(page.world, view.user_id)


async def _date(page: Page, body: Json) -> Any:
    """Go to a date; null or nothing is back to today."""
    given = body.get("date")
    page.move(None if given is None else _day(given))
    page.moved = given is not None
    page.world.changes.ring()


def _day(given: object) -> date:
    try:
        day = date.fromisoformat(str(given))
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise WrongUse(f"date must be a day of the years {YEARS.start} to {YEARS.stop - 1}, such as 2027-03-01.")
    return day


def _view(page: Page, key: object) -> View:
    for view in page.scene.views:
        if view.key == key:
            return view
    raise WrongUse("view must be one of " + ", ".join(view.key for view in page.scene.views) + ".")


def _text(given: object, most: int) -> str:
    if not isinstance(given, str):
        raise WrongUse("A text is missing.")
    if text_length(given) > most:
        raise WrongUse(f"The text is too long: at most {most} characters.")
    return given


def _number(body: Json, key: str = "reply_to") -> int:
    """The number of a message; a form brings it as text."""
    given = str(body.get(key, "" if key == "message_id" else 0))
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise WrongUse(f"{key} must be the number of a message.")
    return int(given)


LOOKS: dict[str, Look] = {"views": _views, "chat": _chat, "changes": _changes}
ACTS: dict[str, Act] = {"say": _say, "attach": _attach, "press": _press, "block": _block, "date": _date}
