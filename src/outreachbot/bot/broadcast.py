"""Answers /broadcast: an admin says what is to be sent, sees it as members will, confirms, and steers it."""

from telegram import Message as TelegramMessage
from telegram.ext import filters

from outreachbot.bot import say as telegram_say
from outreachbot.bot.basics import help_
from outreachbot.bot.context import Ask, House, Note, now
from outreachbot.bot.guards import admins_of_the_bot
from outreachbot.bot.route import Reply, button, command, message
from outreachbot.domain.delivery import Failed, MessageState, Sent
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
    """Nothing is composed any more, and no draft of this admin can be sent."""
    assert ask.user_id is not None  # the guard lets only admins through
    async with connect.writing(house.db) as db:
        was_asked = await broadcasts.forget(db, ask.user_id)
        discarded = await broadcasts.discard_drafts(db, ask.user_id)
    return say.discarded(ask.language) if was_asked or discarded else say.nothing_to_cancel(ask.language)


async def compose(house: House, ask: Ask) -> Reply:
    """An admin's message that is no command: the broadcast, if one was asked for."""
    if ask.user_id not in house.admins or ask.message is None:
        return await help_(house, ask)
    async with connect.reading(house.db) as db:
        asked = await broadcasts.asked(db, ask.user_id, now(house))
    if not asked:
        return await help_(house, ask)
    if ask.message.media_group_id:
        return say.album(ask.language)
    return await _preview(house, ask, as_members_get_it(ask.message))


async def _preview(house: House, ask: Ask, content: Message) -> Reply:
    """Show the admin the very thing first: what Telegram refuses here it would refuse for everybody.

    The draft is written before: if the database fails, nothing is shown again and again while that is tried again.
    """
    assert ask.user_id is not None  # `compose` has seen to it
    async with connect.writing(house.db) as db:
        await broadcasts.discard_drafts(db, ask.user_id)  # one at a time: an older question can't be confirmed any more
        message_id = await broadcasts.draft(db, ask.user_id, ask.chat_id, _bodies(house, content), now(house))
        audience = await chats.count(db)
    preview = say.with_way_out(ask.language, content)
    outcome = await telegram_say.reply(house.telegram, preview, ask.chat_id, None)
    async with connect.writing(house.db) as db:
        if not isinstance(outcome, Sent):
            await broadcasts.discard_drafts(db, ask.user_id)
            return say.preview_failed(ask.language, outcome.detail if isinstance(outcome, Failed) else "")
        if content.copy is not None:
            # Members get a copy of what the admin has seen, whatever becomes of the admin's own message.
            seen = Message(copy=Copy(ask.chat_id, outcome.message_id))
            await outbox.rewrite(db, message_id, _bodies(house, seen))
        await broadcasts.forget(db, ask.user_id)
    seconds = sum(audience.values()) / house.per_second
    return say.confirm(ask.language, message_id, audience, seconds)


def _bodies(house: House, content: Message) -> dict[str, Message]:
    """The same content for every chat, with the way out in its language."""
    return {language: say.with_way_out(language, content) for language in house.content.languages}


def as_members_get_it(message: TelegramMessage) -> Message:
    """A text or a photo with its formatting, sent anew; anything else is copied."""
    if message.text:
        return Message(message.text_html)
    if message.photo:
        return Message(message.caption_html if message.caption else "", photo=message.photo[-1].file_id)
    return Message(copy=Copy(message.chat.id, message.message_id))


async def decide(house: House, ask: Ask) -> Reply:
    """The buttons under the preview and under the progress. The progress message follows by itself."""
    what, _, number = ask.words.partition(":")
    message_id = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0
    match what:
        case "send":
            return await _send(house, ask, message_id)
        case "discard":
            return await _discard(house, ask, message_id)
        case "pause" | "resume" | "stop":
            return await _steer(house, ask, what, message_id)
        case _:
            return Note(say.decided(ask.language))


async def _send(house: House, ask: Ask, message_id: int) -> Reply:
    """Start it, once: of two presses one finds a draft. The message with the buttons becomes the progress message."""
    async with connect.writing(house.db) as db:
        found = await broadcasts.find(db, message_id)
        if found is None or found.admin_id != ask.user_id:
            return Note(say.decided(ask.language))
        if await outbox.start(db, message_id, now(house)) is None:
            return Note(say.decided(ask.language))
        await broadcasts.show_progress_in(db, message_id, ask.message_id)
    house.wake.set()
    return Note()


async def _discard(house: House, ask: Ask, message_id: int) -> Reply:
    async with connect.writing(house.db) as db:
        found = await broadcasts.find(db, message_id)
        if found is None or found.admin_id != ask.user_id or found.state is not MessageState.DRAFT:
            return Note(say.decided(ask.language))
        await broadcasts.discard_drafts(db, ask.user_id)
    return say.discarded(ask.language)


async def _steer(house: House, ask: Ask, what: str, message_id: int) -> Reply:
    """Pause, resume or stop a message that was confirmed; any admin may."""
    running, paused = MessageState.RUNNING, MessageState.PAUSED
    async with connect.writing(house.db) as db:
        match what:
            case "pause":
                done, note = await outbox.move(db, message_id, paused, only_from=[running]), say.paused
            case "resume":
                done, note = await outbox.move(db, message_id, running, only_from=[paused]), say.resumed
            case _:
                done, note = await outbox.stop(db, message_id, now(house)), say.stopped
    house.wake.set()
    return Note(note(ask.language), alert=False) if done else Note(say.decided(ask.language))


HANDLERS = [
    command("broadcast", broadcast, guard=admins_of_the_bot),
    command("cancel", cancel, guard=admins_of_the_bot),
    button(BROADCAST, decide, guard=admins_of_the_bot),
    message(compose, filters.ChatType.PRIVATE & (filters.TEXT | filters.ATTACHMENT) & ~filters.COMMAND),
]
