"""Says a message to a chat: builds the request, sends it, reads what became of it."""

import asyncio
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from outreachbot.domain.delivery.outcomes import Failed, NotSent, Outcome, Sent, Wait
from outreachbot.domain.delivery.states import Reason
from outreachbot.domain.messages.message import MAX_CALLBACK_ANSWER, Button, Media, Message
from outreachbot.gateway import responses
from outreachbot.gateway.transport import Answer, NoAnswerError, NotReachedError, Telegram, encode
from outreachbot.services.sending import pictures

TRIES = 6  # of a reply that surely was not sent
LONGEST_WAIT = 60.0  # seconds a member's reply waits for a 429; after that the update is set aside


async def send(telegram: Telegram, message: Message, chat_id: int, topic_id: int | None = None) -> Outcome:
    """Try once to say a message; never raises for what Telegram or the network does."""
    return await _say(telegram, message, chat_id, topic_id)


async def push(
    telegram: Telegram, message: Message, chat_id: int, topic_id: int | None, *, silent: bool = False
) -> Outcome:
    """The same for what nobody asked for just now: beyond the free pace it is paid for, where that is switched on."""
    flags = (("allow_paid_broadcast", telegram.paid), ("disable_notification", silent))
    return await _say(telegram, message, chat_id, topic_id, tuple(name for name, is_set in flags if is_set))


async def _say(
    telegram: Telegram, message: Message, chat_id: int, topic_id: int | None, flags: tuple[str, ...] = ()
) -> Outcome:
    if message.media and message.media[0].name and telegram.pictures is not None:
        outcome = await _show_picture(telegram, telegram.pictures, message, chat_id, topic_id, flags)
        if outcome is not None and not responses.may_take_text(outcome):
            return outcome
        message = replace(message, media=())  # what it says matters more
    return await _answer(_post(telegram, message, chat_id, topic_id, flags))


async def _show_picture(
    telegram: Telegram,
    known: pictures.Pictures,
    message: Message,
    chat_id: int,
    topic_id: int | None,
    flags: tuple[str, ...],
) -> Outcome | None:
    """None where there is no picture to be sent."""
    (media,) = message.media

    def by_id(file_id: str) -> Awaitable[Answer]:
        return _post(telegram, _with_id(message, file_id), chat_id, topic_id, flags)

    def with_bytes(data: bytes) -> Awaitable[Answer]:
        method, params = request(_with_id(message, ""), topic_id, flags)
        del params[media.kind.value]
        return _upload(telegram, method, params | {"chat_id": chat_id}, media, data)

    return await pictures.send(known, media, by_id, with_bytes)


def _with_id(message: Message, file_id: str) -> Message:
    return replace(message, media=(Media(message.media[0].kind, file_id),))


def _post(
    telegram: Telegram, message: Message, chat_id: int, topic_id: int | None, flags: tuple[str, ...]
) -> Awaitable[Answer]:
    method, rest = _encoded(message, topic_id, flags)
    return telegram.post(method, b'{"chat_id":%d,%b' % (chat_id, rest))


def _upload(telegram: Telegram, method: str, params: Mapping[str, Any], media: Media, data: bytes) -> Awaitable[Answer]:
    form = {key: value if isinstance(value, str) else encode(value).decode() for key, value in params.items()}
    return telegram.upload(method, form, media.kind.value, "picture.png" if media.drawn else media.name, data)


async def edit(telegram: Telegram, message: Message, chat_id: int, message_id: int) -> Outcome:
    """Replace the text (or caption, or what was drawn) and buttons of what the bot said before; try once."""
    if message.media and message.media[0].drawn is not None:
        return await _exchange(telegram, message, chat_id, message_id)
    params: dict[str, Any] = {"chat_id": chat_id, "message_id": message_id, "parse_mode": "HTML"}
    if len(message.media) < 2:
        params["reply_markup"] = {"inline_keyboard": keyboard(message)}
    if message.media:
        return await _try(telegram, "editMessageCaption", params | {"caption": message.text})
    plain = {"text": message.text, "link_preview_options": {"is_disabled": True}}
    return await _try(telegram, "editMessageText", params | plain)


async def _exchange(telegram: Telegram, message: Message, chat_id: int, message_id: int) -> Outcome:
    """Another drawn picture, with its caption and buttons, in the place of one."""
    (media,) = message.media
    place = {"chat_id": chat_id, "message_id": message_id, "reply_markup": {"inline_keyboard": keyboard(message)}}

    def showing(file: str) -> dict[str, Any]:
        shown = {"type": media.kind.value, "media": file, "caption": message.text, "parse_mode": "HTML"}
        return place | {"media": shown}

    outcome = telegram.pictures and await pictures.send(
        telegram.pictures,
        media,
        lambda file_id: telegram.call("editMessageMedia", showing(file_id)),
        lambda data: _upload(telegram, "editMessageMedia", showing(f"attach://{media.kind.value}"), media, data),
    )
    return outcome or Failed(Reason.REFUSED, "there is no such picture")


