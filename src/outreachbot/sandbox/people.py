"""What people do: write, press buttons, block the bot, delete their account."""

from typing import Any

from outreachbot.errors import WrongUse
from outreachbot.sandbox import texts
from outreachbot.sandbox.chat import Chat, Json, Kind, Standing, User
from outreachbot.sandbox.members import member_json
from outreachbot.sandbox.world import ANONYMOUS_ADMIN, Query, World, chat_json, chat_of, found, push, store, user_of


def person(
    world: World, user_id: int, first_name: str = "", *, last_name: str = "", username: str = "", language: str = ""
) -> User:
    """A person with a private chat that is not yet begun. Somebody who is there already gets the new names."""
    user = User(user_id, first_name or f"User {user_id}", last_name, username, language)
    world.users[user_id] = user
    world.chats.setdefault(user_id, Chat(user_id, Kind.PRIVATE))
    return user


def crowd(world: World, count: int, first_id: int = 1001, *, language: str = "en") -> range:
    """Many people who have started the bot, without an update about it; their ids."""
    ids = range(first_id, first_id + count)
    for user_id in ids:
        person(world, user_id, language=language)
        world.chats[user_id].bot = Standing.MEMBER
    world.changes.ring()
    return ids


def start(world: World, user_id: int, payload: str = "") -> Json:
    """Press Start in the private chat; unblocks the bot first if it is blocked."""
    if world.chats[user_of(world, user_id).id].bot is Standing.KICKED:
        unblock(world, user_id)
    return say(world, user_id, user_id, f"/start {payload}".strip())


def say(
    world: World,
    user_id: int,
    chat_id: int,
    text: str,
    *,
    topic: int = 0,
    reply_to: int = 0,
    anonymous: bool = False,
    html: bool = False,
) -> Json:
    """Write a text, with `html` formatted; the Message object, whether or not the bot gets to see it."""
    plain, entities = texts.read(text, "HTML" if html else "", None)
    content: Json = {"text": plain} | ({"entities": entities} if entities else {})
    return send(world, user_id, chat_id, content, topic=topic, reply_to=reply_to, anonymous=anonymous)


def send(
    world: World,
    user_id: int,
    chat_id: int,
    content: Json,
    *,
    topic: int = 0,
    reply_to: int = 0,
    anonymous: bool = False,
) -> Json:
    """Send anything: `content` is the part of the Message object that says what it is."""
    user, chat = user_of(world, user_id), chat_of(world, chat_id)
    _enter(user, chat, anonymous)
    message: Json = {"from": user.json(), "chat": chat_json(world, chat), "date": world.now()}
    if anonymous:
        message |= {"from": ANONYMOUS_ADMIN, "sender_chat": message["chat"]}
    message |= _thread(chat, topic, reply_to) | content
    message = store(world, chat, message)
    if _reaches_bot(world, chat, message):
        push(world, "message", message)
    return message


def _enter(user: User, chat: Chat, anonymous: bool) -> None:
    """Whether this person may write here; the first message to the bot begins the private chat."""
    if user.deleted:
        raise WrongUse(f"User {user.id} has deleted the account.")
    if chat.kind is Kind.PRIVATE:
        if chat.id != user.id:
            raise WrongUse(f"User {user.id} can't write in the private chat of {chat.id}.")
        if chat.bot is Standing.KICKED:
            raise WrongUse(f"User {user.id} has blocked the bot: unblock or start first.")
        chat.bot = Standing.MEMBER
        return
    standing = (chat.members or {}).get(user.id, Standing.LEFT)
    if not standing.inside:
        raise WrongUse(f"User {user.id} is not a member of chat {chat.id}.")
    if (anonymous or chat.kind is Kind.CHANNEL) and not standing.rules:
        raise WrongUse(f"User {user.id} is not an administrator of chat {chat.id}.")


