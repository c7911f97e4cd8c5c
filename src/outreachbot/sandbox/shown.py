"""What the chat page shows of a chat: its messages, the commands and the bot's texts, as JSON."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from outreachbot.sandbox.chat import Chat, Json, Kind, Standing
from outreachbot.sandbox.scene import View
from outreachbot.sandbox.world import World, chat_of, user_of

MOST_MESSAGES = 100
QUOTED = 120  # characters of a message that is replied to
STATES = {Standing.LEFT: "new", Standing.KICKED: "blocked"}  # of a private chat; else "open"


def chat(world: World, view: View) -> Json:
    """The chat as this view sees it, messages with the newest last."""
    seen = chat_of(world, view.chat_id)
    newest = list(islice(reversed((seen.messages or {}).values()), MOST_MESSAGES))
    language = user_of(world, view.user_id).language_code
    return {
        "kind": seen.kind.value,
        "title": seen.title,
        "people": sum(standing.inside for standing in (seen.members or {}).values()) + seen.bot.inside,
        "state": STATES.get(seen.bot, "open") if seen.kind is Kind.PRIVATE else "open",
        "bot": {
            "name": _profile(world, "name", language) or world.bot["first_name"],
            "username": world.username,
            "description": _profile(world, "description", language),
        },
        "commands": commands(world, view),
        "messages": [_message(world, view, seen, one) for one in reversed(newest)],
    }


def _profile(world: World, what: str, language: str) -> str:
    return world.profile.get((what, language)) or world.profile.get((what, "")) or ""


def commands(world: World, view: View) -> list[Json]:
    """The menu of this person in this chat: the first that is not empty (Bot API, "Determining list of commands")."""
    language = user_of(world, view.user_id).language_code
    for scope in _scopes(chat_of(world, view.chat_id), view.user_id):
        if found := world.menus.get((scope, language)) or world.menus.get((scope, "")):
            return found
    return []


def _scopes(seen: Chat, user_id: int) -> Iterator[str]:
    """The scopes that apply, the narrowest first."""
    rules = (seen.members or {}).get(user_id, Standing.LEFT).rules
    if seen.kind is Kind.PRIVATE:
        yield f"chat:{seen.id}"
        yield "all_private_chats"
    else:
        yield f"chat_member:{seen.id}:{user_id}"
        yield from [f"chat_administrators:{seen.id}"] * rules
        yield f"chat:{seen.id}"
        yield from ["all_chat_administrators"] * rules
        yield "all_group_chats"
    yield "default"


def _message(world: World, view: View, seen: Chat, raw: Json) -> Json:
    sender = raw.get("from", {})
    made: Json = {
        "id": raw["message_id"],
        "date": raw["date"],
        "edited": "edit_date" in raw,
        "mine": sender.get("id") == view.user_id,
        "bot": sender.get("id") == world.bot["id"],
        "sender": _author(raw),
        "text": raw.get("text") or raw.get("caption") or "",
        "entities": raw.get("entities") or raw.get("caption_entities") or [],
        "keyboard": raw.get("reply_markup", {}).get("inline_keyboard", []),
        "asks": _asks(world, seen, raw["message_id"]),
    }
    if line := _service(raw):
        made["service"] = line
    if replied := raw.get("reply_to_message"):
        said = replied.get("text") or replied.get("caption") or _attached(replied)
        made["reply"] = {"id": replied["message_id"], "sender": _author(replied), "text": said[:QUOTED]}
    return made | _picture(world, raw)


def _asks(world: World, seen: Chat, message_id: int) -> bool:
    """Whether the message opens the reply field; Telegram does not say so in the Message object."""
    return world.asked.get(seen.id) == message_id == seen.last_id


def _author(raw: Json) -> str:
    if author := raw.get("sender_chat"):
        return str(author.get("title", ""))
    return _name(raw.get("from", {}))


def _name(user: Json) -> str:
    return " ".join(filter(None, (user.get("first_name"), user.get("last_name"))))


def _picture(world: World, raw: Json) -> Json:
    """The picture or file and whether its bytes are here; of anything else, what it is."""
    if sizes := raw.get("photo"):
        largest = sizes[-1]
        file = world.shelf.files.get(largest["file_id"])
        source = f"/sandbox/files/{largest['file_id']}" if file and file.data else ""
        return {"photo": {"source": source, "width": largest["width"], "height": largest["height"]}}
    if document := raw.get("document"):
        file = world.shelf.files.get(document["file_id"])
        source = f"/sandbox/files/{document['file_id']}" if file and file.data is not None else ""
        return {"file": {"source": source, "name": document.get("file_name", ""), "size": document["file_size"]}}
    what = _attached(raw)
    return {"attached": what} if what else {}


def _attached(raw: Json) -> str:
    """What a message without text is, in words."""
    if "photo" in raw:
        return "Picture"
    for key, word in (("document", "File"), ("video", "Video"), ("poll", "Poll"), ("location", "Location")):
        if key in raw:
            about: Any = raw[key].get("file_name") or raw[key].get("question") or ""
            return f"{word}: {about}" if about else word
    return ""


def _service(raw: Json) -> str:
    """What happened, for a message that tells of an event in the chat."""
    who = _author(raw)
    for user in raw.get("new_chat_members", ()):
        return f"{who} joined" if user["id"] == raw["from"]["id"] else f"{who} added {_name(user)}"
    if user := raw.get("left_chat_member"):
        return f"{who} left" if user["id"] == raw["from"]["id"] else f"{who} removed {_name(user)}"
    if topic := raw.get("forum_topic_created"):
        return f"{who} opened the topic {topic['name']}"
    if "migrate_from_chat_id" in raw or "migrate_to_chat_id" in raw:
        return "The group became a supergroup"
    return ""
