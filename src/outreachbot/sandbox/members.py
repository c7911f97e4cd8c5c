"""The ChatMember object: how one stands in a chat, in Telegram's words."""

from outreachbot.sandbox.chat import Json, Standing

RIGHTS = (
    "can_be_edited", "can_manage_chat", "can_change_info", "can_delete_messages", "can_invite_users",
    "can_restrict_members", "can_pin_messages", "can_manage_topics", "can_promote_members", "can_manage_video_chats",
    "can_post_messages", "can_edit_messages", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_manage_direct_messages",
)  # fmt: skip
WITHHELD = frozenset({"can_be_edited", "can_promote_members"})


def member_json(user: Json, standing: Standing, *, anonymous: bool = False) -> Json:
    """A ChatMember with all fields which its status requires. An administrator has the rights usual for one."""
    member: Json = {"user": user, "status": standing.value}
    match standing:
        case Standing.CREATOR:
            return member | {"is_anonymous": anonymous}
        case Standing.ADMINISTRATOR:
            return member | {"is_anonymous": anonymous} | {right: right not in WITHHELD for right in RIGHTS}
        case Standing.KICKED:
            return member | {"until_date": 0}
        case Standing.MEMBER | Standing.LEFT:
            return member
