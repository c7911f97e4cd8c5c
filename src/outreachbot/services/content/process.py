"""Examines a content file in its own process, so that no reply waits: checks it and compares it with the live content.

In a thread, the check would hold the interpreter for long stretches: see docs/design.md.
"""

import asyncio
import gc
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterable, Iterator, Mapping
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

SECONDS = 300.0  # how long an examination may take; that of the largest file takes about a minute
ENTRIES = 25  # list entries in a chunk: about a millisecond to unpickle
TEXTS = 1_000  # search texts in a chunk, likewise
PAUSE = 0.002  # seconds between chunks, in which others are answered
NICENESS = 10  # the process gives way to the bot on a machine with one processor
CODE = sum(file.stat().st_mtime_ns for file in Path(outreachbot.__file__).parent.rglob("*.py"))
"""Identifies the program's code: after an update, the running bot can't use what the new code has checked."""

# What unpickling half a pickle, or one of other classes, may raise.
_UNPICKLING_ERRORS = (
    *(pickle.UnpicklingError, EOFError, AttributeError, ImportError),
    *(IndexError, KeyError, TypeError, ValueError),
)


@dataclass(frozen=True, slots=True)
class Examination:
    """A content file without faults, and how it differs from the live content."""

    content: Content
    difference: Difference
    gaps: Mapping[str, int]  # language -> how many entries have no text in it
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What the process is asked: to examine a file, and to compare it with the live one."""

    raw: bytes  # of the file
    name: str
    folder: Path  # of the file's pictures
    live_raw: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """A field of the content, or the search texts of a language: the whole value, or part of a tuple."""

    name: str
    value: Any
    is_part: bool


@dataclass(frozen=True, slots=True)
class Payload:
    """An Examination as it is sent: its content as pickled Chunks."""

    entries: tuple[bytes, ...]
    searched: tuple[bytes, ...]
    difference: Difference
    gaps: Mapping[str, int]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the process answers: every fault of the file, or the payload if it has none."""

    faults: tuple[str, ...]
    payload: Payload | None


async def examine_content(raw: bytes, name: str, folder: Path, live_raw: bytes) -> Examination:
    """Check a file whose pictures are in this folder, and compare it with the live one, which has no faults.

    Raises ContentError with every fault, ContentUnreadable when the file could not be examined.
    """
    process, output, errors = await _run(pickle.dumps(Question(raw, name, folder, live_raw)))
    code, _, answer = output.partition(b"\n")
    if code and code != b"%d" % CODE:
        raise ContentUnreadable(Unreadable.UPDATED, "the program on the disk is not the one that runs; restart it")
    if process.returncode != 0:
        lines = errors.decode(errors="replace").strip().splitlines()
        raise ContentUnreadable(Unreadable.ENDED, lines[-1] if lines else f"the check ended with {process.returncode}")
    try:
        examined: Answer = pickle.loads(answer)  # noqa: S301 from our own process
        if (payload := examined.payload) is not None:
            content = await _build_content(payload)
            return Examination(content, payload.difference, payload.gaps, payload.warnings)
    except _UNPICKLING_ERRORS as error:
        raise ContentUnreadable(Unreadable.ENDED, f"the check's answer can't be read: {error!r}") from None
    raise ContentError(examined.faults)


async def _run(question: bytes) -> tuple[Process, bytes, bytes]:
    """Start a process for this question and wait for its end; returns its output and what it wrote to stderr."""
    # Not with -m: the classes of its pickles would then belong to __main__, which is another module here.
    command = (sys.executable, "-c", f"from {__name__} import main; main()")
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=dict(_environment())
        )
    except OSError as error:
        raise ContentUnreadable(Unreadable.ENDED, f"{sys.executable} can't be started: {error.strerror}") from None
    try:
        async with asyncio.timeout(SECONDS):
            output, errors = await process.communicate(question)
    except TimeoutError:
        raise ContentUnreadable(Unreadable.TOO_LONG, f"it took longer than {SECONDS:.0f} s") from None
    finally:
        await _end(process)
    return process, output, errors


def _environment() -> Iterator[tuple[str, str]]:
    """The environment without our settings: the process does not need the token."""
    yield from ((name, value) for name, value in os.environ.items() if not name.startswith("OUTREACHBOT_"))


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _build_content(payload: Payload) -> Content:
    with _garbage_collection_off():
        content = Content.model_construct(**await _join_chunks(payload.entries))
        content.searched.update(await _join_chunks(payload.searched))
    return content


async def _join_chunks(pickles: Iterable[bytes]) -> dict[str, Any]:
    """The values of the chunks, by name. Unpickling everything at once would hold up all replies."""
    values: dict[str, Any] = {}
    for pickled in pickles:
        chunk: Chunk = pickle.loads(pickled)  # noqa: S301 from our own process
        if chunk.is_part:
            values.setdefault(chunk.name, []).extend(chunk.value)
        else:
            values[chunk.name] = chunk.value
        await asyncio.sleep(PAUSE)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


@contextmanager
def _garbage_collection_off() -> Iterator[None]:
    """The garbage collector does not look through the objects made in the block, now or later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _split_chunks(values: Iterable[tuple[str, Any]], size: int) -> Iterator[bytes]:
    for name, value in values:
        if not isinstance(value, tuple):
            yield pickle.dumps(Chunk(name, value, is_part=False))
            continue
        for first in range(0, max(len(value), 1), size):
            yield pickle.dumps(Chunk(name, value[first : first + size], is_part=True))


def _examine(question: Question) -> Answer:
    try:
        document = validate.validate_content(question.raw, question.name, question.folder)
    except ContentError as error:
        return Answer(error.faults, None)
    live, content = content_file.read_content(question.live_raw, question.name).content, document.content
    fields = ((name, getattr(content, name)) for name in type(content).model_fields)
    texts = ((language, search.prepare_search(content, language)) for language in content.languages)
    payload = Payload(
        entries=tuple(_split_chunks(fields, ENTRIES)),
        searched=tuple(_split_chunks(texts, TEXTS)),
        difference=content_difference.compare_contents(live, content),
        gaps={gap.language: gap.number for gap in content_gaps.find_gaps(document)},
        warnings=tuple(warning.in_file(question.name) for warning in document.warnings),
    )
    return Answer((), payload)


def main() -> None:
    """Answer the question on stdin: CODE and a newline, then a pickled Answer.

    CODE comes first, as it is all that another version of the program can read.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    sys.stdout.buffer.write(b"%d\n" % CODE)
    sys.stdout.buffer.flush()
    question: Question = pickle.load(sys.stdin.buffer)  # noqa: S301 from the bot
    sys.stdout.buffer.write(pickle.dumps(_examine(question)))
