"""Figures and the timeline as pictures: drawn and uploaded once, from then on sent by their id."""

import asyncio
import io

import pytest
from PIL import Image

from outreachbot.domain.content.model import Content
from outreachbot.sandbox import groups, people
from outreachbot.sandbox.faults import ALWAYS, FaultKind, InjectedFault
from town import ADMIN, MEMBER, buttons

FACT = "deaths-hrw"
GROUP, CHANNEL = -1001, -1002


async def picture(town, chat_id, message, data, user_id=None):
    """Press a button with this data, and wait for the bot's next message."""
    before = len(town.said(chat_id))
    await town.press_data(chat_id, message, data, user_id)
    await town.until(lambda: len(town.said(chat_id)) > before)
    return town.said(chat_id)[before]


def bytes_of(town, message):
    return town.world.files.by_id[message["photo"][-1]["file_id"]].data


async def test_a_fact_has_its_figures_as_a_picture_below_it(town):
    async with town.bot():
        fact = await town.answer(MEMBER, f"/facts {FACT}")
        await town.press(MEMBER, fact, "As a chart")
        await town.until(lambda: len(town.said(MEMBER)) == 2)
        chart = town.said(MEMBER)[1]
        back = await picture(town, MEMBER, chart, buttons(chart)[0]["callback_data"])

    assert town.now(MEMBER, fact)["text"] == fact["text"]
    assert "at least 161 civilians killed — Human Rights Watch, 1993" in chart["caption"]
    assert Image.open(io.BytesIO(bytes_of(town, chart))).format == "PNG"
    assert back["text"] == fact["text"]


async def test_it_is_uploaded_once_over_restarts(town):
    for _ in range(2):
        async with town.bot():
            fact = await town.answer(MEMBER, f"/facts {FACT}")
            await asyncio.gather(*(town.press_data(MEMBER, fact, f"+chart:{FACT}") for _ in range(3)))
            fact = await town.answer(ADMIN, f"/facts {FACT}")
            await picture(town, ADMIN, fact, f"+chart:{FACT}")

    shown = [message for who in (MEMBER, ADMIN) for message in town.said(who) if "photo" in message]
    assert len(shown) == 8
    assert len(town.world.files.by_id) == 1


async def test_each_language_has_its_own(town):
    said = {"az": "Ölü sayı", "tr": "Ölü sayısı", "ru": "Число погибших"}
    (topic,) = (one for one in town.content.topics if one.id == "deaths")
    spoken = topic.model_copy(update={"title": topic.title | said})
    topics = tuple(spoken if one is topic else one for one in town.content.topics)
    languages = ("en", *said)
    town.content = Content.model_construct(**dict(town.content) | {"languages": languages, "topics": topics})
    for number, language in enumerate(languages, start=100):
        people.add_person(town.world, number, language=language)
        people.start(town.world, number)
    async with town.bot():
        charts = []
        for chat_id in range(100, 104):
            await town.until(lambda chat_id=chat_id: town.said(chat_id))
            fact = await town.answer(chat_id, f"/facts {FACT}")
            charts.append(await picture(town, chat_id, fact, f"+chart:{FACT}"))

    assert [chart["caption"].split(" · ")[0] for chart in charts] == ["How many died", *said.values()]
    assert len({bytes_of(town, chart) for chart in charts}) == 4


async def test_the_timeline_is_paged_in_pictures_in_place(town):
    async with town.bot():
        page = await town.answer(MEMBER, "/timeline 1992-02")
        first = await picture(town, MEMBER, page, "+strip:2")
        for _ in range(2):
            await town.press(MEMBER, town.now(MEMBER, first), "›")
            second = town.now(MEMBER, first)
            await town.press(MEMBER, second, "‹")
        again = town.now(MEMBER, first)

    assert first["caption"].startswith("Timeline · February 1992\n10 February 1992 — ")
    assert second["caption"] != first["caption"]
    assert bytes_of(town, second) != bytes_of(town, first)
    assert (again["caption"], again["photo"]) == (first["caption"], first["photo"])
    assert len(town.said(MEMBER)) == 2
    assert len(town.world.files.by_id) == 2


async def test_in_a_group_it_stands_there(town):
    groups.create_chat(town.world, GROUP, "Neighbours", ADMIN)
    groups.join(town.world, MEMBER, GROUP)
    groups.add_bot(town.world, GROUP, ADMIN)
    async with town.bot():
        fact = await town.answer(GROUP, f"/facts {FACT}", MEMBER)
        chart = await picture(town, GROUP, fact, f"+chart:{FACT}", MEMBER)

    assert "photo" in chart


async def test_from_a_channel_it_opens_the_private_chat(town):
    async with town.bot():
        for payload, words in ((f"chart_{FACT}", "How many died"), ("strip_5", "Timeline")):
            people.start(town.world, MEMBER, payload)
            await town.until(lambda words=words: any(words in one.get("caption", "") for one in town.said(MEMBER)))

    assert all("photo" in message for message in town.said(MEMBER))


@pytest.mark.parametrize(
    "data",
    ["+chart:no-such", "+chart:", "+chart", f"+chart:{FACT}:99", f"+chart:{FACT}:٣", "chart:khojaly:x:y", "+strip:-1",
     "+strip:99999999999999999", "+strip", f"chart:{FACT}"],
)  # fmt: skip
async def test_buttons_of_an_earlier_content_are_answered(town, data):
    async with town.bot():
        message = await town.answer(MEMBER, "/facts")
        await town.press_data(MEMBER, message, data)
        people.say(town.world, MEMBER, MEMBER, "/facts 1")
        await town.until(lambda: "fact 1\n" in town.said(MEMBER)[-1].get("text", ""))


async def test_where_telegram_takes_no_picture_the_words_are_said(town):
    refused = InjectedFault(
        FaultKind.REFUSED, "sendPhoto", ALWAYS, code=400, description="Bad Request: IMAGE_PROCESS_FAILED"
    )
    town.world.faults.pending.append(refused)
    async with town.bot():
        fact = await town.answer(MEMBER, f"/facts {FACT}")
        first = await picture(town, MEMBER, fact, f"+chart:{FACT}")
        await picture(town, MEMBER, fact, f"+chart:{FACT}")

    assert "at least 161 civilians killed" in first["text"]
    assert [button["callback_data"] for button in buttons(first)] == [f"+fact:{FACT}"]
    assert refused.seen == 1, "it is not uploaded again and again"


async def test_an_id_that_telegram_forgot_is_uploaded_anew(town):
    async with town.bot():
        fact = await town.answer(MEMBER, f"/facts {FACT}")
        await picture(town, MEMBER, fact, f"+chart:{FACT}")
        town.world.files.by_id.clear()
        again = await picture(town, MEMBER, fact, f"+chart:{FACT}")

    assert "photo" in again
    assert len(town.world.files.by_id) == 1
