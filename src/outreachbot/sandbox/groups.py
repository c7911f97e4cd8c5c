"""Actions in groups and channels: create a chat, join, leave, change the bot's status, open topics, post, migrate."""

from outreachbot.errors import WrongUse
from outreachbot.sandbox import texts
from outreachbot.sandbox.chat import ChatKind, ForumTopic, Json, MemberStatus, TelegramChat, User
from outreachbot.sandbox.members import member_updated_json, set_bot_status
from outreachbot.sandbox.world import ANONYMOUS_ADMIN, World, chat_json, get_chat, get_user, push_update, store_message

TOPIC_COLOUR = 7322096  # one of the six that Telegram allows
FIRST_SUPERGROUP = -1_002_000_000_000


def create_chat(
    world: World,
    chat_id: int,
    title: str,
    owner: int,
    *,
    kind: ChatKind | str = ChatKind.SUPERGROUP,
    username: str = "",
) -> TelegramChat:
    """Create a group, supergroup or channel with its owner, but without the bot."""
    kind = ChatKind(kind)
    if kind is ChatKind.PRIVATE or chat_id >= 0 or chat_id in world.chats:
        raise WrongUse(f"Chat {chat_id} can't be a new {kind}: take a negative id that is free.")
    chat = TelegramChat(chat_id, kind, title, username, members={get_user(world, owner).id: MemberStatus.CREATOR})
    world.chats[chat_id] = chat
    if username:
        world.usernames[username.lower()] = chat_id
    world.changes.notify()
    return chat


def join(world: World, user_id: int, chat_id: int, status: MemberStatus | str = MemberStatus.MEMBER) -> None:
    """Add a person to the chat, or change that person's status in it."""
    user, chat = get_user(world, user_id), _get_shared_chat(world, chat_id)
    assert chat.members is not None
    before, after = chat.status_of(user_id), MemberStatus(status)
    chat.members[user_id] = after
    if after.is_inside and not before.is_inside and chat.kind is not ChatKind.CHANNEL:
        _send_service_message(world, chat, user, {"new_chat_members": [user.json()]})
    if before is not after and chat.bot_status.is_admin:
        push_update(world, "chat_member", member_updated_json(world, chat, user, user.json(), before, after))
    world.changes.notify()


def leave(world: World, user_id: int, chat_id: int) -> None:
    """Remove a person from the chat."""
    user, chat = get_user(world, user_id), _get_shared_chat(world, chat_id)
    if chat.kind is not ChatKind.CHANNEL:
        _send_service_message(world, chat, user, {"left_chat_member": user.json()})
    join(world, user_id, chat_id, MemberStatus.LEFT)


def add_bot(world: World, chat_id: int, by: int, *, admin: bool = False) -> None:
    """Add the bot; in a channel it always is an administrator."""
    chat = _get_shared_chat(world, chat_id)
    as_admin = admin or chat.kind is ChatKind.CHANNEL
    was_inside = chat.bot_status.is_inside
    set_bot_status(world, chat, get_user(world, by), MemberStatus.ADMINISTRATOR if as_admin else MemberStatus.MEMBER)
    if chat.kind is not ChatKind.CHANNEL and not was_inside:
        _send_service_message(world, chat, get_user(world, by), {"new_chat_members": [world.bot]})


def promote_bot(world: World, chat_id: int, by: int) -> None:
    """Make the bot an administrator."""
    _set_status(world, chat_id, by, MemberStatus.ADMINISTRATOR)


def demote_bot(world: World, chat_id: int, by: int) -> None:
    """Make the bot an ordinary member, which may not post in a channel."""
    _set_status(world, chat_id, by, MemberStatus.MEMBER)


def remove_bot(world: World, chat_id: int, by: int) -> None:
    """Remove the bot from the chat without banning it."""
    _set_status(world, chat_id, by, MemberStatus.LEFT)


def kick_bot(world: World, chat_id: int, by: int) -> None:
    """Ban the bot from the chat."""
    _set_status(world, chat_id, by, MemberStatus.KICKED)


def mute(world: World, chat_id: int, muted: bool = True) -> None:
    """Allow only administrators to write, or everybody again."""
    _get_shared_chat(world, chat_id).muted = muted
    world.changes.notify()


