"""Answers /reload, a content file that an admin sends, and /content: what would change, live on a press, and back."""

import asyncio
import datetime as dt
import logging
from dataclasses import replace

from telegram import Document
from telegram.ext import filters

from outreachbot.bot.broadcasts import compose
from outreachbot.bot.context import Ask, House, Note, arguments
from outreachbot.bot.guards import admins_of_the_bot
from outreachbot.bot.routing import Reply, button, command, message
from outreachbot.domain.broadcasts.audience import Audience
from outreachbot.domain.content.yaml.reader import MAX_BYTES
from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.messages.message import Message
from outreachbot.errors import ContentError
from outreachbot.gateway import responses
from outreachbot.gateway.transport import NoAnswerError, NotReachedError
from outreachbot.services.content import activate, live, validate
from outreachbot.services.content import file as content_disk
from outreachbot.services.content.live import Draft
from outreachbot.services.content.process import NotExaminedError
from outreachbot.services.sending import messages
from outreachbot.store import audience as audiences
from outreachbot.store.content import versions as contents
from outreachbot.store.database import connect
from outreachbot.views.content import changes as views
from outreachbot.views.content import refusals as refused
from outreachbot.views.content.changes import Line
from outreachbot.views.content.refusals import Why
from outreachbot.views.parts import CONTENT
from outreachbot.views.reminders import calendar_file

log = logging.getLogger(__name__)

PAGE = 8  # versions in the list at once


async def reload(house: House, ask: Ask) -> Message:
    """What the file on the disk would change."""
    path = house.live.path
    try:
        raw = await asyncio.to_thread(content_disk.load, path)
    except NotExaminedError as error:
        return _unread(ask, path.name, error)
    return await _proposed(house, ask, raw, path.name)


async def upload(house: House, ask: Ask) -> Reply:
    """What a file that an admin sent would change; while a broadcast is composed, it is that broadcast's."""
    if ask.user_id not in house.admins:
        return refused.admins_only(ask.language)
    if await compose.is_composing(house, ask):
        question = await compose.compose(house, ask)
        if not isinstance(question, Message):
            return question
        return replace(question, text=f"{question.text}\n{refused.is_broadcast(ask.language)}")
    assert ask.message is not None
    assert ask.message.document is not None  # the filter has seen to both
    document = ask.message.document
    name = document.file_name or house.live.path.name
    if (document.file_size or 0) > MAX_BYTES:
        return refused.too_large(ask.language, name, MAX_BYTES)
    try:
        raw = await _downloaded(house, document)
    except NotExaminedError as error:
        return _unread(ask, name, error)
    return await _proposed(house, ask, raw, name)


async def other_file(house: House, ask: Ask) -> Reply:
    """A file of another kind: a broadcast's, or perhaps a content file that was named otherwise on its way."""
    if ask.user_id not in house.admins or await compose.is_composing(house, ask):
        return await compose.compose(house, ask)
    return refused.other_ending(ask.language)


async def _downloaded(house: House, document: Document) -> bytes:
    """Bot API, getFile: where it lies, and from there. Raises NotExaminedError."""
    try:
        answer = await house.telegram.call("getFile", {"file_id": document.file_id})
        found = responses.result(answer)
        if not isinstance(found, dict) or not found.get("file_path"):
            raise NoAnswerError(responses.description(answer))
        return await house.telegram.download(str(found["file_path"]), validate.LARGEST)
    except (NotReachedError, NoAnswerError) as error:
        raise NotExaminedError(Why.NOT_FETCHED, str(error)) from None


async def _proposed(house: House, ask: Ask, raw: bytes, name: str) -> Message:
    """The difference with the buttons to decide, or everything that is wrong with the file."""
    if live.digest(raw) == house.live.digest:
        return views.unchanged(ask.language)
    try:
        draft, found = await activate.drafted(house, raw, name)
    except ContentError as error:
        return refused.faulty(ask.language, error.faults)
    except NotExaminedError as error:
        return _unread(ask, name, error)
    assert ask.user_id is not None  # only admins come here
    readers = await _readers(house, found.difference.languages_gone)
    house.live.drafts[ask.user_id] = draft
    return views.proposal(ask.language, draft.key, found.difference, found.gaps, found.warnings, readers)


