"""Which chat a request means, and whether the bot may do there what it asks: chat not found, the kinds of 403."""

from enum import Enum

from outreachbot.sandbox.chat import Chat, Kind, Standing
from outreachbot.sandbox.refused import Refused, bad, forbidden
from outreachbot.sandbox.world import World


class Need(Enum):
    """What a method needs of a chat."""

    READ = "read"
    MEMBERS = "members"  # the list of members, which an upgraded group no longer gives
    EDIT = "edit"
    WRITE = "write"


def chat(world: World, raw: object, need: Need) -> Chat:
    """The chat with this id or @username, or Telegram's refusal."""
    if raw is None or raw == "":
        raise bad("chat_id is empty")
    found = world.chats.get(_number(world, raw))
    if found is None:
        raise bad("chat not found")
    if found.kind is Kind.PRIVATE:
        _private(world, found, need)
    elif found.kind is Kind.GROUP:
        _group(found, need)
    else:
        _supergroup(found, need)
    return found


def _number(world: World, raw: object) -> int:
    if isinstance(raw, str) and raw.startswith("@"):
        return world.names.get(raw[1:].lower(), 0)
    try:
        return int(str(raw))
    except ValueError:
        return 0


def _private(world: World, found: Chat, need: Need) -> None:
    """A person the sandbox has, but who never wrote to the bot, is one it met in a group."""
    if need not in (Need.WRITE, Need.EDIT):
        return
    if world.users[found.id].deleted:
        raise forbidden("user is deactivated")
    if found.bot is Standing.KICKED:
        raise forbidden("bot was blocked by the user")
    if found.bot is Standing.LEFT:
        raise forbidden("bot can't initiate conversation with a user")


def _group(found: Chat, need: Need) -> None:
    changing = need is not Need.READ
    if found.moved_to and need in (Need.WRITE, Need.MEMBERS):
        text = "Bad Request: group chat was upgraded to a supergroup chat"
        raise Refused(400, text, migrate_to_chat_id=found.moved_to)
    if found.gone and need in (Need.WRITE, Need.MEMBERS):
        raise forbidden("the group chat was deleted")
    if changing and found.bot is Standing.KICKED:
        raise forbidden("bot was kicked from the group chat")
    if changing and not found.bot.inside and not found.moved_to:
        raise forbidden("bot is not a member of the group chat")


def _supergroup(found: Chat, need: Need) -> None:
    word = "channel" if found.kind is Kind.CHANNEL else "supergroup"
    if found.bot is Standing.KICKED:
        raise forbidden(f"bot was kicked from the {word} chat")
    public_reading = bool(found.username) and need in (Need.READ, Need.MEMBERS)
    if not found.bot.inside and not public_reading:
        raise forbidden(f"bot is not a member of the {word} chat")


def may_send(found: Chat, what: str, topic: int) -> None:
    """Whether the bot may send `what` ("text messages", "photos" …) to this chat and topic."""
    if found.kind is Kind.CHANNEL and not found.bot.rules:
        raise bad("need administrator rights in the channel chat")
    if found.muted and not found.bot.rules:
        raise bad(f"not enough rights to send {what} to the chat")
    if not topic:
        return
    thread = (found.topics or {}).get(topic)
    if thread is None:
        raise bad("message thread not found")
    if thread.closed and not found.bot.rules:
        raise bad("TOPIC_CLOSED")
