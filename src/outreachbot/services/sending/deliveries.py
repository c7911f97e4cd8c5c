"""Brings one delivery of the outbox to its chat: sent anew, or the copy that is there corrected or deleted."""

from outreachbot.domain.delivery.outcomes import Failed, Outcome, Sent
from outreachbot.domain.delivery.states import Kind
from outreachbot.domain.messages.message import Message
from outreachbot.gateway import responses
from outreachbot.gateway.transport import Telegram
from outreachbot.services.sending import messages
from outreachbot.store.delivery.outbox import Claimed


async def deliver(telegram: Telegram, claimed: Claimed, message: Message) -> Outcome:
    """Try once; never raises for what Telegram or the network does."""
    match claimed.kind:
        case Kind.CORRECTION:
            return _done(await messages.edit(telegram, message, claimed.chat_id, claimed.copy_ids[0]))
        case Kind.DELETION:
            return _done(await messages.delete(telegram, claimed.chat_id, claimed.copy_ids))
        case _:
            return await messages.push(telegram, message, claimed.chat_id, claimed.topic_id, silent=claimed.silent)


def _done(outcome: Outcome) -> Outcome:
    """A copy that is corrected already, or is not there any more to delete, is as it should be."""
    gone = isinstance(outcome, Failed) and "message to delete not found" in outcome.detail
    return Sent(0) if gone or responses.is_unchanged(outcome) else outcome