async def _readers(house: House, languages: tuple[str, ...]) -> int:
    """How many subscribed chats read one of these."""
    if not languages:
        return 0
    async with connect.reading(house.db) as db:
        return sum(one.chats for one in await audiences.count(db, Audience(languages=languages)))


def _unread(ask: Ask, name: str, error: NotExaminedError) -> Message:
    log.warning("%s could not be read: %s", name, error)
    return refused.unreadable(ask.language, name, error.why)


async def put_live(house: House, ask: Ask) -> Reply:
    draft = _waiting(house, ask)
    if draft is None:
        return Note(views.draft_gone(ask.language))
    try:
        kept = await activate.apply(house, draft, ask.user_id)
    except activate.OvertakenError:
        reply = views.overtaken(ask.language)
    else:
        reply = views.is_live(ask.language, kept)
    _forget(house, ask, draft)
    return reply


async def discard(house: House, ask: Ask) -> Reply:
    draft = _waiting(house, ask)
    if draft is None:
        return Note(views.draft_gone(ask.language))
    _forget(house, ask, draft)
    return views.discarded(ask.language)


def _waiting(house: House, ask: Ask) -> Draft | None:
    """The draft whose button was pressed, if it still waits."""
    assert ask.user_id is not None  # the guard lets only admins through
    draft = house.live.drafts.get(ask.user_id)
    return draft if draft is not None and ask.words.partition(":")[2] == draft.key else None


def _forget(house: House, ask: Ask, draft: Draft) -> None:
    if ask.user_id is not None and house.live.drafts.get(ask.user_id) is draft:
        del house.live.drafts[ask.user_id]


async def versions(house: House, ask: Ask) -> Message:
    """The newest, or those before the one whose id the button names."""
    before, _rest = arguments(ask)
    async with connect.reading(house.db) as db:
        newest = await contents.every(db, 1)
        found = await contents.every(db, PAGE + 1, before or None)
    current = newest[0].id if newest else None
    lines = [
        Line(one.id, dt.datetime.fromtimestamp(one.live_at, dt.UTC), one.live_by, one.changes, one.id == current)
        for one in found[:PAGE]
    ]
    older = lines[-1].id if len(found) > PAGE else None
    return views.versions(ask.language, house.content.zone, lines, older, ask.user_id)


async def file(house: House, ask: Ask) -> Reply:
    """The file that is live, to be edited and sent back."""
    name, caption = house.live.path.name, views.caption(ask.language)
    outcome = await messages.send_file(house.telegram, ask.chat_id, name, house.live.raw, caption, ask.topic_id)
    return Note() if isinstance(outcome, Sent) else calendar_file.not_sent(ask.language)


async def back(house: House, ask: Ask) -> Reply:
    """What an earlier version would change; its pictures have to lie beside the file still."""
    version_id, _rest = arguments(ask)
    async with connect.reading(house.db) as db:
        raw = await contents.body(db, version_id)
    if raw is None:
        return Note(views.version_gone(ask.language))
    return await _proposed(house, ask, raw, house.live.path.name)


_IS_YAML = filters.Document.FileExtension("yaml") | filters.Document.FileExtension("yml")

HANDLERS = [
    command("reload", reload, guard=admins_of_the_bot),
    command("content", versions, guard=admins_of_the_bot),
    message(upload, filters.ChatType.PRIVATE & _IS_YAML),
    message(other_file, filters.ChatType.PRIVATE & filters.Document.ALL & ~filters.ANIMATION),
    *(
        button(f"{CONTENT}:{verb}", function, guard=admins_of_the_bot)
        for verb, function in {
            "live": put_live,
            "discard": discard,
            "list": versions,
            "back": back,
            "file": file,
        }.items()
    ),
]
