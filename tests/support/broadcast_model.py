"""A model of the outbox for stateful tests: each step runs on the store, and the invariants are checked after it."""

import asyncio
import contextlib
from collections import Counter

from sqlalchemy import select

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.delivery.outcomes import Failed, Migrated, Sent, Wait, next_state
from outreachbot.domain.delivery.outcomes import Uncertain as Maybe
from outreachbot.domain.delivery.states import GONE, JOBS, DeliveryState, MessageKind, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.store import chats
from outreachbot.store import tables as t
from outreachbot.store.broadcasts import records
from outreachbot.store.database.connect import Database, writing
from outreachbot.store.delivery import leases, messages, outbox
from outreachbot.store.delivery import queueing as delivery_queueing

RUNNING, PAUSED, CANCELLED = MessageState.RUNNING, MessageState.PAUSED, MessageState.CANCELLED
GROUPS = {-4: -1004, -5: -1005}  # the id of each before and after it becomes a supergroup
BEFORE = {new: old for old, new in GROUPS.items()}
EVERYBODY = [-2000, -900, *GROUPS, 1, 2, 3]
BODY = {"en": Message("x")}
WALKS = {  # the states a delivery may enter in one transaction, except by an admin
    DeliveryState.QUEUED: {DeliveryState.SENDING, DeliveryState.SKIPPED},
    DeliveryState.SENDING: set(DeliveryState),
    DeliveryState.UNCERTAIN: {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED},
}


def person(chat_id):
    """The same value for the same chat, whichever id it has."""
    return BEFORE.get(chat_id, chat_id)


async def queue_piece(db):
    for waiting in await delivery_queueing.list_queueing(db, 1):
        return waiting.id, await delivery_queueing.queue_next_piece(db, waiting)
    return None


async def crash(_db):
    raise ZeroDivisionError


