"""Answers /broadcast: an admin says what is to be sent, sees it as members will, and confirms."""

from telegram import Message as TelegramMessage
from telegram.ext import filters

from outreachbot.bot import say as telegram_say
from outreachbot.bot.basics import help_
from outreachbot.bot.context import Ask, House, Note, now
from outreachbot.bot.guards import admins_of_the_bot
from outreachbot.bot.route import Reply, button, command, message
from outreachbot.domain.delivery import Failed, MessageState, Sent, Tally
from outreachbot.domain.message import Copy, Message
from outreachbot.store import broadcasts, chats, connect, outbox
from outreachbot.views import broadcast as say
from outreachbot.views.parts import BROADCAST


async def broadcast(house: House, ask: Ask) -> Message:
    assert ask.user_id is not None  # the guard lets only admins through
    async with connect.writing(house.db) as db:
        await broadcasts.ask(db, ask.user_id, now(house))
    return say.ask(ask.language)


async def cancel(house: House, ask: Ask) -> Message:
    assert ask.user_id is not None  # the guard lets only admins through
    async with connect.writing(house.db) as db:
        was_asked = await broadcasts.forget(db, ask.user_id)
    return say.discarded(ask.language) if was_asked else say.nothing_to_cancel(ask.language)


async def compose(house: House, ask: Ask) -> Reply:
    """An admin's message that is no command: the broadcast, if one was asked for."""
    if ask.user_id not in house.admins or ask.message is None:
        return await help_(house, ask)
    async with connect.reading(house.db) as db:
        asked = await broadcasts.asked(db, ask.user_id, now(house))
    if not asked:
        return await help_(house, ask)
    return await _preview(house, ask, say.with_way_out(ask.language, as_members_get_it(ask.message)))


async def _preview(house: House, ask: Ask, content: Message) -> Reply:
    """Send the admin the very thing first: what Telegram refuses here it would refuse for everybody."""
    assert ask.user_id is not None  # `compose` has seen to it
    outcome = await telegram_say.reply(house.telegram, content, ask.chat_id, None)
    if not isinstance(outcome, Sent):
        detail = outcome.detail if isinstance(outcome, Failed) else ""
        return say.preview_failed(ask.language, detail)
    bodies = {house.content.default_language: content}
    async with connect.writing(house.db) as db:
        await broadcasts.forget(db, ask.user_id)
        message_id = await broadcasts.draft(db, ask.user_id, ask.chat_id, bodies, now(house))
        audience = await chats.count(db)
    seconds = sum(audience.values()) / house.per_second
    return say.confirm(ask.language, message_id, audience, seconds)


def as_members_get_it(message: TelegramMessage) -> Message:
    """A text or a photo with its formatting, sent anew; anything else is copied from the admin's chat."""
    if message.text:
        return Message(message.text_html)
    if message.photo and not message.media_group_id:
        return Message(message.caption_html if message.caption else "", photo=message.photo[-1].file_id)
    return Message(copy=Copy(message.chat.id, message.message_id))


async def decide(house: House, ask: Ask) -> Reply:
    """The buttons under the preview: send, or discard."""
    what, _, number = ask.words.partition(":")
    message_id = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0
    match what:
        case "send":
            return await _send(house, ask, message_id)
        case "discard":
            return await _discard(house, ask, message_id)
        case _:
            return Note(say.not_a_draft(ask.language))


async def _send(house: House, ask: Ask, message_id: int) -> Reply:
    """Start it, once: of two presses one finds a draft. The message with the buttons becomes the progress message."""
    async with connect.writing(house.db) as db:
        found = await broadcasts.find(db, message_id)
        if found is None or found.admin_id != ask.user_id:
            return Note(say.not_a_draft(ask.language))
        audience = await outbox.start(db, message_id, now(house))
        if audience is None:
            return Note(say.not_a_draft(ask.language))
        await broadcasts.show_progress_in(db, message_id, ask.message_id)
    house.wake.set()
    return say.progress(ask.language, MessageState.RUNNING, None, Tally(queued=audience), (), ())


async def _discard(house: House, ask: Ask, message_id: int) -> Reply:
    async with connect.writing(house.db) as db:
        found = await broadcasts.find(db, message_id)
        if found is None or found.admin_id != ask.user_id:
            return Note(say.not_a_draft(ask.language))
        if not await outbox.move(db, message_id, MessageState.CANCELLED, only_from=[MessageState.DRAFT]):
            return Note(say.not_a_draft(ask.language))
        await broadcasts.reported(db, message_id)
    return say.discarded(ask.language)


HANDLERS = [
    command("broadcast", broadcast, guard=admins_of_the_bot),
    command("cancel", cancel, guard=admins_of_the_bot),
    button(BROADCAST, decide, guard=admins_of_the_bot),
    message(compose, filters.ChatType.PRIVATE & (filters.TEXT | filters.ATTACHMENT) & ~filters.COMMAND),
]
