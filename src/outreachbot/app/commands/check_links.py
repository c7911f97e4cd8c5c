"""Asks every address of a content file whether it works, for the command line: a progress bar, then what came of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from outreachbot.domain import links
from outreachbot.domain.content.faults import Mark
from outreachbot.domain.content.file import Document
from outreachbot.domain.links import DEAD, LinkCheck, LinkState
from outreachbot.gateway import web_links as asking

_SAID = {
    LinkState.GONE: "dead: {address} ({detail})",
    LinkState.UNREACHED: "dead: {address} ({detail})",
    LinkState.MOVED: "moved: {address} is now {detail}",
    LinkState.UNCLEAR: "not clear: {address} ({detail})",
}
"""The worst first. What simply answers is only counted."""


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What came of it, in lines: their sum as the last."""

    lines: list[str]
    dead: int


async def check_all_links(document: Document) -> LinkReport:
    """Ask all of them; a bar shows how far it is."""
    written = links.list_addresses(document)
    answers = await _with_a_bar(list(written))
    if all(answer.state is LinkState.UNREACHED for answer in answers):
        return LinkReport([f"none of {len(answers):,} addresses could be reached: is there a network?"], len(answers))
    lines = [*_lines(document.name, written, answers), _sum(answers)]
    return LinkReport(lines, sum(answer.state in DEAD for answer in answers))


async def _with_a_bar(addresses: Sequence[str]) -> list[LinkCheck]:
    columns = TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(addresses))
        return await asking.check_links(addresses, told=lambda _: progress.advance(task))


def _lines(name: str, written: Mapping[str, Mark], answers: Sequence[LinkCheck]) -> Iterator[str]:
    """Each kind in the order of the file."""
    for state, said in _SAID.items():
        found = [answer for answer in answers if answer.state is state]
        for answer in sorted(found, key=lambda answer: written[answer.address]):
            yield f"{name}:{written[answer.address]}: {said.format(address=answer.address, detail=answer.detail)}"


def _sum(answers: Sequence[LinkCheck]) -> str:
    number = Counter(answer.state for answer in answers)
    dead = sum(number[state] for state in DEAD)
    line = f"{len(answers):,} addresses: {number[LinkState.OK]:,} ok, {number[LinkState.MOVED]:,} moved, {dead:,} dead"
    if unclear := number[LinkState.UNCLEAR]:
        line += f", {unclear:,} not clear (they answer, but perhaps not to programs: open them)"
    return line
