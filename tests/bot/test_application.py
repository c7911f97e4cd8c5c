"""The bot's start when Telegram doesn't answer at once."""

import itertools
import logging

import pytest

from outreachbot.bot import application
from outreachbot.errors import CannotRun
from outreachbot.sandbox.faults import ALWAYS, FaultKind, InjectedFault


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Make eight attempts without pauses."""
    monkeypatch.setattr(application, "_pauses", lambda _: itertools.repeat(0.0, 8))


async def introduce(messenger) -> str:
    return await application.connect_bot(messenger.api, application.create_bot(messenger.api), 60)


async def test_the_same_problem_is_logged_once_and_a_new_one_at_once(harness, messenger, caplog):
    harness.world.faults.pending += [
        InjectedFault(FaultKind.PROXY, "getMe", at=frozenset({1, 2, 3})),
        InjectedFault(FaultKind.LOST_BEFORE, "getMe", at=frozenset({4, 5})),
    ]
    with caplog.at_level(logging.INFO, "outreachbot"):
        username = await introduce(messenger)

    assert username == harness.world.username
    assert [record.message for record in caplog.records] == [
        "Telegram does not answer yet: HTTP 502 from something that is not Telegram; trying again for up to 60 s",
        "Telegram does not answer yet: ServerDisconnectedError; trying again for up to 60 s",
    ]


async def test_an_unreachable_telegram_is_explained_once_and_at_the_end(harness, messenger, caplog):
    harness.world.faults.pending.append(InjectedFault(FaultKind.PROXY, times=ALWAYS))
    with pytest.raises(CannotRun, match=r"could not be reached for 60 s \(HTTP 502 .*\): check the network"):
        await introduce(messenger)

    assert harness.world.tally.calls["getMe"] == 8
    assert len(caplog.records) == 1