def _thread(chat: Chat, topic: int, reply_to: int) -> Json:
    """The topic and the message replied to: in a topic the first one, where nothing else is replied to."""
    made: Json = {}
    if topic:
        if topic not in (chat.topics or {}):
            raise WrongUse(f"Chat {chat.id} has no topic {topic}.")
        made |= {"message_thread_id": topic, "is_topic_message": True}
    if reply_to or topic:
        replied = found(chat, reply_to or topic)
        if replied is None:
            raise WrongUse(f"Chat {chat.id} has no message {reply_to}.")
        made["reply_to_message"] = {key: value for key, value in replied.items() if key != "reply_to_message"}
    return made


def _reaches_bot(world: World, chat: Chat, message: Json) -> bool:
    """Privacy mode: in a group, a bot that is no administrator sees commands meant for it and replies to it."""
    if chat.kind is Kind.PRIVATE or chat.bot.rules:
        return True
    if not chat.bot.inside:
        return False
    if message.get("reply_to_message", {}).get("from", {}).get("id") == world.bot["id"]:
        return True
    text = message.get("text") or message.get("caption") or ""
    entities = message.get("entities") or message.get("caption_entities") or ()
    if not any(entity["type"] == "bot_command" and entity["offset"] == 0 for entity in entities):
        return False
    _, _, meant = text.split(maxsplit=1)[0].partition("@")
    return not meant or meant.lower() == world.username.lower()


def edit(world: World, user_id: int, chat_id: int, message_id: int, text: str) -> Json:
    """Change the text of one's own message."""
    chat = chat_of(world, chat_id)
    old = found(chat, message_id)
    if old is None or old.get("from", {}).get("id") != user_of(world, user_id).id:
        raise WrongUse(f"Chat {chat_id} has no message {message_id} of user {user_id}.")
    plain, entities = texts.read(text, "", None)
    kept = {key: value for key, value in old.items() if key != "entities"}
    edited = kept | {"text": plain, "edit_date": world.now()} | ({"entities": entities} if entities else {})
    assert chat.messages is not None
    chat.messages[message_id] = edited
    world.changes.ring()
    if _reaches_bot(world, chat, edited):
        push(world, "edited_message", edited)
    return edited


def press(world: World, user_id: int, chat_id: int, message_id: int, data: str) -> str:
    """Press a button under a message; the id of the query. The button need not be there any more."""
    user, chat = user_of(world, user_id), chat_of(world, chat_id)
    query_id = str(4_000_000_000_000_000 + next(world.numbers))
    world.queries[query_id] = Query(user_id, chat.id, message_id, data)
    message = found(chat, message_id) or {"chat": chat_json(world, chat), "message_id": message_id, "date": 0}
    query: Json = {"id": query_id, "from": user.json(), "message": message, "data": data}
    push(world, "callback_query", query | {"chat_instance": str(abs(hash((chat.id, "instance"))))})
    return query_id


def block(world: World, user_id: int) -> None:
    """Block the bot in the private chat."""
    _private_standing(world, user_id, Standing.KICKED)


def unblock(world: World, user_id: int) -> None:
    """Unblock the bot, without writing to it."""
    _private_standing(world, user_id, Standing.MEMBER)


def _private_standing(world: World, user_id: int, new: Standing) -> None:
    user, chat = user_of(world, user_id), world.chats[user_id]
    old = Standing.KICKED if chat.bot is Standing.KICKED else Standing.MEMBER
    chat.bot = new
    world.changes.ring()
    if old is new:
        return
    change: Json = {"chat": chat_json(world, chat), "from": user.json(), "date": world.now()}
    change |= {"old_chat_member": member_json(world.bot, old), "new_chat_member": member_json(world.bot, new)}
    push(world, "my_chat_member", change)


def delete_account(world: World, user_id: int) -> None:
    """The person is gone: deactivated."""
    user_of(world, user_id).deleted = True
    world.changes.ring()


def feed(world: World, update: Any) -> int:
    """Put any JSON in the bot's queue as it is: an update of an unknown kind or one no library can read; its id.

    An object without update_id gets the next one.
    """
    given = update.get("update_id") if isinstance(update, dict) else None
    number = given if isinstance(given, int) else world.next_update
    if isinstance(update, dict) and given is None:
        update = {"update_id": number} | update
    world.next_update = max(world.next_update, number) + 1
    world.updates.append((number, update))
    world.arrivals.ring()
    return number
