"""Messages of the outbox: how they are written, and their states from draft to end."""

import datetime as dt
import itertools

import pytest

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.broadcasts.timing import Moment
from outreachbot.domain.delivery.states import JOBS, DeliveryState, MessageKind, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.store.broadcasts import records
from outreachbot.store.delivery import ledger, messages
from tests.support.transactions import BODIES, draft, message_row, set_state, transact

OVER = [MessageState.CANCELLED, MessageState.FINISHED]


async def test_a_key_is_written_once(db):
    first = await transact(db, messages.create, MessageKind.REMINDER, BODIES, 1.0, key="a")

    assert await transact(db, messages.create, MessageKind.REMINDER, BODIES, 2.0, key="a") is None
    assert await transact(db, messages.create, MessageKind.REMINDER, BODIES, 2.0, key="b") not in {None, first}
    assert (await message_row(db, first)).created_at == 1.0


async def test_messages_without_a_key_are_all_written(db):
    written = [await transact(db, messages.create, MessageKind.BROADCAST, BODIES, 1.0) for _ in range(3)]

    assert len(set(written) - {None}) == 3


async def test_a_reminder_runs_at_once(db):
    written = await message_row(
        db, await transact(db, messages.create, MessageKind.REMINDER, BODIES, 1.0, expires_at=9.0)
    )

    assert (written.state, written.started_at, written.expires_at) == (MessageState.RUNNING, 1.0, 9.0)
    assert written.queued_to is not None


@pytest.mark.parametrize("kind", [MessageKind.BROADCAST, *sorted(JOBS)])
async def test_a_draft_waits_for_its_admin(db, kind):
    written = await message_row(db, await transact(db, messages.create, kind, BODIES, 1.0, of_id=4))

    assert (written.state, written.started_at, written.queued_to) == (MessageState.DRAFT, None, None)
    assert (written.kind, written.of_id) == (kind, 4)


async def test_only_a_draft_changes_what_it_says_to_whom_and_when(db):
    outbox_id = await draft(db)

    async def change(word, at):
        await transact(db, messages.rewrite, outbox_id, {"en": Message(word)})
        await transact(db, messages.set_audience, outbox_id, BroadcastAudience(languages=(word,)))
        await transact(db, messages.set_timing, outbox_id, Moment(dt.datetime.fromtimestamp(at, dt.UTC)))
        found = await transact(db, records.find, outbox_id)
        return (
            (await transact(db, messages.load_bodies, outbox_id))["en"].text,
            found.message.audience.languages,
            found.message.timing,
        )

    assert await change("better", 7.0) == ("better", ("better",), Moment(dt.datetime.fromtimestamp(7.0, dt.UTC)))
    await transact(db, messages.start, outbox_id, 2.0)
    assert await change("late", 8.0) == ("better", ("better",), Moment(dt.datetime.fromtimestamp(7.0, dt.UTC)))


@pytest.mark.parametrize(("now", "to"), list(itertools.permutations(MessageState, 2)))
async def test_a_message_changes_state_only_from_an_allowed_one(db, deliver, now, to):
    outbox_id = await deliver({})
    await set_state(db, outbox_id, now)
    others = [state for state in MessageState if state is not now]

    assert await transact(db, messages.change_state, outbox_id, to, only_from=others) is False
    assert (await message_row(db, outbox_id)).state == now
    assert await transact(db, messages.change_state, outbox_id, to, only_from=[now]) is True
    assert (await message_row(db, outbox_id)).state == to


async def test_an_unknown_message_does_nothing(db):
    assert await transact(db, messages.change_state, 77, MessageState.RUNNING, only_from=list(MessageState)) is False
    assert await transact(db, messages.pause, 77, "why") is False
    assert await transact(db, messages.schedule, 77, 1.0) is False
    assert await transact(db, messages.start, 77, 1.0) is False
    assert await transact(db, messages.stop, 77, 1.0) is False
    assert await transact(db, messages.queue_again, 77, DeliveryState.UNCERTAIN, 1.0) == 0