class BroadcastModel:
    """What must be in the database after the steps so far. Each step is a transaction whose effects are checked."""

    def __init__(self, runner: asyncio.Runner, db: Database):
        self.runner, self.db, self.now = runner, db, 1.0
        self.arrived = set()  # (message, person) that may have arrived
        self.due = {}  # message -> persons that it is to be queued for, until it is
        self.wrong = Counter()  # message -> how often Telegram called it wrong
        self.moved = set()  # groups that Telegram has moved, whether or not we know
        self.in_flight = []  # (sender, claimed delivery, whether its id was valid then): not yet answered
        self.late = []  # the same, for senders taken for dead
        self.states, self.message_rows = {}, {}  # (message, chat) -> state; message -> its row
        self.main, self.helper = self.new_sender(main=True), self.new_sender(main=False)
        for who in EVERYBODY:
            self.subscribe(who)
        self.send()

    def do(self, *changes, asked=None, queues=False, moves=False):
        """Make these changes in one transaction, each with its arguments; return the last result.

        No delivery may appear, vanish or go back; but those `asked` for (state, message) are queued again.
        """

        async def transaction():
            async with writing(self.db) as db:
                for change, *values in changes:
                    result = await change(db, *values)
                rows = await db.execute(select(t.deliveries.c.message_id, t.deliveries.c.chat_id, t.deliveries.c.state))
                seen = {(outbox_id, chat_id): DeliveryState(state) for outbox_id, chat_id, state in rows}
                return result, seen, {row.id: row for row in await db.execute(select(t.messages))}

        self.now += 1.0
        before, cancelled = self.states, self.numbers(CANCELLED)
        result, self.states, self.message_rows = self.runner.run(transaction())
        for pair, was in before.items() if not moves else ():
            again = self.states[pair] is DeliveryState.QUEUED and (was, pair[0]) == asked
            assert self.states[pair] in {was, *WALKS.get(was, ())} or again, (pair, was, self.states[pair])
        assert queues or moves or self.states.keys() == before.keys()
        assert cancelled <= self.numbers(CANCELLED), "what a person stopped stays so"
        return result

    def numbers(self, *states):
        return {number for number, row in self.message_rows.items() if row.state in states}

    def new_sender(self, *, main):
        return self.do((lambda db: leases.begin(db, "test", self.now, is_main=main),))

    def subscribe(self, who):
        values = {"kind": "group", "language": "az" if who % 2 else "en", "topic_id": None, "now": 1.0}
        self.do((lambda db: chats.subscribe(db, self.address(who), **values),))

    def address(self, who):
        """The id that Telegram now has for the chat."""
        return GROUPS[who] if who in self.moved else who

    def leaves(self, who, how, *values):
        self.do((how, self.address(who), *values))
        for persons in self.due.values():
            persons.discard(who)

    def send(self, kind=MessageKind.BROADCAST, languages=("az", "en")):
        async def write(db):
            to = BroadcastAudience(languages=languages)
            if kind is MessageKind.REMINDER:
                key, end = f"key {self.now}", self.now + 60.0
                number = await messages.create(db, kind, BODY, 1.0, key=key, expires_at=end, audience=to)
            else:
                number = await records.create_draft(db, 1, -4, BODY, 1.0)
                await messages.set_audience(db, number, to)
                await messages.start(db, number, self.now)
            return number, (await db.execute(select(t.chats))).all()

        number, known = self.do((write,))
        gone = {person(row.id) for row in known if row.gone_at is not None}
        there = {person(row.id) for row in known if row.subscribed_at is not None and row.language in languages}
        self.due[number] = there - gone

    def change_copies(self, kind, of_id):
        async def write(db):
            job = await records.create_draft(db, 1, -4, {}, 1.0, kind=kind, of_id=of_id)
            await messages.start(db, job, self.now)
            return job

        copies = {
            person(pair[1]) for pair, state in self.states.items() if pair[0] == of_id and state is DeliveryState.SENT
        }
        self.due[self.do((write,))] = copies

    def queue(self, *, fails=False):
        before = self.states
        if fails:
            with contextlib.suppress(ZeroDivisionError):
                self.do((queue_piece,), (crash,))
            self.do((outbox.has_work, self.now))
        elif queued := self.do((queue_piece,), queues=True):
            new = self.states.keys() - before.keys()
            assert len(new) == queued[1] <= delivery_queueing.PIECE
            assert {number for number, _ in new} <= {queued[0]}

    def claim(self, limit, *, helps=False):
        sender, states, running = self.helper if helps else self.main, self.states, self.numbers(RUNNING)
        claimed = self.do((leases.renew, sender, self.now), (outbox.claim, sender, limit, self.now))
        assert len({(delivery.outbox_id, delivery.chat_id) for delivery in claimed}) == len(claimed) <= limit
        for delivery in claimed:
            assert states[delivery.outbox_id, delivery.chat_id] is DeliveryState.QUEUED
            assert delivery.outbox_id in running
            reaches = delivery.chat_id not in self.moved
            assert not reaches or (delivery.outbox_id, person(delivery.chat_id)) not in self.arrived, (
                "twice",
                delivery,
            )
            self.in_flight.append((sender, delivery, reaches))

    def settle(self, sender, delivery, outcome, *, reaches):
        """Do what the sender does with an answer."""
        state, reason = next_state(outcome, delivery.kind)
        ids = delivery.copy_ids or (
            (outcome.telegram_message_id, *outcome.more) if isinstance(outcome, Sent) else (None,)
        )
        until = self.now + outcome.seconds if isinstance(outcome, Wait) else 0.0
        result = outbox.Settled(delivery.outbox_id, delivery.chat_id, state, reason, None, ids[0], ids[1:], until)
        self.do((outbox.settle, sender, [result], self.now))
        whom = (delivery.outbox_id, person(delivery.chat_id))
        if isinstance(outcome, Sent | Maybe) and reaches and delivery.kind not in JOBS:
            self.arrived.add(whom)
        elif self.states.get((delivery.outbox_id, delivery.chat_id)) is DeliveryState.FAILED:
            self.arrived.discard(whom)
        match outcome:
            case Failed(Reason.TEMPLATE, detail):
                self.wrong[delivery.outbox_id] += 1
                if self.wrong[delivery.outbox_id] >= 2:
                    wrong = (DeliveryState.FAILED, delivery.outbox_id)
                    self.do(
                        (messages.pause, delivery.outbox_id, detail),
                        (outbox.requeue_rejected, delivery.outbox_id),
                        asked=wrong,
                    )
            case Failed(reason, _) if reason in GONE:
                self.leaves(person(delivery.chat_id), chats.mark_gone, reason, self.now)
            case Migrated(new_id):
                self.hear_of_a_move(person(new_id))

    def hear_of_a_move(self, group):
        before, ids = self.states, (group, GROUPS[group])
        self.do((chats.migrate, *ids), moves=True)
        assert {pair: before[pair] for pair in before if pair[1] not in ids}.items() <= self.states.items()
        for number in {number for number, chat_id in before if chat_id in ids}:
            was, now = ({state for i in ids if (state := states.get((number, i)))} for states in (before, self.states))
            assert now, "it is accounted for as before"
            for best in ({DeliveryState.SENT}, {DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.SENDING}):
                assert now & best or not was & best, "what arrived, or may have, is not forgotten"

    def give_up(self, *, main, answers):
        """A sender died, or only its lease expired and it answers too late; return the messages now uncertain."""
        dead, other = (self.main, self.helper) if main else (self.helper, self.main)
        lost = [request for request in self.in_flight if request[0] == dead]
        uncertain = [(delivery, reaches) for _, delivery, reaches in lost if delivery.kind not in JOBS]
        self.now += leases.SECONDS + 1
        recover = (lambda db: leases.recover(db, self.now, main_is_new=main),)
        assert self.do((leases.renew, other, self.now + 1), recover) == len(uncertain)
        self.arrived |= {(delivery.outbox_id, person(delivery.chat_id)) for delivery, reaches in uncertain if reaches}
        self.in_flight = [request for request in self.in_flight if request not in lost]
        self.late += lost if answers and not (main and self.db.is_sqlite) else []  # SQLite's file is locked
        new = self.new_sender(main=main)
        self.main, self.helper = (new, self.helper) if main else (self.main, new)
        return sorted({delivery.outbox_id for delivery, _ in uncertain})

    def send_again(self, number, which):
        asked = [pair for pair, state in self.states.items() if pair[0] == number and state is which]
        queued = self.do((messages.queue_again, number, which, self.now), asked=(which, number))
        assert queued <= len(asked)
        if queued and which is DeliveryState.UNCERTAIN:
            self.arrived -= {(number, person(chat_id)) for _, chat_id in asked}

    def move(self, number, to, only_from):
        self.do((lambda db: messages.change_state(db, number, to, only_from=only_from),))

    def everybody_is_accounted_for(self):
        sending = {(delivery.outbox_id, delivery.chat_id) for _, delivery, _ in self.in_flight}
        assert {pair for pair, state in self.states.items() if state is DeliveryState.SENDING} == sending
        waits = {number for (number, _), state in self.states.items() if state is DeliveryState.QUEUED}
        assert waits <= self.numbers(RUNNING, PAUSED), "nothing waits in what is over"
        assert not {number for number, _ in sending} & self.numbers(MessageState.FINISHED)
        for number in [number for number in self.due if self.message_rows[number].queued_to is None]:
            assert self.due.pop(number) <= {person(chat_id) for of, chat_id in self.states if of == number}

    def end(self):
        """Send and finish everything that may run."""
        stopped = self.numbers(CANCELLED)
        for number in self.numbers(PAUSED):
            self.move(number, RUNNING, [PAUSED])
        while any(row.queued_to is not None for row in self.message_rows.values()):
            self.queue()
        for _ in range(20):
            self.claim(50)
            while self.in_flight:
                sender, delivery, reaches = self.in_flight.pop()
                moved = delivery.chat_id in self.moved
                self.settle(sender, delivery, Migrated(GROUPS[delivery.chat_id]) if moved else Sent(9), reaches=reaches)
            if self.numbers(RUNNING) == set(self.do((messages.finish_completed, self.now))):
                break
        self.everybody_is_accounted_for()
        assert not self.due
        assert not {DeliveryState.QUEUED, DeliveryState.SENDING} & set(self.states.values())
        assert self.numbers(CANCELLED) == stopped == self.message_rows.keys() - self.numbers(MessageState.FINISHED)
        assert not self.do((outbox.has_work, self.now))