def delete_group(world: World, chat_id: int) -> None:
    _get_shared_chat(world, chat_id).deleted = True
    world.changes.notify()


def open_topic(world: World, chat_id: int, name: str, by: int) -> int:
    """Open a topic, which turns the supergroup into a forum; return the topic's id."""
    chat = _get_shared_chat(world, chat_id)
    if chat.kind is not ChatKind.SUPERGROUP:
        raise WrongUse(f"Chat {chat_id} is a {chat.kind}: only a supergroup has topics.")
    chat.is_forum = True
    message = _message_header(world, chat, get_user(world, by))
    message |= {"message_thread_id": chat.last_message_id + 1, "is_topic_message": True}
    message["forum_topic_created"] = {"name": name, "icon_color": TOPIC_COLOUR}
    root = store_message(world, chat, message)
    chat.topics = (chat.topics or {}) | {chat.last_message_id: ForumTopic(name, root)}
    if chat.bot_status.is_inside:
        push_update(world, "message", root)
    return chat.last_message_id


def close_topic(world: World, chat_id: int, topic: int, closed: bool = True) -> None:
    """Close a topic, so that only administrators may write in it, or reopen it."""
    thread = (_get_shared_chat(world, chat_id).topics or {}).get(topic)
    if thread is None:
        raise WrongUse(f"Chat {chat_id} has no topic {topic}.")
    thread.closed = closed
    world.changes.notify()


def post(world: World, channel_id: int, text: str, *, html: bool = False) -> Json:
    """Post in a channel on behalf of the channel; the Message object."""
    channel = _get_shared_chat(world, channel_id)
    if channel.kind is not ChatKind.CHANNEL:
        raise WrongUse(f"Chat {channel_id} is no channel.")
    plain, entities = texts.parse(text, "HTML" if html else "", None)
    author = chat_json(world, channel)
    header: Json = {"sender_chat": author, "chat": author, "date": world.now()}
    message = store_message(world, channel, header | texts.message_fields(plain, entities))
    if channel.bot_status.is_inside:
        push_update(world, "channel_post", message)
    return message


def migrate(world: World, chat_id: int, new_id: int = 0) -> int:
    """Upgrade a group to a supergroup, with a service message in each; return the new id."""
    old = _get_shared_chat(world, chat_id)
    if old.kind is not ChatKind.GROUP or old.migrated_to:
        raise WrongUse(f"Chat {chat_id} is not a group that can become a supergroup.")
    new_id = new_id or FIRST_SUPERGROUP - next(world.numbers)
    members = dict(old.members or {})
    owner = next(world.users[key] for key, status in members.items() if status is MemberStatus.CREATOR)
    new = TelegramChat(
        new_id, ChatKind.SUPERGROUP, old.title, bot_status=old.bot_status, muted=old.muted, members=members
    )
    world.chats[new_id] = new
    before = _message_header(world, old, owner) | {"migrate_to_chat_id": new_id}
    after = _message_header(world, new, owner) | {"from": ANONYMOUS_ADMIN, "sender_chat": chat_json(world, new)}
    messages = [
        store_message(world, new, after | {"migrate_from_chat_id": old.id}),
        store_message(world, old, before),
    ]
    old.migrated_to = new_id
    if new.bot_status.is_inside:
        for message in messages:
            push_update(world, "message", message)
    return new_id


def _get_shared_chat(world: World, chat_id: int) -> TelegramChat:
    chat = get_chat(world, chat_id)
    if chat.kind is ChatKind.PRIVATE:
        raise WrongUse(f"Chat {chat_id} is a private chat.")
    return chat


def _set_status(world: World, chat_id: int, by: int, new: MemberStatus) -> None:
    set_bot_status(world, _get_shared_chat(world, chat_id), get_user(world, by), new)


def _message_header(world: World, chat: TelegramChat, user: User) -> Json:
    return {"from": user.json(), "chat": chat_json(world, chat), "date": world.now()}


def _send_service_message(world: World, chat: TelegramChat, user: User, content: Json) -> None:
    """Store a service message; the bot sees it even in privacy mode."""
    message = store_message(world, chat, _message_header(world, chat, user) | content)
    if chat.bot_status.is_inside:
        push_update(world, "message", message)
