"""Reads Telegram's answers, in this one place: what they mean for a delivery, and whether that is final."""

import json
import re
from typing import Any

from outreachbot.domain.delivery.outcomes import Failed, Halt, Migrated, NotSent, Outcome, Sent, Uncertain, Wait
from outreachbot.domain.delivery.states import Reason
from outreachbot.domain.ids import TelegramMessageId
from outreachbot.errors import NotReached, RequestFailed
from outreachbot.gateway.transport import Response

# Telegram's descriptions, in lower case, without "Bad Request: " and "Forbidden: ". The first that is found decides.
# Texts: tdlib/telegram-bot-api, Client.cpp, and reports by users; none was provoked on Telegram itself.
_REASONS: tuple[tuple[str, Reason], ...] = (
    ("bot was blocked by the user", Reason.BLOCKED),
    ("user is deactivated", Reason.DEACTIVATED),
    ("bot was kicked", Reason.KICKED),
    ("bot is not a member", Reason.KICKED),
    ("group chat was deleted", Reason.KICKED),
    ("group chat was deactivated", Reason.KICKED),
    ("bot can't initiate conversation", Reason.NOT_FOUND),
    ("bots can't send messages to bots", Reason.NOT_FOUND),
    ("can't send messages to bots", Reason.NOT_FOUND),
    ("chat not found", Reason.NOT_FOUND),
    ("peer_id_invalid", Reason.NOT_FOUND),
    ("user not found", Reason.NOT_FOUND),
    ("not enough rights", Reason.NO_RIGHT),
    ("have no rights", Reason.NO_RIGHT),
    ("need administrator rights", Reason.NO_RIGHT),
    ("chat_write_forbidden", Reason.NO_RIGHT),
    ("chat_admin_required", Reason.NO_RIGHT),
    ("chat_restricted", Reason.NO_RIGHT),
    ("_forbidden", Reason.NO_RIGHT),
    ("message thread not found", Reason.TOPIC_GONE),
    ("topic_closed", Reason.NO_RIGHT),
    ("topic_deleted", Reason.TOPIC_GONE),
    ("can't parse", Reason.TEMPLATE),
    ("is too long", Reason.TEMPLATE),
    ("too_long", Reason.TEMPLATE),
    ("text is empty", Reason.TEMPLATE),
    ("text must be non-empty", Reason.TEMPLATE),
    ("button", Reason.TEMPLATE),
    ("reply markup", Reason.TEMPLATE),
    ("reply_markup", Reason.TEMPLATE),
    ("wrong file", Reason.TEMPLATE),
    ("wrong remote file", Reason.TEMPLATE),
    ("message to copy not found", Reason.TEMPLATE),
    ("message can't be copied", Reason.TEMPLATE),
    ("wrong http url", Reason.TEMPLATE),
)
_UNKNOWN_FILE = ("wrong file", "wrong remote file", "file_reference", "file reference", "file_id_invalid")
_BAD_PICTURE = ("image_process_failed", "photo_", "too big", "entity too large", "must be non-empty", "can't use file")
# How Telegram begins the answer that comes most: the rest of it need not be parsed to know the message's id.
_SENT = re.compile(rb'\{"ok":true,"result":\{"message_id":([0-9]{1,15})[,}]')
_PREFIX = re.compile(r"^(bad request|forbidden|unauthorized|conflict|not found):\s*", re.IGNORECASE)
_DEFAULT_WAIT = 5.0
_LONGEST_WAIT = 7 * 86_400.0  # seconds; a longer one is no answer of Telegram's
_LARGEST_ID = 2**53  # Bot API: ids have at most 52 significant bits


def read_failure(error: RequestFailed) -> NotSent | Uncertain:
    """What a request without an answer means."""
    if isinstance(error, NotReached):
        return NotSent(str(error))
    return Uncertain(Reason.NO_ANSWER)


