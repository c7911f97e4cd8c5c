"""The web server: a fast path for the Bot API, Starlette routes for everything else (control API, files, chat page).

The behaviour follows the Bot API's documentation, the published source of Telegram's Bot API server and TDLib, and
public reports. It has never been compared with Telegram itself.

Taken from these sources: the format of answers; the error messages about chats (400, 403), HTML, button URLs, commands,
edits and concurrent long polls; the length limits. From memory or unverified: the error messages about descriptions,
albums and file sizes; which error comes first if there are several; more than 8 buttons in a row; the rates at which
429 is sent (the documentation only gives advice); the exact rules of privacy mode; for how long a button press can be
answered (here without limit). Not implemented: webhooks, Markdown, inline mode, payments, business, stickers, games,
invite links, moderation of members.
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

KEEP_ALIVE = 75  # seconds, as in nginx; with uvicorn's 5, clients sometimes write to a connection that is being closed
SHUTDOWN_SECONDS = 2.0  # seconds for running requests to notice that the server is stopping


class TransportProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol; it gives the application the transport, so that it can close the connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["transport"] = self.transport


def build_app(world: World, routes: Sequence[BaseRoute] = ()) -> ASGIApp:
    """The ASGI application; `routes` are additional ones, such as the chat page."""
    other = Starlette(routes=[*control.routes(world), *routes])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/bot"):
            await api.handle_request(world, scope, receive, send)
        else:
            await other(scope, receive, send)

    return app


@contextlib.asynccontextmanager
async def serve(
    world: World, host: str = "127.0.0.1", port: int = 0, routes: Sequence[BaseRoute] = ()
) -> AsyncIterator[str]:
    """Serve in the running loop and yield the base URL; port 0 picks a free port. Raises CannotRun if it can't listen.

    Installs no signal handlers. On exit, long polls and slow answers are cut off; the world can be served again.
    """
    config = Config(
        build_app(world, routes),
        http=TransportProtocol,
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
    server = await _listen(lambda: TransportProtocol(config, state, {}), host, port)
    try:
        yield f"http://{host}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        world.close()
        for connection in list(state.connections):
            connection.transport.abort()
        if state.tasks:
            _, late = await wait(set(state.tasks), timeout=SHUTDOWN_SECONDS)
            for task in late:
                task.cancel()
        await server.wait_closed()


async def _listen(protocol: Callable[[], TransportProtocol], host: str, port: int) -> Server:
    """Don't pass a socket instead: asyncio would not set TCP_NODELAY on it, and each answer would take 40 ms more."""
    try:
        return await get_running_loop().create_server(protocol, host, port, backlog=2048)
    except OSError as error:
        raise CannotRun(f"The sandbox can't listen on {host}:{port}: {error.strerror}. Choose another port.") from None
