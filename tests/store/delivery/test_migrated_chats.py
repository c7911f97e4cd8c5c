"""A group gets another id while an audience is half queued: it gets the message once all the same."""

import itertools

import pytest

from outreachbot.domain.delivery.states import DeliveryState, MessageKind, Reason
from outreachbot.store import chats
from outreachbot.store.delivery import ledger, messages
from outreachbot.store.delivery import queueing as delivery_queueing
from tests.support.transactions import queue_piece, transact


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(delivery_queueing, "PIECE", 2)


def orders():
    """The possible orders of the old id, the new one, and the end of the first piece; other chats fill the gaps."""
    return list(itertools.permutations([-40, -30, -20], 2))


@pytest.mark.parametrize(("old", "new"), orders())
@pytest.mark.parametrize("pieces", [0, 1, 2])
async def test_a_group_that_moves_while_its_audience_is_half_queued_gets_it_once(
    db, subscribe, confirm, queue, states, old, new, pieces
):
    await subscribe(*{-45, -35, -25, -15, old}, kind="group")
    outbox_id = await confirm()
    for _ in range(pieces):
        await transact(db, queue_piece)
    await transact(db, chats.migrate, old, new)
    await queue()

    assert await states(outbox_id) == dict.fromkeys([-45, -35, -25, -15, new], DeliveryState.QUEUED)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("old", "new"), orders())
@pytest.mark.parametrize("pieces", [0, 1, 2])
async def test_a_job_changes_a_moved_groups_copy_once(
    db, subscribe, deliver, confirm, queue, states, old, new, pieces, known
):
    """Even where only the delivery remembers the old id."""
    if known:
        await subscribe(old, kind="group")
    of_id = await deliver(dict.fromkeys({-45, -35, -25, -15, old}, DeliveryState.SENT), telegram_id=7)
    job = await confirm(kind=MessageKind.CORRECTION, of_id=of_id)
    for _ in range(pieces):
        await transact(db, queue_piece)
    await transact(db, chats.migrate, old, new)
    await queue()

    assert await states(job) == dict.fromkeys([-45, -35, -25, -15, new], DeliveryState.QUEUED)


async def test_a_group_that_moves_in_a_stopped_message_is_accounted_for(db, subscribe, confirm, queue, states):
    await subscribe(-45, -35, -25, -15, kind="group")
    outbox_id = await confirm()
    await transact(db, queue_piece)
    await transact(db, messages.stop, outbox_id, 6.0)
    await transact(db, chats.migrate, -15, -40)
    await queue()

    assert await states(outbox_id) == dict.fromkeys([-45, -40, -35, -25], DeliveryState.SKIPPED)
    assert await transact(db, ledger.count_reasons, outbox_id) == [(DeliveryState.SKIPPED, Reason.CANCELLED, 4)]


async def test_a_chat_that_left_the_audience_does_not_return_by_migrating(db, subscribe, confirm, queue, states):
    await subscribe(-45, -35, -25, -15, kind="group")
    outbox_id = await confirm()
    await transact(db, queue_piece)
    await transact(db, chats.unsubscribe, -15)
    await transact(db, chats.migrate, -15, -40)
    await queue()

    assert set(await states(outbox_id)) == {-45, -35, -25}
    assert (await transact(db, ledger.count_states, outbox_id)).audience == 3
