"""Correcting a sent broadcast: the admin's next text replaces the text of every copy."""

import pytest

from outreachbot.domain.delivery.states import MessageKind, MessageState
from outreachbot.domain.messages.message import Media, MediaKind, Message
from outreachbot.sandbox import attachments
from outreachbot.store.broadcasts import composing
from outreachbot.store.database import connect
from tests.support.harness import ADMIN, buttons

SITE = "https://example.org/"


def data(message):
    return [button.get("callback_data") or button["url"] for button in buttons(message)]


async def test_the_text_after_correct_replaces_every_copy(harness, write, press, row, body, sent):
    await sent(ends=[1])
    await write("/help")
    await press("broadcast:correct:1")
    assert "corrected text of broadcast 1" in harness.said(ADMIN)[-1]["text"]
    preview, question = await write(f"Dear <i>friends</i>\n[Read more] {SITE}", html=True)

    assert (preview["text"], data(preview)) == ("Dear friends", [SITE, "+unsubscribe"])
    assert "It replaces 1 copy." in question["text"]
    assert data(question) == ["broadcast:send:2", "broadcast:discard:2"]
    assert ((await row(2)).kind, (await row(2)).of_id) == (MessageKind.CORRECTION, 1)
    assert (await body(2)).text == "Dear <i>friends</i>"


async def test_only_a_text_corrects(harness, write, press, hand, row, sent):
    await sent(ends=[1])
    await write("/help")
    await press("broadcast:correct:1")
    attachments.send_photo(harness.world, ADMIN, ADMIN, "A caption")
    await hand()
    assert "just the corrected text" in harness.said(ADMIN)[-1]["text"]
    (refused,) = await write("Hello\n[Read more] nowhere")

    assert "“Read more”" in refused["text"]
    assert await row(2) is None
    assert len(await write("Hello")) == 2


async def test_a_new_broadcast_can_be_asked_for_instead(context, write, press, row, sent):
    await sent(ends=[1])
    await write("/help")
    await press("broadcast:correct:1")
    await write("/broadcast")
    async with connect.reading(context.db) as db:
        asked = await composing.find(db, ADMIN, context.clock().timestamp())
    assert asked == composing.Composing(None)
    await write("Hello")

    assert (await row(2)).kind == MessageKind.BROADCAST


@pytest.mark.parametrize("parts", [1, 2])
async def test_the_text_under_pictures_is_corrected_and_they_stay(write, press, body, shelf, sent, parts):
    media = (shelf[0],) * parts
    await sent(ends=[1], body=Message("first", media=media))
    await write("/help")
    await press("broadcast:correct:1")
    preview = (await write("second"))[0]

    assert preview["caption"].splitlines()[0] == "second"
    assert (await body(2)).media == media
    assert ("unsubscribe" in (await body(2)).text) == (parts > 1), "an album can have no buttons"


async def test_a_text_that_is_too_long_for_a_caption_is_refused_before_anybody_gets_it(write, press, row, sent):
    await sent(ends=[1], body=Message("first", media=(Media(MediaKind.PHOTO, "https://example.org/a.jpg"),)))
    await write("/help")
    await press("broadcast:correct:1")
    (refused,) = await write("x" * 1025)

    assert "message caption is too long" in refused["text"]
    assert (await row(2)).state == "cancelled"


@pytest.fixture
def asked(write, press, sent):
    """Pause broadcast 1 with two copies sent and one still queued, and open the question about its correction."""

    async def asked(verb="correct"):
        await sent(MessageState.PAUSED, [1, 2, 6])
        await write("/help")
        await press(f"broadcast:{verb}:1")
        if verb == "correct":
            await write("Dear <b>friends</b>", html=True)

    return asked


async def test_after_a_correction_is_confirmed_later_copies_have_the_corrected_text(asked, press, row, body):
    await asked()
    assert ((await body(1)).text, (await row(1)).revision) == ("Dear friends", 0), "nothing is changed by asking"
    await press("broadcast:send:2")

    assert (await row(2)).state == MessageState.RUNNING
    assert ((await body(1)).text, (await row(1)).revision) == ("Dear <b>friends</b>", 1)
    assert "decided already" in (await press("broadcast:send:2"))["text"]
    assert (await row(1)).revision == 1


async def test_a_correction_that_is_discarded_changes_nothing(asked, press, row, body):
    await asked()
    await press("broadcast:discard:2")

    assert ((await body(1)).text, (await row(1)).revision) == ("Dear friends", 0)


@pytest.mark.parametrize("verb", ["correct", "delete"])
async def test_a_broadcast_resumed_meanwhile_is_not_corrected_until_it_pauses_again(asked, press, row, body, verb):
    await asked(verb)
    question_was_asked_while_it_rested = await row(2)
    await press("broadcast:resume:1")
    note = await press("broadcast:send:2")

    assert "The broadcast itself is being sent. Pause or stop it first" in note["text"]
    assert ((await row(2)).state, (await row(2)).body) == (MessageState.DRAFT, question_was_asked_while_it_rested.body)
    assert ((await body(1)).text, (await row(1)).revision) == ("Dear friends", 0)

    await press("broadcast:pause:1")
    await press("broadcast:send:2")

    assert (await row(2)).state == MessageState.RUNNING
    assert (await row(1)).revision == (verb == "correct"), "a deletion says nothing new"
