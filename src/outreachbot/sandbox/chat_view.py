"""Renders a chat for the chat page as JSON: its messages, the commands and the bot's profile."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from outreachbot.sandbox.chat import ChatKind, Json, MemberStatus, TelegramChat
from outreachbot.sandbox.scene import View
from outreachbot.sandbox.world import World, get_chat, get_user

MOST_MESSAGES = 100
QUOTED = 120  # characters shown of a message replied to
STATES = {MemberStatus.LEFT: "new", MemberStatus.KICKED: "blocked"}  # of a private chat; otherwise "open"


def render_chat(world: World, view: View) -> Json:
    """The chat as seen in this view, with the newest message last."""
    chat = get_chat(world, view.chat_id)
    newest = list(islice(reversed((chat.messages or {}).values()), MOST_MESSAGES))
    language = get_user(world, view.user_id).language_code
    return {
        "kind": chat.kind.value,
        "title": chat.title,
        "people": chat.count_members(),
        "state": STATES.get(chat.bot_status, "open") if chat.kind is ChatKind.PRIVATE else "open",
        "bot": {
            "name": _profile(world, "name", language) or world.bot["first_name"],
            "username": world.username,
            "description": _profile(world, "description", language),
        },
        "commands": _find_commands(world, view),
        "messages": [_render_message(world, view, chat, message) for message in reversed(newest)],
    }


def _profile(world: World, what: str, language: str) -> str:
    return world.profile.get((what, language)) or world.profile.get((what, "")) or ""


def _find_commands(world: World, view: View) -> list[Json]:
    """The person's menu in this chat: the first that is not empty (Bot API, "Determining list of commands")."""
    language = get_user(world, view.user_id).language_code
    for scope in _command_scopes(get_chat(world, view.chat_id), view.user_id):
        if commands := world.menus.get((scope, language)) or world.menus.get((scope, "")):
            return commands
    return []


def _command_scopes(chat: TelegramChat, user_id: int) -> Iterator[str]:
    """The applicable BotCommandScopes, from the narrowest to the widest."""
    is_admin = chat.status_of(user_id).is_admin
    if chat.kind is ChatKind.PRIVATE:
        yield f"chat:{chat.id}"
        yield "all_private_chats"
    else:
        yield f"chat_member:{chat.id}:{user_id}"
        if is_admin:
            yield f"chat_administrators:{chat.id}"
        yield f"chat:{chat.id}"
        if is_admin:
            yield "all_chat_administrators"
        yield "all_group_chats"
    yield "default"


def _render_message(world: World, view: View, chat: TelegramChat, raw: Json) -> Json:
    sender = raw.get("from", {})
    shown: Json = {
        "id": raw["message_id"],
        "date": raw["date"],
        "edited": "edit_date" in raw,
        "mine": sender.get("id") == view.user_id,
        "bot": sender.get("id") == world.bot["id"],
        "sender": _sender_name(raw),
        "text": raw.get("text") or raw.get("caption") or "",
        "entities": raw.get("entities") or raw.get("caption_entities") or [],
        "keyboard": raw.get("reply_markup", {}).get("inline_keyboard", []),
        "asks": _opens_reply_field(world, chat, raw["message_id"]),
    }
    if line := _describe_event(raw):
        shown["service"] = line
    if replied := raw.get("reply_to_message"):
        text = replied.get("text") or replied.get("caption") or _describe_attachment(replied)
        shown["reply"] = {"id": replied["message_id"], "sender": _sender_name(replied), "text": text[:QUOTED]}
    return shown | _render_attachment(world, raw)


def _opens_reply_field(world: World, chat: TelegramChat, message_id: int) -> bool:
    """Whether the message was sent with force_reply, which Telegram's Message object does not show."""
    return world.reply_prompts.get(chat.id) == message_id == chat.last_message_id


def _sender_name(raw: Json) -> str:
    if author := raw.get("sender_chat"):
        return str(author.get("title", ""))
    return _full_name(raw.get("from", {}))


def _full_name(user: Json) -> str:
    return " ".join(filter(None, (user.get("first_name"), user.get("last_name"))))


def _render_attachment(world: World, raw: Json) -> Json:
    """The photo or document, with its URL if its content is stored; a description of any other attachment."""
    if sizes := raw.get("photo"):
        largest = sizes[-1]
        file = world.files.by_id.get(largest["file_id"])
        source = f"/sandbox/files/{largest['file_id']}" if file and file.data else ""
        return {"photo": {"source": source, "width": largest["width"], "height": largest["height"]}}
    if document := raw.get("document"):
        file = world.files.by_id.get(document["file_id"])
        source = f"/sandbox/files/{document['file_id']}" if file and file.data is not None else ""
        return {"file": {"source": source, "name": document.get("file_name", ""), "size": document["file_size"]}}
    description = _describe_attachment(raw)
    return {"attached": description} if description else {}


def _describe_attachment(raw: Json) -> str:
    """The type of a message without text, in words."""
    if "photo" in raw:
        return "Picture"
    for key, word in (("document", "File"), ("video", "Video"), ("poll", "Poll"), ("location", "Location")):
        if key in raw:
            detail: Any = raw[key].get("file_name") or raw[key].get("question") or ""
            return f"{word}: {detail}" if detail else word
    return ""


def _describe_event(raw: Json) -> str:
    """The event of a service message in words; "" for other messages."""
    who = _sender_name(raw)
    for user in raw.get("new_chat_members", ()):
        return f"{who} joined" if user["id"] == raw["from"]["id"] else f"{who} added {_full_name(user)}"
    if user := raw.get("left_chat_member"):
        return f"{who} left" if user["id"] == raw["from"]["id"] else f"{who} removed {_full_name(user)}"
    if topic := raw.get("forum_topic_created"):
        return f"{who} opened the topic {topic['name']}"
    if "migrate_from_chat_id" in raw or "migrate_to_chat_id" in raw:
        return "The group became a supergroup"
    return ""
