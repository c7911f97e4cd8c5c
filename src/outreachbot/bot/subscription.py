"""Answers /subscribe, /unsubscribe and /next."""

from telegram import Chat

from outreachbot.bot.context import Ask, House, Note, now
from outreachbot.bot.guards import admins_of_the_group
from outreachbot.bot.route import IN_CHANNELS_TOO, Reply, button, command
from outreachbot.domain.message import Message
from outreachbot.store import chats, connect
from outreachbot.views import subscription as say
from outreachbot.views.parts import SUBSCRIBE, UNSUBSCRIBE


async def subscribe(house: House, ask: Ask) -> Reply:
    async with connect.writing(house.db) as db:
        new = await chats.subscribe(
            db, ask.chat_id, kind=ask.kind, language=ask.language, topic_id=ask.topic_id, now=now(house)
        )
    answer = say.subscribed(house.content, ask.language, house.clock(), new=new)
    return _quietly(ask, answer, say.noted_subscribed(ask.language, new=new))


async def unsubscribe(house: House, ask: Ask) -> Reply:
    async with connect.writing(house.db) as db:
        was_subscribed = await chats.unsubscribe(db, ask.chat_id)
    answer = say.unsubscribed(ask.language, was_subscribed=was_subscribed)
    return _quietly(ask, answer, say.noted_unsubscribed(ask.language, was_subscribed=was_subscribed))


def _quietly(ask: Ask, answer: Message, note: str) -> Reply:
    """What an admin presses under a channel's post is noted to the admin, not posted to all readers."""
    return Note(note) if ask.kind == Chat.CHANNEL and ask.press_id is not None else answer


async def coming(house: House, ask: Ask) -> Message:
    async with connect.reading(house.db) as db:
        chat = await chats.find(db, ask.chat_id)
    return say.upcoming(house.content, ask.language, house.clock(), subscribed=chat is not None and chat.subscribed)


HANDLERS = [
    command("subscribe", subscribe, guard=admins_of_the_group, where=IN_CHANNELS_TOO),
    command("unsubscribe", unsubscribe, guard=admins_of_the_group, where=IN_CHANNELS_TOO),
    command("next", coming),
    button(SUBSCRIBE, subscribe, guard=admins_of_the_group),
    button(UNSUBSCRIBE, unsubscribe, guard=admins_of_the_group),
]
