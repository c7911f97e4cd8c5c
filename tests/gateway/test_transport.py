"""What is known when a request fails, over real sockets; no error contains the token."""

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from telegram.error import NetworkError, TimedOut

from outreachbot.bot import application
from outreachbot.errors import NoAnswer, NotReached
from outreachbot.gateway import transport
from outreachbot.gateway.transport import BotApi, Response

SECRET = "AAE-this-is-the-secret-part"
TOKEN = SecretStr(f"123456:{SECRET}")
OK = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}'

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@asynccontextmanager
async def listening(talk: Talk) -> AsyncIterator[str]:
    """A server that reads a request's head and then does what `talk` does; its address."""
    talks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        talks.add(task)
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()


def saying(answer: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    return talk


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def call(url: str, seconds: float = 5.0) -> Response:
    async with transport.open_session(url) as session:
        return await BotApi(session, url, TOKEN).call("sendMessage", {"chat_id": 1}, seconds=seconds)


def closed_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("url", ["", "http://nowhere.invalid", "https://nowhere.invalid:8443"])
async def test_without_a_connection_nothing_was_sent(url):
    with pytest.raises(NotReached, match="no connection to"):
        await call(url or closed_port())


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", b"HTTP/1.1 200 OK\r\nCont", b"what?\r\n\r\n"],
    ids=["closed", "cut short", "head cut short", "no HTTP"],
)
async def test_a_request_that_left_and_got_no_answer_may_have_been_carried_out(answer):
    async with listening(saying(answer)) as url:
        with pytest.raises(NoAnswer):
            await call(url)


async def test_a_missing_answer_times_out():
    async with listening(silent) as url:
        with pytest.raises(NoAnswer, match="no answer in time"):
            await call(url, seconds=0.05)


@pytest.mark.parametrize("status", [b"200 OK", b"302 Found\r\nLocation: http://nowhere.invalid/", b"502 Bad Gateway"])
async def test_every_response_is_returned_unchanged(status):
    async with listening(saying(b"HTTP/1.1 " + status + b"\r\nContent-Length: 4\r\n\r\n\x00\xffab")) as url:
        assert await call(url) == Response(int(status[:3]), b"\x00\xffab")


FILE = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"


@pytest.mark.parametrize(("most", "data"), [(99, b"0123456789"), (10, b"0123456789"), (4, b"0123")])
async def test_no_more_of_a_file_is_fetched_than_wanted(most, data):
    async with listening(saying(FILE)) as url, transport.open_session(url) as session:
        assert await BotApi(session, url, TOKEN).download("documents/file_1.yaml", most) == data


@pytest.mark.parametrize("answer", [b"", FILE[:-3], b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b"what?"])
async def test_a_file_that_does_not_come_is_an_error_without_the_token(answer):
    async with listening(saying(answer)) as url, transport.open_session(url) as session:
        with pytest.raises(NoAnswer) as caught:
            await BotApi(session, url, TOKEN).download("documents/file_1.yaml", 99)
    async with transport.open_session(url) as session:
        with pytest.raises(NotReached) as unreached:
            await BotApi(session, closed_port(), TOKEN).download("documents/file_1.yaml", 99)

    for error in (caught.value, unreached.value):
        assert SECRET not in texts(error)


def texts(error: BaseException) -> str:
    return "\n".join([str(error), repr(error), *traceback.format_exception(error)])


@pytest.mark.parametrize("kind", ["refused", "unknown host", "wrong address", "closed", "silent", "no HTTP"])
async def test_no_error_holds_the_token(kind):
    talk = {"silent": silent, "closed": saying(b"")}.get(kind, saying(b"what?\r\n\r\n"))
    async with listening(talk) as open_url:
        elsewhere = {"refused": closed_port(), "unknown host": "http://nowhere.invalid", "wrong address": "http://a:b"}
        url = elsewhere.get(kind, open_url)
        with pytest.raises((NotReached, NoAnswer)) as ours:
            await call(url, seconds=0.05)
        async with transport.open_session(url) as session:
            bot = application.create_bot(BotApi(session, url, TOKEN))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(application, "ANSWER_SECONDS", 0.05)
                with pytest.raises((NetworkError, TimedOut)) as theirs:
                    await bot.get_me()

    for error in (ours.value, theirs.value):
        assert SECRET not in texts(error)
        assert SECRET not in texts(error.with_traceback(None))


async def test_nothing_that_is_printed_holds_the_token():
    async with transport.open_session("http://nowhere.invalid") as session:
        api = BotApi(session, "http://nowhere.invalid", TOKEN)
        bot = application.create_bot(api)
        printed = [repr(api), str(api), repr(session), repr(bot), str(bot), f"{api.token}"]

    assert SECRET not in "\n".join(printed)


@asynccontextmanager
async def proxy(heads: list[bytes], answer: bytes = OK) -> AsyncIterator[str]:
    """A proxy that writes down the first line of each request and answers it itself."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        writer.write(answer)
        await writer.drain()

    async with listening(talk) as url:
        yield url


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY"])
async def test_the_environments_proxy_is_used(monkeypatch, name):
    heads: list[bytes] = []
    async with proxy(heads) as address:
        monkeypatch.setenv(name, address)
        answer = await call("http://telegram.invalid")

    assert answer == Response(200, b'{"ok":true}')
    assert [head.split()[1].split(b"/bot")[0] for head in heads] == [b"http://telegram.invalid"]


@pytest.mark.parametrize("exempt", ["telegram.invalid", ".invalid", "*"])
async def test_hosts_exempt_from_the_proxy_are_contacted_directly(monkeypatch, exempt):
    heads: list[bytes] = []
    async with proxy(heads) as address:
        monkeypatch.setenv("http_proxy", address)
        monkeypatch.setenv("no_proxy", exempt)
        with pytest.raises(NotReached):
            await call("http://telegram.invalid")

    assert heads == []


async def test_a_local_server_is_contacted_directly(monkeypatch):
    heads: list[bytes] = []
    async with proxy(heads) as address, listening(saying(OK)) as url:
        monkeypatch.setenv("http_proxy", address)
        await call(url)

    assert heads == []


async def test_a_proxy_that_refuses_to_connect_us_has_sent_nothing(monkeypatch):
    heads: list[bytes] = []
    async with proxy(heads, b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n") as address:
        monkeypatch.setenv("https_proxy", address)
        with pytest.raises(NotReached) as error:
            await call("https://telegram.invalid")

    assert heads == [b"CONNECT telegram.invalid:443 HTTP/1.1"]
    assert "407" in str(error.value)
