"""Link checking: lists a content file's addresses, judges responses, and decides when to check again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit

from outreachbot.domain import urls
from outreachbot.domain.content import shape
from outreachbot.domain.content.faults import Mark
from outreachbot.domain.content.file import Document
from outreachbot.domain.content.model import Content
from outreachbot.domain.content.yaml import tree
from outreachbot.domain.content.yaml.tree import Mapping
from outreachbot.domain.messages import markup

DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(weeks=1)
WITNESSES = 5
_FALLBACK_WITNESS = "https://telegram.org/"  # a site that the bot depends on anyway
_GONE = frozenset({404, 410})
_PERMANENT = frozenset({301, 308})  # RFC 9110: use the new address from now on


class LinkState(StrEnum):
    """The result of checking an address."""

    OK = "ok"  # the page is there
    MOVED = "moved"  # the page is there, permanently under another address
    GONE = "gone"  # the site says that there is no such page
    UNREACHED = "unreached"  # the site does not exist or does not answer
    UNCLEAR = "unclear"  # the site's answer may not be what people see: many sites refuse programs


DEAD = frozenset({LinkState.GONE, LinkState.UNREACHED})


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """The result of checking an address, with details."""

    address: str
    state: LinkState
    detail: str = ""  # an explanation in a few words; of a moved page, its new address


@dataclass(frozen=True, slots=True)
class Hop:
    """A redirect: its HTTP status and its target."""

    status: int
    to: str


def judge_response(asked: str, status: int, hops: Sequence[Hop]) -> LinkCheck:
    """Interpret the final HTTP status after these redirects."""
    if status in _GONE:
        return LinkCheck(asked, LinkState.GONE, f"HTTP {status}")
    if status >= 300:
        return LinkCheck(asked, LinkState.UNCLEAR, f"HTTP {status}")
    new = ""
    for hop in hops:  # after a temporary redirect nothing is permanent
        if hop.status not in _PERMANENT:
            break
        new = hop.to
    is_other = new and new.partition("#")[0] != asked.partition("#")[0]
    return LinkCheck(asked, LinkState.MOVED, new) if is_other else LinkCheck(asked, LinkState.OK)


def read_host(address: str) -> str:
    """The host of an address, without "www."; "" if it names none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def pick_witnesses(content: Content) -> list[str]:
    """Addresses on a few other sites. If none of these can be reached, the network is down, not the campaign's site."""
    others = {read_host(source.url): source.url for source in content.sources if source.url}
    others.pop(read_host(content.campaign.link), None)
    return list(others.values())[:WITNESSES] or [_FALLBACK_WITNESS]


def list_addresses(document: Document) -> dict[str, Mark]:
    """Each address in the file -> the position of its first occurrence."""
    marks: dict[str, Mark] = {}
    root = document.root
    for pattern in shape.ADDRESSES:
        for _, node in tree.find_matches(root, pattern):
            if text := tree.read_text(node):
                _add_first(marks, text, node.mark)
    for pattern in shape.TEXTS:
        for _, node in tree.find_matches(root, pattern):
            for scalar in node.entries.values() if isinstance(node, Mapping) else ():
                for target in _list_targets(tree.read_text(scalar) or ""):
                    _add_first(marks, target, scalar.mark)
    return marks


def _add_first(marks: dict[str, Mark], address: str, mark: Mark) -> None:
    marks[address] = min(mark, marks.get(address, mark))


def _list_targets(text: str) -> list[str]:
    if "](" not in text:
        return []
    return [target for target in markup.list_link_targets(text) if not urls.find_url_problem(target)]


@dataclass(frozen=True, slots=True)
class WatchedLink:
    """The state of an address that is checked regularly. Times are aware, in UTC."""

    asked_at: dt.datetime
    dead_since: dt.datetime | None = None
    was_reported: bool = False  # whether the admins were told that it is dead


class LinkNews(StrEnum):
    """A change of state that the admins are told about."""

    DEAD = "dead"
    WELL = "well"  # it works again


def is_due(watch: WatchedLink | None, now: dt.datetime) -> bool:
    """Whether to check the address now: once a week, or once a day while it is dead."""
    if watch is None:
        return True
    wait = WEEK if watch.dead_since is None else DAY
    return not watch.asked_at <= now < watch.asked_at + wait  # also due if the clock was set back


def update_watch(watch: WatchedLink | None, state: LinkState, now: dt.datetime) -> tuple[WatchedLink, LinkNews | None]:
    """The new state after a check, and what to tell the admins.

    The admins are told once that a link is dead (of an unreachable site, only after a day), and once that it works
    again. An unclear answer is no recovery, because it does not show that the page is there.
    """
    was_reported = watch is not None and watch.was_reported
    if watch and was_reported and state is LinkState.UNCLEAR:
        return replace(watch, asked_at=now), None
    if state not in DEAD:
        return WatchedLink(now), LinkNews.WELL if was_reported else None
    since = now if watch is None or watch.dead_since is None else watch.dead_since
    is_sure = state is LinkState.GONE or now - since >= DAY
    return WatchedLink(now, since, was_reported or is_sure), LinkNews.DEAD if is_sure and not was_reported else None
