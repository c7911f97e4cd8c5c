"""Methods about chats, their members and files."""

from typing import Any

from outreachbot.sandbox import access
from outreachbot.sandbox.access import Access
from outreachbot.sandbox.chat import ChatKind, MemberStatus
from outreachbot.sandbox.members import member_json
from outreachbot.sandbox.params import Params, get_int, get_text
from outreachbot.sandbox.refused import bad_request
from outreachbot.sandbox.world import World, chat_json

MAX_DOWNLOAD = 20 * 2**20  # bytes (Bot API, getFile)
ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "record_audio",
    "upload_audio", "upload_document", "choose_sticker", "find_location", "pick_up_location", "record_video_note",
    "upload_video_note", "cancel",
})  # fmt: skip
PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews",
)  # fmt: skip


def get_chat(world: World, params: Params) -> Any:
    """The chat with the required fields of ChatFullInfo."""
    chat = access.find_chat(world, params.get("chat_id"), Access.READ)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    full = chat_json(world, chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    if chat.kind in (ChatKind.GROUP, ChatKind.SUPERGROUP):
        full["permissions"] = dict.fromkeys(PERMISSIONS, not chat.muted)
    return full


def get_chat_member(world: World, params: Params) -> Any:
    """Status of a person or the bot in a chat."""
    chat = access.find_chat(world, params.get("chat_id"), Access.MEMBERS)
    user_id = get_int(params, "user_id")
    if user_id == world.bot["id"]:
        return member_json(world.bot, MemberStatus.MEMBER if chat.kind is ChatKind.PRIVATE else chat.bot_status)
    user = world.users.get(user_id)
    if user is None:
        raise bad_request("user not found")
    if chat.kind is ChatKind.PRIVATE:
        return member_json(user.json(), MemberStatus.MEMBER if user_id == chat.id else MemberStatus.LEFT)
    return member_json(user.json(), chat.status_of(user_id))


def get_chat_administrators(world: World, params: Params) -> Any:
    """The administrators: people first, then the bot. Telegram never includes other bots."""
    chat = access.find_chat(world, params.get("chat_id"), Access.MEMBERS)
    if chat.kind is ChatKind.PRIVATE:
        raise bad_request("there are no administrators in the private chat")
    admins = {user_id: status for user_id, status in (chat.members or {}).items() if status.is_admin}
    people = [member_json(world.users[user_id].json(), status) for user_id, status in admins.items()]
    return people + ([member_json(world.bot, chat.bot_status)] if chat.bot_status.is_admin else [])


def get_chat_member_count(world: World, params: Params) -> Any:
    """Number of people in the chat, including the bot."""
    chat = access.find_chat(world, params.get("chat_id"), Access.MEMBERS)
    if chat.kind is ChatKind.PRIVATE:
        return 2
    return chat.count_members()


def send_chat_action(world: World, params: Params) -> Any:
    """Only checked: the chat page shows no actions."""
    if get_text(params, "action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    access.find_chat(world, params.get("chat_id"), Access.WRITE)
    return True


def leave_chat(world: World, params: Params) -> Any:
    chat = access.find_chat(world, params.get("chat_id"), Access.READ)
    if chat.kind is ChatKind.PRIVATE:
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot_status = MemberStatus.LEFT
    world.changes.notify()
    return True


def get_file(world: World, params: Params) -> Any:
    """The path for downloading a file from /file/bot<token>/<file_path>."""
    file = world.files.by_id.get(get_text(params, "file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if file.size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return file.json() | {"file_path": file.path}
