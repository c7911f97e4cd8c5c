"""The campaign's link is checked once a week; the admins are told once when it is dead."""

import datetime as dt

import pytest
from sqlalchemy import select

from outreachbot.domain.links import LinkCheck, LinkState
from outreachbot.store import tables
from outreachbot.store.database import connect
from outreachbot.workers import link_monitor

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def watch(db, content):
    """Run the monitor on these days, with these results; how many checks were made."""

    async def watch(*days, admins=frozenset({22, 33})):
        asked = []
        for day, state in days:

            async def check(address, witnesses, state=state):
                assert witnesses
                asked.append(address)
                return state and LinkCheck(address, state, "HTTP 404")

            assert (
                await link_monitor.check_campaign_link(db, content, check, admins, NOON + dt.timedelta(days=day))
                is False
            )
        assert set(asked) <= {content.campaign.link}
        return len(asked)

    return watch


async def told(db, language="en"):
    """Who gets which message."""
    async with connect.reading(db) as connection:
        rows = await connection.execute(select(tables.deliveries.c.chat_id).order_by(tables.deliveries.c.chat_id))
        query = select(tables.messages.c.body, tables.messages.c.queued_to).order_by(tables.messages.c.id)
        bodies = (await connection.execute(query)).all()
        assert all(row.queued_to is None for row in bodies), "it would go to everybody"
        return list(rows.scalars()), [row.body[language]["text"] for row in bodies]


async def test_every_admin_is_told_of_a_dead_link_once(db, content, watch, subscribe):
    await subscribe(1, 2)
    assert await watch((0, LinkState.OK), (3, LinkState.GONE), (7, LinkState.GONE), (14, LinkState.GONE)) == 3
    chats, texts = await told(db)

    assert chats == [22, 33]
    assert len(texts) == 1
    assert content.campaign.link in texts[0]
    assert content.campaign.title["az"] in (await told(db, "az"))[1][0]


async def test_every_admin_is_told_of_its_return_once(db, watch, caplog):
    assert await watch((0, LinkState.GONE), (1, LinkState.UNCLEAR), (2, LinkState.OK), (9, LinkState.OK)) == 4
    chats, texts = await told(db)

    assert chats == [22, 22, 33, 33]
    assert ["does not work any more" in text for text in texts] == [True, False]
    assert "works again" in texts[1]
    assert "the campaign's link works again" in caplog.text


async def test_without_a_network_nothing_is_known_and_it_is_asked_again(db, watch):
    assert await watch((0, LinkState.UNREACHED), (1, None), (1.1, None), (1.2, LinkState.OK)) == 4
    assert await watch((8.3, None), (8.4, None), (20, LinkState.OK), (26, LinkState.OK)) == 3

    assert await told(db) == ([], [])


async def test_a_restart_does_not_ask_again(db, watch):
    assert await watch((0, LinkState.OK)) == 1
    assert await watch((0.01, LinkState.OK), (6.9, LinkState.OK)) == 0


async def test_a_link_that_works_or_may_work_is_no_news(db, watch):
    await watch(
        (0, LinkState.OK), (7, LinkState.MOVED), (14, LinkState.UNCLEAR), (21, LinkState.UNREACHED), (22, LinkState.OK)
    )

    assert await told(db) == ([], [])


async def test_a_check_interrupted_by_a_stop_is_repeated(db, watch):
    assert await watch((0, None), (0, LinkState.OK)) == 2


async def test_another_link_has_its_own_state(db, content, watch):
    await watch((0, LinkState.GONE))
    other = content.model_copy(
        update={"campaign": content.campaign.model_copy(update={"link": "https://other.example"})}
    )

    async def check(address, _):
        return LinkCheck(address, LinkState.GONE, "HTTP 410")

    await link_monitor.check_campaign_link(db, other, check, {22}, NOON)

    assert len((await told(db))[1]) == 2


async def test_without_admins_nobody_is_told(db, content, watch, subscribe, caplog):
    await subscribe(1, 2)
    await watch((0, LinkState.GONE), admins=frozenset())

    assert await told(db) == ([], [])
    assert f"does not work any more: {content.campaign.link} (HTTP 404)" in caplog.text
