"""Whether the addresses of a content file still work: which there are, what an answer means, when to ask again."""

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

DAY = 86_400.0
WEEK = 7 * DAY
WITNESSES = 5
_ELSEWHERE = "https://telegram.org/"  # what the bot talks with anyway
_GONE = frozenset({404, 410})
_FOR_GOOD = frozenset({301, 308})  # RFC 9110: use the new address from now on


class LinkState(StrEnum):
    """What is known of an address once it was asked."""

    OK = "ok"  # there is something
    MOVED = "moved"  # there is something, and the address is another one for good
    GONE = "gone"  # the site says that there is no such page
    UNREACHED = "unreached"  # no such site, or it does not answer
    UNCLEAR = "unclear"  # the site answers something that need not be what people see: many refuse programs


DEAD = frozenset({LinkState.GONE, LinkState.UNREACHED})


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """What came of asking an address."""

    address: str
    state: LinkState
    detail: str = ""  # in a few words; the new address of what has moved


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect: the status, and where it leads."""

    status: int
    to: str


def judge_response(asked: str, status: int, hops: Sequence[Hop]) -> LinkCheck:
    """What the last status means, after these redirects."""
    if status in _GONE:
        return LinkCheck(asked, LinkState.GONE, f"HTTP {status}")
    if status >= 300:
        return LinkCheck(asked, LinkState.UNCLEAR, f"HTTP {status}")
    new = ""
    for hop in hops:  # behind a passing redirect nothing is for good
        if hop.status not in _FOR_GOOD:
            break
        new = hop.to
    is_other = new and new.partition("#")[0] != asked.partition("#")[0]
    return LinkCheck(asked, LinkState.MOVED, new) if is_other else LinkCheck(asked, LinkState.OK)


def read_host(address: str) -> str:
    """The host that is asked; empty where the address names none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def pick_witnesses(content: Content) -> list[str]:
    """Addresses of a few other sites: where none of them can be reached either, it is not the campaign's that fails."""
    others = {read_host(source.url): source.url for source in content.sources if source.url}
    others.pop(read_host(content.campaign.link), None)
    return list(others.values())[:WITNESSES] or [_ELSEWHERE]


def list_addresses(document: Document) -> dict[str, Mark]:
    """Each address of the file with the place where it stands first."""
    found: dict[str, Mark] = {}
    root = document.root
    for pattern in shape.ADDRESSES:
        for _, node in tree.find_matches(root, pattern):
            if text := tree.read_text(node):
                _note(found, text, node.mark)
    for pattern in shape.TEXTS:
        for _, node in tree.find_matches(root, pattern):
            for said in node.entries.values() if isinstance(node, Mapping) else ():
                for target in _targets(tree.read_text(said) or ""):
                    _note(found, target, said.mark)
    return found


def _note(found: dict[str, Mark], target: str, mark: Mark) -> None:
    found[target] = min(mark, found.get(target, mark))


def _targets(text: str) -> list[str]:
    return [one for one in markup.list_link_targets(text) if not urls.find_url_problem(one)] if "](" in text else []


@dataclass(frozen=True, slots=True)
class WatchedLink:
    """What is known of an address that is asked again and again. Moments are seconds since the epoch."""

    asked_at: float
    dead_since: float | None = None
    told: bool = False  # the admins, that it is dead


class LinkNews(StrEnum):
    """What the admins are told of it."""

    DEAD = "dead"
    WELL = "well"  # again


def is_due(watch: WatchedLink | None, now: float) -> bool:
    """Whether to ask: once a week, and once a day while it is dead."""
    if watch is None:
        return True
    wait = WEEK if watch.dead_since is None else DAY
    return not 0 <= now - watch.asked_at < wait  # a clock that was set back asks as well


def update_watch(watch: WatchedLink | None, state: LinkState, now: float) -> tuple[WatchedLink, LinkNews | None]:
    """What is known now, and what to tell: a death once, of a site that can't be reached a day later; its end once.

    What is not clear ends no death that was told: nothing says yet that the page is there.
    """
    told = watch is not None and watch.told
    if watch and told and state is LinkState.UNCLEAR:
        return replace(watch, asked_at=now), None
    if state not in DEAD:
        return WatchedLink(now), LinkNews.WELL if told else None
    since = now if watch is None or watch.dead_since is None else watch.dead_since
    is_sure = state is LinkState.GONE or now - since >= DAY
    return WatchedLink(now, since, told or is_sure), LinkNews.DEAD if is_sure and not told else None
