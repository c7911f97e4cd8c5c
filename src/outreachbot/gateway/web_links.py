"""Asks addresses on the web whether they still work, politely: few at once, and each site one thing at a time."""

import asyncio
import os
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import aiohttp

from outreachbot.domain import links
from outreachbot.domain.links import Hop, LinkCheck, LinkState
from outreachbot.gateway.transport import find_proxy

AT_ONCE = 8
SECONDS = 15.0  # for one request with all its redirects
CONNECT_SECONDS = 6.0
MAX_REDIRECTS = 10
USER_AGENT = "outreachbot (looks whether links still work)"
_TOO_OFTEN = "HTTP 429"
_UNCLEAR: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorCertificateError, "its certificate is not valid"),
    (aiohttp.ClientSSLError, "no secure connection can be made"),
    (aiohttp.TooManyRedirects, "it redirects without an end"),
    (aiohttp.NonHttpUrlRedirectClientError, "it leads to something that is no web page"),
    (aiohttp.ServerDisconnectedError, "it breaks off without an answer"),
    (ValueError, "no site can have that name"),
)
_UNKNOWN = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}  # some systems have one of them


async def check_links(
    addresses: Iterable[str], *, seconds: float = SECONDS, told: Callable[[LinkCheck], None] = lambda _: None
) -> list[LinkCheck]:
    """Ask each address; `told` is called with each answer as it comes. Nothing of ours is sent but the program's name.

    The answers are in the order of the addresses. None of them raises. A site that says it is asked too often is left
    alone for the rest.
    """
    sites: dict[str, list[str]] = defaultdict(list)
    for address in (addresses := list(dict.fromkeys(addresses))):
        sites[links.read_host(address)].append(address)
    answers: dict[str, LinkCheck] = {}
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask_site(session: aiohttp.ClientSession, its: Sequence[str]) -> None:
        is_enough = False
        for address in its:
            if is_enough:
                answer = LinkCheck(address, LinkState.UNCLEAR, "not asked: its site wants fewer requests")
            else:
                async with turn:
                    answer = await _ask_one(session, address)
                is_enough = answer.detail == _TOO_OFTEN
            answers[address] = answer
            told(answer)

    timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": USER_AGENT}) as session:
        await asyncio.gather(*(ask_site(session, its) for its in sites.values()))
    return [answers[address] for address in addresses]


async def check_link(address: str, witnesses: Sequence[str]) -> LinkCheck | None:
    """None where neither it nor any of the witnesses can be reached: the network is down, and nothing can be said."""
    (answer,) = await check_links([address])
    if answer.state is LinkState.UNREACHED and all(
        one.state is LinkState.UNREACHED for one in await check_links(witnesses)
    ):
        return None
    return answer


async def _ask_one(session: aiohttp.ClientSession, address: str) -> LinkCheck:
    """HEAD costs a site least; what does not like it is asked once more as a browser would."""
    answer = await _request(session, "HEAD", address)
    if answer.state in {LinkState.OK, LinkState.MOVED} or answer.detail == _TOO_OFTEN:
        return answer
    return await _request(session, "GET", address)


async def _request(session: aiohttp.ClientSession, method: str, address: str) -> LinkCheck:
    try:
        proxy = find_proxy(
            address
        )  # aiohttp's own look at the environment would send the passwords of a .netrc as well
        request = session.request(method, address, max_redirects=MAX_REDIRECTS, proxy=proxy)
        async with request as response:  # its body is not read
            chain = (*response.history, response)
            hops = [Hop(one.status, str(to.real_url)) for one, to in pairwise(chain)]
            return links.judge_response(address, response.status, hops)
    except TimeoutError:
        return LinkCheck(address, LinkState.UNREACHED, "no answer in time")
    except (aiohttp.ClientError, OSError, ValueError) as error:  # an address can be of a form that no check foresees
        return _failed(address, error)


def _failed(address: str, error: Exception) -> LinkCheck:
    for kind, said in _UNCLEAR:
        if isinstance(error, kind):
            return LinkCheck(address, LinkState.UNCLEAR, said)
    if isinstance(error, aiohttp.ClientConnectorError):
        return LinkCheck(address, LinkState.UNREACHED, _why(error))
    return LinkCheck(address, LinkState.UNCLEAR, type(error).__name__)


def _why(error: aiohttp.ClientConnectorError) -> str:
    number = error.os_error.errno
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "there is no such site" if number in _UNKNOWN else "its name could not be looked up"
    return os.strerror(number) if number and number > 0 else "no connection"  # getaddrinfo's own are negative
