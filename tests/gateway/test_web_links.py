"""Links are requested unchanged and politely, and each gets one result."""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from outreachbot.domain.links import LinkCheck, LinkState
from outreachbot.gateway import web_links


class Site:
    """A local web site that records its requests."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.now: Counter[str] = Counter()  # open requests by host
        self.most: Counter[str] = Counter()
        self.most_in_all = 0
        self.port = 0
        self.runner: web.AppRunner
        self.release = asyncio.Event()

    def at(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path_qs))
        self.headers.append(dict(request.headers))
        host = request.url.host or ""
        self.now[host] += 1
        self.most[host] = max(self.most[host], self.now[host])
        self.most_in_all = max(self.most_in_all, self.now.total())
        try:
            return await self.answer(request)
        finally:
            self.now[host] -= 1

    async def answer(self, request: web.Request) -> web.StreamResponse:
        verb, _, rest = request.path.strip("/").partition("/")
        match verb:
            case "status":
                return web.Response(status=int(rest))
            case "to":  # /to/301/status/200 leads to /status/200
                status, _, target = rest.partition("/")
                return web.Response(status=int(status), headers={"Location": f"/{target}"})
            case "leads" | "circle":
                location = "/circle" if verb == "circle" else "mailto:a@b.example"
                return web.Response(status=301, headers={"Location": location})
            case "get-only":  # /get-only/405 answers HEAD with that
                return web.Response(status=int(rest) if request.method == "HEAD" else 200)
            case "endless":
                response = web.StreamResponse()
                await response.prepare(request)
                while request.method == "GET":
                    await response.write(b"more" * 10_000)
                return response
            case "deaf":
                await self.release.wait()
            case "crowd":
                await asyncio.sleep(0)
            case "breaks":
                assert request.transport
                request.transport.close()
        return web.Response(text="hello")


@pytest.fixture
async def site(monkeypatch) -> AsyncIterator[Site]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    site = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.handle)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    listening = web.TCPSite(runner, "0.0.0.0", 0)
    await listening.start()
    site.port, site.runner = runner.addresses[0][1], runner
    yield site
    site.release.set()
    await runner.cleanup()


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address on which no server listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unused.getsockname()[1]}/"


@pytest.fixture
def certificate() -> ssl.SSLContext:
    """A self-signed certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parent / "unvouched.pem")
    return context


async def check_one(address: str, **options: float) -> tuple[LinkState, str]:
    (answer,) = await web_links.check_links([address], **options)
    assert answer.address == address
    return answer.state, answer.detail


@pytest.mark.parametrize(
    ("path", "state", "detail"),
    [
        ("/status/200", LinkState.OK, ""),
        ("/status/204", LinkState.OK, ""),
        ("/get-only/405", LinkState.OK, ""),
        ("/get-only/403", LinkState.OK, ""),
        ("/get-only/404", LinkState.OK, ""),
        ("/to/302/status/200", LinkState.OK, ""),
        ("/to/302/to/301/status/200", LinkState.OK, ""),
        ("/to/301/status/404", LinkState.GONE, "HTTP 404"),
        ("/status/404", LinkState.GONE, "HTTP 404"),
        ("/status/410", LinkState.GONE, "HTTP 410"),
        ("/status/401", LinkState.UNCLEAR, "HTTP 401"),
        ("/status/403", LinkState.UNCLEAR, "HTTP 403"),
        ("/status/405", LinkState.UNCLEAR, "HTTP 405"),
        ("/status/429", LinkState.UNCLEAR, "HTTP 429"),
        ("/status/503", LinkState.UNCLEAR, "HTTP 503"),
        ("/circle", LinkState.UNCLEAR, "it redirects without an end"),
        ("/leads", LinkState.UNCLEAR, "it leads to something that is no web page"),
        ("/breaks", LinkState.UNCLEAR, "it breaks off without an answer"),
    ],
)
async def test_what_an_answer_means(site, path, state, detail):
    assert await check_one(site.at(path)) == (state, detail)


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("/to/301/status/200", "/status/200"),
        ("/to/308/to/301/status/200", "/status/200"),
        ("/to/301/to/302/status/200", "/to/302/status/200"),
    ],
)
async def test_what_has_moved_for_good_has_a_new_address(site, path, new):
    assert await check_one(site.at(path)) == (LinkState.MOVED, site.at(new))


