"""Methods about chats, their members and files."""

from typing import Any

from outreachbot.sandbox import access
from outreachbot.sandbox.access import Need
from outreachbot.sandbox.chat import Kind, Standing
from outreachbot.sandbox.members import member_json
from outreachbot.sandbox.params import Params, number, text
from outreachbot.sandbox.refused import bad
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
    """The chat with what only getChat tells, as far as it is required."""
    chat = access.chat(world, params.get("chat_id"), Need.READ)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    full = chat_json(world, chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    if chat.kind in (Kind.GROUP, Kind.SUPERGROUP):
        full["permissions"] = dict.fromkeys(PERMISSIONS, not chat.muted)
    return full


def get_chat_member(world: World, params: Params) -> Any:
    """How a person or the bot stands in a chat."""
    chat = access.chat(world, params.get("chat_id"), Need.MEMBERS)
    user_id = number(params, "user_id")
    if user_id == world.bot["id"]:
        return member_json(world.bot, Standing.MEMBER if chat.kind is Kind.PRIVATE else chat.bot)
    user = world.users.get(user_id)
    if user is None:
        raise bad("user not found")
    if chat.kind is Kind.PRIVATE:
        return member_json(user.json(), Standing.MEMBER if user_id == chat.id else Standing.LEFT)
    return member_json(user.json(), (chat.members or {}).get(user_id, Standing.LEFT))


def get_chat_administrators(world: World, params: Params) -> Any:
    """People first, and the bot if it is one of them (other bots are never told)."""
    chat = access.chat(world, params.get("chat_id"), Need.MEMBERS)
    if chat.kind is Kind.PRIVATE:
        raise bad("there are no administrators in the private chat")
    ruling = {user_id: standing for user_id, standing in (chat.members or {}).items() if standing.rules}
    people = [member_json(world.users[user_id].json(), standing) for user_id, standing in ruling.items()]
    return people + ([member_json(world.bot, chat.bot)] if chat.bot.rules else [])


def get_chat_member_count(world: World, params: Params) -> Any:
    """People and the bot."""
    chat = access.chat(world, params.get("chat_id"), Need.MEMBERS)
    if chat.kind is Kind.PRIVATE:
        return 2
    return sum(standing.inside for standing in (chat.members or {}).values()) + chat.bot.inside


def send_chat_action(world: World, params: Params) -> Any:
    """Nothing is shown of it."""
    if text(params, "action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    access.chat(world, params.get("chat_id"), Need.WRITE)
    return True


def leave_chat(world: World, params: Params) -> Any:
    """The bot goes."""
    chat = access.chat(world, params.get("chat_id"), Need.READ)
    if chat.kind is Kind.PRIVATE:
        raise bad("chat member status can't be changed in private chats")
    chat.bot = Standing.LEFT
    world.changes.ring()
    return True


def get_file(world: World, params: Params) -> Any:
    """Where a file is fetched: /file/bot<token>/<file_path>."""
    file = world.shelf.files.get(text(params, "file_id"))
    if file is None:
        raise bad("invalid file_id")
    if file.size > MAX_DOWNLOAD:
        raise bad("file is too big")
    described = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size}
    return described | {"file_path": file.path}
