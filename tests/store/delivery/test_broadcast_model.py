"""Whatever happens in whatever order: nobody gets a message twice, and everybody is accounted for."""

import asyncio
import contextlib
import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import event

from outreachbot.domain.delivery.outcomes import Failed, Halt, Migrated, NotSent, Sent, Uncertain, Wait
from outreachbot.domain.delivery.states import GONE, JOBS, DeliveryState, MessageKind, Reason
from outreachbot.store import chats
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.store.delivery import queueing as delivery_queueing
from tests.support.broadcast_model import EVERYBODY, GROUPS, PAUSED, RUNNING, BroadcastModel
from tests.support.databases import delete_all_rows

RUNS = int(os.environ.get("MODEL_RUNS", "12"))  # random orders tried on each database; more find more
UNSENT = [NotSent("refused"), Wait(1.0), Halt("Unauthorized")]
MAYBE = [Uncertain(Reason.NO_ANSWER), Uncertain(Reason.SERVER_ERROR)]
REFUSED = [Failed(reason, "no") for reason in (*sorted(GONE), Reason.REFUSED, *[Reason.TEMPLATE] * 3)]
OUTCOMES = st.one_of([st.sampled_from(some) for some in (UNSENT, MAYBE, REFUSED, [Sent(9), Sent(9, (10, 11))])])
EVENTS = [*["work"] * 8, *["dies", "moves", "answers_late"] * 3, *["presses", "asks_again", "member", "says"] * 2]


class AnyOrder(RuleBasedStateMachine):
    """What may happen. A single rule covers all of it in every run; of many rules, hypothesis leaves some out."""

    @initialize(pieces=st.integers(0, 4))
    def begin(self, pieces):
        self.runner.run(delete_all_rows(self.db))
        self.model = BroadcastModel(self.runner, self.db)
        for _ in range(pieces):
            self.model.queue()

    @rule(what=st.sampled_from(EVENTS), data=st.data())
    def happens(self, what, data):
        getattr(self, what)(data.draw)
        self.model.everybody_is_accounted_for()

    def teardown(self):
        self.model.end()

    def work(self, draw):
        """What goes on all the time: a piece is queued, some are claimed, some answers come, some is finished."""
        for fails in draw(st.lists(st.booleans(), max_size=3)):
            self.model.queue(fails=fails)
        self.model.claim(draw(st.integers(1, 6)), helps=draw(st.booleans()))
        in_flight = self.model.in_flight
        for _ in range(draw(st.integers(0, len(in_flight)))):
            self.answer(draw, in_flight.pop(draw(st.integers(0, len(in_flight) - 1))))
        self.model.do((messages.finish_completed, self.model.now))

    def answer(self, draw, request):
        """Telegram has another id, and nothing arrives under the old one, once it has moved the group."""
        sender, delivery, reaches = request
        if delivery.chat_id in self.model.moved and (not reaches or draw(st.booleans())):
            moved = [Migrated(GROUPS[delivery.chat_id])] * 4
            self.model.settle(sender, delivery, draw(st.sampled_from([*moved, *MAYBE, *UNSENT])), reaches=False)
        else:
            self.model.settle(sender, delivery, draw(OUTCOMES), reaches=reaches)

    def answers_late(self, draw):
        """A sender that was taken for dead records its outcomes, whatever the state of the message is by then."""
        if self.model.late:
            arrived = set(self.model.arrived)  # it was counted when it was given up; it may have been asked for since
            self.answer(draw, self.model.late.pop())
            self.model.arrived &= arrived

    def dies(self, draw):
        """A sender with requests in flight; an admin may not wait for its late answers."""
        main, answers, again = (draw(st.booleans()) for _ in range(3))
        self.model.claim(4, helps=not main)
        for number in self.model.give_up(main=main, answers=answers):
            if again:
                self.model.send_again(number, DeliveryState.UNCERTAIN)
                self.model.claim(3, helps=main)

    def moves(self, draw):
        """Telegram moves a group. We may hear of it at once, or only once the supergroup has subscribed for itself."""
        group = draw(st.sampled_from(sorted(GROUPS)))
        self.model.claim(draw(st.integers(1, 6)))
        self.model.moved.add(group)
        if draw(st.booleans()):
            self.model.subscribe(group)
            self.model.send()
        if draw(st.booleans()):
            self.model.hear_of_a_move(group)

    def member(self, draw):
        who = draw(st.sampled_from(EVERYBODY))
        match draw(st.sampled_from(["subscribes", "unsubscribes", "blocks", "unblocks"])):
            case "subscribes":
                self.model.subscribe(who)
            case "unsubscribes":
                self.model.leaves(who, chats.unsubscribe)
            case "blocks":
                self.model.leaves(who, chats.mark_gone, Reason.BLOCKED, 1.0)
            case "unblocks":
                self.model.do((chats.mark_reachable, self.model.address(who)))

    def says(self, draw):
        """An admin sends, corrects or deletes a broadcast; or a reminder is due."""
        kind = draw(st.sampled_from(list(MessageKind)))
        if kind in JOBS:
            self.model.change_copies(kind, draw(st.sampled_from(sorted(self.model.message_rows))))
        else:
            self.model.send(kind, draw(st.sampled_from([("az", "en"), ("az",)])))

    def asks_again(self, draw):
        """An admin sends uncertain or failed deliveries again."""
        asked = {DeliveryState.UNCERTAIN, DeliveryState.FAILED}
        if some := sorted({(number, state) for (number, _), state in self.model.states.items() if state in asked}):
            self.model.send_again(*draw(st.sampled_from(some)))

    def presses(self, draw):
        """An admin presses a button while requests are in flight."""
        button = draw(st.sampled_from(["pause", "resume", "stop"]))
        only_from = {"pause": [RUNNING], "resume": [PAUSED], "stop": [RUNNING, PAUSED]}[button]
        if not (fitting := sorted(self.model.numbers(*only_from))):
            return
        number = draw(st.sampled_from(fitting))
        self.model.claim(draw(st.integers(1, 3)), helps=True)
        if button == "stop":
            self.model.do((messages.stop, number, self.model.now))
        else:
            self.model.move(number, PAUSED if button == "pause" else RUNNING, only_from)


def test_in_any_order_of_events_nobody_is_lost_or_sent_to_twice(database_url, monkeypatch):
    """The pieces of an audience are small, so that all of it happens between them as well."""
    monkeypatch.setattr(delivery_queueing, "PIECE", 2)

    async def opening():
        db = await stack.enter_async_context(connect.open_database(database_url))
        if db.is_sqlite:
            event.listen(db.engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
            await db.engine.dispose()
        return db

    health = list(HealthCheck)
    many = settings(max_examples=RUNS, deadline=None, phases=[Phase.generate], suppress_health_check=health)
    stack = contextlib.AsyncExitStack()
    with asyncio.Runner() as runner:
        AnyOrder.runner, AnyOrder.db = runner, runner.run(opening())
        try:
            run_state_machine_as_test(AnyOrder, settings=settings(many, stateful_step_count=30))
        finally:
            runner.run(stack.aclose())
