"""A message is read from the database as it was written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.delivery.states import MessageKind
from outreachbot.domain.messages.message import Button, Copy, Media, MediaKind, Message
from outreachbot.store.database import connect
from outreachbot.store.delivery import bodies
from outreachbot.store.delivery import messages as outgoing

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50)
buttons = st.builds(Button, texts, data=texts) | st.builds(Button, texts, url=texts)
rows = st.lists(st.lists(buttons, max_size=3).map(tuple), max_size=3).map(tuple)
messages = st.builds(
    Message,
    text=texts,
    buttons=rows,
    media=st.lists(st.builds(Media, st.sampled_from(MediaKind), texts), max_size=3).map(tuple),
    copy=st.none() | st.builds(Copy, st.integers(), st.integers()),
    asks=st.booleans(),
)


@given(st.dictionaries(st.sampled_from(["en", "az", "tr"]), messages))
def test_what_is_stored_is_read_back_unchanged(written):
    stored = json.loads(json.dumps(bodies.dump(written)))

    assert bodies.load(stored) == written


@pytest.mark.parametrize(
    "message",
    [
        Message("🕯 Xocalı <b>1992</b>\n\u202eא", ((Button("👍🏽", data="x"), Button("site", url="https://a.b")), ())),
        Message(copy=Copy(-1002147483648, 2**40)),
        Message("photo", media=(Media(MediaKind.PHOTO, "AgACAgIAAx"),), asks=True),
        Message("album", media=tuple(Media(kind, f"{kind} 🎞") for kind in MediaKind)),
        Message("long " * 20_000),
    ],
)
async def test_the_database_gives_back_what_it_got(db, message):
    async with connect.writing(db) as transaction:
        outbox_id = await outgoing.create(
            transaction, MessageKind.BROADCAST, {"en": message, "az": Message("salam")}, 1.0
        )
    async with connect.reading(db) as connection:
        assert await outgoing.load_bodies(connection, outbox_id) == {"en": message, "az": Message("salam")}


async def test_the_first_language_is_still_the_first_in_the_database(db):
    written = {language: Message(language) for language in ("tr", "az", "en", "ru")}
    async with connect.writing(db) as transaction:
        outbox_id = await outgoing.create(transaction, MessageKind.BROADCAST, written, 1.0)
    async with connect.reading(db) as connection:
        kept = await outgoing.load_bodies(connection, outbox_id)

    assert list(kept) == ["tr", "az", "en", "ru"]
    assert bodies.select_language(kept, "de") == Message("tr")


def test_a_chat_gets_its_own_language():
    assert bodies.select_language({"en": Message("hello"), "az": Message("salam")}, "az") == Message("salam")
