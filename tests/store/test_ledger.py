"""Every chat of a message's audience is accounted for, once."""

import itertools

from outreachbot.domain.delivery import Reason, State, Tally
from outreachbot.store import connect, ledger, outbox
from outreachbot.store.ledger import Entry
from outreachbot.store.outbox import Settled

MIXES = [dict(enumerate(mix)) for size in (0, 1, 2) for mix in itertools.product(State, repeat=size)]


async def tally(db, message_id):
    async with connect.reading(db) as connection:
        return await ledger.tally(connection, message_id)


async def read(db, what, *values):
    async with connect.reading(db) as connection:
        return await what(connection, *values)


async def test_in_every_mix_of_states_the_numbers_add_up_to_the_audience(db, deliver):
    for mix in [*MIXES, dict(enumerate(list(State) * 3 + [State.SENT]))]:
        counted = await tally(db, await deliver(mix))

        assert counted == Tally(**{state: list(mix.values()).count(state) for state in State})
        assert counted.audience == len(mix)


async def test_a_message_that_is_not_there_has_no_audience(db):
    assert (await tally(db, 77)).audience == 0


async def test_each_message_is_counted_for_itself(db, deliver):
    one, other = await deliver({1: State.SENT, 2: State.SENT}), await deliver({1: State.FAILED})

    assert (await tally(db, one), await tally(db, other)) == (Tally(sent=2), Tally(failed=1))


async def test_uncertain_deliveries_are_listed_in_order_and_not_too_many(db, deliver):
    message_id = await deliver({9: State.UNCERTAIN, -4: State.UNCERTAIN, 5: State.SENT, 7: State.UNCERTAIN})
    await deliver({1: State.UNCERTAIN})

    assert await read(db, ledger.uncertain, message_id, 10) == [-4, 7, 9]
    assert await read(db, ledger.uncertain, message_id, 2) == [-4, 7]


async def test_what_did_not_surely_arrive_is_listed_with_telegrams_words(db, deliver):
    message_id = await deliver(dict(enumerate(State)) | {-7: State.SENDING})
    async with connect.writing(db) as transaction:
        refused = Settled(message_id, -7, State.FAILED, Reason.REFUSED, detail="Bad Request: 🕯")
        await outbox.settle(transaction, [refused], 2.0)

    listed = await read(db, ledger.not_sent, message_id)

    assert listed[0] == Entry(-7, State.FAILED, Reason.REFUSED, "Bad Request: 🕯")
    assert [one.state for one in listed[1:]] == [State.UNCERTAIN, State.FAILED, State.SKIPPED]


async def test_reasons_are_counted_the_most_frequent_first(db, deliver):
    message_id = await deliver(dict.fromkeys(range(8), State.SENDING))
    ends = [(State.FAILED, Reason.BLOCKED)] * 3 + [(State.UNCERTAIN, Reason.NO_ANSWER)] * 2 + [(State.SKIPPED, None)]
    async with connect.writing(db) as transaction:
        settled = [Settled(message_id, number, state, reason) for number, (state, reason) in enumerate(ends)]
        await outbox.settle(transaction, settled, 2.0)

    assert await read(db, ledger.reasons, message_id) == [
        (State.FAILED, Reason.BLOCKED, 3),
        (State.UNCERTAIN, Reason.NO_ANSWER, 2),
        (State.SKIPPED, None, 1),
    ]


async def test_what_arrived_or_waits_needs_no_reason(db, deliver):
    message_id = await deliver({1: State.SENT, 2: State.QUEUED, 3: State.SENDING})

    assert await read(db, ledger.reasons, message_id) == []
    assert await read(db, ledger.not_sent, message_id) == []
