"""Sends, edits and deletes messages, and reads the outcome.

Four functions send, and differ in what they retry. `send_once` and `send_bulk` (for messages that nobody has just asked
for) retry nothing, `send_with_retry` what was certainly not sent; `edit_or_send` sends anew if the message is gone.
"""

import asyncio
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outreachbot.domain.delivery.outcomes import Failed, NotSent, Outcome, Sent, Wait
from outreachbot.domain.delivery.states import Reason
from outreachbot.domain.ids import TelegramMessageId
from outreachbot.domain.messages.message import MAX_CALLBACK_ANSWER, Media, Message
from outreachbot.errors import RequestFailed
from outreachbot.gateway import methods, responses
from outreachbot.gateway.methods import Flags
from outreachbot.gateway.transport import BotApi, Response, encode_json
from outreachbot.services.sending import pictures
from outreachbot.services.sending.messenger import Messenger
from outreachbot.services.sending.pictures import NotUploaded, Uploaded

TRIES = 6  # to send a reply that was certainly not sent
LONGEST_WAIT = 60.0  # seconds that a reply waits after a 429; if Telegram asks for more, the update is set aside


async def send_once(messenger: Messenger, message: Message, chat_id: int, topic_id: int | None = None) -> Outcome:
    """Try once to send a message. Failures of Telegram or the network are outcomes, never exceptions."""
    return await _send(messenger, message, chat_id, topic_id)


async def send_bulk(
    messenger: Messenger, message: Message, chat_id: int, topic_id: int | None, *, silent: bool = False
) -> Outcome:
    """Try once to send a reminder or broadcast; beyond the free pace it is paid for if that is switched on."""
    flags = (("allow_paid_broadcast", messenger.paid), ("disable_notification", silent))
    return await _send(messenger, message, chat_id, topic_id, tuple(name for name, is_set in flags if is_set))


async def send_with_retry(messenger: Messenger, message: Message, chat_id: int, topic_id: int | None) -> Outcome:
    """Send a reply, and try again if it was certainly not sent.

    A reply that may have arrived is not sent again: the member can repeat the request.
    """
    outcome: Outcome = NotSent("not tried")
    for attempt in range(TRIES):
        messenger.replies += 1
        messenger.spacing.note(chat_id, time.monotonic())
        outcome = await send_once(messenger, message, chat_id, topic_id)
        match outcome:
            case NotSent():
                await asyncio.sleep(0.5 * 2**attempt)
            case Wait(seconds) if seconds <= LONGEST_WAIT:
                await asyncio.sleep(seconds)
            case _:
                return outcome
    return outcome


async def edit_or_send(
    messenger: Messenger, message: Message, chat_id: int, message_id: TelegramMessageId | None
) -> TelegramMessageId | None:
    """Replace an earlier message, or send a new one if that is gone; returns the id of the message that shows it now.

    None if a later try may succeed. If none will (the member blocked the bot), the id is the earlier one, or 0.
    """
    if message_id is not None:
        outcome = await edit_message(messenger, message, chat_id, message_id)
        if isinstance(outcome, Sent) or responses.is_unchanged(outcome):
            return message_id
        if not isinstance(outcome, Failed):
            return None
    outcome = await send_once(messenger, message, chat_id)
    match outcome:
        case Sent(new_id):
            return new_id
        case Failed():
            return message_id or TelegramMessageId(0)
        case _:
            return None


async def edit_message(messenger: Messenger, message: Message, chat_id: int, message_id: TelegramMessageId) -> Outcome:
    """Try once to replace the text (or caption, or drawn picture) and buttons of one of the bot's messages."""
    if message.media and message.media[0].drawn is not None:
        outcome = await _send_picture(messenger, _Edit(message, chat_id, message_id))
        return outcome or Failed(Reason.REFUSED, "there is no such picture")
    return await _call(messenger.api, *methods.build_edit(message, chat_id, message_id))


async def delete_messages(messenger: Messenger, chat_id: int, message_ids: Sequence[TelegramMessageId]) -> Outcome:
    """Try once to delete some of the bot's messages. Telegram allows it for 48 hours (Bot API, deleteMessage)."""
    if len(message_ids) > 1:
        return await _call(messenger.api, "deleteMessages", {"chat_id": chat_id, "message_ids": list(message_ids)})
    return await _call(messenger.api, "deleteMessage", {"chat_id": chat_id, "message_id": message_ids[0]})


