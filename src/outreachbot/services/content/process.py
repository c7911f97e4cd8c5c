"""Examines a content file in a process of its own, so that no reply waits for it: checked, and compared with another.

In a thread the check would hold the interpreter for whole pieces of its work: see docs/design.md.
"""

import asyncio
import gc
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import outreachbot
from outreachbot.domain.content import difference as content_difference
from outreachbot.domain.content import file as content_file
from outreachbot.domain.content import gaps as content_gaps
from outreachbot.domain.content import search
from outreachbot.domain.content.difference import Difference
from outreachbot.domain.content.model import Content
from outreachbot.errors import ContentError, ContentUnreadable, Unreadable
from outreachbot.services.content import validate

SECONDS = 300.0  # how long it may take; the largest file that is read takes about a minute
ENTRIES = 25  # of a list, taken over at once: about a millisecond
TEXTS = 1_000  # the same for what a search looks through
PAUSE = 0.002  # seconds between pieces, in which others are answered
POLITENESS = 10  # the process yields to the bot where there is one processor
CODE = sum(file.stat().st_mtime_ns for file in Path(outreachbot.__file__).parent.rglob("*.py"))
"""Another one after an update of the program: what the new one has checked is not for the old one that still runs."""

# What reading a pickle of other classes, or half of one, may raise.
_GARBLED = (
    *(pickle.UnpicklingError, EOFError, AttributeError, ImportError),
    *(IndexError, KeyError, TypeError, ValueError),
)


@dataclass(frozen=True, slots=True)
class Examination:
    """A good content file, and what makes it of the other one."""

    content: Content
    difference: Difference
    gaps: Mapping[str, int]  # language -> how many entries lack a text in it
    warnings: tuple[str, ...]


async def examine_content(raw: bytes, name: str, folder: Path, other: bytes) -> Examination:
    """Check a file whose pictures lie in that folder, and compare it with the `other`, which is a good one.

    Raises ContentError with every fault, NotExaminedError when it could not be done.
    """
    answer = await _answer(pickle.dumps((raw, name, folder, other)))
    try:
        code, faults, found = pickle.loads(answer)  # noqa: S301 from our own process
        if code != CODE:
            raise ContentUnreadable(Unreadable.UPDATED, "the program on the disk is not the one that runs; restart it")
        if not faults:
            pieces, searched, rest = pickle.loads(found)  # noqa: S301 from our own process
            return Examination(await _whole(pieces, searched), *rest)
    except _GARBLED as error:
        raise ContentUnreadable(Unreadable.ENDED, f"the check's answer can't be read: {error!r}") from None
    raise ContentError(faults)


async def _answer(question: bytes) -> bytes:
    """What a new process answers."""
    arguments = (sys.executable, "-m", __name__)
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=dict(_environment())
        )
    except OSError as error:
        raise ContentUnreadable(Unreadable.ENDED, f"{sys.executable} can't be started: {error.strerror}") from None
    try:
        async with asyncio.timeout(SECONDS):
            answer, complaint = await process.communicate(question)
    except TimeoutError:
        raise ContentUnreadable(Unreadable.TOO_LONG, f"it took longer than {SECONDS:.0f} s") from None
    finally:
        await _end(process)
    if process.returncode != 0:
        said = complaint.decode(errors="replace").strip().splitlines()
        raise ContentUnreadable(Unreadable.ENDED, said[-1] if said else f"the check ended with {process.returncode}")
    return answer


def _environment() -> Iterator[tuple[str, str]]:
    """Without our settings: the token is nothing that it needs."""
    yield from ((name, value) for name, value in os.environ.items() if not name.startswith("OUTREACHBOT_"))


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _whole(pieces: Iterable[bytes], searched: Iterable[bytes]) -> Content:
    """The content of its pieces, with what a search needs."""
    with _uncollected():
        content = Content.model_construct(**await _joined(pieces))
        content.searched.update(await _joined(searched))
    return content


async def _joined(pieces: Iterable[bytes]) -> dict[str, Any]:
    """By name what stands in the pieces: one after the other, as unpickling all at once would hold up everybody."""
    values: dict[str, Any] = {}
    for piece in pieces:
        name, value, is_part = pickle.loads(piece)  # noqa: S301 from our own process
        if is_part:
            values.setdefault(name, []).extend(value)
        else:
            values[name] = value
        await asyncio.sleep(PAUSE)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


@contextmanager
def _uncollected() -> Iterator[None]:
    """What is made in the block is looked through by no garbage collection, neither now nor later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _pieces(values: Iterable[tuple[str, Any]], size: int) -> Iterator[bytes]:
    for name, value in values:
        if not isinstance(value, tuple):
            yield pickle.dumps((name, value, False))
            continue
        for first in range(0, max(len(value), 1), size):
            yield pickle.dumps((name, value[first : first + size], True))


def _examined(raw: bytes, name: str, folder: Path, other: bytes) -> tuple[int, Sequence[str], bytes]:
    """What the process answers: its code; faults; pieces of the content and of what a search needs, the rest of it all.

    The last are pickled for themselves: another version of the program might read them wrongly, or not at all.
    """
    try:
        document = validate.validate_content(raw, name, folder)
    except ContentError as error:
        return CODE, error.faults, b""
    before, content = content_file.read_content(other, name).content, document.content
    difference = content_difference.compare_contents(before, content)
    warnings = tuple(warning.in_file(name) for warning in document.warnings)
    gaps = {gap.language: gap.number for gap in content_gaps.find_gaps(document)}
    entries = tuple(_pieces(((key, getattr(content, key)) for key in type(content).model_fields), ENTRIES))
    searched = tuple(_pieces(((one, search.prepare_search(content, one)) for one in content.languages), TEXTS))
    return CODE, (), pickle.dumps((entries, searched, (difference, gaps, warnings)))


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(POLITENESS)
    sys.stdout.buffer.write(pickle.dumps(_examined(*pickle.load(sys.stdin.buffer))))  # noqa: S301 from the bot
