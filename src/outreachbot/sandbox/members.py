"""ChatMember objects, and changes of the bot's status in a chat."""

from outreachbot.sandbox.chat import ChatKind, Json, MemberStatus, TelegramChat, User
from outreachbot.sandbox.world import World, chat_json, push_update

RIGHTS = (
    "can_be_edited", "can_manage_chat", "can_change_info", "can_delete_messages", "can_invite_users",
    "can_restrict_members", "can_pin_messages", "can_manage_topics", "can_promote_members", "can_manage_video_chats",
    "can_post_messages", "can_edit_messages", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_manage_direct_messages",
)  # fmt: skip
WITHHELD = frozenset({"can_be_edited", "can_promote_members"})


def member_json(user: Json, status: MemberStatus, *, anonymous: bool = False) -> Json:
    """A ChatMember object with all fields its status requires; an administrator has the usual rights."""
    member: Json = {"user": user, "status": status.value}
    match status:
        case MemberStatus.CREATOR:
            return member | {"is_anonymous": anonymous}
        case MemberStatus.ADMINISTRATOR:
            return member | {"is_anonymous": anonymous} | {right: right not in WITHHELD for right in RIGHTS}
        case MemberStatus.KICKED:
            return member | {"until_date": 0}
        case MemberStatus.MEMBER | MemberStatus.LEFT:
            return member


def set_bot_status(world: World, chat: TelegramChat, by: User, new: MemberStatus) -> None:
    """Change the bot's status; if it differs, the bot gets a my_chat_member update."""
    old, chat.bot_status = chat.bot_status, new
    if chat.kind is ChatKind.PRIVATE and old is MemberStatus.LEFT:
        old = MemberStatus.MEMBER  # in a private chat, Telegram reports nothing but member and kicked
    world.changes.notify()
    if old is not new:
        push_update(world, "my_chat_member", member_updated_json(world, chat, by, world.bot, old, new))


def member_updated_json(
    world: World, chat: TelegramChat, by: User, member: Json, old: MemberStatus, new: MemberStatus
) -> Json:
    """A ChatMemberUpdated object; `member` is the User object of the person or bot whose status changed."""
    change: Json = {"chat": chat_json(world, chat), "from": by.json(), "date": world.now()}
    return change | {"old_chat_member": member_json(member, old), "new_chat_member": member_json(member, new)}
