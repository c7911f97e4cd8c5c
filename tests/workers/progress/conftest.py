"""What the tests of the progress share: a place where it is shown, and broadcasts that go on as told."""

from collections.abc import Awaitable, Callable

import pytest

from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import DeliveryState, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection, Database
from outreachbot.store.delivery import ledger, messages, outbox
from outreachbot.store.delivery.outbox import Settled
from outreachbot.views.broadcasts.status import MessageStatus
from outreachbot.workers.progress import Screen

ADMIN, PLACE = 22, 77
RUNNING, PAUSED = MessageState.RUNNING, MessageState.PAUSED


class Shown(list[str]):
    """What is shown, one text after the other; fails as often as told, and then stands at `place`."""

    failures = 0
    tries = 0
    place = PLACE

    async def __call__(self, message: Message, chat_id: int, message_id: int | None) -> int | None:
        assert (chat_id, message_id) == (ADMIN, PLACE)
        self.tries += 1
        if self.failures:
            self.failures -= 1
            return None
        self.append(message.text)
        return self.place


class Look:
    """How a message stands, as far as these tests go; and how often that was asked."""

    times = 0

    async def __call__(self, db: Connection, told: OutboxMessage) -> MessageStatus:
        self.times += 1
        tally = await ledger.count_states(db, told.id)
        return MessageStatus(
            *(told, tally, "UTC"),
            reasons=await ledger.count_reasons(db, told.id) if tally.finished else (),
            uncertain=await ledger.list_uncertain(db, told.id, 9) if tally.finished else (),
        )


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def look() -> Look:
    return Look()


@pytest.fixture
def screen(shown: Shown, look: Look) -> Screen:
    return Screen(shown, look, "en", ())


@pytest.fixture
async def started(
    db: Database, subscribe: Callable[..., Awaitable[None]], broadcast: Callable[..., Awaitable[int]]
) -> int:
    """A broadcast to three chats that has just been confirmed; its id."""
    await subscribe(1, 2, 3)
    message_id = await broadcast()
    async with connect.writing(db) as transaction:
        await records.set_progress_message(transaction, message_id, PLACE)
    return message_id


@pytest.fixture
def settle(db: Database) -> Callable[..., Awaitable[None]]:
    """Send to the next chats with these ends."""

    async def settle(*states: DeliveryState) -> None:
        async with connect.writing(db) as transaction:
            claimed = await outbox.claim(transaction, 1, len(states), 3.0)
            reasons = {DeliveryState.UNCERTAIN: Reason.NO_ANSWER, DeliveryState.FAILED: Reason.BLOCKED}
            ends = zip(claimed, states, strict=True)
            settled = [Settled(one.outbox_id, one.chat_id, state, reasons.get(state)) for one, state in ends]
            await outbox.settle(transaction, 1, settled, 4.0)
            await messages.finish_completed(transaction, 5.0)

    return settle


@pytest.fixture
def move(db: Database) -> Callable[..., Awaitable[None]]:
    """Pause a message (also as the program does, saying why), let it go on, or stop it for good."""

    async def move(message_id: int, to: MessageState, why: str = "") -> None:
        async with connect.writing(db) as transaction:
            if why:
                await messages.pause(transaction, message_id, why)
            elif to is MessageState.CANCELLED:
                await messages.stop(transaction, message_id, 6.0)
            else:
                await messages.change_state(transaction, message_id, to, only_from=[RUNNING, PAUSED])

    return move
