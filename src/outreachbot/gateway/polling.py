"""Asks Telegram for updates, and reads what it means when Telegram does not give any."""

from collections.abc import Sequence
from typing import Any

from outreachbot.domain.delivery.outcomes import Halt
from outreachbot.errors import PollConflict, PollFailed, RequestFailed, TelegramRefuses
from outreachbot.gateway import responses
from outreachbot.gateway.transport import BotApi

BATCH = 100  # the most that Telegram gives at once


async def fetch_updates(api: BotApi, offset: int, seconds: int, allowed: Sequence[str]) -> list[dict[str, Any]]:
    """Updates from `offset` on (which confirms all before it), as Telegram sent them; at most 100.

    Raises PollFailedError, or TelegramRefuses when no further poll can succeed.
    """
    params = {"offset": offset, "timeout": seconds, "limit": BATCH, "allowed_updates": allowed}
    try:
        answer = await api.call("getUpdates", params, seconds=seconds + 10)
    except RequestFailed as error:
        raise PollFailed(str(error)) from None
    updates = responses.read_result(answer)
    if isinstance(updates, list):
        return [update for update in updates if isinstance(update, dict) and _has_id(update)]
    if answer.status == 409:
        raise PollConflict(responses.read_description(answer))
    if isinstance(outcome := responses.read_outcome(answer), Halt):
        raise TelegramRefuses(explain_refusal(outcome))
    raise PollFailed(responses.read_description(answer))


def _has_id(update: dict[str, Any]) -> bool:
    """Whether it can be kept and confirmed: an id that no database could hold is none of Telegram's."""
    update_id = update.get("update_id")
    return isinstance(update_id, int) and 0 <= update_id < 2**53


def explain_refusal(halt: Halt) -> str:
    """One line for the operator about a 401, a 404 or a frozen bot."""
    return (
        f"Telegram refuses this bot ({halt.detail}): check OUTREACHBOT_TOKEN with @BotFather, "
        "and OUTREACHBOT_API_URL if you set it"
    )


async def delete_webhook(api: BotApi) -> None:
    """A webhook that was set earlier keeps polls from working; what waits for it stays and comes by polling."""
    try:
        answer = await api.call("deleteWebhook", {"drop_pending_updates": False})
    except RequestFailed as error:
        raise PollFailed(str(error)) from None
    if isinstance(outcome := responses.read_outcome(answer), Halt):
        raise TelegramRefuses(explain_refusal(outcome))
