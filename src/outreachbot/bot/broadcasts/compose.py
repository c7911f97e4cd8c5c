"""Answers /broadcast and /cancel: an admin says what is to be sent, and sees it as members will."""

from telegram import Message as TelegramMessage
from telegram.ext import filters

from outreachbot.bot import incoming
from outreachbot.bot.broadcasts import confirm
from outreachbot.bot.context import Ask, House, now
from outreachbot.bot.guards import admins_of_the_bot
from outreachbot.bot.pages.info import help_
from outreachbot.bot.routing import Reply, command, message
from outreachbot.domain.delivery.outcomes import Failed, Sent
from outreachbot.domain.delivery.states import Kind
from outreachbot.domain.messages.message import Copy, Message
from outreachbot.services.sending import messages as telegram_say
from outreachbot.store.broadcasts import composing, records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.views.broadcasts import confirm as views
from outreachbot.views.broadcasts import replies as say


async def broadcast(house: House, ask: Ask) -> Message:
    assert ask.user_id is not None  # the guard lets only admins through
    async with connect.writing(house.db) as db:
        await composing.ask(db, ask.user_id, now(house))
    return views.ask(ask.language)


async def cancel(house: House, ask: Ask) -> Message:
    """Nothing is composed any more, and no draft of this admin can be sent."""
    assert ask.user_id is not None  # the guard lets only admins through
    async with connect.writing(house.db) as db:
        was_asked = await composing.forget(db, ask.user_id)
        discarded = await records.discard_drafts(db, ask.user_id)
    return say.discarded(ask.language) if was_asked or discarded else say.nothing_to_cancel(ask.language)


async def compose(house: House, ask: Ask) -> Reply:
    """An admin's message that is no command: the broadcast, if one was asked for."""
    if ask.user_id not in house.admins or ask.message is None:
        return await help_(house, ask)
    async with connect.reading(house.db) as db:
        asked = await composing.asked(db, ask.user_id, now(house))
    if asked is None:
        return await help_(house, ask)
    if asked.of_id is not None:
        return await _correct(house, ask, ask.message, asked.of_id)
    if ask.message.media_group_id and (media := incoming.media_of(ask.message)):
        async with connect.writing(house.db) as db:
            caption = incoming.caption_of(ask.message)
            await composing.add(
                db, ask.user_id, ask.message.media_group_id, media, caption, language=ask.language, now=now(house)
            )
        return None  # what follows when its last part has come: `albums`
    try:
        content = incoming.as_members_get_it(ask.message)
    except incoming.ButtonError as error:
        return say.bad_button(ask.language, str(error))
    return await _preview(house, ask, content)


async def is_composing(house: House, ask: Ask) -> bool:
    """Whether this admin's next message is a broadcast."""
    assert ask.user_id is not None  # the caller knows an admin
    async with connect.reading(house.db) as db:
        return await composing.asked(db, ask.user_id, now(house)) is not None


async def albums(house: House) -> bool:
    """Preview the albums that have come as a whole. Their parts are messages of their own, and none says it is last."""
    async with connect.reading(house.db) as db:
        whole = await composing.whole(db, now(house))
    for album in whole:
        content = Message(album.caption, media=album.media)
        ask = Ask(album.admin_id, "private", None, album.admin_id, album.language, "", None, 0)
        answer = await _preview(house, ask, content)
        async with connect.writing(house.db) as db:
            await composing.clear(db, album.admin_id)
        if isinstance(answer, Message):
            await telegram_say.reply(house.telegram, answer, album.admin_id, None)
    return False


async def _correct(house: House, ask: Ask, sent: TelegramMessage, of_id: int) -> Reply:
    """The corrected text of a broadcast: shown as members will see it, each copy to be edited once confirmed."""
    if not sent.text:
        return say.text_only(ask.language)
    try:
        content = incoming.as_members_get_it(sent)
    except incoming.ButtonError as error:
        return say.bad_button(ask.language, str(error))
    async with connect.reading(house.db) as db:
        media = next(iter((await messages.body(db, of_id)).values())).media
    return await _preview(house, ask, Message(content.text, content.buttons, media), Kind.CORRECTION, of_id)


async def _preview(
    house: House, ask: Ask, content: Message, kind: Kind = Kind.BROADCAST, of_id: int | None = None
) -> Reply:
    """Show the admin the very thing first: what Telegram refuses here it would refuse for everybody.

    The draft is written before: if the database fails, nothing is shown again and again while that is tried again.
    """
    assert ask.user_id is not None  # `compose` has seen to it
    async with connect.writing(house.db) as db:
        # One at a time: an older question can't be confirmed any more.
        await records.discard_drafts(db, ask.user_id, confirmed_too=False)
        bodies = _bodies(house, content)
        message_id = await records.draft(db, ask.user_id, ask.chat_id, bodies, now(house), kind=kind, of_id=of_id)
    preview = views.with_way_out(ask.language, content)
    outcome = await telegram_say.reply(house.telegram, preview, ask.chat_id, None)
    async with connect.writing(house.db) as db:
        if not isinstance(outcome, Sent):
            await records.discard_drafts(db, ask.user_id, confirmed_too=False)
            return say.preview_failed(ask.language, outcome.detail if isinstance(outcome, Failed) else "")
        if content.copy is not None:
            # Members get a copy of what the admin has seen, whatever becomes of the admin's own message.
            seen = Message(copy=Copy(ask.chat_id, outcome.message_id))
            await messages.rewrite(db, message_id, _bodies(house, seen))
        await composing.forget(db, ask.user_id)
    return await confirm.question(house, ask, message_id)


def _bodies(house: House, content: Message) -> dict[str, Message]:
    """The same content for every chat, with the way out in its language."""
    return {language: views.with_way_out(language, content) for language in house.content.languages}


HANDLERS = [
    command("broadcast", broadcast, guard=admins_of_the_bot),
    command("cancel", cancel, guard=admins_of_the_bot),
    message(compose, filters.ChatType.PRIVATE & (filters.TEXT | filters.ATTACHMENT) & ~filters.COMMAND),
]
