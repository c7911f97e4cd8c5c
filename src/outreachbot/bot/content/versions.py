"""Answers /content: lists the versions that were live, sends the one that is, and proposes to go back to another."""

import datetime as dt

from outreachbot.bot.content.proposals import propose
from outreachbot.bot.context import BotContext, CallbackAnswer, Choice, Request
from outreachbot.bot.guards import require_bot_admin
from outreachbot.bot.routing import Reply, button, command
from outreachbot.domain.callbacks.admins import ListVersions, ProposeVersion, SendLiveFile
from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.messages.message import Message
from outreachbot.services.sending import messages
from outreachbot.store.content import versions as store
from outreachbot.store.database import connect
from outreachbot.views.content import changes as views
from outreachbot.views.content.changes import VersionLine
from outreachbot.views.reminders import calendar_file

PAGE = 8  # versions on a page of the list


async def list_newest(context: BotContext, request: Request) -> Message:
    return await _list_versions(context, request, None)


async def list_older(context: BotContext, choice: Choice[ListVersions]) -> Message:
    return await _list_versions(context, choice, choice.callback.before)


async def _list_versions(context: BotContext, request: Request, before: int | None) -> Message:
    async with connect.reading(context.db) as db:
        newest = await store.list_versions(db, 1)
        versions = await store.list_versions(db, PAGE + 1, before)
    live_id = newest[0].id if newest else None
    lines = [
        VersionLine(
            id=version.id,
            at=dt.datetime.fromtimestamp(version.live_at, dt.UTC),
            by=version.live_by,
            changes=version.changes,
            is_live=version.id == live_id,
        )
        for version in versions[:PAGE]
    ]
    older = lines[-1].id if len(versions) > PAGE else None
    return views.version_list(request.language, context.content.zone, lines, older, request.user_id)


async def send_live_file(context: BotContext, request: Request) -> Reply:
    """Send the file that is live, to be edited and sent back."""
    name, caption = context.live.path.name, views.caption(request.language)
    outcome = await messages.send_file(
        context.messenger, request.chat_id, name, context.live.raw, caption, request.topic_id
    )
    return CallbackAnswer() if isinstance(outcome, Sent) else calendar_file.not_sent(request.language)


async def propose_version(context: BotContext, choice: Choice[ProposeVersion]) -> Reply:
    """Show what an earlier version would change; its pictures must still be in the folder of the content file."""
    async with connect.reading(context.db) as db:
        raw = await store.load_body(db, choice.callback.version_id)
    if raw is None:
        return CallbackAnswer(views.version_gone(choice.language))
    return await propose(context, choice, raw, context.live.path.name)


HANDLERS = [
    command("content", list_newest, guard=require_bot_admin),
    button(ListVersions, list_older, guard=require_bot_admin),
    button(SendLiveFile, send_live_file, guard=require_bot_admin),
    button(ProposeVersion, propose_version, guard=require_bot_admin),
]
