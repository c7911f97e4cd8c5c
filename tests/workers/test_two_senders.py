"""Two senders on one PostgreSQL: when only one can't reach Telegram, the other goes on."""

from collections import Counter

import pytest

from outreachbot.domain.delivery.outcomes import NotSent
from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.store.database import connect
from outreachbot.store.delivery import leases
from outreachbot.workers.delivery import sender as senders
from outreachbot.workers.delivery.sender import Sender


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


async def test_a_sender_that_does_not_reach_telegram_holds_no_other(
    db, subscribe, broadcast, sender_of, telegram, clock, run, states, monkeypatch
):
    async def cut_off(_claimed, _message):
        return NotSent("no connection")

    monkeypatch.setattr(senders, "LONGEST_SLEEP", 0.01)  # the clock is put forward: it looks again soon
    await subscribe(*range(1, 41))
    await broadcast()
    healthy = await sender_of()
    async with connect.writing(db) as transaction:
        offline_id = await leases.begin(transaction, "elsewhere", clock(), is_main=False)
    offline = Sender(db, offline_id, cut_off, clock, 500.0)
    for clock.ahead in range(0, 600, 60):  # after this its pauses are as long as they get
        await senders.send_next(offline)
    clock.ahead += 60
    while offline.failures.backoff_left(clock()) < 20:
        clock.ahead += 1
        await senders.send_next(offline)

    await run(healthy)

    assert offline.failures.backoff_left(clock()) > 0
    assert await states() == {DeliveryState.SENT: 40}
    assert Counter(chat_id for chat_id, _ in telegram.got) == dict.fromkeys(range(1, 41), 1)
    await senders.close_sender(offline, 0.0)
