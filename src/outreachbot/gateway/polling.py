"""Asks Telegram for updates, and reads what it means when Telegram does not give any."""

from typing import Any

from outreachbot.bot.features import ALLOWED_UPDATES
from outreachbot.domain.delivery.outcomes import Halt
from outreachbot.errors import TelegramRefuses
from outreachbot.gateway import responses
from outreachbot.gateway.transport import NoAnswerError, NotReachedError, Telegram

BATCH = 100  # the most that Telegram gives at once


class PollFailedError(Exception):
    """No updates this time, and worth another try. The text says why, for the log."""


class ConflictError(PollFailedError):
    """409: another program polls with this token, or a webhook is set."""


async def fetch(telegram: Telegram, offset: int, seconds: int) -> list[dict[str, Any]]:
    """Updates from `offset` on (which confirms all before it), as Telegram sent them; at most 100.

    Raises PollFailedError, or TelegramRefuses when no further poll can succeed.
    """
    params = {"offset": offset, "timeout": seconds, "limit": BATCH, "allowed_updates": ALLOWED_UPDATES}
    try:
        answer = await telegram.call("getUpdates", params, seconds=seconds + 10)
    except (NotReachedError, NoAnswerError) as error:
        raise PollFailedError(str(error)) from None
    updates = responses.result(answer)
    if isinstance(updates, list):
        return [update for update in updates if isinstance(update, dict) and _has_id(update)]
    if answer.status == 409:
        raise ConflictError(responses.description(answer))
    if isinstance(outcome := responses.read(answer), Halt):
        raise TelegramRefuses(refusal(outcome))
    raise PollFailedError(responses.description(answer))


def _has_id(update: dict[str, Any]) -> bool:
    """Whether it can be kept and confirmed: an id that no database could hold is none of Telegram's."""
    update_id = update.get("update_id")
    return isinstance(update_id, int) and 0 <= update_id < 2**53


def refusal(halt: Halt) -> str:
    """One line for the operator about a 401, a 404 or a frozen bot."""
    return (
        f"Telegram refuses this bot ({halt.detail}): check OUTREACHBOT_TOKEN with @BotFather, "
        "and OUTREACHBOT_API_URL if you set it"
    )


async def forget_webhook(telegram: Telegram) -> None:
    """A webhook that was set earlier keeps polls from working; what waits for it stays and comes by polling."""
    try:
        answer = await telegram.call("deleteWebhook", {"drop_pending_updates": False})
    except (NotReachedError, NoAnswerError) as error:
        raise PollFailedError(str(error)) from None
    if isinstance(outcome := responses.read(answer), Halt):
        raise TelegramRefuses(refusal(outcome))
