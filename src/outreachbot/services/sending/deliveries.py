"""Carries out one delivery of the outbox: sends a message, or corrects or deletes the copy in the chat."""

from outreachbot.domain.delivery.outcomes import Outcome, Sent
from outreachbot.domain.delivery.states import MessageKind
from outreachbot.domain.ids import TelegramMessageId
from outreachbot.domain.messages.message import Message
from outreachbot.gateway import responses
from outreachbot.services.sending import messages
from outreachbot.services.sending.messenger import Messenger
from outreachbot.store.delivery.outbox import Claimed


async def send_delivery(messenger: Messenger, claimed: Claimed, message: Message) -> Outcome:
    """Try once. Failures of Telegram or the network are outcomes, never exceptions."""
    match claimed.kind:
        case MessageKind.CORRECTION:
            return _accept_done(await messages.edit_message(messenger, message, claimed.chat_id, claimed.copy_ids[0]))
        case MessageKind.DELETION:
            return _accept_done(await messages.delete_messages(messenger, claimed.chat_id, claimed.copy_ids))
        case _:
            return await messages.send_bulk(
                messenger, message, claimed.chat_id, claimed.topic_id, silent=claimed.silent
            )


def _accept_done(outcome: Outcome) -> Outcome:
    """A copy that says this already, or is deleted already, counts as done."""
    return Sent(TelegramMessageId(0)) if responses.is_deleted(outcome) or responses.is_unchanged(outcome) else outcome