async def test_a_server_that_is_too_slow_counts_as_unreachable(site):
    assert await check_one(site.at("/deaf"), seconds=0.05) == (LinkState.UNREACHED, "no answer in time")


async def test_a_refused_connection_is_not_reached(nowhere):
    assert await check_one(nowhere) == (LinkState.UNREACHED, "Connection refused")


async def test_a_page_without_an_end_is_not_read(site):
    assert await check_one(site.at("/endless")) == (LinkState.OK, "")


async def test_an_invalid_certificate_is_an_unclear_result(site, certificate):
    secure = web.TCPSite(site.runner, "127.0.0.1", 0, ssl_context=certificate)
    await secure.start()
    port = site.runner.addresses[-1][1]

    assert await check_one(f"https://127.0.0.1:{port}/") == (LinkState.UNCLEAR, "its certificate is not valid")
    assert await check_one(f"https://127.0.0.1:{site.port}/") == (LinkState.UNCLEAR, "no secure connection can be made")


async def test_a_link_has_no_result_while_no_other_site_is_reachable(site, nowhere):
    assert await web_links.check_link(nowhere, [nowhere + "a", nowhere + "b"]) is None
    dead = await web_links.check_link(nowhere, [nowhere + "a", site.at("/status/500")])
    assert dead == LinkCheck(nowhere, LinkState.UNREACHED, "Connection refused")
    assert await web_links.check_link(site.at("/status/404"), [nowhere]) == LinkCheck(
        site.at("/status/404"), LinkState.GONE, "HTTP 404"
    )


@pytest.mark.parametrize(
    "address", ["http://no-such-site.invalid/", "http://a..b/", "https://[::1/", "http://x:99999/", "http://[1:2]/"]
)
async def test_no_address_raises(address):
    state, detail = await check_one(address, seconds=5.0)

    assert state in {LinkState.UNREACHED, LinkState.UNCLEAR}
    assert " " in detail, "it is said in words"


async def test_head_is_enough_and_too_many_requests_is_not_answered_by_another(site):
    for path in ("/status/200", "/status/429", "/get-only/405"):
        await check_one(site.at(path))

    asked = [("HEAD", "/status/200"), ("HEAD", "/status/429"), ("HEAD", "/get-only/405"), ("GET", "/get-only/405")]
    assert site.asked == asked


async def test_a_site_that_answers_429_is_left_alone(site):
    first, second, third = [site.at(path) for path in ("/status/200", "/status/429", "/status/404")]
    elsewhere = site.at("/status/404", "127.0.0.2")
    answers = await web_links.check_links([first, second, third, elsewhere])

    assert [(answer.state, answer.detail) for answer in answers] == [
        (LinkState.OK, ""),
        (LinkState.UNCLEAR, "HTTP 429"),
        (LinkState.UNCLEAR, "not asked: its site wants fewer requests"),
        (LinkState.GONE, "HTTP 404"),
    ]


async def test_the_program_names_itself_and_nothing_more(site):
    await check_one(site.at("/status/200"))

    assert site.headers[0]["User-Agent"] == "outreachbot (looks whether links still work)"
    assert set(site.headers[0]) <= {"Host", "User-Agent", "Accept", "Accept-Encoding"}


async def test_one_request_at_a_time_per_site_and_eight_overall(site):
    addresses = [site.at(f"/crowd/{n}", f"127.0.0.{1 + n % 20}") for n in range(60)]
    told: list[LinkCheck] = []
    answers = await web_links.check_links([*addresses, *addresses], on_result=told.append)

    assert [answer.address for answer in answers] == addresses
    assert sorted(told, key=str) == sorted(answers, key=str)
    assert set(site.most.values()) == {1}
    assert site.most_in_all <= web_links.MAX_CONCURRENT_CHECKS
    assert len(site.asked) == 60


async def test_no_password_of_this_machine_is_sent(site, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    (answer,) = await web_links.check_links([site.at("/status/200")])

    assert answer.state is LinkState.OK
    assert [name for headers in site.headers for name in headers if name.lower() == "authorization"] == []
