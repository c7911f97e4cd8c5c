"""Buttons of older versions stay in chats: each still works, and a forged one gets a note that it leads nowhere."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from outreachbot.domain.callbacks import decode
from outreachbot.domain.callbacks.codec import list_kinds
from outreachbot.domain.delivery.states import MessageState
from outreachbot.services.sending.pictures import Pictures
from outreachbot.views.broadcasts.audience import hash_start_code
from tests.support.harness import ADMIN, MEMBER

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=ZoneInfo("Asia/Baku"))

# A part of the message or note that answers the press; "": it is answered without a text.
OF_MEMBERS = {
    "here": "",
    "facts": "Choose a topic",
    "+facts:event": "fact 1",
    "fact:deaths-hrw": "fact 12",
    "chart:deaths-hrw": "fact 12",
    "+chart:deaths-hrw:1": "fact 12",
    "timeline": "Timeline",
    "timeline:5": "Timeline",
    "+strip:5": "Timeline",
    "corrections:0": "No fact has been corrected yet.",
    "+report:event-night": "What is wrong with fact",
    "+campaign": "Write a letter for Khojaly",
    "+letter": "The letter.",
    "+subscribe": "You are subscribed",
    "+unsubscribe": "not subscribed",
    "calendar": "for your own calendar",
    "language:en": "Language: English",
    "+reminders": "Reminders of this chat",
    "reminders:on.0": "Reminders are off",
    "reminders:n.week.1": "a week before, on the day",
    "reminders:b.1": "Reminders of this chat",
    "reminders:s.1": "Everything comes without a sound.",
    "reminders:a": "Which days",
    "reminders:a.khojaly.0": "Which days",
    "reminders:h": "At which hour?",
    "reminders:h.8": "at 08:00",
    "reminders:q": "Quiet hours",
    "reminders:q.off": "Reminders of this chat",
    "reminders:q.22": "From 22:00 until which hour?",
    "reminders:q.22.7": "Without a sound from 22:00 to 07:00.",
    "+skip:khojaly:2027": "Nothing more about",
    "zone": "Which time zone?",
    "zone:t": "Which city do you live in",
    "zone:c.US": "Which of these cities",
    "zone:z.Asia/Tokyo": "where you are?",
    "zone:y.Asia/Tokyo": "The clock of Tokyo",
}
OF_ADMINS = {
    "reports:answer:7": "not kept any more",
    "reports:ignore:7:11": "are ignored from now on",
    "reports:hear:7:11": "are passed on again",
    "content:live:A_z-9x0y": "not waiting any more",
    "content:discard:A_z-9x0y": "not waiting any more",
    "content:file": "This is live.",
    "content:list:9": "What was live",
    "content:back:9": "There is no such version.",
    "broadcast:list": "Broadcast 1",
    "broadcast:list:2": "Broadcast 1",
    "broadcast:reminders": "No reminder has been sent yet.",
    "broadcast:open:1": "Broadcast 1",
    "broadcast:pause:2": "paused",
    "broadcast:resume:3": "under way",
    "broadcast:now:4": "under way",
    "broadcast:stop:2": "stopped",
    "broadcast:uncertain:1": "1 chat is written to again.",
    "broadcast:failed:1": "1 chat is written to again.",
    "broadcast:csv:1": "What became of message 1",
    "broadcast:correct:1": "Send me the corrected text",
    "broadcast:delete:1": "It is deleted in",
    "broadcast:ask:5": "It goes to",
    "broadcast:send:5": "",
    "broadcast:discard:5": "Discarded.",
    "broadcast:consent:5": "decided already",
    "broadcast:object:5": "objects. Nothing was sent.",
    "broadcast:whom:5": "To whom?",
    "broadcast:whom:5:all": "Everybody who subscribed",
    "broadcast:whom:5:l.en": "English: ",
    "broadcast:whom:5:k.members": "private chats: ",
    "broadcast:whom:5:a.0": "reminded of",
    f"broadcast:whom:5:c.{hash_start_code('leaflet')}": "came with the start code “leaflet”",
    "broadcast:when:5": "When?",
    "broadcast:when:5:now": "It goes to",
    "broadcast:when:5:m": "On which day?",
    "broadcast:when:5:h.20260312": "At which hour?",
    "broadcast:when:5:m.20260312.09": "12 March 2026",
    "broadcast:when:5:m.20260312.09.30": "It goes out on 12 March 2026 at 09:30",
    "broadcast:when:5:h.20260312.09": "at 09:00 on 12 March 2026 in each chat's own time zone",
    "broadcast:when:5:h.20260312.09.skip": "not at all",
}


@pytest.fixture(autouse=True)
def pictures(harness, context):
    context.messenger.pictures = Pictures(context.db, harness.file.parent)


def test_there_is_a_button_of_every_kind():
    kinds = {type(decode(data)[0]) for data in (*OF_MEMBERS, *OF_ADMINS)}

    assert kinds == set(list_kinds())


async def read_answer(harness, press, data, user_id):
    """Everything that a press below the newest message changes: the note, and messages edited or sent."""
    before = [message.get("edit_date") or message["message_id"] for message in harness.said(user_id)]
    note = await press(data, user_id)
    said = [
        message
        for message in harness.said(user_id)
        if (message.get("edit_date") or message["message_id"]) not in before
    ]
    return note["text"] + "".join(message.get("text") or message.get("caption") or "" for message in said)


@pytest.mark.parametrize("data", OF_MEMBERS)
async def test_an_old_button_of_a_member_is_answered(harness, write, press, data):
    harness.clock.set(NOW)
    await write("/help", MEMBER)

    answer = await read_answer(harness, press, data, MEMBER)

    assert OF_MEMBERS[data] in answer
    assert "no longer leads anywhere" not in answer


@pytest.mark.parametrize("data", OF_ADMINS)
async def test_an_old_button_of_an_admin_is_answered(harness, write, press, sent, subscribe, data):
    harness.clock.set(NOW)
    for state in (MessageState.FINISHED, MessageState.RUNNING, MessageState.PAUSED, MessageState.MISSED):
        await sent(state)
    await subscribe(7, joined="leaflet")
    await sent(MessageState.DRAFT, ends=())
    await write("/help")

    answer = await read_answer(harness, press, data, ADMIN)

    assert OF_ADMINS[data] in answer
    assert "no longer leads anywhere" not in answer


@pytest.mark.parametrize(
    "data",
    [
        *("+", "no such button", "facts:A", "fact:", "timeline:x", "language:english", "reminders:h.24"),
        *("reminders:n.never.1", "skip:khojaly:20260", "zone:c.<b>", "reports:answer:٣", "content:back:0"),
        *("broadcast:open:007", "broadcast:whom:5:k.bots", "broadcast:when:5:m.20261301", "broadcast:stop:1:2"),
    ],
)
async def test_a_forged_button_leads_nowhere(harness, write, press, data):
    await write("/help")
    before = harness.said(ADMIN)

    assert "no longer leads anywhere" in (await press(data))["text"]
    assert harness.said(ADMIN) == before
