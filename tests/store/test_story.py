"""Whatever happens in whatever order: nobody gets a message twice, and everybody is accounted for."""

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event, select

from outreachbot.domain import delivery
from outreachbot.domain.delivery import (
    GONE,
    Failed,
    Halt,
    MessageState,
    Migrated,
    NotSent,
    Reason,
    Sent,
    State,
    Uncertain,
    Wait,
)
from outreachbot.domain.message import Message
from outreachbot.store import audience, broadcasts, chats, connect, ledger, outbox
from outreachbot.store import tables as t
from outreachbot.store.audience import Audience
from outreachbot.store.outbox import Settled

EVERYBODY = [1, 2, 3, -4, -5]
CHATS = st.sampled_from([*EVERYBODY, -1004, -1005])
MOVES = st.sampled_from([(-4, -1004), (-5, -1005)])
OUTCOMES = st.one_of(
    st.just(Sent(9)),
    st.sampled_from([Uncertain(Reason.NO_ANSWER), Uncertain(Reason.SERVER_ERROR)]),
    st.sampled_from([Failed(reason, "no") for reason in (*sorted(GONE), Reason.REFUSED, Reason.TEMPLATE)]),
    st.sampled_from([NotSent("refused"), Wait(1.0), Halt("Unauthorized")]),
)
MAYBE = {State.SENT, State.UNCERTAIN}
NEVER = {State.FAILED, State.SKIPPED}
PRESSES = st.sampled_from([(MessageState.PAUSED, MessageState.RUNNING), (MessageState.RUNNING, MessageState.PAUSED)])


