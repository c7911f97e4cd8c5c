"""How we reach Telegram: one pool of HTTP connections, and what is known when a request fails."""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from pydantic import SecretStr

from outreachbot.errors import NoAnswer, NotReached

# Telegram stalls a bot that has more than 1,000 requests open (tdlib/telegram-bot-api, Client.cpp); we stay far below.
MAX_CONNECTIONS = 256
CONNECT_SECONDS = 10
ANSWER_SECONDS = 30
UPLOAD_SECONDS = 60
KEEP_ALIVE_SECONDS = 30  # shorter than the server's, so a request seldom meets a connection that is being closed
# The last: a proxy that refuses to connect us.
_NOT_REACHED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    ssl.SSLError,
    aiohttp.ClientHttpProxyError,
)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


Session = aiohttp.ClientSession
"""A pool of connections."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, as it came."""

    status: int
    body: bytes


@dataclass(slots=True)
class BotApi:
    """A Bot API server, the token for it, and the connections to it. The token is in nothing that this prints."""

    session: aiohttp.ClientSession
    url: str
    token: SecretStr
    _base: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._base = f"{self.url}/bot{self.token.get_secret_value()}/"

    async def call(self, method: str, params: Mapping[str, Any], *, seconds: float = ANSWER_SECONDS) -> Response:
        """POST `params` as JSON; raises NotReachedError or NoAnswerError, whose texts never hold the address."""
        return await self.post(method, encode_json(params), seconds=seconds)

    async def post(self, method: str, body: bytes, *, seconds: float = ANSWER_SECONDS) -> Response:
        """POST parameters that are encoded already; raises as `call` does."""
        json_body = aiohttp.BytesPayload(body, content_type="application/json")
        return await post_request(self.session, self._base + method, json_body, seconds)

    async def upload(self, method: str, params: Mapping[str, str], field: str, name: str, data: bytes) -> Response:
        """POST `params` and a file as a form; raises as `call` does."""
        form = aiohttp.FormData(params)
        form.add_field(field, data, filename=name)
        return await post_request(self.session, self._base + method, form, UPLOAD_SECONDS)

    async def download(self, file_path: str, most: int) -> bytes:
        """The beginning of a file, by its path as in getFile: so many bytes at most; raises as `call` does."""
        return await download_file(
            self.session, f"{self.url}/file/bot{self.token.get_secret_value()}/{file_path}", most
        )


def open_session(url: str) -> aiohttp.ClientSession:
    """A new pool of connections to the server at this address; close it at the end.

    The environment's proxy is looked up here, once: aiohttp's own look (trust_env) asks a thread twice a request.
    """
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS)
    return aiohttp.ClientSession(connector=connector, proxy=find_proxy(url))


def find_proxy(url: str) -> str | None:
    """The proxy that the environment names for this address. Raises ValueError for what is no address."""
    address = urlsplit(url)
    direct = _is_this_machine(address.hostname or "") or proxy_bypass(address.netloc)
    return None if direct else getproxies().get(address.scheme)


def _is_this_machine(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"


def encode_json(params: Any) -> bytes:
    """As JSON."""
    return _encode(params).encode()


async def post_form(pool: Session, url: str, fields: Mapping[str, str], seconds: float) -> Response:
    """One request whose fields are sent as a form; raises as `post_request` does."""
    return await post_request(pool, url, aiohttp.FormData(fields), seconds)


async def post_request(
    pool: aiohttp.ClientSession, url: str, body: aiohttp.BytesPayload | aiohttp.FormData, seconds: float
) -> Response:
    """One request. `seconds` is how long the answer may take once we are connected."""
    with _failures():
        async with pool.post(url, data=body, timeout=_timeout(seconds), allow_redirects=False) as response:
            return Response(response.status, await response.read())


async def download_file(pool: aiohttp.ClientSession, url: str, most: int) -> bytes:
    """What stands at this address, so many bytes at most."""
    with _failures():
        async with pool.get(url, timeout=_timeout(ANSWER_SECONDS), allow_redirects=False) as response:
            if response.status != HTTPStatus.OK:
                raise NoAnswer(f"HTTP {response.status}")
            parts, left = [], most
            while left > 0 and (part := await response.content.read(left)):
                parts.append(part)
                left -= len(part)
            return b"".join(parts)


@contextmanager
def _failures() -> Iterator[None]:
    """Read aiohttp's errors in one place: no text of theirs goes on, as it may hold the address."""
    try:
        yield
    except _NOT_REACHED as error:
        raise NotReached(_what(error)) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NoAnswer(_what(error)) from None


@cache
def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=seconds)


def _what(error: Exception) -> str:
    """The error in a few words. An aiohttp error's own text may hold the whole address, and so the token."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection to {error.host}:{error.port}: {error.os_error.strerror or type(error.os_error).__name__}"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy refuses: HTTP {error.status}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return type(error).__name__
