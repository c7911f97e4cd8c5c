"""Messages from people other than text: photos, videos, documents, albums, polls, locations."""

from collections.abc import Sequence
from typing import Any

from outreachbot.sandbox import files, texts
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.people import send
from outreachbot.sandbox.world import World, next_album_id


def send_photo(
    world: World, user_id: int, chat_id: int, caption: str = "", *, data: bytes | None = None, **options: Any
) -> Json:
    """Send a photo; `options` are those of people.send: topic, reply_to, anonymous."""
    return send(world, user_id, chat_id, _add_photo(world, data) | _caption_json(caption), **options)


def send_video(world: World, user_id: int, chat_id: int, caption: str = "", **options: Any) -> Json:
    file = files.add(world.files, "video", None, name="film.mp4", mime="video/mp4")
    content = {"video": file.json() | files.VIDEO_FIELDS}
    return send(world, user_id, chat_id, content | _caption_json(caption), **options)


def send_document(
    world: World,
    user_id: int,
    chat_id: int,
    caption: str = "",
    *,
    name: str = "file.pdf",
    data: bytes | None = None,
    **options: Any,
) -> Json:
    file = files.add(world.files, "document", data, name=name, mime="application/octet-stream")
    content = {"document": file.json() | {"file_name": name}}
    return send(world, user_id, chat_id, content | _caption_json(caption), **options)


def send_album(world: World, user_id: int, chat_id: int, captions: Sequence[str], **options: Any) -> list[Json]:
    """Send an album with a photo for each caption; in Telegram, each is a message and an update of its own."""
    group = {"media_group_id": next_album_id(world)}
    return [
        send(world, user_id, chat_id, group | _add_photo(world, None) | _caption_json(caption), **options)
        for caption in captions
    ]


def _add_photo(world: World, data: bytes | None) -> Json:
    file = files.add(world.files, "photo", data, name="photo.jpg", mime="image/jpeg")
    return file.photo_json()


def _caption_json(caption: str) -> Json:
    if not caption:
        return {}
    plain, entities = texts.parse(caption, "", None)
    return texts.message_fields(plain, entities, "caption", "caption_entities")


def send_poll(world: World, user_id: int, chat_id: int, question: str, answers: Sequence[str], **options: Any) -> Json:
    poll_options = [
        {"persistent_id": str(number), "text": text, "voter_count": 0} for number, text in enumerate(answers)
    ]
    poll = {
        "id": str(5_000_000_000_000_000 + next(world.numbers)),
        "question": question,
        "options": poll_options,
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    }
    return send(world, user_id, chat_id, {"poll": poll}, **options)


def send_location(world: World, user_id: int, chat_id: int, latitude: float, longitude: float, **options: Any) -> Json:
    return send(world, user_id, chat_id, {"location": {"latitude": latitude, "longitude": longitude}}, **options)