def read_outcome(answer: Response) -> Outcome:
    """What the response to a sending method means.

    `Sent.telegram_message_id` is 0 if the result holds no message id (that of an edit, for example).
    """
    if sent := _SENT.match(answer.body):
        return Sent(TelegramMessageId(int(sent[1])))
    parsed = _parse(answer.body)
    if parsed is None:  # a proxy's page, not Telegram's answer: a 200 may have been sent, a 4xx never reached the bot
        return _unreadable(answer.status)
    if parsed.get("ok") is True:
        return _sent(parsed.get("result"))
    return _refusal(answer.status, parsed)


def is_from_telegram(answer: Response) -> bool:
    """Whether it has the form of Telegram's answers; a proxy's page has not."""
    return _parse(answer.body) is not None


def _sent(result: object) -> Sent:
    """An album's result is a list of messages."""
    messages = result if isinstance(result, list) else [result]
    first, *more = map(_message_id, messages or [None])
    return Sent(first, tuple(more))


def _message_id(message: object) -> TelegramMessageId:
    return TelegramMessageId(_id(message.get("message_id")) if isinstance(message, dict) else 0)


def read_result(answer: Response) -> Any:
    """The `result` of a good answer; None for any other."""
    parsed = _parse(answer.body)
    return parsed.get("result") if parsed and parsed.get("ok") is True else None


def read_description(answer: Response) -> str:
    """Telegram's own words for a refusal, or the status."""
    parsed = _parse(answer.body) or {}
    return str(parsed.get("description") or f"HTTP {answer.status}")


def _parse(body: bytes) -> dict[str, Any] | None:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) and "ok" in parsed else None


def _unreadable(status: int) -> Outcome:
    if status == 429:
        return Wait(_DEFAULT_WAIT)
    if 400 <= status < 500:
        return NotSent(f"HTTP {status} from something that is not Telegram")
    return Uncertain(Reason.SERVER_ERROR)


def _refusal(status: int, parsed: dict[str, Any]) -> Outcome:
    code = parsed["error_code"] if isinstance(parsed.get("error_code"), int) else status
    # No database takes half of a surrogate pair, and PostgreSQL no NUL.
    words = str(parsed.get("description", "")).replace("\0", "").encode(errors="replace").decode()
    parameters = parsed["parameters"] if isinstance(parsed.get("parameters"), dict) else {}
    if new_id := _id(parameters.get("migrate_to_chat_id")):
        return Migrated(new_id)
    if code == 429:
        return Wait(_seconds(parameters.get("retry_after")))
    if code in {401, 404} or "FROZEN" in words:
        return Halt(words)
    if code >= 500:
        return Uncertain(Reason.SERVER_ERROR)
    return Failed(_reason(words), words)


def _id(value: object) -> int:
    return value if isinstance(value, int) and abs(value) < _LARGEST_ID else 0


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value <= _LONGEST_WAIT else _DEFAULT_WAIT


def _reason(words: str) -> Reason:
    plain = _PREFIX.sub("", words).lower()
    return next((reason for text, reason in _REASONS if text in plain), Reason.REFUSED)


def is_unchanged(outcome: Outcome) -> bool:
    """An edit that changes nothing is refused by Telegram and is a success all the same."""
    return isinstance(outcome, Failed) and "message is not modified" in outcome.detail


def is_deleted(outcome: Outcome) -> bool:
    """Whether a message was not deleted because it is no longer there."""
    return isinstance(outcome, Failed) and "message to delete not found" in outcome.detail


def is_unknown_file(outcome: Outcome) -> bool:
    """The id of a file is none, or none any more: it has to be uploaded anew."""
    return isinstance(outcome, Failed) and any(text in outcome.detail.lower() for text in _UNKNOWN_FILE)


def is_refused_picture(outcome: Outcome) -> bool:
    """A file is none that Telegram takes as a picture, in whatever chat."""
    return isinstance(outcome, Failed) and any(text in outcome.detail.lower() for text in _BAD_PICTURE)


def may_accept_text(outcome: Outcome) -> bool:
    """A chat refuses a picture, or its caption, and may take the same as a text (some groups allow no pictures)."""
    return isinstance(outcome, Failed) and outcome.reason in {Reason.NO_RIGHT, Reason.TEMPLATE, Reason.REFUSED}
