"""What is to be said, to whom, and what became of it: nobody twice, nobody forgotten."""

import asyncio
import itertools

import pytest
from sqlalchemy import select

from outreachbot.domain.delivery import MessageState, Reason, State
from outreachbot.domain.message import Message
from outreachbot.domain.schedule import Group
from outreachbot.store import audience, broadcasts, chats, connect, ledger, outbox
from outreachbot.store import tables as t
from outreachbot.store.audience import Audience
from outreachbot.store.outbox import BROADCAST, REMINDER, Claimed, Settled

BODIES = {"en": Message("hello")}
EVERYBODY = Audience(subscribed_until=1e9)


async def do(db, change, *values, **named):
    """One change of the store in a transaction of its own."""
    async with connect.writing(db) as transaction:
        return await change(transaction, *values, **named)


async def claim(db, limit=100, now=5.0):
    """The (message, chat) pairs that were claimed, in their order."""
    return [(one.message_id, one.chat_id) for one in await do(db, outbox.claim, limit, now)]


async def message(db, message_id):
    async with connect.reading(db) as connection:
        return (await connection.execute(select(t.messages).where(t.messages.c.id == message_id))).one()


async def delivery(db, message_id, chat_id):
    where = (t.deliveries.c.message_id == message_id) & (t.deliveries.c.chat_id == chat_id)
    async with connect.reading(db) as connection:
        return (await connection.execute(select(t.deliveries).where(where))).one()


async def test_a_key_is_written_once(db):
    first = await do(db, outbox.write, REMINDER, BODIES, 1.0, key="a")

    assert await do(db, outbox.write, REMINDER, BODIES, 2.0, key="a") is None
    assert await do(db, outbox.write, REMINDER, BODIES, 2.0, key="b") not in {None, first}
    assert (await message(db, first)).created_at == 1.0


async def test_a_key_that_two_write_at_once_is_written_once(db):
    written = await asyncio.gather(*(do(db, outbox.write, REMINDER, BODIES, 1.0, key="a") for _ in range(5)))

    assert sorted(one is None for one in written) == [False, True, True, True, True]


async def test_messages_without_a_key_are_all_written(db):
    written = [await do(db, outbox.write, BROADCAST, BODIES, 1.0) for _ in range(3)]

    assert len(set(written) - {None}) == 3


async def test_a_reminder_runs_at_once_and_a_broadcast_waits_for_its_admin(db):
    reminder, broadcast = [await do(db, outbox.write, kind, BODIES, 1.0) for kind in (REMINDER, BROADCAST)]

    assert ((await message(db, reminder)).state, (await message(db, reminder)).started_at) == (
        MessageState.RUNNING,
        1.0,
    )
    assert ((await message(db, broadcast)).state, (await message(db, broadcast)).started_at) == (
        MessageState.DRAFT,
        None,
    )


async def test_known_keys_are_told(db):
    await do(db, outbox.write, REMINDER, BODIES, 1.0, key="a")

    assert await do(db, outbox.known, ["a", "b"]) == {"a"}
    assert await do(db, outbox.known, []) == set()


async def test_each_subscribed_chat_is_queued_once_however_often_it_is_done(db, subscribe, deliver, states):
    await subscribe(1, 2, -3)
    message_id = await deliver({})

    assert await do(db, audience.address, message_id, EVERYBODY) == 3
    await subscribe(4)
    assert await do(db, audience.address, message_id, EVERYBODY) == 1
    assert await do(db, audience.address, message_id, EVERYBODY) == 0
    assert await states(message_id) == dict.fromkeys([1, 2, -3, 4], State.QUEUED)


async def test_addressing_again_leaves_what_was_sent(db, subscribe, deliver, states):
    await subscribe(1)
    message_id = await deliver({1: State.SENT})
    await do(db, audience.address, message_id, EVERYBODY)

    assert await states(message_id) == {1: State.SENT}