class Story(RuleBasedStateMachine):
    """The outbox and the chats, as senders, admins, members and Telegram use them."""

    template: Path  # an empty database

    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = contextlib.AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name) / "story.db"
        shutil.copy(self.template, file)
        self.db = self.run(self.stack.enter_async_context(connect.opened(f"sqlite+aiosqlite:///{file}")))
        event.listen(self.db.engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
        self.run(self.db.engine.dispose())
        self.now = 1.0
        self.audience = {}  # message -> how many chats
        self.arrived = set()  # (message, chat) that may have arrived
        self.ended = set()  # (message, chat) that failed or was skipped
        self.air = []  # claimed and not yet answered
        self.late = []  # answers that come after a crash

    def run(self, work):
        return self.runner.run(work)

    def do(self, change, *values, **named):
        async def transaction():
            async with connect.writing(self.db) as db:
                return await change(db, *values, **named)

        self.now += 1.0
        return self.run(transaction())

    def ask(self, question, *values):
        async def read():
            async with connect.reading(self.db) as db:
                return await question(db, *values)

        return self.run(read())

    def rows(self):
        """Every delivery: (message, chat) -> state."""

        async def read(db):
            columns = (t.deliveries.c.message_id, t.deliveries.c.chat_id, t.deliveries.c.state)
            return {(message_id, chat_id): state for message_id, chat_id, state in await db.execute(select(*columns))}

        return self.ask(read)

    @initialize()
    def begin(self):
        for chat_id in EVERYBODY:
            self.subscribe(chat_id)
        self.broadcast()

    def subscribe(self, chat_id):
        self.do(chats.subscribe, chat_id, kind="group", language="en", topic_id=None, now=self.now)

    @rule(chat_id=CHATS, what=st.sampled_from(["subscribes", "leaves", "blocks", "unblocks"]))
    def member(self, chat_id, what):
        match what:
            case "subscribes":
                self.subscribe(chat_id)
            case "leaves":
                self.do(chats.unsubscribe, chat_id)
            case "blocks":
                self.do(chats.gone, chat_id, Reason.BLOCKED, self.now)
            case "unblocks":
                self.do(chats.back, chat_id)

    def broadcast(self):
        message_id = self.do(broadcasts.draft, 1, -4, {"en": Message("x")}, self.now)
        self.audience[message_id] = self.do(outbox.start, message_id, self.now)

    def remind(self):
        message_id = self.do(outbox.write, outbox.REMINDER, {"en": Message("x")}, self.now, key=f"key {self.now}")
        self.audience[message_id] = self.do(audience.address, message_id, Audience(self.now))

    @rule(kind=st.sampled_from([outbox.BROADCAST, outbox.REMINDER]))
    def say(self, kind):
        self.broadcast() if kind == outbox.BROADCAST else self.remind()

    @rule(limit=st.integers(1, 6))
    def claim(self, limit):
        claimed = self.do(outbox.claim, limit, self.now)
        pairs = {(one.message_id, one.chat_id) for one in claimed}
        assert len(pairs) == len(claimed) <= limit
        assert not pairs & (self.arrived | self.ended)
        self.air += claimed

    @precondition(lambda self: self.air)
    @rule(outcome=OUTCOMES, data=st.data())
    def land(self, outcome, data):
        """What the sender does with an answer."""
        one = self.air.pop(data.draw(st.integers(0, len(self.air) - 1)))
        if one.chat_id in {-4, -5} and data.draw(st.booleans()):
            outcome = Migrated(one.chat_id - 1000)
        self.settle(one, outcome)

    def settle(self, one, outcome):
        state, reason = delivery.after(outcome)
        self.do(outbox.settle, [Settled(one.message_id, one.chat_id, state, reason)], self.now)
        match outcome:
            case Sent() | Uncertain():
                self.arrived.add((one.message_id, one.chat_id))
            case Failed(Reason.TEMPLATE, detail):
                self.do(outbox.pause, one.message_id, detail)
            case Failed(reason, _) if reason in GONE:
                self.do(chats.gone, one.chat_id, reason, self.now)
            case Migrated(new_id):
                self.migrate((one.chat_id, new_id))

    @precondition(lambda self: self.late)
    @rule(outcome=OUTCOMES)
    def answer_too_late(self, outcome):
        """After a crash what was in the air is uncertain, whatever an old sender says then."""
        one, before = self.late.pop(), self.rows()
        state, reason = delivery.after(outcome)
        self.do(outbox.settle, [Settled(one.message_id, one.chat_id, state, reason)], self.now)
        assert self.rows() == before

    @rule(move=MOVES, under_way=st.booleans())
    def hear_of_a_move(self, move, under_way):
        if under_way:
            self.claim(6)
        self.migrate(move)

    def migrate(self, move):
        old, new = move
        before = self.rows()
        self.do(chats.migrate, old, new)
        after = self.rows()
        for message_id in self.audience:
            was_old, was_new = before.get((message_id, old)), before.get((message_id, new))
            merged = was_old and was_new and len({(message_id, old), (message_id, new)} & after.keys()) == 1
            self.audience[message_id] -= bool(merged)
            if {was_old, was_new} & MAYBE:
                assert {after.get((message_id, old)), after.get((message_id, new))} & MAYBE
            if after.get((message_id, new)) not in NEVER:
                self.ended.discard((message_id, new))  # the old id's delivery took its place

    @rule()
    def crash(self):
        self.claim(6)
        self.arrived |= {(one.message_id, one.chat_id) for one in self.air}
        assert self.do(outbox.recover, self.now) == len(self.air)
        self.late, self.air = self.air, []

    @rule(press=PRESSES, data=st.data())
    def press(self, press, data):
        to, only_from = press
        self.do(outbox.move, data.draw(st.sampled_from(sorted(self.audience))), to, only_from=[only_from])

    @invariant()
    def everybody_is_accounted_for(self):
        rows, tallies = self.rows(), self.ask(self.tallies)
        assert {message_id: tally.audience for message_id, tally in tallies.items()} == self.audience
        self.arrived |= {pair for pair, state in rows.items() if state in MAYBE}
        self.ended |= {pair for pair, state in rows.items() if state in NEVER}
        in_air = {(one.message_id, one.chat_id) for one in self.air}
        assert {pair for pair, state in rows.items() if state == State.SENDING} == in_air

    async def tallies(self, db):
        return {message_id: await ledger.tally(db, message_id) for message_id in self.audience}

    @rule()
    def finish(self):
        finished = self.do(outbox.finish, self.now)
        tallies = self.ask(self.tallies)
        assert all(tallies[message_id].finished for message_id in finished)

    def teardown(self):
        """In the end everything that may run is sent and finished."""
        try:
            for message_id in self.audience:
                self.do(outbox.move, message_id, MessageState.RUNNING, only_from=[MessageState.PAUSED])
            for _ in range(20):
                while self.air:
                    self.settle(self.air.pop(), Sent(9))
                self.claim(50)
                self.do(outbox.finish, self.now)
            assert not self.air
            assert not self.ask(outbox.is_running_any)
            self.everybody_is_accounted_for()
            assert all(tally.finished for tally in self.ask(self.tallies).values())
        finally:
            self.run(self.stack.aclose())
            self.runner.close()
            self.folder.cleanup()


def test_every_story_ends_well(empty_file):
    Story.template = empty_file
    slow = settings(
        max_examples=15,
        stateful_step_count=25,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Story, settings=slow)
