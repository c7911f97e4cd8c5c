"""Reads Telegram's responses: what they mean for a delivery, and whether another try could succeed."""

import json
import re
from typing import Any

from outreachbot.domain.delivery.outcomes import Failed, Halt, Migrated, NotSent, Outcome, Sent, Uncertain, Wait
from outreachbot.domain.delivery.states import Reason
from outreachbot.domain.ids import TelegramMessageId
from outreachbot.errors import NotReached, RequestFailed
from outreachbot.gateway.transport import Response

# Parts of Telegram's descriptions, in lower case. The first that is found decides.
# Sources: tdlib/telegram-bot-api, Client.cpp, and reports by users; none was observed on Telegram itself.
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
# How the most frequent response begins: the message's id can be read without parsing the rest.
_SENT = re.compile(rb'\{"ok":true,"result":\{"message_id":([0-9]{1,15})[,}]')
_PREFIX = re.compile(r"^(bad request|forbidden|unauthorized|conflict|not found):\s*", re.IGNORECASE)
_DEFAULT_WAIT = 5.0
_LONGEST_WAIT = 7 * 86_400.0  # seconds; a longer one is not from Telegram
_LARGEST_ID = 2**53  # Bot API: ids have at most 52 significant bits


def read_failure(error: RequestFailed) -> NotSent | Uncertain:
    """What a request without an answer means."""
    if isinstance(error, NotReached):
        return NotSent(str(error))
    return Uncertain(Reason.NO_ANSWER)


def read_outcome(response: Response) -> Outcome:
    """What the response to a sending method means.

    `Sent.telegram_message_id` is 0 if the result holds no message id (that of an edit, for example).
    """
    if sent := _SENT.match(response.body):
        return Sent(TelegramMessageId(int(sent[1])))
    parsed = _parse(response.body)
    if parsed is None:
        return _read_unparsable(response.status)
    if parsed.get("ok") is True:
        return _read_sent(parsed.get("result"))
    return _read_refusal(response.status, parsed)


def is_from_telegram(response: Response) -> bool:
    """Whether it has the form of Telegram's responses, unlike a proxy's page."""
    return _parse(response.body) is not None


def _read_sent(result: object) -> Sent:
    """The outcome for a message, or for the list of messages that is an album's result."""
    messages = result if isinstance(result, list) else [result]
    first, *more = map(_read_message_id, messages or [None])
    return Sent(first, tuple(more))


def _read_message_id(message: object) -> TelegramMessageId:
    return TelegramMessageId(_read_id(message.get("message_id")) if isinstance(message, dict) else 0)


def read_result(response: Response) -> Any:
    """The `result` of a successful response; None for any other."""
    parsed = _parse(response.body)
    return parsed.get("result") if parsed and parsed.get("ok") is True else None


def read_description(response: Response) -> str:
    """Telegram's description of an error, or the HTTP status."""
    parsed = _parse(response.body) or {}
    return str(parsed.get("description") or f"HTTP {response.status}")


def _parse(body: bytes) -> dict[str, Any] | None:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) and "ok" in parsed else None


def _read_unparsable(status: int) -> Outcome:
    """The outcome of a page that a proxy sent. With a 4xx the request did not reach Telegram; else it may have."""
    if status == 429:
        return Wait(_DEFAULT_WAIT)
    if 400 <= status < 500:
        return NotSent(f"HTTP {status} from something that is not Telegram")
    return Uncertain(Reason.SERVER_ERROR)


def _read_refusal(status: int, parsed: dict[str, Any]) -> Outcome:
    code = parsed["error_code"] if isinstance(parsed.get("error_code"), int) else status
    # No database stores a lone surrogate, and PostgreSQL no NUL.
    description = str(parsed.get("description", "")).replace("\0", "").encode(errors="replace").decode()
    parameters = parsed["parameters"] if isinstance(parsed.get("parameters"), dict) else {}
    if new_id := _read_id(parameters.get("migrate_to_chat_id")):
        return Migrated(new_id)
    if code == 429:
        return Wait(_read_seconds(parameters.get("retry_after")))
    if code in {401, 404} or "FROZEN" in description:
        return Halt(description)
    if code >= 500:
        return Uncertain(Reason.SERVER_ERROR)
    return Failed(_find_reason(description), description)


def _read_id(value: object) -> int:
    return value if isinstance(value, int) and abs(value) < _LARGEST_ID else 0


def _read_seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value <= _LONGEST_WAIT else _DEFAULT_WAIT


def _find_reason(description: str) -> Reason:
    lowered = _PREFIX.sub("", description).lower()
    return next((reason for text, reason in _REASONS if text in lowered), Reason.REFUSED)


def is_unchanged(outcome: Outcome) -> bool:
    """Whether Telegram refused an edit because it changes nothing, which counts as success."""
    return isinstance(outcome, Failed) and "message is not modified" in outcome.detail


def is_deleted(outcome: Outcome) -> bool:
    """Whether Telegram refused to delete a message because it no longer exists."""
    return isinstance(outcome, Failed) and "message to delete not found" in outcome.detail


def is_unknown_file(outcome: Outcome) -> bool:
    """Whether Telegram does not know, or no longer knows, the file id: the file has to be uploaded again."""
    return isinstance(outcome, Failed) and any(text in outcome.detail.lower() for text in _UNKNOWN_FILE)


def is_refused_picture(outcome: Outcome) -> bool:
    """Whether Telegram does not accept the file as a picture, in any chat."""
    return isinstance(outcome, Failed) and any(text in outcome.detail.lower() for text in _BAD_PICTURE)


def may_accept_text(outcome: Outcome) -> bool:
    """Whether a chat that refused a picture or its caption may accept the text alone: some groups allow no pictures."""
    return isinstance(outcome, Failed) and outcome.reason in {Reason.NO_RIGHT, Reason.TEMPLATE, Reason.REFUSED}


def explain_refusal(halt: Halt) -> str:
    """One line that tells the operator about a 401, a 404 or a frozen bot."""
    return (
        f"Telegram refuses this bot ({halt.detail}): check OUTREACHBOT_TOKEN with @BotFather, "
        "and OUTREACHBOT_API_URL if you set it"
    )
