"""Parses and validates the keyboards of messages as Telegram does."""

import json
from functools import lru_cache

from outreachbot.domain.messages.message import MAX_CALLBACK_BYTES
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.links import InvalidLink, normalize_link
from outreachbot.sandbox.refused import Refused, bad_request

MAX_BUTTONS, MAX_IN_ROW = 100, 8  # undocumented; the error is Telegram's for too long a keyboard
OTHER_BUTTONS = (
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "web_app",
    "login_url",
    "disabled",
)


def parse(raw: object, *, inline_only: bool = False) -> Json | None:
    """A request's reply_markup as it appears in the message; None if there is none or it has no buttons.

    The result is cached and shared: never modify it.
    """
    if not raw:
        return None
    markup = _parse_json(raw if isinstance(raw, str) else json.dumps(raw))
    if markup is not None and inline_only and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def message_fields(markup: Json | None) -> Json:
    """The keyboard as a field of the Message object, which only shows inline ones."""
    return {"reply_markup": markup} if markup and "inline_keyboard" in markup else {}


@lru_cache(maxsize=512)
def _parse_json(raw: str) -> Json | None:
    try:
        value = json.loads(raw)
    except ValueError:
        raise bad_request("can't parse reply keyboard markup JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if rows := value.get("inline_keyboard"):
        return {"inline_keyboard": _parse_inline_rows(rows)}
    if rows := value.get("keyboard"):
        return value | {"keyboard": _parse_reply_rows(rows)}
    return value if value.get("remove_keyboard") or value.get("force_reply") else None


def _check_rows(rows: object, reason: str) -> list[list[object]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(reason)
    return rows


def _parse_inline_rows(raw: object) -> list[list[Json]]:
    rows = _check_rows(raw, 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    parsed = [[_parse_button(button) for button in row] for row in rows if row]
    if sum(map(len, parsed)) > MAX_BUTTONS or max(map(len, parsed), default=0) > MAX_IN_ROW:
        raise bad_request("reply markup is too long")
    return parsed


def _parse_reply_rows(raw: object) -> list[list[Json]]:
    rows = _check_rows(raw, 'field "keyboard" must be an Array of Arrays')
    parsed = []
    for row in rows:
        parsed.append([button if isinstance(button, dict) else {"text": str(button)} for button in row])
        if not all(button.get("text") for button in parsed[-1]):
            raise bad_request("keyboard button text must be non-empty")
    return parsed


def _button_error(reason: str) -> Refused:
    return bad_request(f"can't parse inline keyboard button: {reason}")


def _parse_button(raw: object) -> Json:
    if not isinstance(raw, dict):
        raise _button_error("InlineKeyboardButton must be an Object")
    if not isinstance(raw.get("text"), str):
        raise _button_error('Can\'t find field "text"')
    if not raw["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    button: Json = {key: raw[key] for key in ("text", "style", "icon_custom_emoji_id") if key in raw}
    if url := raw.get("url"):
        return button | {"url": _normalize_url(str(url))}
    if data := raw.get("callback_data"):
        if len(str(data).encode()) > MAX_CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return button | {"callback_data": str(data)}
    for key in OTHER_BUTTONS:
        if key in raw:
            return button | {key: raw[key]}
    raise _button_error("Text buttons are unallowed in the inline keyboard")


def _normalize_url(url: str) -> str:
    try:
        return normalize_link(url)
    except InvalidLink as error:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {error}") from None
