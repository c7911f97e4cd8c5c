"""What people send that is no text: pictures, films, files, albums, polls, places."""

from collections.abc import Sequence
from typing import Any

from outreachbot.sandbox import files, texts
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.people import send
from outreachbot.sandbox.world import World


def send_photo(
    world: World, user_id: int, chat_id: int, caption: str = "", *, data: bytes | None = None, **place: Any
) -> Json:
    """Send a picture; `place` is topic, reply_to, anonymous."""
    return send(world, user_id, chat_id, _photo(world, data) | _captioned(caption), **place)


def send_video(world: World, user_id: int, chat_id: int, caption: str = "", **place: Any) -> Json:
    """Send a film."""
    file = files.add(world.shelf, "video", None, name="film.mp4", mime="video/mp4")
    described = _described(file) | {"width": 1280, "height": 720, "duration": 1}
    return send(world, user_id, chat_id, {"video": described} | _captioned(caption), **place)


def send_document(
    world: World,
    user_id: int,
    chat_id: int,
    caption: str = "",
    *,
    name: str = "file.pdf",
    data: bytes | None = None,
    **place: Any,
) -> Json:
    """Send a file."""
    file = files.add(world.shelf, "document", data, name=name, mime="application/octet-stream")
    described = _described(file) | {"file_name": name}
    return send(world, user_id, chat_id, {"document": described} | _captioned(caption), **place)


def send_album(world: World, user_id: int, chat_id: int, captions: Sequence[str], **place: Any) -> list[Json]:
    """Send a picture for each caption as one album: Telegram makes a message and an update of each."""
    group = {"media_group_id": str(13_000_000_000_000_000 + next(world.numbers))}
    return [
        send(world, user_id, chat_id, group | _photo(world, None) | _captioned(caption), **place)
        for caption in captions
    ]


def _photo(world: World, data: bytes | None) -> Json:
    file = files.add(world.shelf, "photo", data, name="photo.jpg", mime="image/jpeg")
    width, height = files.sizes(data) or files.UNKNOWN_SIZE
    return {"photo": [_described(file) | {"width": width, "height": height}]}


def _described(file: files.File) -> Json:
    return {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size}


def _captioned(caption: str) -> Json:
    if not caption:
        return {}
    plain, entities = texts.read(caption, "", None)
    return {"caption": plain} | ({"caption_entities": entities} if entities else {})


def send_poll(world: World, user_id: int, chat_id: int, question: str, options: Sequence[str], **place: Any) -> Json:
    """Send a poll."""
    answers = [{"persistent_id": str(at), "text": text, "voter_count": 0} for at, text in enumerate(options)]
    poll = {
        "id": str(5_000_000_000_000_000 + next(world.numbers)),
        "question": question,
        "options": answers,
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    }
    return send(world, user_id, chat_id, {"poll": poll}, **place)


def send_location(world: World, user_id: int, chat_id: int, latitude: float, longitude: float, **place: Any) -> Json:
    """Send a place on the map."""
    return send(world, user_id, chat_id, {"location": {"latitude": latitude, "longitude": longitude}}, **place)
