"""An admin composes a broadcast; the draft is stored before its preview is shown."""

import datetime as dt

import pytest

from outreachbot.domain.delivery.states import MessageKind, MessageState
from outreachbot.sandbox import attachments, people
from outreachbot.sandbox.faults import ANY_SEND, FaultKind, InjectedFault
from outreachbot.store.broadcasts import composing
from tests.support.harness import ADMIN, MEMBER, buttons

SITE = "https://example.org/"
DRAFT, CANCELLED = MessageState.DRAFT, MessageState.CANCELLED


def data(message):
    return [button.get("callback_data") or button["url"] for button in buttons(message)]


async def test_the_next_text_is_shown_as_members_will_see_it_and_asked_about(harness, write, row, body, subscribe):
    await subscribe(MEMBER)
    (asked,) = await write("/broadcast")
    preview, question = await write(f"Dear <b>friends</b>\n[Read more] {SITE}", html=True)

    assert "/cancel" in asked["text"]
    assert (preview["text"], preview["entities"][0]["type"]) == ("Dear friends", "bold")
    assert data(preview) == [SITE, "+unsubscribe"]
    assert "It goes to 1 chat: 1 member." in question["text"]
    assert data(question)[0] == "broadcast:send:1"
    written = await row(1)
    assert (written.state, written.kind, written.started_at) == (DRAFT, MessageKind.BROADCAST, None)
    assert (await body(1)).text == "Dear <b>friends</b>"


async def test_an_unrequested_text_is_answered_with_the_help(write, row):
    await write("/broadcast")
    await write("Hello")
    (answer,) = await write("And another")
    (member,) = await write("Hello", MEMBER)

    assert "/facts" in answer["text"]
    assert "/facts" in member["text"]
    assert await row(2) is None


async def test_the_request_to_compose_expires_after_an_hour(harness, write, row):
    await write("/broadcast")
    harness.clock.ahead += dt.timedelta(seconds=composing.SECONDS + 1)
    (answer,) = await write("Hello")

    assert "/facts" in answer["text"]
    assert await row(1) is None


async def test_a_command_is_never_taken_as_the_broadcast(write, row):
    await write("/broadcast")
    await write("/facts")
    assert await row(1) is None

    await write("Hello")
    assert (await row(1)).state == DRAFT


async def test_cancelling_forgets_what_was_asked_for_and_what_was_shown(write, press, row):
    await write("/broadcast")
    (cancelled,) = await write("/cancel")
    (nothing,) = await write("/cancel")
    await write("/broadcast")
    await write("Hello")
    await write("/cancel")

    assert "Nothing was sent" in cancelled["text"]
    assert "nothing to cancel" in nothing["text"]
    assert ((await row(1)).state, (await row(1)).body) == (CANCELLED, {})
    assert "decided already" in (await press("broadcast:send:1"))["text"]


async def test_only_the_newest_question_can_be_confirmed(write, press, row):
    for text in ("first", "second"):
        await write("/broadcast")
        await write(text)

    assert [(await row(number)).state for number in (1, 2)] == [CANCELLED, DRAFT]
    assert "decided already" in (await press("broadcast:send:1"))["text"]


async def test_a_button_that_leads_nowhere_is_named_and_the_next_text_is_a_new_try(write, row):
    await write("/broadcast")
    (refused,) = await write("Hello\n[Read more] example.org")
    preview, _question = await write(f"Hello\n[Read more] {SITE}")

    assert "“Read more”" in refused["text"]
    assert data(preview)[0] == SITE
    assert (await row(1)).state == DRAFT


async def test_a_refused_text_is_reported_and_the_next_is_a_new_attempt(harness, write, row):
    await write("/broadcast")
    words = "Bad Request: BUTTON_URL_INVALID"
    harness.world.faults.pending.append(InjectedFault(FaultKind.REFUSED, ANY_SEND, code=400, description=words))
    (refused,) = await write("Hello")
    preview, _question = await write("Hello again")

    assert words in refused["text"]
    assert [(await row(number)).state for number in (1, 2)] == [CANCELLED, DRAFT]
    assert preview["text"] == "Hello again"


@pytest.mark.parametrize("kind", ["photo", "video", "document"])
async def test_a_file_is_sent_by_its_id_with_its_caption(harness, write, hand, body, kind):
    await write("/broadcast")
    {
        "photo": attachments.send_photo,
        "video": attachments.send_video,
        "document": attachments.send_document,
    }[kind](harness.world, ADMIN, ADMIN, f"A caption\n[Read more] {SITE}")
    await hand()
    preview = harness.said(ADMIN)[-2]

    assert kind in preview
    assert (preview["caption"], data(preview)) == ("A caption", [SITE, "+unsubscribe"])
    assert [media.kind for media in (await body(1)).media] == [kind]


async def test_a_poll_is_copied_from_what_the_admin_has_seen(harness, write, hand, body):
    await write("/broadcast")
    attachments.send_poll(harness.world, ADMIN, ADMIN, "Which day?", ["One", "Two"])
    await hand()
    preview = harness.said(ADMIN)[-2]
    copied = (await body(1)).copy

    assert preview["poll"]["question"] == "Which day?"
    assert (copied.chat_id, copied.message_id) == (ADMIN, preview["message_id"])


async def test_nobody_else_composes_for_an_admin(harness, write, row):
    people.add_person(harness.world, 44, "Ben")
    people.start(harness.world, 44)
    await write("/broadcast")
    await write("Hello", 44)

    assert await row(1) is None
