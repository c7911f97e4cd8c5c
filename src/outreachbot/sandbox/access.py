"""Resolves chat_id parameters and checks what the bot may do in the chat: "chat not found" and all kinds of 403."""

from enum import Enum

from outreachbot.sandbox.chat import ChatKind, MemberStatus, TelegramChat
from outreachbot.sandbox.refused import Refused, bad_request, forbidden
from outreachbot.sandbox.world import World


class Access(Enum):
    """What a method needs to do in a chat."""

    READ = "read"
    MEMBERS = "members"  # read the member list, which a group upgraded to a supergroup no longer gives
    EDIT = "edit"
    WRITE = "write"


def find_chat(world: World, raw: object, access: Access) -> TelegramChat:
    """The chat with this id or @username. Raises Refused if there is none or the bot has no such access."""
    if raw is None or raw == "":
        raise bad_request("chat_id is empty")
    chat = world.chats.get(_parse_chat_id(world, raw))
    if chat is None:
        raise bad_request("chat not found")
    if chat.kind is ChatKind.PRIVATE:
        _check_private(world, chat, access)
    elif chat.kind is ChatKind.GROUP:
        _check_group(chat, access)
    else:
        _check_supergroup(chat, access)
    return chat


def _parse_chat_id(world: World, raw: object) -> int:
    """The numeric id; 0 if the name is unknown or `raw` is no number."""
    if isinstance(raw, str) and raw.startswith("@"):
        return world.usernames.get(raw[1:].lower(), 0)
    try:
        return int(str(raw))
    except ValueError:
        return 0


def _check_private(world: World, chat: TelegramChat, access: Access) -> None:
    """Reading is always allowed: the bot may have met a person who never wrote to it in a group."""
    if access not in (Access.WRITE, Access.EDIT):
        return
    if world.users[chat.id].deleted:
        raise forbidden("user is deactivated")
    if chat.bot_status is MemberStatus.KICKED:
        raise forbidden("bot was blocked by the user")
    if chat.bot_status is MemberStatus.LEFT:
        raise forbidden("bot can't initiate conversation with a user")


def _check_group(chat: TelegramChat, access: Access) -> None:
    needs_membership = access is not Access.READ
    if chat.migrated_to and access in (Access.WRITE, Access.MEMBERS):
        text = "Bad Request: group chat was upgraded to a supergroup chat"
        raise Refused(400, text, migrate_to_chat_id=chat.migrated_to)
    if chat.deleted and access in (Access.WRITE, Access.MEMBERS):
        raise forbidden("the group chat was deleted")
    if needs_membership and chat.bot_status is MemberStatus.KICKED:
        raise forbidden("bot was kicked from the group chat")
    if needs_membership and not chat.bot_status.is_inside and not chat.migrated_to:
        raise forbidden("bot is not a member of the group chat")


def _check_supergroup(chat: TelegramChat, access: Access) -> None:
    kind = "channel" if chat.kind is ChatKind.CHANNEL else "supergroup"
    if chat.bot_status is MemberStatus.KICKED:
        raise forbidden(f"bot was kicked from the {kind} chat")
    reads_public_chat = bool(chat.username) and access in (Access.READ, Access.MEMBERS)
    if not chat.bot_status.is_inside and not reads_public_chat:
        raise forbidden(f"bot is not a member of the {kind} chat")


def check_may_send(chat: TelegramChat, what: str, topic_id: int) -> None:
    """Raise Refused unless the bot may send `what` ("text messages", "photos" …) to this chat and topic (0: none)."""
    if chat.kind is ChatKind.CHANNEL and not chat.bot_status.is_admin:
        raise bad_request("need administrator rights in the channel chat")
    if chat.muted and not chat.bot_status.is_admin:
        raise bad_request(f"not enough rights to send {what} to the chat")
    if not topic_id:
        return
    topic = (chat.topics or {}).get(topic_id)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed and not chat.bot_status.is_admin:
        raise bad_request("TOPIC_CLOSED")
