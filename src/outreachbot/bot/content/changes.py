"""Answers /reload, a content file that an admin sends, and /content: what would change, live on a press, and back."""

import asyncio
import datetime as dt
import logging
from dataclasses import replace

from telegram import Document
from telegram.ext import filters

from outreachbot.bot.broadcasts import compose
from outreachbot.bot.context import BotContext, CallbackAnswer, Choice, Request
from outreachbot.bot.guards import require_bot_admin
from outreachbot.bot.routing import Reply, button, command, message
from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.callbacks.admins import (
    DiscardContentDraft,
    ListVersions,
    ProposeVersion,
    PutDraftLive,
    SendLiveFile,
)
from outreachbot.domain.content.yaml.reader import MAX_BYTES
from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.messages.message import Message
from outreachbot.errors import ContentError, ContentUnreadable, DraftOutdated, NoAnswer, NotReached, Unreadable
from outreachbot.gateway import responses
from outreachbot.services.content import activate, live, validate
from outreachbot.services.content import file as content_disk
from outreachbot.services.content.live import Draft
from outreachbot.services.sending import messages
from outreachbot.store import audience as audiences
from outreachbot.store.content import versions as contents
from outreachbot.store.database import connect
from outreachbot.views.content import changes as views
from outreachbot.views.content import refusals as refused
from outreachbot.views.content.changes import VersionLine
from outreachbot.views.reminders import calendar_file

log = logging.getLogger(__name__)

PAGE = 8  # versions in the list at once


async def reload_content(context: BotContext, request: Request) -> Message:
    """What the file on the disk would change."""
    path = context.live.path
    try:
        raw = await asyncio.to_thread(content_disk.read_file, path)
    except ContentUnreadable as error:
        return _unread(request, path.name, error)
    return await _proposed(context, request, raw, path.name)


async def receive_content_file(context: BotContext, request: Request) -> Reply:
    """What a file that an admin sent would change; while a broadcast is composed, it is that broadcast's."""
    if request.user_id not in context.admins:
        return refused.admins_only(request.language)
    if await compose.is_composing(context, request):
        question = await compose.receive_message(context, request)
        if not isinstance(question, Message):
            return question
        return replace(question, text=f"{question.text}\n{refused.is_broadcast(request.language)}")
    assert request.message is not None
    assert request.message.document is not None  # the filter has seen to both
    document = request.message.document
    name = document.file_name or context.live.path.name
    if (document.file_size or 0) > MAX_BYTES:
        return refused.too_large(request.language, name, MAX_BYTES)
    try:
        raw = await _downloaded(context, document)
    except ContentUnreadable as error:
        return _unread(request, name, error)
    return await _proposed(context, request, raw, name)


async def receive_other_file(context: BotContext, request: Request) -> Reply:
    """A file of another kind: a broadcast's, or perhaps a content file that was named otherwise on its way."""
    if request.user_id not in context.admins or await compose.is_composing(context, request):
        return await compose.receive_message(context, request)
    return refused.other_ending(request.language)


async def _downloaded(context: BotContext, document: Document) -> bytes:
    """Bot API, getFile: where it lies, and from there. Raises NotExaminedError."""
    try:
        answer = await context.api.call("getFile", {"file_id": document.file_id})
        found = responses.read_result(answer)
        if not isinstance(found, dict) or not found.get("file_path"):
            raise NoAnswer(responses.read_description(answer))
        return await context.api.download(str(found["file_path"]), validate.MAX_FILE_BYTES)
    except (NotReached, NoAnswer) as error:
        raise ContentUnreadable(Unreadable.NOT_FETCHED, str(error)) from None


async def _proposed(context: BotContext, request: Request, raw: bytes, name: str) -> Message:
    """The difference with the buttons to decide, or everything that is wrong with the file."""
    if live.compute_digest(raw) == context.live.digest:
        return views.unchanged(request.language)
    try:
        draft, found = await activate.prepare_draft(context, raw, name)
    except ContentError as error:
        return refused.fault_list(request.language, error.faults)
    except ContentUnreadable as error:
        return _unread(request, name, error)
    assert request.user_id is not None  # only admins come here
    readers = await _readers(context, found.difference.languages_gone)
    context.live.drafts[request.user_id] = draft
    return views.proposal(request.language, draft.key, found.difference, found.gaps, found.warnings, readers)


