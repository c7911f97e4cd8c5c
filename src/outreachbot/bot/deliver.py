"""Brings one delivery of the outbox to its chat: sent anew, or the copy that is there corrected or deleted."""

from outreachbot.bot import answers, say
from outreachbot.bot.transport import Telegram
from outreachbot.domain.delivery import Failed, Kind, Outcome, Sent
from outreachbot.domain.message import Message
from outreachbot.store.outbox import Claimed


async def deliver(telegram: Telegram, claimed: Claimed, message: Message) -> Outcome:
    """Try once; never raises for what Telegram or the network does."""
    match claimed.kind:
        case Kind.CORRECTION:
            return _done(await say.edit(telegram, message, claimed.chat_id, claimed.copy_ids[0]))
        case Kind.DELETION:
            return _done(await say.delete(telegram, claimed.chat_id, claimed.copy_ids))
        case _:
            return await say.push(telegram, message, claimed.chat_id, claimed.topic_id, silent=claimed.silent)


def _done(outcome: Outcome) -> Outcome:
    """A copy that is corrected already, or is not there any more to delete, is as it should be."""
    gone = isinstance(outcome, Failed) and "message to delete not found" in outcome.detail
    return Sent(0) if gone or answers.is_unchanged(outcome) else outcome