async def delete(telegram: Telegram, chat_id: int, message_ids: Sequence[int]) -> Outcome:
    """Delete messages that the bot said before; try once. Telegram allows it for 48 hours (Bot API, deleteMessage)."""
    if len(message_ids) > 1:
        return await _try(telegram, "deleteMessages", {"chat_id": chat_id, "message_ids": list(message_ids)})
    return await _try(telegram, "deleteMessage", {"chat_id": chat_id, "message_id": message_ids[0]})


async def send_file(
    telegram: Telegram, chat_id: int, name: str, data: bytes, caption: str, topic_id: int | None = None
) -> Outcome:
    """Upload a file into a chat; try once. `caption` is HTML."""
    params = {"chat_id": str(chat_id), "caption": caption, "parse_mode": "HTML"}
    if topic_id is not None:
        params["message_thread_id"] = str(topic_id)
    try:
        return responses.read(await telegram.upload("sendDocument", params, "document", name, data))
    except (NotReachedError, NoAnswerError) as error:
        return responses.failure(error)


async def answer_press(telegram: Telegram, press_id: str, note: str = "", *, alert: bool = True, url: str = "") -> None:
    """Stop the button's clock, with a note or an address to open. A press that is too old is forgotten."""
    params: dict[str, Any] = {"callback_query_id": press_id}
    if note:
        params |= {"text": note[:MAX_CALLBACK_ANSWER], "show_alert": alert}
    if url:
        params["url"] = url
    await _try(telegram, "answerCallbackQuery", params)


async def reply(telegram: Telegram, message: Message, chat_id: int, topic_id: int | None) -> Outcome:
    """Say a message to somebody who asked: at once, and again where it surely was not sent.

    A reply that may have arrived is not repeated: the member can ask again.
    """
    outcome: Outcome = NotSent("not tried")
    for attempt in range(TRIES):
        telegram.replies += 1
        telegram.spacing.note(chat_id, time.monotonic())
        outcome = await send(telegram, message, chat_id, topic_id)
        match outcome:
            case NotSent():
                await asyncio.sleep(0.5 * 2**attempt)
            case Wait(seconds) if seconds <= LONGEST_WAIT:
                await asyncio.sleep(seconds)
            case _:
                return outcome
    return outcome


async def show(telegram: Telegram, message: Message, chat_id: int, message_id: int | None) -> int | None:
    """Put a message in the place of an earlier one, below where that is gone; the id where it stands now.

    None when a later try may succeed. Where no try will (the chat has blocked us), the id stays what it was.
    """
    if message_id is not None:
        outcome = await edit(telegram, message, chat_id, message_id)
        if isinstance(outcome, Sent) or responses.is_unchanged(outcome):
            return message_id
        if not isinstance(outcome, Failed):
            return None
    outcome = await send(telegram, message, chat_id)
    match outcome:
        case Sent(new_id):
            return new_id
        case Failed():
            return message_id or 0
        case _:
            return None


async def _try(telegram: Telegram, method: str, params: Mapping[str, Any]) -> Outcome:
    return await _answer(telegram.call(method, params))


async def _answer(call: Awaitable[Answer]) -> Outcome:
    try:
        return responses.read(await call)
    except (NotReachedError, NoAnswerError) as error:
        return responses.failure(error)


@lru_cache(maxsize=64)
def _encoded(message: Message, topic_id: int | None, flags: tuple[str, ...]) -> tuple[str, bytes]:
    """The method and the JSON of its parameters behind `{"chat_id":…,`: the same for thousands in a broadcast."""
    method, params = request(message, topic_id, flags)
    return method, encode(params)[1:]


def request(message: Message, topic_id: int | None, flags: Sequence[str] = ()) -> tuple[str, dict[str, Any]]:
    """The Bot API method that says this message, and its parameters but for the chat. `flags` are those set to true."""
    params: dict[str, Any] = dict.fromkeys(flags, True)
    if topic_id is not None:
        params["message_thread_id"] = topic_id
    if len(message.media) > 1:
        return "sendMediaGroup", params | {"media": _album(message)}
    if message.buttons:
        params["reply_markup"] = {"inline_keyboard": keyboard(message)}
    elif message.asks:
        params["reply_markup"] = {"force_reply": True, "selective": True}
    if message.copy is not None:
        return "copyMessage", params | {"from_chat_id": message.copy.chat_id, "message_id": message.copy.message_id}
    if message.media:
        (media,) = message.media
        file = {media.kind.value: media.file_id, "caption": message.text, "parse_mode": "HTML"}
        return f"send{media.kind.capitalize()}", params | file
    plain = {"text": message.text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    return "sendMessage", params | plain


def _album(message: Message) -> list[dict[str, str]]:
    """The caption of the first picture is shown as that of the whole album."""
    first = {"caption": message.text, "parse_mode": "HTML"} if message.text else {}
    return [_item(media) | (first if number == 0 else {}) for number, media in enumerate(message.media)]


def _item(media: Media) -> dict[str, str]:
    return {"type": media.kind, "media": media.file_id}


def keyboard(message: Message) -> list[list[dict[str, str]]]:
    return [[_button(button) for button in row] for row in message.buttons]


def _button(button: Button) -> dict[str, str]:
    return {"text": button.label, **({"url": button.url} if button.url else {"callback_data": button.data})}
