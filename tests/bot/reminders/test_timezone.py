"""/timezone offers likely countries and says only what applies to the chat."""

import pytest

from outreachbot.sandbox import people
from tests.support.harness import MEMBER, buttons


def offered(message):
    return [
        button["callback_data"][-2:] for button in buttons(message) if button["callback_data"].startswith("zone:c.")
    ]


@pytest.mark.parametrize(("code", "country"), [("pt-br", "BR"), ("pt", "PT"), ("ar", "EG"), ("fi", "FI")])
async def test_the_countries_are_those_of_the_members_own_language(harness, write, code, country):
    (in_english,) = await write("/timezone", MEMBER)
    people.add_person(harness.world, MEMBER, "Mina", language=code)
    (in_theirs,) = await write("/timezone", MEMBER)

    assert country not in offered(in_english)
    assert country in offered(in_theirs)


async def test_a_press_knows_the_members_language_as_well(harness, write, press):
    people.add_person(harness.world, MEMBER, "Mina", language="pt-br")
    await write("/timezone", MEMBER)
    await press("zone:c.US", MEMBER)
    await press("zone", MEMBER)

    assert "BR" in offered(harness.said(MEMBER)[-1])


@pytest.fixture
def finnish(harness):
    """The content is in Finnish as well. Request it before `write`, whose context is built from that content."""
    harness.content = harness.content.model_copy(update={"languages": ("en", "fi")})


async def test_a_chosen_language_counts_unless_telegrams_names_a_region(finnish, harness, write):
    await write("/language fi", MEMBER)
    assert "FI" in offered((await write("/timezone", MEMBER))[0])
    people.add_person(harness.world, MEMBER, "Mina", language="pt-br")

    (by_telegram,) = await write("/timezone", MEMBER)
    assert "BR" in offered(by_telegram)
    assert "FI" not in offered(by_telegram)


async def test_a_new_zone_offers_a_subscription_to_a_chat_without_one(harness, write, press):
    await write("/timezone Berlin", MEMBER)
    await press("zone:y.Europe/Berlin", MEMBER)
    answer = harness.said(MEMBER)[-1]
    assert answer["text"] == "The clock of Berlin is used here."

    await press(buttons(answer)[0]["callback_data"], MEMBER)
    assert harness.said(MEMBER)[-1]["text"].startswith("You are subscribed.")


async def test_a_new_zone_shows_the_switch_if_reminders_are_off(harness, write, press):
    await write("/subscribe", MEMBER)
    await write("/reminders", MEMBER)
    await press("reminders:on.0", MEMBER)
    await press("zone:y.Europe/Berlin", MEMBER)
    answer = harness.said(MEMBER)[-1]
    assert answer["text"].startswith("The clock of Berlin is used here. Reminders are off")

    await press(buttons(answer)[0]["callback_data"], MEMBER)
    assert "When: on the day, at 09:00\nTime zone: Berlin" in harness.said(MEMBER)[-1]["text"]
