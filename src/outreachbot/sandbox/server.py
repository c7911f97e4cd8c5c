"""The sandbox as a web server: the Bot API on a fast path, everything else (control, files, page) on Starlette routes.

It was written from the Bot API's documentation, the published source of Telegram's Bot API server and TDLib, and public
reports; it was never compared with Telegram itself.

Read there: the shapes of answers; the texts about chats (400, 403), about HTML, button addresses, commands, edits and
two pollers; the length limits. Recalled or unverified: the texts about descriptions, albums and file sizes; which text
comes first when several things are wrong; what happens beyond 8 buttons in a row; the rates at which 429 comes
(documented as advice only); what exactly privacy mode lets through; how long a press may be answered (here for ever).
Left out: webhooks, Markdown, inline mode, payments, business, stickers, games, invite links, moderation of members.
"""

import contextlib
from asyncio import Server, get_running_loop, wait
from collections.abc import AsyncIterator, Callable, Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from outreachbot.errors import CannotRun
from outreachbot.sandbox import api, control
from outreachbot.sandbox.world import World

KEEP_ALIVE = 75  # seconds, nginx's; with uvicorn's 5 a client now and then writes to a connection that is being closed
LAST_WORDS = 2.0  # seconds for requests under way to notice that the server stops


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP, which tells the application its connection, so that it can be cut."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["transport"] = self.transport


def application(world: World, routes: Sequence[BaseRoute] = ()) -> ASGIApp:
    """The ASGI application; `routes` are further pages, such as a browser's chat page."""
    pages = Starlette(routes=[*control.routes(world), *routes])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/bot"):
            await api.answer(world, scope, receive, send)
        else:
            await pages(scope, receive, send)

    return app


@contextlib.asynccontextmanager
async def serve(
    world: World, host: str = "127.0.0.1", port: int = 0, routes: Sequence[BaseRoute] = ()
) -> AsyncIterator[str]:
    """Serve in the running loop and yield the base address; with port 0 a free one.

    It touches no signals, and ends at once: long polls and slow answers are cut. The same world can be served again.
    """
    config = Config(
        application(world, routes),
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
    )
    config.load()
    state = ServerState()
    world.closed = False
    server = await _listen(lambda: Protocol(config, state, {}), host, port)
    try:
        yield f"http://{host}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        world.close()
        for connection in list(state.connections):
            connection.transport.abort()
        if state.tasks:
            _, late = await wait(set(state.tasks), timeout=LAST_WORDS)
            for task in late:
                task.cancel()
        await server.wait_closed()


async def _listen(protocol: Callable[[], Protocol], host: str, port: int) -> Server:
    """Not with a socket made by hand: for such asyncio leaves out TCP_NODELAY, and each answer waits 40 ms."""
    try:
        return await get_running_loop().create_server(protocol, host, port, backlog=2048)
    except OSError as error:
        raise CannotRun(f"The sandbox can't listen on {host}:{port}: {error.strerror}. Choose another port.") from None
