"""Actions of people: write, press buttons, block the bot, delete their account."""

from typing import Any

from outreachbot.errors import WrongUse
from outreachbot.sandbox import texts
from outreachbot.sandbox.chat import ChatKind, Json, MemberStatus, TelegramChat, User
from outreachbot.sandbox.members import set_bot_status
from outreachbot.sandbox.world import (
    ANONYMOUS_ADMIN,
    Query,
    World,
    chat_json,
    find_message,
    get_chat,
    get_user,
    push_update,
    reply_json,
    store_message,
)


def add_person(
    world: World, user_id: int, first_name: str = "", *, last_name: str = "", username: str = "", language: str = ""
) -> User:
    """Add a person who has not started the bot yet; a person who exists already gets the new names."""
    user = User(user_id, first_name or f"User {user_id}", last_name, username, language)
    world.users[user_id] = user
    world.chats.setdefault(user_id, TelegramChat(user_id, ChatKind.PRIVATE))
    return user


def add_crowd(world: World, count: int, first_id: int = 1001, *, language: str = "en") -> range:
    """Add people who have already started the bot, without any updates; return their ids."""
    ids = range(first_id, first_id + count)
    for user_id in ids:
        add_person(world, user_id, language=language)
        world.chats[user_id].bot_status = MemberStatus.MEMBER
    world.changes.notify()
    return ids


def start(world: World, user_id: int, payload: str = "") -> Json:
    """Press Start in the private chat, after unblocking the bot if it is blocked; the Message object."""
    if world.chats[get_user(world, user_id).id].bot_status is MemberStatus.KICKED:
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
    """Write a text, in Telegram's HTML if `html`; the Message object, whether or not the bot gets an update."""
    plain, entities = texts.parse(text, "HTML" if html else "", None)
    content = texts.message_fields(plain, entities)
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
    """Send any message; `content` holds the fields of the Message object that are specific to its type."""
    user, chat = get_user(world, user_id), get_chat(world, chat_id)
    _check_may_write(user, chat, anonymous)
    if chat.kind is ChatKind.PRIVATE:
        chat.bot_status = MemberStatus.MEMBER  # the first message starts the bot
    message: Json = {"from": user.json(), "chat": chat_json(world, chat), "date": world.now()}
    if anonymous:
        message |= {"from": ANONYMOUS_ADMIN, "sender_chat": message["chat"]}
    message |= _thread_fields(chat, topic, reply_to) | content
    message = store_message(world, chat, message)
    if _reaches_bot(world, chat, message):
        push_update(world, "message", message)
    return message


def _check_may_write(user: User, chat: TelegramChat, anonymous: bool) -> None:
    """Raise WrongUse unless this person may write in this chat."""
    if user.deleted:
        raise WrongUse(f"User {user.id} has deleted the account.")
    if chat.kind is ChatKind.PRIVATE:
        if chat.id != user.id:
            raise WrongUse(f"User {user.id} can't write in the private chat of {chat.id}.")
        if chat.bot_status is MemberStatus.KICKED:
            raise WrongUse(f"User {user.id} has blocked the bot: unblock or start first.")
        return
    status = chat.status_of(user.id)
    if not status.is_inside:
        raise WrongUse(f"User {user.id} is not a member of chat {chat.id}.")
    if (anonymous or chat.kind is ChatKind.CHANNEL) and not status.is_admin:
        raise WrongUse(f"User {user.id} is not an administrator of chat {chat.id}.")


def _thread_fields(chat: TelegramChat, topic: int, reply_to: int) -> Json:
    """The topic and the message replied to; in a topic, messages reply to its first one by default."""
    fields: Json = {}
    if topic:
        if topic not in (chat.topics or {}):
            raise WrongUse(f"Chat {chat.id} has no topic {topic}.")
        fields |= {"message_thread_id": topic, "is_topic_message": True}
    if reply_to or topic:
        replied = find_message(chat, reply_to or topic)
        if replied is None:
            raise WrongUse(f"Chat {chat.id} has no message {reply_to}.")
        fields |= reply_json(replied)
    return fields


def _reaches_bot(world: World, chat: TelegramChat, message: Json) -> bool:
    """Privacy mode: in a group, a bot that is not an administrator only sees commands for it and replies to it."""
    if chat.kind is ChatKind.PRIVATE or chat.bot_status.is_admin:
        return True
    if not chat.bot_status.is_inside:
        return False
    if message.get("reply_to_message", {}).get("from", {}).get("id") == world.bot["id"]:
        return True
    text = message.get("text") or message.get("caption") or ""
    entities = message.get("entities") or message.get("caption_entities") or ()
    if not any(entity["type"] == "bot_command" and entity["offset"] == 0 for entity in entities):
        return False
    _, _, addressee = text.split(maxsplit=1)[0].partition("@")
    return not addressee or addressee.lower() == world.username.lower()


def edit(world: World, user_id: int, chat_id: int, message_id: int, text: str) -> Json:
    """Edit the text of the person's own message; the new Message object."""
    chat = get_chat(world, chat_id)
    old = find_message(chat, message_id)
    if old is None or old.get("from", {}).get("id") != get_user(world, user_id).id:
        raise WrongUse(f"Chat {chat_id} has no message {message_id} of user {user_id}.")
    plain, entities = texts.parse(text, "", None)
    kept = {key: value for key, value in old.items() if key != "entities"}
    edited = kept | {"text": plain, "edit_date": world.now()} | ({"entities": entities} if entities else {})
    assert chat.messages is not None
    chat.messages[message_id] = edited
    world.changes.notify()
    if _reaches_bot(world, chat, edited):
        push_update(world, "edited_message", edited)
    return edited


def press(world: World, user_id: int, chat_id: int, message_id: int, data: str) -> str:
    """Press a button of a message, which may have disappeared; the id of the callback query."""
    user, chat = get_user(world, user_id), get_chat(world, chat_id)
    query_id = str(4_000_000_000_000_000 + next(world.numbers))
    world.queries[query_id] = Query(user_id, chat.id, message_id, data)
    message = find_message(chat, message_id) or {"chat": chat_json(world, chat), "message_id": message_id, "date": 0}
    query: Json = {"id": query_id, "from": user.json(), "message": message, "data": data}
    push_update(world, "callback_query", query | {"chat_instance": str(abs(hash((chat.id, "instance"))))})
    return query_id


def block(world: World, user_id: int) -> None:
    """Block the bot in the private chat."""
    _set_private_status(world, user_id, MemberStatus.KICKED)


def unblock(world: World, user_id: int) -> None:
    """Unblock the bot without sending a message."""
    _set_private_status(world, user_id, MemberStatus.MEMBER)


def _set_private_status(world: World, user_id: int, new: MemberStatus) -> None:
    user = get_user(world, user_id)
    set_bot_status(world, world.chats[user.id], user, new)


def delete_account(world: World, user_id: int) -> None:
    """Delete the account: Telegram calls the user deactivated."""
    get_user(world, user_id).deleted = True
    world.changes.notify()


def feed(world: World, update: Any) -> int:
    """Queue any JSON as an update, even one of an unknown kind or that no library can parse; return its id.

    An object without update_id gets the next id.
    """
    given = update.get("update_id") if isinstance(update, dict) else None
    number = given if isinstance(given, int) else world.next_update_id
    if isinstance(update, dict) and given is None:
        update = {"update_id": number} | update
    world.next_update_id = max(world.next_update_id, number) + 1
    world.updates.append((number, update))
    world.arrivals.notify()
    return number
