"""Proposes a new content file, from the disk (/reload) or from an admin: what it would change, live at a press."""

import asyncio
import logging
from dataclasses import replace

from telegram import Document
from telegram.ext import filters

from outreachbot.bot.broadcasts import compose
from outreachbot.bot.context import BotContext, CallbackAnswer, Choice, Request
from outreachbot.bot.guards import require_bot_admin
from outreachbot.bot.routing import Reply, button, command, message
from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.callbacks.admins import DiscardContentDraft, PutDraftLive
from outreachbot.domain.content.yaml.reader import MAX_BYTES
from outreachbot.domain.messages.message import Message
from outreachbot.errors import ContentError, ContentUnreadable, DraftOutdated, NoAnswer, NotReached, Unreadable
from outreachbot.gateway import responses
from outreachbot.services.content import activate, live, validate
from outreachbot.services.content import file as content_file
from outreachbot.services.content.live import Draft
from outreachbot.store import audience as audiences
from outreachbot.store.database import connect
from outreachbot.views.content import changes as views
from outreachbot.views.content import refusals

log = logging.getLogger(__name__)


async def reload_content(context: BotContext, request: Request) -> Message:
    """Show what the file on the disk would change."""
    path = context.live.path
    try:
        raw = await asyncio.to_thread(content_file.read_file, path)
    except ContentUnreadable as error:
        return _report_unreadable(request, path.name, error)
    return await propose(context, request, raw, path.name)


async def receive_content_file(context: BotContext, request: Request) -> Reply:
    """Show what a file from an admin would change; while the admin composes a broadcast, the file is its content."""
    if request.user_id not in context.admins:
        return refusals.admins_only(request.language)
    if await compose.is_composing(context, request):
        question = await compose.receive_message(context, request)
        if not isinstance(question, Message):
            return question
        return replace(question, text=f"{question.text}\n{refusals.is_broadcast(request.language)}")
    assert request.message is not None
    assert request.message.document is not None  # the filter accepts only messages with a document
    document = request.message.document
    name = document.file_name or context.live.path.name
    if (document.file_size or 0) > MAX_BYTES:
        return refusals.too_large(request.language, name, MAX_BYTES)
    try:
        raw = await _download(context, document)
    except ContentUnreadable as error:
        return _report_unreadable(request, name, error)
    return await propose(context, request, raw, name)


async def receive_other_file(context: BotContext, request: Request) -> Reply:
    """Handle a file of another kind: the content of a broadcast, or a content file that a client has renamed."""
    if request.user_id not in context.admins or await compose.is_composing(context, request):
        return await compose.receive_message(context, request)
    return refusals.other_ending(request.language)


async def _download(context: BotContext, document: Document) -> bytes:
    """Download the file (Bot API, getFile). Raises ContentUnreadable."""
    try:
        answer = await context.api.call("getFile", {"file_id": document.file_id})
        file = responses.read_result(answer)
        if not isinstance(file, dict) or not file.get("file_path"):
            raise NoAnswer(responses.read_description(answer))
        return await context.api.download(str(file["file_path"]), validate.MAX_FILE_BYTES)
    except (NotReached, NoAnswer) as error:
        raise ContentUnreadable(Unreadable.NOT_FETCHED, str(error)) from None


async def propose(context: BotContext, request: Request, raw: bytes, name: str) -> Message:
    """Show how the file differs from what is live, with buttons to decide, or everything that is wrong with it."""
    if live.compute_digest(raw) == context.live.digest:
        return views.unchanged(request.language)
    try:
        draft, examination = await activate.prepare_draft(context, raw, name)
    except ContentError as error:
        return refusals.fault_list(request.language, error.faults)
    except ContentUnreadable as error:
        return _report_unreadable(request, name, error)
    assert request.user_id is not None  # only admins propose content
    readers = await _count_readers(context, examination.difference.languages_gone)
    context.live.drafts[request.user_id] = draft
    return views.proposal(
        request.language, draft.key, examination.difference, examination.gaps, examination.warnings, readers
    )


async def _count_readers(context: BotContext, languages: tuple[str, ...]) -> int:
    """The number of subscribed chats with one of these languages."""
    if not languages:
        return 0
    async with connect.reading(context.db) as db:
        return sum(count.chats for count in await audiences.count_chats(db, BroadcastAudience(languages=languages)))


def _report_unreadable(request: Request, name: str, error: ContentUnreadable) -> Message:
    log.warning("%s could not be read: %s", name, error)
    return refusals.unreadable(request.language, name, error.why)


async def put_draft_live(context: BotContext, choice: Choice[PutDraftLive]) -> Reply:
    draft = _find_draft(context, choice, choice.callback.key)
    if draft is None:
        return CallbackAnswer(views.draft_gone(choice.language))
    try:
        kept = await activate.activate_draft(context, draft, choice.user_id)
    except DraftOutdated:
        reply = views.overtaken(choice.language)
    else:
        reply = views.is_live(choice.language, kept)
    _drop_draft(context, choice, draft)
    return reply


async def discard_draft(context: BotContext, choice: Choice[DiscardContentDraft]) -> Reply:
    draft = _find_draft(context, choice, choice.callback.key)
    if draft is None:
        return CallbackAnswer(views.draft_gone(choice.language))
    _drop_draft(context, choice, draft)
    return views.discarded(choice.language)


def _find_draft(context: BotContext, request: Request, key: str) -> Draft | None:
    """The admin's draft, if it is the one with that key: a newer one replaces it."""
    assert request.user_id is not None  # the guard lets only admins through
    draft = context.live.drafts.get(request.user_id)
    return draft if draft is not None and draft.key == key else None


def _drop_draft(context: BotContext, request: Request, draft: Draft) -> None:
    if request.user_id is not None and context.live.drafts.get(request.user_id) is draft:
        del context.live.drafts[request.user_id]


_IS_YAML = filters.Document.FileExtension("yaml") | filters.Document.FileExtension("yml")

HANDLERS = [
    command("reload", reload_content, guard=require_bot_admin),
    message(receive_content_file, filters.ChatType.PRIVATE & _IS_YAML),
    message(receive_other_file, filters.ChatType.PRIVATE & filters.Document.ALL & ~filters.ANIMATION),
    button(PutDraftLive, put_draft_live, guard=require_bot_admin),
    button(DiscardContentDraft, discard_draft, guard=require_bot_admin),
]
