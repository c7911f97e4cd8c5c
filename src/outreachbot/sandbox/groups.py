"""What happens in groups and channels: they are made, people and the bot come and go, a group becomes a supergroup."""

from outreachbot.errors import WrongUse
from outreachbot.sandbox import texts
from outreachbot.sandbox.chat import Chat, Json, Kind, Standing, Topic, User
from outreachbot.sandbox.members import member_json
from outreachbot.sandbox.world import ANONYMOUS_ADMIN, World, chat_json, chat_of, push, store, user_of

TOPIC_COLOUR = 7322096  # one of the six a topic's icon may have
FIRST_SUPERGROUP = -1_002_000_000_000


def found_chat(
    world: World, chat_id: int, title: str, owner: int, *, kind: Kind | str = Kind.SUPERGROUP, username: str = ""
) -> Chat:
    """A new group, supergroup or channel with its owner in it, and not yet the bot."""
    kind = Kind(kind)
    if kind is Kind.PRIVATE or chat_id >= 0 or chat_id in world.chats:
        raise WrongUse(f"Chat {chat_id} can't be a new {kind}: take a negative id that is free.")
    chat = Chat(chat_id, kind, title, username, members={user_of(world, owner).id: Standing.CREATOR})
    world.chats[chat_id] = chat
    if username:
        world.names[username.lower()] = chat_id
    world.changes.ring()
    return chat


def join(world: World, user_id: int, chat_id: int, standing: Standing | str = Standing.MEMBER) -> None:
    """A person comes in, or gets another standing there."""
    user, chat = user_of(world, user_id), _shared(world, chat_id)
    assert chat.members is not None
    before, after = chat.members.get(user_id, Standing.LEFT), Standing(standing)
    chat.members[user_id] = after
    if after.inside and not before.inside and chat.kind is not Kind.CHANNEL:
        _service(world, chat, user, {"new_chat_members": [user.json()]})
    if before is not after and chat.bot.rules:
        push(world, "chat_member", _change(world, chat, user, user.json(), before, after))
    world.changes.ring()


def leave(world: World, user_id: int, chat_id: int) -> None:
    """A person goes."""
    user, chat = user_of(world, user_id), _shared(world, chat_id)
    if chat.kind is not Kind.CHANNEL:
        _service(world, chat, user, {"left_chat_member": user.json()})
    join(world, user_id, chat_id, Standing.LEFT)


def add_bot(world: World, chat_id: int, by: int, *, admin: bool = False) -> None:
    """Put the bot in a group; into a channel only as an administrator."""
    chat = _shared(world, chat_id)
    rules = admin or chat.kind is Kind.CHANNEL
    was_inside = chat.bot.inside
    _stand(world, chat, by, Standing.ADMINISTRATOR if rules else Standing.MEMBER)
    if chat.kind is not Kind.CHANNEL and not was_inside:
        _service(world, chat, user_of(world, by), {"new_chat_members": [world.bot]})


def promote_bot(world: World, chat_id: int, by: int) -> None:
    """Make the bot an administrator."""
    _stand(world, _shared(world, chat_id), by, Standing.ADMINISTRATOR)


def demote_bot(world: World, chat_id: int, by: int) -> None:
    """Make the bot an ordinary member; in a channel it then may not post."""
    _stand(world, _shared(world, chat_id), by, Standing.MEMBER)


def remove_bot(world: World, chat_id: int, by: int) -> None:
    """Take the bot out of the chat; it may be put back."""
    _stand(world, _shared(world, chat_id), by, Standing.LEFT)


def kick_bot(world: World, chat_id: int, by: int) -> None:
    """Ban the bot from the chat."""
    _stand(world, _shared(world, chat_id), by, Standing.KICKED)


def mute(world: World, chat_id: int, muted: bool = True) -> None:
    """Only administrators may write, or everybody again."""
    _shared(world, chat_id).muted = muted
    world.changes.ring()


def delete_group(world: World, chat_id: int) -> None:
    """The owner deletes the group."""
    _shared(world, chat_id).gone = True
    world.changes.ring()


