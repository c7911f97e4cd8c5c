"""Answers /broadcast and /cancel: takes a message from an admin and shows it as members will see it."""

from telegram import Message as TelegramMessage
from telegram.ext import filters

from outreachbot.bot import incoming
from outreachbot.bot.broadcasts import confirm
from outreachbot.bot.context import BotContext, Request
from outreachbot.bot.guards import require_bot_admin
from outreachbot.bot.pages.info import show_help
from outreachbot.bot.routing import Reply, command, message
from outreachbot.domain.delivery.outcomes import Failed, Sent
from outreachbot.domain.delivery.states import MessageKind
from outreachbot.domain.ids import OutboxId, TelegramMessageId
from outreachbot.domain.messages.message import Copy, Message
from outreachbot.errors import InvalidButton
from outreachbot.services.sending import messages as sending
from outreachbot.store.broadcasts import composing, records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.views.broadcasts import confirm as views
from outreachbot.views.broadcasts import replies as say


async def start_composing(context: BotContext, request: Request) -> Message:
    assert request.user_id is not None  # the guard accepts only admins
    async with connect.writing(context.db) as db:
        await composing.start(db, request.user_id, context.timestamp())
    return views.ask_for_message(request.language)


async def cancel_composing(context: BotContext, request: Request) -> Message:
    """Stop composing, and discard all drafts of this admin."""
    assert request.user_id is not None  # the guard accepts only admins
    async with connect.writing(context.db) as db:
        was_asked = await composing.stop(db, request.user_id)
        discarded = await records.discard_drafts(db, request.user_id)
    return say.discarded(request.language) if was_asked or discarded else say.nothing_to_cancel(request.language)


async def receive_message(context: BotContext, request: Request) -> Reply:
    """Handle a message that is no command: if an admin is composing, it is the content of the broadcast."""
    if request.user_id not in context.admins or request.message is None:
        return await show_help(context, request)
    async with connect.reading(context.db) as db:
        composed = await composing.find(db, request.user_id, context.timestamp())
    if composed is None:
        return await show_help(context, request)
    if composed.of_id is not None:
        return await _correct(context, request, request.message, composed.of_id)
    if request.message.media_group_id and (media := incoming.read_media(request.message)):
        async with connect.writing(context.db) as db:
            caption = incoming.read_caption(request.message)
            await composing.add_album_part(
                db,
                request.user_id,
                request.message.media_group_id,
                media,
                caption,
                language=request.language,
                now=context.timestamp(),
            )
        return None  # `preview_albums` goes on when the album is complete
    try:
        content = incoming.read_broadcast(request.message)
    except InvalidButton as error:
        return say.bad_button(request.language, str(error))
    return await _preview(context, request, content)


async def is_composing(context: BotContext, request: Request) -> bool:
    """Whether this admin's next message is a broadcast."""
    assert request.user_id is not None  # the caller has checked for an admin
    async with connect.reading(context.db) as db:
        return await composing.find(db, request.user_id, context.timestamp()) is not None


async def preview_albums(context: BotContext) -> bool:
    """Preview complete albums. Their parts arrive as separate messages, none of which is marked as the last."""
    async with connect.reading(context.db) as db:
        albums = await composing.list_complete_albums(db, context.timestamp())
    for album in albums:
        content = Message(album.caption, media=album.media)
        request = Request(
            album.admin_id, "private", None, album.admin_id, album.language, "", None, TelegramMessageId(0)
        )
        answer = await _preview(context, request, content)
        async with connect.writing(context.db) as db:
            await composing.clear_album(db, album.admin_id)
        if isinstance(answer, Message):
            await sending.send_with_retry(context.messenger, answer, album.admin_id, None)
    return False


async def _correct(context: BotContext, request: Request, sent: TelegramMessage, of_id: OutboxId) -> Reply:
    """Preview the corrected text of a broadcast. Once it is confirmed, all copies are edited."""
    if not sent.text:
        return say.text_only(request.language)
    try:
        content = incoming.read_broadcast(sent)
    except InvalidButton as error:
        return say.bad_button(request.language, str(error))
    async with connect.reading(context.db) as db:
        media = next(iter((await messages.load_bodies(db, of_id)).values())).media
    return await _preview(
        context, request, Message(content.text, content.buttons, media), MessageKind.CORRECTION, of_id
    )


async def _preview(
    context: BotContext,
    request: Request,
    content: Message,
    kind: MessageKind = MessageKind.BROADCAST,
    of_id: OutboxId | None = None,
) -> Reply:
    """Send the message to the admin first: what Telegram refuses here, it would refuse in every chat.

    The draft is stored before, so that retries after a failure of the database don't repeat the preview.
    """
    assert request.user_id is not None  # only admins compose
    async with connect.writing(context.db) as db:
        # One draft at a time: older ones can't be confirmed any more.
        await records.discard_drafts(db, request.user_id, confirmed_too=False)
        bodies = _render_bodies(context, content)
        outbox_id = await records.create_draft(
            db, request.user_id, request.chat_id, bodies, context.timestamp(), kind=kind, of_id=of_id
        )
    preview = views.with_unsubscribe(request.language, content)
    outcome = await sending.send_with_retry(context.messenger, preview, request.chat_id, None)
    async with connect.writing(context.db) as db:
        if not isinstance(outcome, Sent):
            await records.discard_drafts(db, request.user_id, confirmed_too=False)
            return say.preview_failed(request.language, outcome.detail if isinstance(outcome, Failed) else "")
        if content.copy is not None:
            # Copy the preview: the admin may delete the original message.
            seen = Message(copy=Copy(request.chat_id, outcome.telegram_message_id))
            await messages.rewrite(db, outbox_id, _render_bodies(context, seen))
        await composing.stop(db, request.user_id)
    return await confirm.ask_to_confirm(context, request, outbox_id)


def _render_bodies(context: BotContext, content: Message) -> dict[str, Message]:
    """The content with its "unsubscribe", by language."""
    return {language: views.with_unsubscribe(language, content) for language in context.content.languages}


HANDLERS = [
    command("broadcast", start_composing, guard=require_bot_admin),
    command("cancel", cancel_composing, guard=require_bot_admin),
    message(receive_message, filters.ChatType.PRIVATE & (filters.TEXT | filters.ATTACHMENT) & ~filters.COMMAND),
]
