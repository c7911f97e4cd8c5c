"""Makes HTTP requests to Telegram from one pool of connections, and reads what a failed request means."""

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

# Telegram delays a bot with more than 1,000 open requests (tdlib/telegram-bot-api, Client.cpp); this is far below.
MAX_CONNECTIONS = 256
CONNECT_SECONDS = 10
ANSWER_SECONDS = 30
UPLOAD_SECONDS = 60
KEEP_ALIVE_SECONDS = 30  # less than the server's, so that a request rarely meets a connection that is being closed
_NOT_REACHED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    ssl.SSLError,
    aiohttp.ClientHttpProxyError,  # a proxy refuses to connect
)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


Session = aiohttp.ClientSession
"""A pool of connections."""


@dataclass(frozen=True, slots=True)
class Response:
    """The status and the body, as they came."""

    status: int
    body: bytes


@dataclass(slots=True)
class BotApi:
    """A Bot API server, the token for it, and the connections to it. The token is never printed."""

    session: aiohttp.ClientSession
    url: str
    token: SecretStr
    _base: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._base = f"{self.url}/bot{self.token.get_secret_value()}/"

    async def call(self, method: str, params: Mapping[str, Any], *, seconds: float = ANSWER_SECONDS) -> Response:
        """POST `params` as JSON. Raises NotReached or NoAnswer, whose texts never contain the address."""
        return await self.post(method, encode_json(params), seconds=seconds)

    async def post(self, method: str, body: bytes, *, seconds: float = ANSWER_SECONDS) -> Response:
        """POST parameters that are already encoded; raises as `call` does."""
        json_body = aiohttp.BytesPayload(body, content_type="application/json")
        return await post_request(self.session, self._base + method, json_body, seconds)

    async def upload(self, method: str, params: Mapping[str, str], field: str, name: str, data: bytes) -> Response:
        """POST `params` and a file as a form; raises as `call` does."""
        form = aiohttp.FormData(params)
        form.add_field(field, data, filename=name)
        return await post_request(self.session, self._base + method, form, UPLOAD_SECONDS)

    async def download(self, file_path: str, most: int) -> bytes:
        """Up to `most` bytes of a file, by its path as in getFile; raises as `call` does."""
        return await download_file(
            self.session, f"{self.url}/file/bot{self.token.get_secret_value()}/{file_path}", most
        )


def open_session(url: str) -> aiohttp.ClientSession:
    """Open a pool of connections to the server at this address, for the caller to close.

    The environment's proxy is looked up once, here: aiohttp (trust_env) would use a thread twice for each request.
    """
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS)
    return aiohttp.ClientSession(connector=connector, proxy=find_proxy(url))


def find_proxy(url: str) -> str | None:
    """The environment's proxy for this address, if any. Raises ValueError if it is not an address."""
    address = urlsplit(url)
    direct = _is_this_machine(address.hostname or "") or proxy_bypass(address.netloc)
    return None if direct else getproxies().get(address.scheme)


def _is_this_machine(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"


def encode_json(params: Any) -> bytes:
    """Compact JSON, in UTF-8."""
    return _encode(params).encode()


async def post_form(pool: Session, url: str, fields: Mapping[str, str], seconds: float) -> Response:
    """POST the fields as a form; raises as `post_request` does."""
    return await post_request(pool, url, aiohttp.FormData(fields), seconds)


async def post_request(
    pool: aiohttp.ClientSession, url: str, body: aiohttp.BytesPayload | aiohttp.FormData, seconds: float
) -> Response:
    """Make one request; once connected, wait up to `seconds` for data. Raises NotReached or NoAnswer."""
    with _convert_errors():
        async with pool.post(url, data=body, timeout=_build_timeout(seconds), allow_redirects=False) as response:
            return Response(response.status, await response.read())


async def download_file(pool: aiohttp.ClientSession, url: str, most: int) -> bytes:
    """Up to `most` bytes of what is at this address. Raises NotReached or NoAnswer."""
    with _convert_errors():
        async with pool.get(url, timeout=_build_timeout(ANSWER_SECONDS), allow_redirects=False) as response:
            if response.status != HTTPStatus.OK:
                raise NoAnswer(f"HTTP {response.status}")
            chunks, left = [], most
            while left > 0 and (chunk := await response.content.read(left)):
                chunks.append(chunk)
                left -= len(chunk)
            return b"".join(chunks)


@contextmanager
def _convert_errors() -> Iterator[None]:
    """Raise NotReached or NoAnswer for aiohttp's errors."""
    try:
        yield
    except _NOT_REACHED as error:
        raise NotReached(_describe_error(error)) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NoAnswer(_describe_error(error)) from None


@cache
def _build_timeout(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=seconds)


def _describe_error(error: Exception) -> str:
    """The error in a few words. The text of aiohttp's error may contain the whole address, and so the token."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection to {error.host}:{error.port}: {error.os_error.strerror or type(error.os_error).__name__}"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy refuses: HTTP {error.status}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return type(error).__name__
