"""A thousand chats, in which everything goes wrong that can: each gets the right outcome, and none gets it twice."""

from dataclasses import dataclass

import sqlalchemy as sa

from outreachbot.domain.delivery.states import DeliveryState, Reason
from outreachbot.sandbox import groups, people
from outreachbot.sandbox.chat import MemberStatus
from outreachbot.sandbox.faults import ANY_SEND, FaultKind, InjectedFault
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.store.tables import chats
from tests.support.broadcasts import report_numbers
from tests.support.deliveries import (
    chats_in_state,
    messages_received,
    start_broadcast,
    subscribe_in_bulk,
    wait_for_report,
)
from tests.support.harness import ADMIN, Harness

PEOPLE, GROUPS = 990, 10


@dataclass(frozen=True)
class Crowd:
    """The chats that the broadcast goes to, and what goes wrong in them; none is in two lists, except `everybody`."""

    everybody: list[int]  # people
    old_groups: list[int]
    new_groups: list[int]  # what the old ones have become
    blocked: list[int]
    flooded: list[int]  # a 429 at the first try
    failing: list[int]  # a 5xx of a proxy or of Telegram; the message is not sent
    lost: list[int]  # the message is sent, and the answer is lost


def gather(harness: Harness) -> Crowd:
    """The 5xx and lost answers are spread out: three in a row would be an outage (see test_network.py)."""
    everybody = list(people.add_crowd(harness.world, PEOPLE))
    blocked = everybody[3::20][:50]
    unanswered = everybody[7::30][:30]
    others = [chat for chat in everybody if chat not in {*blocked, *unanswered}]
    old_groups = list(range(-GROUPS, 0))
    for chat in old_groups:
        groups.create_chat(harness.world, chat, "Neighbours", ADMIN, kind="group")
        groups.add_bot(harness.world, chat, ADMIN)
    new_groups = [groups.migrate(harness.world, chat) for chat in old_groups]
    for chat in blocked:
        harness.world.chats[chat].bot_status = MemberStatus.KICKED
    harness.world.updates.clear()  # the bot learns of it only from errors
    lost = unanswered[::3]
    failing = [chat for chat in unanswered if chat not in lost]
    flooded = others[300:310] + others[600:610]  # in two bursts
    return Crowd(everybody, old_groups, new_groups, blocked, flooded, failing, lost)


def order(harness: Harness, crowd: Crowd) -> None:
    def fault(kind: FaultKind, chats: list[int], code: int = 0) -> InjectedFault:
        return InjectedFault(kind, ANY_SEND, times=len(chats), chats=frozenset(chats), code=code)

    harness.world.faults.pending += [
        fault(FaultKind.TOO_MANY, crowd.flooded),
        fault(FaultKind.PROXY, crowd.failing[::2], code=502),
        fault(FaultKind.REFUSED, crowd.failing[1::2], code=500),
        fault(FaultKind.LOST_AFTER, crowd.lost),
    ]


async def test_each_chat_gets_the_right_outcome(harness: Harness, db: Database):
    crowd = gather(harness)
    order(harness, crowd)
    await subscribe_in_bulk(db, crowd.everybody)
    await subscribe_in_bulk(db, crowd.old_groups, kind="group")
    async with harness.running_bot():
        report = report_numbers(await wait_for_report(harness, await start_broadcast(harness)))
    async with connect.reading(db) as connection:
        recorded = dict((await connection.execute(sa.select(chats.c.id, chats.c.gone_reason))).all())
    uncertain = {*crowd.failing, *crowd.lost}
    sent = {*crowd.everybody, *crowd.new_groups} - uncertain - {*crowd.blocked}

    assert report == {"sent": 920, "failed": 50, "uncertain": 30, "audience": 1000}
    assert {chat for chat, why in recorded.items() if why == Reason.BLOCKED} == {*crowd.blocked}
    assert messages_received(harness, crowd.new_groups) == [1] * GROUPS
    assert {*crowd.new_groups} < {*recorded}
    assert messages_received(harness, crowd.flooded) == [1] * 20
    assert await chats_in_state(db, DeliveryState.UNCERTAIN) == uncertain
    assert await chats_in_state(db, DeliveryState.SENT) == sent
    assert await chats_in_state(db, DeliveryState.FAILED) == {*crowd.blocked}
    assert set(messages_received(harness, crowd.failing)) == {0}
    assert set(messages_received(harness, sent | {*crowd.lost})) == {1}
    assert (harness.world.tally.errors[403], harness.world.tally.errors[429]) == (50, 20)
