"""Checks whether addresses on the web still work, politely: a few at a time, and one at a time for each site."""

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

MAX_CONCURRENT_CHECKS = 8
SECONDS = 15.0  # for one request with all its redirects
CONNECT_SECONDS = 6.0
MAX_REDIRECTS = 10
USER_AGENT = "outreachbot (looks whether links still work)"
_RATE_LIMITED = "HTTP 429"
_UNCLEAR: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorCertificateError, "its certificate is not valid"),
    (aiohttp.ClientSSLError, "no secure connection can be made"),
    (aiohttp.TooManyRedirects, "it redirects without an end"),
    (aiohttp.NonHttpUrlRedirectClientError, "it leads to something that is no web page"),
    (aiohttp.ServerDisconnectedError, "it breaks off without an answer"),
    (ValueError, "no site can have that name"),
)
_UNKNOWN_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}  # EAI_NODATA: not everywhere


async def check_links(
    addresses: Iterable[str], *, seconds: float = SECONDS, on_result: Callable[[LinkCheck], None] = lambda _: None
) -> list[LinkCheck]:
    """Check each address once; never raises. The results are in the order of the addresses.

    `on_result` is called with each result as it comes. A site that answers 429 is not asked again. Requests say nothing
    about the bot but the program's name.
    """
    sites: dict[str, list[str]] = defaultdict(list)
    for address in (addresses := list(dict.fromkeys(addresses))):
        sites[links.read_host(address)].append(address)
    results: dict[str, LinkCheck] = {}
    concurrency = asyncio.Semaphore(MAX_CONCURRENT_CHECKS)

    async def check_site(session: aiohttp.ClientSession, addresses_of_site: Sequence[str]) -> None:
        is_rate_limited = False
        for address in addresses_of_site:
            if is_rate_limited:
                result = LinkCheck(address, LinkState.UNCLEAR, "not asked: its site wants fewer requests")
            else:
                async with concurrency:
                    result = await _check_address(session, address)
                is_rate_limited = result.detail == _RATE_LIMITED
            results[address] = result
            on_result(result)

    timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": USER_AGENT}) as session:
        await asyncio.gather(*(check_site(session, group) for group in sites.values()))
    return [results[address] for address in addresses]


async def check_link(address: str, witnesses: Sequence[str]) -> LinkCheck | None:
    """Check an address; None if neither it nor any of the witnesses can be reached, as the network may be down."""
    (result,) = await check_links([address])
    if result.state is LinkState.UNREACHED and all(
        witness.state is LinkState.UNREACHED for witness in await check_links(witnesses)
    ):
        return None
    return result


async def _check_address(session: aiohttp.ClientSession, address: str) -> LinkCheck:
    """Try HEAD, which costs a site least, and then GET, as a browser does: some sites refuse HEAD."""
    result = await _request(session, "HEAD", address)
    if result.state in {LinkState.OK, LinkState.MOVED} or result.detail == _RATE_LIMITED:
        return result
    return await _request(session, "GET", address)


async def _request(session: aiohttp.ClientSession, method: str, address: str) -> LinkCheck:
    try:
        proxy = find_proxy(address)  # with trust_env, aiohttp would also send the passwords in a .netrc
        request = session.request(method, address, max_redirects=MAX_REDIRECTS, proxy=proxy)
        async with request as response:  # its body is not read
            chain = (*response.history, response)
            hops = [Hop(redirect.status, str(target.real_url)) for redirect, target in pairwise(chain)]
            return links.judge_response(address, response.status, hops)
    except TimeoutError:
        return LinkCheck(address, LinkState.UNREACHED, "no answer in time")
    except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: an address that no other check rejects
        return _read_error(address, error)


def _read_error(address: str, error: Exception) -> LinkCheck:
    for kind, detail in _UNCLEAR:
        if isinstance(error, kind):
            return LinkCheck(address, LinkState.UNCLEAR, detail)
    if isinstance(error, aiohttp.ClientConnectorError):
        return LinkCheck(address, LinkState.UNREACHED, _describe_connection_error(error))
    return LinkCheck(address, LinkState.UNCLEAR, type(error).__name__)


def _describe_connection_error(error: aiohttp.ClientConnectorError) -> str:
    code = error.os_error.errno
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "there is no such site" if code in _UNKNOWN_HOST else "its name could not be looked up"
    return os.strerror(code) if code and code > 0 else "no connection"  # the codes of getaddrinfo are negative