async def test_the_program_pauses_what_runs_and_says_why_until_it_goes_on(db, deliver):
    outbox_id = await deliver({})

    assert await transact(db, messages.pause, outbox_id, "can't parse entities") is True
    assert await transact(db, messages.pause, outbox_id, "again") is False
    assert (await message_row(db, outbox_id)).state_reason == "can't parse entities"
    await transact(db, messages.change_state, outbox_id, MessageState.RUNNING, only_from=[MessageState.PAUSED])
    assert (await message_row(db, outbox_id)).state_reason is None


@pytest.mark.parametrize("state", [state for state in MessageState if state is not MessageState.RUNNING])
async def test_only_a_running_message_is_paused(db, deliver, state):
    outbox_id = await deliver({})
    await set_state(db, outbox_id, state)

    assert await transact(db, messages.pause, outbox_id, "why") is False
    assert (await message_row(db, outbox_id)).state == state


async def test_stopping_a_message_skips_what_is_queued_and_leaves_the_rest(db, deliver, states):
    mix = dict(enumerate(DeliveryState))
    outbox_id, other = await deliver(mix), await deliver(mix)

    assert await transact(db, messages.stop, outbox_id, 6.0) is True
    assert await transact(db, messages.stop, outbox_id, 7.0) is False
    assert (await states(outbox_id), await states(other)) == (mix | {0: DeliveryState.SKIPPED}, mix)
    assert (DeliveryState.SKIPPED, Reason.CANCELLED, 1) in await transact(db, ledger.count_reasons, outbox_id)
    assert (await message_row(db, outbox_id)).finished_at == 6.0


@pytest.mark.parametrize("state", [MessageState.DRAFT, *OVER])
async def test_an_unconfirmed_or_finished_message_is_not_stopped(db, deliver, states, state):
    outbox_id = await deliver({1: DeliveryState.QUEUED})
    await set_state(db, outbox_id, state)

    assert await transact(db, messages.stop, outbox_id, 6.0) is False
    assert await states(outbox_id) == {1: DeliveryState.QUEUED}


MIXES = [mix for size in (0, 1, 2) for mix in itertools.combinations(DeliveryState, size)]


@pytest.mark.parametrize("going", [MessageState.RUNNING, MessageState.PAUSED])
async def test_a_message_is_finished_when_nothing_is_queued_or_sending(db, deliver, going):
    made = {await deliver(dict(enumerate(mix))): mix for mix in MIXES}
    for number in made:
        await set_state(db, number, going)
    done = {number for number, mix in made.items() if not {DeliveryState.QUEUED, DeliveryState.SENDING} & set(mix)}

    assert set(await transact(db, messages.finish_completed, 7.0)) == done
    assert await transact(db, messages.finish_completed, 8.0) == []
    for number in made:
        kept = await message_row(db, number)
        assert (kept.state, kept.finished_at) == ((MessageState.FINISHED, 7.0) if number in done else (going, None))


async def test_a_paused_message_that_is_finished_has_no_trouble_any_more(db, deliver):
    outbox_id = await deliver({1: DeliveryState.FAILED})
    await transact(db, messages.pause, outbox_id, "can't parse entities")
    await transact(db, messages.finish_completed, 7.0)

    assert (await message_row(db, outbox_id)).state_reason is None


async def test_a_message_is_not_finished_before_its_whole_audience_is_queued(db, confirm, queue):
    outbox_id = await confirm()

    assert await transact(db, messages.finish_completed, 7.0) == []
    assert await queue() == [0]
    assert await transact(db, messages.finish_completed, 8.0) == [outbox_id]


@pytest.mark.parametrize("state", [state for state in MessageState if state not in messages.ACTIVE])
async def test_only_an_ongoing_message_is_finished(db, deliver, state):
    outbox_id = await deliver({})
    await set_state(db, outbox_id, state)

    assert await transact(db, messages.finish_completed, 7.0) == []
    assert (await message_row(db, outbox_id)).state == state