async def test_who_left_or_is_gone_is_not_addressed(db, subscribe, deliver):
    await subscribe(1, 2)
    await do(db, chats.unsubscribe, 1)
    await do(db, chats.gone, 2, Reason.BLOCKED, 1.0)

    assert await do(db, audience.address, await deliver({}), EVERYBODY) == 0


async def test_who_subscribes_later_is_not_addressed(db, subscribe, deliver, states):
    await subscribe(1, now=9.0)
    await subscribe(2, now=10.0)
    await subscribe(3, now=10.5)
    message_id = await deliver({})
    await do(db, audience.address, message_id, Audience(subscribed_until=10.0))

    assert set(await states(message_id)) == {1, 2}


@pytest.mark.parametrize(
    ("zone", "hour", "who"),
    [
        ("Asia/Baku", 9, {1, 2, 3}),  # by choice or by default
        ("Asia/Baku", 20, {4}),
        ("Asia/Tokyo", 9, {5}),
        ("Asia/Tokyo", 0, {6}),
        ("Europe/Paris", 9, set()),
    ],
)
async def test_a_group_is_who_chose_its_zone_and_hour_or_has_them_by_default(
    db, subscribe, deliver, states, zone, hour, who
):
    await subscribe(1)
    await subscribe(2, zone="Asia/Baku")
    await subscribe(3, hour=9)
    await subscribe(4, hour=20)
    await subscribe(5, zone="Asia/Tokyo")
    await subscribe(6, zone="Asia/Tokyo", hour=0)
    message_id = await deliver({})
    await do(db, audience.address, message_id, Audience(group=Group(zone, hour), default=Group("Asia/Baku", 9)))

    assert set(await states(message_id)) == who


async def test_the_groups_that_are_told_have_every_chat_in_one_of_them(db, subscribe, deliver, states):
    for number, (zone, hour) in enumerate(itertools.product([None, "Asia/Baku", "Asia/Tokyo"], [None, 0, 9])):
        await subscribe(number, zone=zone, hour=hour)
    reached = []
    for group in await do(db, chats.groups, "Asia/Baku", 9):
        message_id = await deliver({})
        await do(db, audience.address, message_id, Audience(group=group, default=Group("Asia/Baku", 9)))
        reached += await states(message_id)

    assert sorted(reached) == list(range(9))


async def test_a_claimed_delivery_is_written_down_before_it_is_sent(db, subscribe, deliver):
    async with connect.writing(db) as transaction:
        await chats.subscribe(transaction, -7, kind="supergroup", language="az", topic_id=42, now=1.0)
    message_id = await deliver({-7: State.QUEUED})

    assert await do(db, outbox.claim, 10, 5.0) == [Claimed(message_id, -7, "az", 42)]
    assert ((await delivery(db, message_id, -7)).state, (await delivery(db, message_id, -7)).changed_at) == (
        State.SENDING,
        5.0,
    )
    assert await claim(db) == []


async def test_reminders_go_before_broadcasts_and_the_oldest_first(db, subscribe, deliver):
    await subscribe(1, 2)
    both = {1: State.QUEUED, 2: State.QUEUED}
    old, new = await deliver(both), await deliver(both)
    first, second = await deliver(both, kind=REMINDER), await deliver(both, kind=REMINDER)

    assert await claim(db) == list(itertools.product([first, second, old, new], [1, 2]))


async def test_a_claim_is_never_larger_than_its_limit(db, subscribe, deliver):
    await subscribe(*range(10))
    for _ in range(2):
        await deliver(dict.fromkeys(range(10), State.QUEUED))
    sizes = [len(await claim(db, limit=7)) for _ in range(4)]

    assert sizes == [7, 7, 6, 0]


@pytest.mark.parametrize("state", [state for state in State if state is not State.QUEUED])
async def test_only_what_is_queued_is_claimed(db, subscribe, deliver, state):
    await subscribe(1)
    await deliver({1: state})

    assert await claim(db) == []