async def send_file(
    messenger: Messenger, chat_id: int, name: str, data: bytes, caption: str, topic_id: int | None = None
) -> Outcome:
    """Try once to upload a file to a chat. `caption` is HTML."""
    params = {"chat_id": str(chat_id), "caption": caption, "parse_mode": "HTML"}
    if topic_id is not None:
        params["message_thread_id"] = str(topic_id)
    return await _read_outcome(messenger.api.upload("sendDocument", params, "document", name, data))


async def answer_callback(
    messenger: Messenger, callback_id: str, note: str = "", *, alert: bool = True, url: str = ""
) -> None:
    """Stop the progress indicator of a pressed button, with a note or an address to open. Failures are ignored."""
    params: dict[str, Any] = {"callback_query_id": callback_id}
    if note:
        params |= {"text": note[:MAX_CALLBACK_ANSWER], "show_alert": alert}
    if url:
        params["url"] = url
    await _call(messenger.api, "answerCallbackQuery", params)


@dataclass(frozen=True, slots=True)
class _New:
    """A message with a picture to send."""

    message: Message
    chat_id: int
    topic_id: int | None
    flags: Flags

    def send(self, api: BotApi, media: Media, picture: Uploaded | NotUploaded) -> Awaitable[Response]:
        file_id = picture.file_id if isinstance(picture, Uploaded) else ""
        message = replace(self.message, media=(Media(media.kind, file_id),))
        if isinstance(picture, Uploaded):
            return _post(api, message, self.chat_id, self.topic_id, self.flags)
        method, params = methods.build_send(message, self.topic_id, self.flags)
        del params[media.kind.value]
        return _upload(api, method, params | {"chat_id": self.chat_id}, media, picture.data)


@dataclass(frozen=True, slots=True)
class _Edit:
    """A message with a picture that replaces an earlier message."""

    message: Message
    chat_id: int
    message_id: TelegramMessageId

    def send(self, api: BotApi, media: Media, picture: Uploaded | NotUploaded) -> Awaitable[Response]:
        file = picture.file_id if isinstance(picture, Uploaded) else f"attach://{media.kind.value}"
        method, params = methods.build_edit_media(self.message, self.chat_id, self.message_id, file)
        if isinstance(picture, Uploaded):
            return api.call(method, params)
        return _upload(api, method, params, media, picture.data)


async def _send(
    messenger: Messenger, message: Message, chat_id: int, topic_id: int | None, flags: Flags = ()
) -> Outcome:
    if message.media and message.media[0].name and messenger.pictures is not None:
        outcome = await _send_picture(messenger, _New(message, chat_id, topic_id, flags))
        if outcome is not None and not responses.may_accept_text(outcome):
            return outcome
        message = replace(message, media=())  # the text matters more than the picture
    return await _read_outcome(_post(messenger.api, message, chat_id, topic_id, flags))


async def _send_picture(messenger: Messenger, request: _New | _Edit) -> Outcome | None:
    """Send the picture by its file id, or its bytes if Telegram has not seen it; None if it can't be sent."""
    known_pictures, (media,) = messenger.pictures, request.message.media
    if known_pictures is None:
        return None
    for _ in range(2):  # once more if Telegram no longer knows the id
        async with pictures.open_picture(known_pictures, media) as picture:
            if picture is None:
                return None
            try:
                response = await request.send(messenger.api, media, picture)
            except RequestFailed as error:
                return responses.read_failure(error)
            outcome = responses.read_outcome(response)
            if isinstance(picture, NotUploaded):
                return await pictures.record_upload(known_pictures, media, picture, response, outcome)
        if not responses.is_unknown_file(outcome):
            return outcome
        await pictures.forget_upload(known_pictures, media, picture)
    return None


def _post(api: BotApi, message: Message, chat_id: int, topic_id: int | None, flags: Flags) -> Awaitable[Response]:
    method, rest = methods.encode_send(message, topic_id, flags)
    return api.post(method, b'{"chat_id":%d,%b' % (chat_id, rest))


def _upload(api: BotApi, method: str, params: Mapping[str, Any], media: Media, data: bytes) -> Awaitable[Response]:
    form = {key: value if isinstance(value, str) else encode_json(value).decode() for key, value in params.items()}
    return api.upload(method, form, media.kind.value, "picture.png" if media.drawn else media.name, data)


async def _call(api: BotApi, method: str, params: Mapping[str, Any]) -> Outcome:
    return await _read_outcome(api.call(method, params))


async def _read_outcome(call: Awaitable[Response]) -> Outcome:
    try:
        return responses.read_outcome(await call)
    except RequestFailed as error:
        return responses.read_failure(error)