def open_topic(world: World, chat_id: int, name: str, by: int) -> int:
    """Open a topic, which makes the supergroup a forum; its id."""
    chat = _shared(world, chat_id)
    if chat.kind is not Kind.SUPERGROUP:
        raise WrongUse(f"Chat {chat_id} is a {chat.kind}: only a supergroup has topics.")
    chat.is_forum = True
    message = _message(world, chat, user_of(world, by))
    message |= {"message_thread_id": chat.last_id + 1, "is_topic_message": True}
    message["forum_topic_created"] = {"name": name, "icon_color": TOPIC_COLOUR}
    root = store(world, chat, message)
    chat.topics = (chat.topics or {}) | {chat.last_id: Topic(name, root)}
    if chat.bot.inside:
        push(world, "message", root)
    return chat.last_id


def close_topic(world: World, chat_id: int, topic: int, closed: bool = True) -> None:
    """Close a topic, so that only administrators write there, or open it again."""
    thread = (_shared(world, chat_id).topics or {}).get(topic)
    if thread is None:
        raise WrongUse(f"Chat {chat_id} has no topic {topic}.")
    thread.closed = closed
    world.changes.ring()


def post(world: World, channel_id: int, text: str, *, html: bool = False) -> Json:
    """Post in a channel, as its owner; the Message object."""
    channel = _shared(world, channel_id)
    if channel.kind is not Kind.CHANNEL:
        raise WrongUse(f"Chat {channel_id} is no channel.")
    plain, entities = texts.read(text, "HTML" if html else "", None)
    author = chat_json(world, channel)
    message: Json = {"sender_chat": author, "chat": author, "date": world.now(), "text": plain}
    message = store(world, channel, message | ({"entities": entities} if entities else {}))
    if channel.bot.inside:
        push(world, "channel_post", message)
    return message


def migrate(world: World, chat_id: int, new_id: int = 0) -> int:
    """A group becomes a supergroup, told by a service message in each; the new id."""
    old = _shared(world, chat_id)
    if old.kind is not Kind.GROUP or old.moved_to:
        raise WrongUse(f"Chat {chat_id} is not a group that can become a supergroup.")
    new_id = new_id or FIRST_SUPERGROUP - next(world.numbers)
    members = dict(old.members or {})
    owner = next(world.users[key] for key, standing in members.items() if standing is Standing.CREATOR)
    new = Chat(new_id, Kind.SUPERGROUP, old.title, bot=old.bot, muted=old.muted, members=members)
    world.chats[new_id] = new
    before = _message(world, old, owner) | {"migrate_to_chat_id": new_id}
    after = _message(world, new, owner) | {"from": ANONYMOUS_ADMIN, "sender_chat": chat_json(world, new)}
    messages = [store(world, new, after | {"migrate_from_chat_id": old.id}), store(world, old, before)]
    old.moved_to = new_id
    if new.bot.inside:
        for message in messages:
            push(world, "message", message)
    return new_id


def _shared(world: World, chat_id: int) -> Chat:
    chat = chat_of(world, chat_id)
    if chat.kind is Kind.PRIVATE:
        raise WrongUse(f"Chat {chat_id} is a private chat.")
    return chat


def _message(world: World, chat: Chat, user: User) -> Json:
    return {"from": user.json(), "chat": chat_json(world, chat), "date": world.now()}


def _service(world: World, chat: Chat, user: User, what: Json) -> None:
    """A service message, which the bot sees also in privacy mode."""
    message = store(world, chat, _message(world, chat, user) | what)
    if chat.bot.inside:
        push(world, "message", message)


def _stand(world: World, chat: Chat, by: int, new: Standing) -> None:
    """Another standing of the bot, told by my_chat_member."""
    user, old = user_of(world, by), chat.bot
    chat.bot = new
    world.changes.ring()
    if old is not new:
        push(world, "my_chat_member", _change(world, chat, user, world.bot, old, new))


def _change(world: World, chat: Chat, by: User, who: Json, old: Standing, new: Standing) -> Json:
    change: Json = {"chat": chat_json(world, chat), "from": by.json(), "date": world.now()}
    return change | {"old_chat_member": member_json(who, old), "new_chat_member": member_json(who, new)}