@pytest.mark.parametrize("state", [state for state in MessageState if state is not MessageState.RUNNING])
async def test_only_what_runs_is_claimed(db, subscribe, deliver, state):
    await subscribe(1)
    message_id = await deliver({1: State.QUEUED})
    await do(db, outbox.move, message_id, state, only_from=[MessageState.RUNNING])

    assert await claim(db) == []
    assert await do(db, outbox.is_running_any) is False


async def test_who_left_since_is_skipped_with_the_reason(db, subscribe, deliver):
    await subscribe(1, 2, 3, 4)
    message_id = await deliver(dict.fromkeys([1, 2, 3, 4, 5], State.QUEUED))
    await do(db, chats.unsubscribe, 1)
    await do(db, chats.gone, 2, Reason.BLOCKED, 1.0)
    await do(db, chats.unsubscribe, 4)
    await do(db, chats.gone, 4, Reason.DEACTIVATED, 1.0)

    assert await claim(db) == [(message_id, 3)]
    assert {entry.chat_id: (entry.state, entry.reason) for entry in await do(db, ledger.not_sent, message_id)} == {
        1: (State.SKIPPED, Reason.UNSUBSCRIBED),
        2: (State.SKIPPED, Reason.BLOCKED),
        4: (State.SKIPPED, Reason.DEACTIVATED),
        5: (State.SKIPPED, Reason.UNSUBSCRIBED),
    }


async def test_who_left_and_returned_in_time_gets_it(db, subscribe, deliver):
    await subscribe(1, 2)
    message_id = await deliver({1: State.QUEUED, 2: State.QUEUED})
    await do(db, chats.unsubscribe, 1)
    await do(db, chats.gone, 2, Reason.BLOCKED, 1.0)
    await subscribe(1, now=4.0)
    await do(db, chats.back, 2)

    assert await claim(db) == [(message_id, 1), (message_id, 2)]


async def test_who_is_skipped_for_one_message_keeps_the_others(db, subscribe, deliver, states):
    await subscribe(1)
    skipped, draft = await deliver({1: State.QUEUED}), await deliver({1: State.QUEUED})
    await do(db, outbox.pause, draft, "why")
    await do(db, chats.unsubscribe, 1)
    await claim(db)

    assert (await states(skipped), await states(draft)) == ({1: State.SKIPPED}, {1: State.QUEUED})


async def test_two_claims_at_once_never_overlap(postgres_url):
    """Both transactions are open at the same time; the second does not wait for the first."""
    async with connect.opened(postgres_url) as one, connect.opened(postgres_url, exclusive=False) as other:
        for chat_id in range(10):
            await do(one, chats.subscribe, chat_id, kind="private", language="en", topic_id=None, now=1.0)
        message_id = await do(one, broadcasts.draft, 1, 1, BODIES, 1.0)
        await do(one, outbox.start, message_id, 2.0)
        async with connect.writing(one) as first, connect.writing(other) as second, asyncio.timeout(5):
            mine, theirs, rest = [await outbox.claim(db, 4, 5.0) for db in (first, second, first)]

        assert [one.chat_id for one in (*mine, *theirs, *rest)] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]


async def test_many_senders_at_once_claim_everything_once(database_url):
    async with connect.opened(database_url) as one, connect.opened(database_url, exclusive=False) as other:
        for chat_id in range(40):
            await do(one, chats.subscribe, chat_id, kind="private", language="en", topic_id=None, now=1.0)
        message_id = await do(one, broadcasts.draft, 1, 1, BODIES, 1.0)
        await do(one, outbox.start, message_id, 2.0)
        claims = await asyncio.gather(*(claim(db, limit=3) for db in (one, other) for _ in range(8)))
        claims.append(await claim(one))

        assert sorted(chat_id for part in claims for _, chat_id in part) == list(range(40))