async def _readers(context: BotContext, languages: tuple[str, ...]) -> int:
    """How many subscribed chats read one of these."""
    if not languages:
        return 0
    async with connect.reading(context.db) as db:
        return sum(one.chats for one in await audiences.count_chats(db, BroadcastAudience(languages=languages)))


def _unread(request: Request, name: str, error: ContentUnreadable) -> Message:
    log.warning("%s could not be read: %s", name, error)
    return refused.unreadable(request.language, name, error.why)


async def put_draft_live(context: BotContext, request: Choice[PutDraftLive]) -> Reply:
    draft = _waiting(context, request, request.callback.key)
    if draft is None:
        return CallbackAnswer(views.draft_gone(request.language))
    try:
        kept = await activate.activate_draft(context, draft, request.user_id)
    except DraftOutdated:
        reply = views.overtaken(request.language)
    else:
        reply = views.is_live(request.language, kept)
    _forget(context, request, draft)
    return reply


async def discard_draft(context: BotContext, request: Choice[DiscardContentDraft]) -> Reply:
    draft = _waiting(context, request, request.callback.key)
    if draft is None:
        return CallbackAnswer(views.draft_gone(request.language))
    _forget(context, request, draft)
    return views.discarded(request.language)


def _waiting(context: BotContext, request: Request, key: str) -> Draft | None:
    """The draft whose button was pressed, if it still waits."""
    assert request.user_id is not None  # the guard lets only admins through
    draft = context.live.drafts.get(request.user_id)
    return draft if draft is not None and draft.key == key else None


def _forget(context: BotContext, request: Request, draft: Draft) -> None:
    if request.user_id is not None and context.live.drafts.get(request.user_id) is draft:
        del context.live.drafts[request.user_id]


async def list_versions(context: BotContext, request: Request) -> Message:
    return await _list_versions(context, request, None)


async def list_older_versions(context: BotContext, choice: Choice[ListVersions]) -> Message:
    return await _list_versions(context, choice, choice.callback.before)


async def _list_versions(context: BotContext, request: Request, before: int | None) -> Message:
    async with connect.reading(context.db) as db:
        newest = await contents.list_versions(db, 1)
        found = await contents.list_versions(db, PAGE + 1, before)
    current = newest[0].id if newest else None
    lines = [
        VersionLine(one.id, dt.datetime.fromtimestamp(one.live_at, dt.UTC), one.live_by, one.changes, one.id == current)
        for one in found[:PAGE]
    ]
    older = lines[-1].id if len(found) > PAGE else None
    return views.version_list(request.language, context.content.zone, lines, older, request.user_id)


async def send_live_file(context: BotContext, request: Request) -> Reply:
    """The file that is live, to be edited and sent back."""
    name, caption = context.live.path.name, views.caption(request.language)
    outcome = await messages.send_file(
        context.messenger, request.chat_id, name, context.live.raw, caption, request.topic_id
    )
    return CallbackAnswer() if isinstance(outcome, Sent) else calendar_file.not_sent(request.language)


async def propose_version(context: BotContext, choice: Choice[ProposeVersion]) -> Reply:
    """What an earlier version would change; its pictures have to lie beside the file still."""
    async with connect.reading(context.db) as db:
        raw = await contents.load_body(db, choice.callback.version_id)
    if raw is None:
        return CallbackAnswer(views.version_gone(choice.language))
    return await _proposed(context, choice, raw, context.live.path.name)


_IS_YAML = filters.Document.FileExtension("yaml") | filters.Document.FileExtension("yml")

HANDLERS = [
    command("reload", reload_content, guard=require_bot_admin),
    command("content", list_versions, guard=require_bot_admin),
    message(receive_content_file, filters.ChatType.PRIVATE & _IS_YAML),
    message(receive_other_file, filters.ChatType.PRIVATE & filters.Document.ALL & ~filters.ANIMATION),
    button(PutDraftLive, put_draft_live, guard=require_bot_admin),
    button(DiscardContentDraft, discard_draft, guard=require_bot_admin),
    button(ListVersions, list_older_versions, guard=require_bot_admin),
    button(ProposeVersion, propose_version, guard=require_bot_admin),
    button(SendLiveFile, send_live_file, guard=require_bot_admin),
]
