"""A chat chooses its language, and every word that it reads follows."""

import datetime as dt
from dataclasses import replace

import pytest

from outreachbot.domain.content.model import Content
from outreachbot.sandbox import groups, people
from outreachbot.views import i18n, menus
from tests.support.harness import ADMIN, MEMBER, Harness, buttons

LANGUAGES = ("az", "tr", "ru")
NAMES = {"en": "English", "az": "Azərbaycan", "tr": "Türkçe", "ru": "Русский"}
ON_THE_DAY = dt.datetime(2027, 2, 26, 5, 1, tzinfo=dt.UTC)
TALK = """
/start /help /facts /timeline /campaign /letter /subscribe /reminders /timezone /language /next /about /privacy
/unsubscribe /facts@1 /facts@zzz /timeline@1992 /timeline@1700 /timezone@Tokyo /timezone@zzzzzz nonsense
""".split()  # noqa: SIM905 an @ is a space


def english(content: Content) -> set[str]:
    """Texts that would show a missing translation: sentences of the program and texts of the content, in English."""
    from tools import words

    said = set()
    for path in i18n.CATALOGUES.parent.rglob("*.py"):
        with path.open("rb") as file:
            said |= {text for _line, _call, text, _tags in words.extract(file, {}, (), {}) if isinstance(text, str)}
    texts = {fact.claim["en"].strip()[:40] for fact in content.facts} | {
        content.title["en"],
        content.welcome["en"][:60],
    }
    return {text for text in said if "{" not in text and len(text) > 12} | texts


def read(harness: Harness, chat_id: int) -> str:
    """All that the chat has been shown, buttons too."""
    shown = [message.get("text") or message.get("caption") or "" for message in harness.said(chat_id)]
    labels = [button["text"] for message in harness.said(chat_id) for button in buttons(message)]
    return "\n".join([*shown, *labels])


@pytest.fixture
def speaks(harness):
    """Write all of these in a chat, and read the answers."""

    async def speaks(chat_id: int) -> str:
        for line in TALK:
            await harness.answer(chat_id, line.replace("@", " "))
        return read(harness, chat_id)

    return speaks


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_word_follows_the_chosen_language(harness, speaks, language):
    async with harness.running_bot():
        chooser = await harness.answer(MEMBER, "/language")
        await harness.press(MEMBER, chooser, NAMES[language])
        seen = await speaks(MEMBER)

    assert [text for text in english(harness.content) if text in seen] == []
    assert harness.current(MEMBER, chooser)["text"].endswith(NAMES[language])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_new_chat_starts_in_the_language_of_its_telegram(harness, speaks, language):
    (stranger,) = people.add_crowd(harness.world, 1, language=f"{language}-XX")
    async with harness.running_bot():
        seen = await speaks(stranger)

    assert [text for text in english(harness.content) if text in seen] == []


async def test_another_language_of_telegram_gets_the_contents_first(harness):
    (stranger,) = people.add_crowd(harness.world, 1, language="fr")
    async with harness.running_bot():
        answer = await harness.answer(stranger, "/start")

    assert answer["text"].startswith("Remembering Khojaly")


async def test_reminders_come_in_the_chosen_language(harness):
    harness.clock.set(ON_THE_DAY - dt.timedelta(hours=2))
    async with harness.running_bot():
        await harness.answer(MEMBER, "/subscribe")
        await harness.press(MEMBER, await harness.answer(MEMBER, "/language"), NAMES["az"])
        before = len(harness.said(MEMBER))
        harness.clock.set(ON_THE_DAY)
        await harness.wait_until(lambda: len(harness.said(MEMBER)) > before)

    assert "35" in harness.said(MEMBER)[-1]["text"]
    assert "Xocalı" in harness.said(MEMBER)[-1]["text"]


async def test_the_menu_beside_the_text_follows(harness):
    async with harness.running_bot():
        await harness.press(MEMBER, await harness.answer(MEMBER, "/language"), NAMES["ru"])
        await harness.press(ADMIN, await harness.answer(ADMIN, "/language"), NAMES["tr"])
        await harness.wait_until(lambda: (f"chat:{ADMIN}", "en") in harness.world.menus)

    assert [command["description"] for command in harness.world.menus[f"chat:{MEMBER}", ""]] == [
        command.what for command in menus.for_members("ru")
    ]
    for code in ("", "en", "ru"):
        shown = [command["description"] for command in harness.world.menus[f"chat:{ADMIN}", code]]
        assert shown == [command.what for command in menus.for_admins("tr")]


async def test_menus_of_a_language_a_choice_and_an_admin_that_are_gone_are_taken_back(harness):
    (former,) = people.add_crowd(harness.world, 1)
    async with replace(harness, admins=frozenset({ADMIN, former})).running_bot():
        await harness.press(MEMBER, await harness.answer(MEMBER, "/language"), NAMES["ru"])
        await harness.wait_until(
            lambda: all((f"chat:{chat_id}", "ru") in harness.world.menus for chat_id in (ADMIN, former))
        )
    assert ("description", "ru") in harness.world.profile

    fewer = harness.content.model_copy(update={"languages": ("en", "az", "tr")})
    async with replace(harness, content=fewer).running_bot():
        await harness.wait_until(
            lambda: not any("ru" in place for place in (*harness.world.menus, *harness.world.profile))
        )

    scopes = {scope for scope, _code in harness.world.menus}
    assert scopes == {"all_private_chats", "all_group_chats", f"chat:{ADMIN}"}


async def test_in_a_group_only_its_admins_choose_and_all_read_it(harness, group):
    async with harness.running_bot():
        refused = await harness.answer(group, "/language", MEMBER)
        chooser = await harness.answer(group, "/language", ADMIN)
        await harness.press(group, chooser, NAMES["tr"], ADMIN)
        answer = await harness.answer(group, "/facts", MEMBER)

    assert "Only admins can do that here" in refused["text"]
    assert "Bilgiler" in answer["text"]


@pytest.mark.parametrize("data", ["language:fr", "language:", "language:AZ<b>", "language:az.az"])
async def test_a_forged_language_chooses_none(harness, data):
    async with harness.running_bot():
        chooser = await harness.answer(MEMBER, "/language")
        await harness.press_data(MEMBER, chooser, data)
        answer = await harness.answer(MEMBER, "/start")

    assert answer["text"].startswith("Remembering Khojaly")


async def test_a_group_keeps_its_language_when_it_moves_and_after_a_restart(harness):
    groups.create_chat(harness.world, -55, "Small", ADMIN, kind="group")
    groups.add_bot(harness.world, -55, ADMIN)
    async with harness.running_bot():
        await harness.press(-55, await harness.answer(-55, "/language", ADMIN), NAMES["tr"], ADMIN)
        moved = groups.migrate(harness.world, -55)
        at_once = await harness.answer(moved, "/facts", ADMIN)
    async with harness.running_bot():
        later = await harness.answer(moved, "/facts", ADMIN)

    assert "Bilgiler" in at_once["text"]
    assert "Bilgiler" in later["text"]