async def test_a_claim_that_is_rolled_back_is_free_again(db, subscribe, deliver):
    await subscribe(1)
    message_id = await deliver({1: State.QUEUED})

    async def fail():
        async with connect.writing(db) as transaction:
            await outbox.claim(transaction, 10, 5.0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await claim(db) == [(message_id, 1)]


async def test_what_became_of_a_delivery_is_written_down(db, deliver):
    message_id = await deliver({1: State.SENDING, 2: State.SENDING})
    sent = Settled(message_id, 1, State.SENT, telegram_id=2**40)
    refused = Settled(message_id, 2, State.FAILED, Reason.REFUSED, detail="Bad Request: 🕯")
    await do(db, outbox.settle, [sent, refused], 6.0)

    arrived, failed = await delivery(db, message_id, 1), await delivery(db, message_id, 2)
    assert (arrived.state, arrived.reason, arrived.telegram_id, arrived.changed_at) == (State.SENT, None, 2**40, 6.0)
    assert (failed.state, failed.reason, failed.detail) == (State.FAILED, Reason.REFUSED, "Bad Request: 🕯")


@pytest.mark.parametrize("state", list(State))
async def test_only_what_is_being_sent_is_settled(db, deliver, states, state):
    message_id = await deliver({1: state, 2: State.SENDING})
    await do(db, outbox.settle, [Settled(message_id, 1, State.FAILED, Reason.REFUSED)], 6.0)

    expected = State.FAILED if state is State.SENDING else state
    assert await states(message_id) == {1: expected, 2: State.SENDING}


async def test_settling_nothing_or_the_unknown_does_no_harm(db, deliver, states):
    message_id = await deliver({1: State.SENDING})
    await do(db, outbox.settle, [], 6.0)
    await do(db, outbox.settle, [Settled(message_id + 1, 1, State.SENT), Settled(message_id, 2, State.SENT)], 6.0)

    assert await states(message_id) == {1: State.SENDING}


async def test_what_was_surely_not_sent_is_claimed_again(db, subscribe, deliver):
    await subscribe(1)
    message_id = await deliver({1: State.SENDING})
    await do(db, outbox.settle, [Settled(message_id, 1, State.QUEUED)], 6.0)

    assert await claim(db) == [(message_id, 1)]


MIXES = [mix for size in (0, 1, 2) for mix in itertools.combinations(State, size)]


async def test_a_message_is_finished_when_nothing_is_queued_or_sending(db, deliver):
    made = {await deliver(dict(enumerate(mix))): mix for mix in MIXES}
    done = {number for number, mix in made.items() if not {State.QUEUED, State.SENDING} & set(mix)}

    assert set(await do(db, outbox.finish, 7.0)) == done
    assert await do(db, outbox.finish, 8.0) == []
    for number in made:
        kept = await message(db, number)
        expected = (MessageState.FINISHED, 7.0) if number in done else (MessageState.RUNNING, None)
        assert (kept.state, kept.finished_at) == expected


@pytest.mark.parametrize("state", [state for state in MessageState if state is not MessageState.RUNNING])
async def test_only_what_runs_is_finished(db, deliver, state):
    message_id = await deliver({})
    await do(db, outbox.move, message_id, state, only_from=[MessageState.RUNNING])

    assert await do(db, outbox.finish, 7.0) == []
    assert (await message(db, message_id)).state == state


async def test_after_a_crash_what_was_being_sent_is_uncertain(db, deliver, states):
    one = await deliver(dict(enumerate(State)) | {7: State.SENDING})
    other = await deliver({1: State.SENDING})

    assert await do(db, outbox.recover, 8.0) == 3
    assert await states(one) == dict(enumerate(State)) | {1: State.UNCERTAIN, 7: State.UNCERTAIN}
    recovered = await delivery(db, other, 1)
    assert (recovered.state, recovered.reason, recovered.changed_at) == (State.UNCERTAIN, Reason.STOPPED, 8.0)


async def test_recovering_again_finds_nothing(db, deliver):
    await deliver({1: State.SENDING})
    await do(db, outbox.recover, 8.0)

    assert await do(db, outbox.recover, 9.0) == 0


async def test_what_is_uncertain_is_never_sent_again_by_itself(db, subscribe, deliver):
    await subscribe(1)
    await deliver({1: State.SENDING})
    await do(db, outbox.recover, 8.0)

    assert await claim(db) == []


@pytest.mark.parametrize(("now", "to"), list(itertools.permutations(MessageState, 2)))
async def test_a_message_moves_only_from_where_it_may(db, deliver, now, to):
    message_id = await deliver({})
    await do(db, outbox.move, message_id, now, only_from=list(MessageState))
    others = [state for state in MessageState if state is not now]

    assert await do(db, outbox.move, message_id, to, only_from=others) is False
    assert (await message(db, message_id)).state == now
    assert await do(db, outbox.move, message_id, to, only_from=[now]) is True
    assert (await message(db, message_id)).state == to


async def test_an_unknown_message_does_not_move(db):
    assert await do(db, outbox.move, 77, MessageState.RUNNING, only_from=list(MessageState)) is False
    assert await do(db, outbox.pause, 77, "why") is False
    assert await do(db, outbox.start, 77, 1.0) is None


async def test_of_two_who_press_at_once_one_moves_it(db, deliver):
    message_id = await deliver({})
    move = {"only_from": [MessageState.RUNNING]}
    moved = await asyncio.gather(*(do(db, outbox.move, message_id, MessageState.PAUSED, **move) for _ in range(4)))

    assert sorted(moved) == [False, False, False, True]


async def test_the_program_pauses_what_runs_and_says_why_until_it_goes_on(db, deliver):
    message_id = await deliver({})

    assert await do(db, outbox.pause, message_id, "can't parse entities") is True
    assert await do(db, outbox.pause, message_id, "again") is False
    assert (await message(db, message_id)).state_reason == "can't parse entities"
    await do(db, outbox.move, message_id, MessageState.RUNNING, only_from=[MessageState.PAUSED])
    assert (await message(db, message_id)).state_reason is None


async def test_what_was_stopped_stays_stopped_when_the_program_pauses_it(db, deliver):
    message_id = await deliver({})
    await do(db, outbox.move, message_id, MessageState.CANCELLED, only_from=[MessageState.RUNNING])

    assert await do(db, outbox.pause, message_id, "why") is False
    assert (await message(db, message_id)).state == MessageState.CANCELLED


async def test_a_confirmed_draft_goes_to_who_is_subscribed_then(db, subscribe, states):
    await subscribe(1, now=1.0)
    message_id = await do(db, broadcasts.draft, 11, 5, BODIES, 1.0)
    await subscribe(2, now=2.0)

    assert await do(db, outbox.start, message_id, 3.0) == 2
    assert (await message(db, message_id)).started_at == 3.0
    await subscribe(3, now=4.0)
    assert await states(message_id) == {1: State.QUEUED, 2: State.QUEUED}


async def test_a_draft_starts_once(db, subscribe):
    await subscribe(1)
    message_id = await do(db, broadcasts.draft, 11, 5, BODIES, 1.0)

    assert await do(db, outbox.start, message_id, 2.0) == 1
    assert await do(db, outbox.start, message_id, 3.0) is None
    assert (await message(db, message_id)).started_at == 2.0


async def test_a_draft_that_two_confirm_at_once_starts_once(database_url):
    async with connect.opened(database_url) as one, connect.opened(database_url, exclusive=False) as other:
        await do(one, chats.subscribe, 1, kind="private", language="en", topic_id=None, now=1.0)
        message_id = await do(one, broadcasts.draft, 11, 5, BODIES, 1.0)
        started = await asyncio.gather(*(do(db, outbox.start, message_id, 2.0) for db in (one, other)))

        assert sorted(started, key=str) == [1, None]


async def test_a_draft_for_nobody_starts_and_is_finished(db):
    message_id = await do(db, broadcasts.draft, 11, 5, BODIES, 1.0)

    assert await do(db, outbox.start, message_id, 2.0) == 0
    assert await do(db, outbox.is_running_any) is True
    assert await do(db, outbox.finish, 3.0) == [message_id]
    assert await do(db, outbox.is_running_any) is False


async def test_what_telegram_asked_to_wait_is_not_claimed_before(db, subscribe, deliver):
    await subscribe(1, 2)
    message_id = await deliver({1: State.SENDING, 2: State.QUEUED})
    await do(db, outbox.settle, [Settled(message_id, 1, State.QUEUED, not_before=20.0)], 6.0)

    assert await claim(db, now=19.0) == [(message_id, 2)]
    assert await do(db, outbox.finish, 19.5) == []
    assert await claim(db, now=20.0) == [(message_id, 1)]


async def test_a_reminder_whose_day_is_over_is_skipped_as_late(db, subscribe):
    await subscribe(1)
    message_id = await do(db, outbox.write, REMINDER, BODIES, 1.0, key="a", expires_at=10.0)
    await do(db, audience.address, message_id, EVERYBODY)

    assert await claim(db, now=10.0) == []
    assert await do(db, ledger.reasons, message_id) == [(State.SKIPPED, Reason.LATE, 1)]
    assert await do(db, outbox.finish, 11.0) == [message_id]


async def test_a_reminder_is_sent_until_its_day_is_over(db, subscribe):
    await subscribe(1)
    message_id = await do(db, outbox.write, REMINDER, BODIES, 1.0, key="a", expires_at=10.0)
    await do(db, audience.address, message_id, EVERYBODY)

    assert await claim(db, now=9.9) == [(message_id, 1)]


async def test_of_a_stopped_message_nothing_waits_and_the_rest_is_as_it_was(db, subscribe, deliver, states):
    await subscribe(*range(6))
    mix = dict(enumerate(State))
    message_id = await deliver(mix)

    assert await do(db, outbox.stop, message_id, 6.0) is True
    assert await do(db, outbox.stop, message_id, 7.0) is False
    assert await states(message_id) == mix | {0: State.SKIPPED}
    assert await claim(db) == []
    assert (State.SKIPPED, Reason.CANCELLED, 1) in await do(db, ledger.reasons, message_id)


async def test_what_comes_back_unsent_of_a_stopped_message_is_skipped(db, deliver, states):
    message_id = await deliver({1: State.SENDING, 2: State.SENDING, 3: State.SENDING})
    await do(db, outbox.stop, message_id, 6.0)
    ends = [Settled(message_id, 1, State.QUEUED), Settled(message_id, 2, State.SENT)]
    await do(db, outbox.settle, ends, 7.0)

    assert await states(message_id) == {1: State.SKIPPED, 2: State.SENT, 3: State.SENDING}


@pytest.mark.parametrize("state", [MessageState.DRAFT, MessageState.CANCELLED, MessageState.FINISHED])
async def test_what_does_not_go_on_is_not_stopped(db, deliver, states, state):
    message_id = await deliver({1: State.QUEUED})
    await do(db, outbox.move, message_id, state, only_from=[MessageState.RUNNING])

    assert await do(db, outbox.stop, message_id, 6.0) is False
    assert await states(message_id) == {1: State.QUEUED}


async def test_only_a_draft_is_rewritten(db):
    message_id = await do(db, broadcasts.draft, 11, 5, BODIES, 1.0)
    await do(db, outbox.rewrite, message_id, {"en": Message("better")})
    await do(db, outbox.start, message_id, 2.0)
    await do(db, outbox.rewrite, message_id, {"en": Message("too late")})

    assert await do(db, outbox.body, message_id) == {"en": Message("better")}
