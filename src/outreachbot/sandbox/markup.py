"""Keyboards under messages: read, checked and written as Telegram does."""

import json
from functools import lru_cache
from typing import Any

from outreachbot.domain.messages.message import MAX_CALLBACK_BYTES
from outreachbot.sandbox.links import WrongLink, checked
from outreachbot.sandbox.refused import Refused, bad

Json = dict[str, Any]

MAX_BUTTONS, MAX_IN_ROW = 100, 8  # what happens beyond them is not documented; the answer is Telegram's for a long one
OTHER_BUTTONS = (
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "web_app",
    "login_url",
    "disabled",
)


def read(raw: object, *, inline_only: bool = False) -> Json | None:
    """The reply_markup of a request, as it will stand in the message; None without one or without a button.

    The same object is handed out again for the same JSON: never change it.
    """
    if not raw:
        return None
    markup = _decoded(raw if isinstance(raw, str) else json.dumps(raw))
    if markup is not None and inline_only and "inline_keyboard" not in markup:
        raise bad("inline keyboard expected")
    return markup


def visible(markup: Json | None) -> Json:
    """What of it stands in the Message object: only an inline keyboard does."""
    return {"reply_markup": markup} if markup and "inline_keyboard" in markup else {}


@lru_cache(maxsize=512)
def _decoded(raw: str) -> Json | None:
    try:
        value = json.loads(raw)
    except ValueError:
        raise bad("can't parse reply keyboard markup JSON object") from None
    if not isinstance(value, dict):
        raise bad("object expected as reply markup")
    if rows := value.get("inline_keyboard"):
        return {"inline_keyboard": _inline(rows)}
    if rows := value.get("keyboard"):
        return value | {"keyboard": _plain(rows)}
    return value if value.get("remove_keyboard") or value.get("force_reply") else None


def _rows(rows: object, complaint: str) -> list[list[object]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad(complaint)
    return rows


def _inline(raw: object) -> list[list[Json]]:
    rows = _rows(raw, 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    made = [[_button(button) for button in row] for row in rows if row]
    if sum(map(len, made)) > MAX_BUTTONS or max(map(len, made), default=0) > MAX_IN_ROW:
        raise bad("reply markup is too long")
    return made


def _plain(raw: object) -> list[list[Json]]:
    rows = _rows(raw, 'field "keyboard" must be an Array of Arrays')
    made = []
    for row in rows:
        made.append([button if isinstance(button, dict) else {"text": str(button)} for button in row])
        if not all(button.get("text") for button in made[-1]):
            raise bad("keyboard button text must be non-empty")
    return made


def _broken(reason: str) -> Refused:
    return bad(f"can't parse inline keyboard button: {reason}")


def _button(raw: object) -> Json:
    if not isinstance(raw, dict):
        raise _broken("InlineKeyboardButton must be an Object")
    if not isinstance(raw.get("text"), str):
        raise _broken('Can\'t find field "text"')
    if not raw["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    made: Json = {key: raw[key] for key in ("text", "style", "icon_custom_emoji_id") if key in raw}
    if url := raw.get("url"):
        return made | {"url": _url(str(url))}
    if data := raw.get("callback_data"):
        if len(str(data).encode()) > MAX_CALLBACK_BYTES:
            raise bad("BUTTON_DATA_INVALID")
        return made | {"callback_data": str(data)}
    for key in OTHER_BUTTONS:
        if key in raw:
            return made | {key: raw[key]}
    raise _broken("Text buttons are unallowed in the inline keyboard")


def _url(url: str) -> str:
    try:
        return checked(url)
    except WrongLink as wrong:
        raise bad(f"inline keyboard button URL '{url}' is invalid: {wrong}") from None
