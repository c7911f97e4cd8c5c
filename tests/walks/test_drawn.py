"""Figures and the timeline as pictures: drawn and uploaded once, then sent by their id."""

import asyncio
import io

import pytest
from PIL import Image

from outreachbot.domain.content.model import Content
from outreachbot.sandbox import groups, people
from outreachbot.sandbox.faults import ALWAYS, FaultKind, InjectedFault
from tests.support.harness import ADMIN, MEMBER, buttons

FACT = "deaths-hrw"
GROUP, CHANNEL = -1001, -1002


async def picture(harness, chat_id, message, data, user_id=None):
    """Press a button with this data, and wait for the bot's next message."""
    before = len(harness.said(chat_id))
    await harness.press_data(chat_id, message, data, user_id)
    await harness.wait_until(lambda: len(harness.said(chat_id)) > before)
    return harness.said(chat_id)[before]


def bytes_of(harness, message):
    return harness.world.files.by_id[message["photo"][-1]["file_id"]].data


async def test_a_fact_has_its_figures_as_a_picture_below_it(harness):
    async with harness.running_bot():
        fact = await harness.answer(MEMBER, f"/facts {FACT}")
        await harness.press(MEMBER, fact, "As a chart")
        await harness.wait_until(lambda: len(harness.said(MEMBER)) == 2)
        chart = harness.said(MEMBER)[1]
        back = await picture(harness, MEMBER, chart, buttons(chart)[0]["callback_data"])

    assert harness.current(MEMBER, fact)["text"] == fact["text"]
    assert "at least 161 civilians killed — Human Rights Watch, 1993" in chart["caption"]
    assert Image.open(io.BytesIO(bytes_of(harness, chart))).format == "PNG"
    assert back["text"] == fact["text"]


async def test_it_is_uploaded_once_over_restarts(harness):
    for _ in range(2):
        async with harness.running_bot():
            fact = await harness.answer(MEMBER, f"/facts {FACT}")
            await asyncio.gather(*(harness.press_data(MEMBER, fact, f"+chart:{FACT}") for _ in range(3)))
            fact = await harness.answer(ADMIN, f"/facts {FACT}")
            await picture(harness, ADMIN, fact, f"+chart:{FACT}")

    shown = [message for who in (MEMBER, ADMIN) for message in harness.said(who) if "photo" in message]
    assert len(shown) == 8
    assert len(harness.world.files.by_id) == 1


async def test_each_language_has_its_own(harness):
    said = {"az": "Ölü sayı", "tr": "Ölü sayısı", "ru": "Число погибших"}
    (topic,) = (found for found in harness.content.topics if found.id == "deaths")
    spoken = topic.model_copy(update={"title": topic.title | said})
    topics = tuple(spoken if other is topic else other for other in harness.content.topics)
    languages = ("en", *said)
    harness.content = Content.model_construct(**dict(harness.content) | {"languages": languages, "topics": topics})
    for number, language in enumerate(languages, start=100):
        people.add_person(harness.world, number, language=language)
        people.start(harness.world, number)
    async with harness.running_bot():
        charts = []
        for chat_id in range(100, 104):
            await harness.wait_until(lambda chat_id=chat_id: harness.said(chat_id))
            fact = await harness.answer(chat_id, f"/facts {FACT}")
            charts.append(await picture(harness, chat_id, fact, f"+chart:{FACT}"))

    assert [chart["caption"].split(" · ")[0] for chart in charts] == ["How many died", *said.values()]
    assert len({bytes_of(harness, chart) for chart in charts}) == 4


async def test_the_timeline_is_paged_in_pictures_in_place(harness):
    async with harness.running_bot():
        page = await harness.answer(MEMBER, "/timeline 1992-02")
        first = await picture(harness, MEMBER, page, "+strip:2")
        for _ in range(2):
            await harness.press(MEMBER, harness.current(MEMBER, first), "›")
            second = harness.current(MEMBER, first)
            await harness.press(MEMBER, second, "‹")
        again = harness.current(MEMBER, first)

    assert first["caption"].startswith("Timeline · February 1992\n10 February 1992 — ")
    assert second["caption"] != first["caption"]
    assert bytes_of(harness, second) != bytes_of(harness, first)
    assert (again["caption"], again["photo"]) == (first["caption"], first["photo"])
    assert len(harness.said(MEMBER)) == 2
    assert len(harness.world.files.by_id) == 2


async def test_in_a_group_it_stands_there(harness):
    groups.create_chat(harness.world, GROUP, "Neighbours", ADMIN)
    groups.join(harness.world, MEMBER, GROUP)
    groups.add_bot(harness.world, GROUP, ADMIN)
    async with harness.running_bot():
        fact = await harness.answer(GROUP, f"/facts {FACT}", MEMBER)
        chart = await picture(harness, GROUP, fact, f"+chart:{FACT}", MEMBER)

    assert "photo" in chart


async def test_from_a_channel_it_opens_the_private_chat(harness):
    async with harness.running_bot():
        for payload, words in ((f"chart_{FACT}", "How many died"), ("strip_5", "Timeline")):
            people.start(harness.world, MEMBER, payload)
            await harness.wait_until(
                lambda words=words: any(words in message.get("caption", "") for message in harness.said(MEMBER))
            )

    assert all("photo" in message for message in harness.said(MEMBER))


@pytest.mark.parametrize(
    "data",
    ["+chart:no-such", "+chart:", "+chart", f"+chart:{FACT}:99", f"+chart:{FACT}:٣", "chart:khojaly:x:y", "+strip:-1",
     "+strip:99999999999999999", "+strip", f"chart:{FACT}"],
)  # fmt: skip
async def test_buttons_of_an_earlier_content_are_answered(harness, data):
    async with harness.running_bot():
        message = await harness.answer(MEMBER, "/facts")
        await harness.press_data(MEMBER, message, data)
        people.say(harness.world, MEMBER, MEMBER, "/facts 1")
        await harness.wait_until(lambda: "fact 1\n" in harness.said(MEMBER)[-1].get("text", ""))


async def test_where_telegram_takes_no_picture_the_words_are_said(harness):
    refused = InjectedFault(
        FaultKind.REFUSED, "sendPhoto", ALWAYS, code=400, description="Bad Request: IMAGE_PROCESS_FAILED"
    )
    harness.world.faults.pending.append(refused)
    async with harness.running_bot():
        fact = await harness.answer(MEMBER, f"/facts {FACT}")
        first = await picture(harness, MEMBER, fact, f"+chart:{FACT}")
        await picture(harness, MEMBER, fact, f"+chart:{FACT}")

    assert "at least 161 civilians killed" in first["text"]
    assert [button["callback_data"] for button in buttons(first)] == [f"+fact:{FACT}"]
    assert refused.seen == 1, "it is not uploaded again and again"


async def test_an_id_that_telegram_forgot_is_uploaded_anew(harness):
    async with harness.running_bot():
        fact = await harness.answer(MEMBER, f"/facts {FACT}")
        await picture(harness, MEMBER, fact, f"+chart:{FACT}")
        harness.world.files.by_id.clear()
        again = await picture(harness, MEMBER, fact, f"+chart:{FACT}")

    assert "photo" in again
    assert len(harness.world.files.by_id) == 1
