"""Checks every address of a content file for the command line: a progress bar, then a report."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from outreachbot.domain import links
from outreachbot.domain.content.faults import Mark
from outreachbot.domain.content.file import Document
from outreachbot.domain.links import DEAD, LinkCheck, LinkState
from outreachbot.gateway import web_links

_LINES = {
    LinkState.GONE: "dead: {address} ({detail})",
    LinkState.UNREACHED: "dead: {address} ({detail})",
    LinkState.MOVED: "moved: {address} is now {detail}",
    LinkState.UNCLEAR: "not clear: {address} ({detail})",
}
"""The worst first. Addresses that work are only counted."""


@dataclass(frozen=True, slots=True)
class LinkReport:
    """The report in lines, the last of which is the summary, and the number of dead addresses."""

    lines: list[str]
    dead: int


async def check_all_links(document: Document) -> LinkReport:
    """Check every address, with a progress bar."""
    marks = links.list_addresses(document)
    results = await _check_with_progress(list(marks))
    if all(result.state is LinkState.UNREACHED for result in results):
        return LinkReport([f"none of {len(results):,} addresses could be reached: is there a network?"], len(results))
    lines = [*_list_problems(document.name, marks, results), _summarise(results)]
    return LinkReport(lines, sum(result.state in DEAD for result in results))


async def _check_with_progress(addresses: Sequence[str]) -> list[LinkCheck]:
    columns = TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(addresses))
        return await web_links.check_links(addresses, on_result=lambda _: progress.advance(task))


def _list_problems(name: str, marks: Mapping[str, Mark], results: Sequence[LinkCheck]) -> Iterator[str]:
    """A line for each address with a problem: by kind, and then in the order of the file."""
    for state, line in _LINES.items():
        matching = [result for result in results if result.state is state]
        for result in sorted(matching, key=lambda result: marks[result.address]):
            yield f"{name}:{marks[result.address]}: {line.format(address=result.address, detail=result.detail)}"


def _summarise(results: Sequence[LinkCheck]) -> str:
    number = Counter(result.state for result in results)
    dead = sum(number[state] for state in DEAD)
    line = f"{len(results):,} addresses: {number[LinkState.OK]:,} ok, {number[LinkState.MOVED]:,} moved, {dead:,} dead"
    if unclear := number[LinkState.UNCLEAR]:
        line += f", {unclear:,} not clear (they answer, but perhaps not to programs: open them)"
    return line
