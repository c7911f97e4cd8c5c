"""Fetches updates from Telegram, and reads what a failed poll means."""

from collections.abc import Sequence
from typing import Any

from outreachbot.domain.delivery.outcomes import Halt
from outreachbot.errors import PollConflict, PollFailed, RequestFailed, TelegramRefuses
from outreachbot.gateway import responses
from outreachbot.gateway.transport import BotApi

BATCH = 100  # at most 100 (Bot API, getUpdates)


async def fetch_updates(api: BotApi, offset: int, seconds: int, allowed: Sequence[str]) -> list[dict[str, Any]]:
    """Up to 100 updates from `offset` on, as Telegram sent them; this confirms all before `offset`.

    Waits up to `seconds` for the first one. Raises PollFailed, or TelegramRefuses when no further poll can succeed.
    """
    params = {"offset": offset, "timeout": seconds, "limit": BATCH, "allowed_updates": allowed}
    try:
        response = await api.call("getUpdates", params, seconds=seconds + 10)
    except RequestFailed as error:
        raise PollFailed(str(error)) from None
    updates = responses.read_result(response)
    if isinstance(updates, list):
        return [update for update in updates if isinstance(update, dict) and _has_id(update)]
    if response.status == 409:
        raise PollConflict(responses.read_description(response))
    if isinstance(outcome := responses.read_outcome(response), Halt):
        raise TelegramRefuses(responses.explain_refusal(outcome))
    raise PollFailed(responses.read_description(response))


def _has_id(update: dict[str, Any]) -> bool:
    """Whether it has an id of Telegram's: one that the database can hold and that can be confirmed."""
    update_id = update.get("update_id")
    return isinstance(update_id, int) and 0 <= update_id < 2**53


async def delete_webhook(api: BotApi) -> None:
    """Delete a webhook, which would make polls fail; the updates that wait for it come by polling.

    Raises PollFailed, or TelegramRefuses when no further request can succeed.
    """
    try:
        response = await api.call("deleteWebhook", {"drop_pending_updates": False})
    except RequestFailed as error:
        raise PollFailed(str(error)) from None
    if isinstance(outcome := responses.read_outcome(response), Halt):
        raise TelegramRefuses(responses.explain_refusal(outcome))
