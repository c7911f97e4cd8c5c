"""Compose and confirm a broadcast as an admin does, and read its report as numbers."""

import re

import sqlalchemy as sa

from outreachbot.sandbox import people
from outreachbot.sandbox.chat import Json
from outreachbot.store import chats
from outreachbot.store.database import connect
from outreachbot.store.tables import deliveries
from tests.support.harness import ADMIN, Harness


async def subscribe(harness: Harness, ids: range | list[int], kind: str = "private") -> None:
    """Write subscriptions into the database before the bot runs."""
    async with connect.open_database(harness.database_url) as db, connect.writing(db) as transaction:
        for chat_id in ids:
            await chats.subscribe(transaction, chat_id, kind=kind, language="en", topic_id=None, now=1.0)


async def compose(harness: Harness, text: str = "Dear <b>friends</b>") -> Json:
    """Ask for a broadcast and write its text; return the question below the preview."""
    await harness.answer(ADMIN, "/broadcast")
    before = len(harness.said(ADMIN))
    people.say(harness.world, ADMIN, ADMIN, text, html=True)
    await harness.wait_until(lambda: len(harness.said(ADMIN)) == before + 2)
    return harness.said(ADMIN)[-1]


async def confirm_and_wait(harness: Harness, question: Json) -> str:
    """Confirm and wait for the final report; return its text."""
    await harness.press(ADMIN, question, "Send to")
    await harness.wait_until(lambda: "finished" in harness.current(ADMIN, question)["text"])
    return str(harness.current(ADMIN, question)["text"])


def report_numbers(report: str) -> dict[str, int]:
    """The report's lines `sent: 5` and `= 5 chats` as numbers."""
    rows = re.findall(r"^([a-z ]+?)(?: \(.*\))?: ([\d,]+)$", report, re.MULTILINE)
    found = {name: int(n.replace(",", "")) for name, n in rows}
    total = re.search(r"^= ([\d,]+) chat", report, re.MULTILINE)
    assert total
    return {**found, "audience": int(total[1].replace(",", ""))}


async def count_in_state(harness: Harness, state: str) -> int:
    async with connect.open_database(harness.database_url, exclusive=False) as db, connect.reading(db) as connection:
        query = sa.select(sa.func.count()).select_from(deliveries).where(deliveries.c.state == state)
        return int((await connection.execute(query)).scalar_one())
