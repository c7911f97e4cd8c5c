"""Whether the addresses of a content file still work: which there are, what an answer means."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from outreachbot.domain import address, content_shape, markup, tree
from outreachbot.domain.content_file import Document
from outreachbot.domain.faults import Mark
from outreachbot.domain.tree import Mapping

_GONE = frozenset({404, 410})
_FOR_GOOD = frozenset({301, 308})  # RFC 9110: use the new address from now on


class State(StrEnum):
    """What is known of an address once it was asked."""

    OK = "ok"  # there is something
    MOVED = "moved"  # there is something, and the address is another one for good
    GONE = "gone"  # the site says that there is no such page
    UNREACHED = "unreached"  # no such site, or it does not answer
    UNCLEAR = "unclear"  # the site answers something that need not be what people see: many refuse programs


DEAD = frozenset({State.GONE, State.UNREACHED})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking an address."""

    address: str
    state: State
    detail: str = ""  # in a few words; the new address of what has moved


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect: the status, and where it leads."""

    status: int
    to: str


def judge(asked: str, status: int, hops: Sequence[Hop]) -> Answer:
    """What the last status means, after these redirects."""
    if status in _GONE:
        return Answer(asked, State.GONE, f"HTTP {status}")
    if status >= 300:
        return Answer(asked, State.UNCLEAR, f"HTTP {status}")
    new = ""
    for hop in hops:  # behind a passing redirect nothing is for good
        if hop.status not in _FOR_GOOD:
            break
        new = hop.to
    is_other = new and new.partition("#")[0] != asked.partition("#")[0]
    return Answer(asked, State.MOVED, new) if is_other else Answer(asked, State.OK)


def site(address: str) -> str:
    """The host that is asked; empty where the address names none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def written(document: Document) -> dict[str, Mark]:
    """Each address of the file with the place where it stands first."""
    found: dict[str, Mark] = {}
    root = document.marks
    for pattern in content_shape.ADDRESSES:
        for _, node in tree.every(root, pattern):
            if text := tree.text_of(node):
                _note(found, text, node.mark)
    for pattern in content_shape.TEXTS:
        for _, node in tree.every(root, pattern):
            for said in node.entries.values() if isinstance(node, Mapping) else ():
                for target in _targets(tree.text_of(said) or ""):
                    _note(found, target, said.mark)
    return found


def _note(found: dict[str, Mark], target: str, mark: Mark) -> None:
    found[target] = min(mark, found.get(target, mark))


def _targets(text: str) -> list[str]:
    return [one for one in markup.targets(text) if not address.wrong(one)] if "](" in text else []
