"""A chat chooses its language, and every word that it reads follows."""

import datetime as dt
from dataclasses import replace

import pytest

from outreachbot.domain.content.model import Content
from outreachbot.sandbox import groups, people
from outreachbot.views import i18n, menus
from town import ADMIN, MEMBER, Town, buttons

LANGUAGES = ("az", "tr", "ru")
NAMES = {"en": "English", "az": "Azərbaycan", "tr": "Türkçe", "ru": "Русский"}
ON_THE_DAY = dt.datetime(2027, 2, 26, 5, 1, tzinfo=dt.UTC)
TALK = """
/start /help /facts /timeline /campaign /letter /subscribe /reminders /timezone /language /next /about /privacy
/unsubscribe /facts@1 /facts@zzz /timeline@1992 /timeline@1700 /timezone@Tokyo /timezone@zzzzzz nonsense
""".split()  # noqa: SIM905 an @ is a space


def english(content: Content) -> set[str]:
    """What would stand out: whole sentences of the program, and texts of the content, where they are English."""
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


def read(town: Town, chat_id: int) -> str:
    """All that the chat has been shown, buttons too."""
    shown = [message.get("text") or message.get("caption") or "" for message in town.said(chat_id)]
    labels = [button["text"] for message in town.said(chat_id) for button in buttons(message)]
    return "\n".join([*shown, *labels])


@pytest.fixture
def speaks(town):
    """Say all of it in a chat, and read what comes."""

    async def speaks(chat_id: int) -> str:
        for line in TALK:
            await town.answer(chat_id, line.replace("@", " "))
        return read(town, chat_id)

    return speaks


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_word_follows_the_chosen_language(town, speaks, language):
    async with town.bot():
        chooser = await town.answer(MEMBER, "/language")
        await town.press(MEMBER, chooser, NAMES[language])
        seen = await speaks(MEMBER)

    assert [text for text in english(town.content) if text in seen] == []
    assert town.now(MEMBER, chooser)["text"].endswith(NAMES[language])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_new_chat_starts_in_the_language_of_its_telegram(town, speaks, language):
    (stranger,) = people.add_crowd(town.world, 1, language=f"{language}-XX")
    async with town.bot():
        seen = await speaks(stranger)

    assert [text for text in english(town.content) if text in seen] == []


async def test_another_language_of_telegram_gets_the_contents_first(town):
    (stranger,) = people.add_crowd(town.world, 1, language="fr")
    async with town.bot():
        answer = await town.answer(stranger, "/start")

    assert answer["text"].startswith("Remembering Khojaly")


async def test_reminders_come_in_the_chosen_language(town):
    town.clock.set(ON_THE_DAY - dt.timedelta(hours=2))
    async with town.bot():
        await town.answer(MEMBER, "/subscribe")
        await town.press(MEMBER, await town.answer(MEMBER, "/language"), NAMES["az"])
        before = len(town.said(MEMBER))
        town.clock.set(ON_THE_DAY)
        await town.until(lambda: len(town.said(MEMBER)) > before)

    assert "35" in town.said(MEMBER)[-1]["text"]
    assert "Xocalı" in town.said(MEMBER)[-1]["text"]


async def test_the_menu_beside_the_text_follows(town):
    async with town.bot():
        await town.press(MEMBER, await town.answer(MEMBER, "/language"), NAMES["ru"])
        await town.press(ADMIN, await town.answer(ADMIN, "/language"), NAMES["tr"])
        await town.until(lambda: (f"chat:{ADMIN}", "en") in town.world.menus)

    assert [one["description"] for one in town.world.menus[f"chat:{MEMBER}", ""]] == [
        command.what for command in menus.for_members("ru")
    ]
    for code in ("", "en", "ru"):
        shown = [one["description"] for one in town.world.menus[f"chat:{ADMIN}", code]]
        assert shown == [command.what for command in menus.for_admins("tr")]


async def test_menus_of_a_language_a_choice_and_an_admin_that_are_gone_are_taken_back(town):
    (former,) = people.add_crowd(town.world, 1)
    async with replace(town, admins=frozenset({ADMIN, former})).bot():
        await town.press(MEMBER, await town.answer(MEMBER, "/language"), NAMES["ru"])
        await town.until(lambda: all((f"chat:{one}", "ru") in town.world.menus for one in (ADMIN, former)))
    assert ("description", "ru") in town.world.profile

    fewer = town.content.model_copy(update={"languages": ("en", "az", "tr")})
    async with replace(town, content=fewer).bot():
        await town.until(lambda: not any("ru" in place for place in (*town.world.menus, *town.world.profile)))

    scopes = {scope for scope, _code in town.world.menus}
    assert scopes == {"all_private_chats", "all_group_chats", f"chat:{ADMIN}"}


async def test_in_a_group_only_its_admins_choose_and_all_read_it(town, group):
    async with town.bot():
        refused = await town.answer(group, "/language", MEMBER)
        chooser = await town.answer(group, "/language", ADMIN)
        await town.press(group, chooser, NAMES["tr"], ADMIN)
        answer = await town.answer(group, "/facts", MEMBER)

    assert "Only admins can do that here" in refused["text"]
    assert "Bilgiler" in answer["text"]


@pytest.mark.parametrize("data", ["language:fr", "language:", "language:AZ<b>", "language:az.az"])
async def test_a_forged_language_chooses_none(town, data):
    async with town.bot():
        chooser = await town.answer(MEMBER, "/language")
        await town.press_data(MEMBER, chooser, data)
        answer = await town.answer(MEMBER, "/start")

    assert answer["text"].startswith("Remembering Khojaly")


async def test_a_group_keeps_its_language_when_it_moves_and_after_a_restart(town):
    groups.create_chat(town.world, -55, "Small", ADMIN, kind="group")
    groups.add_bot(town.world, -55, ADMIN)
    async with town.bot():
        await town.press(-55, await town.answer(-55, "/language", ADMIN), NAMES["tr"], ADMIN)
        moved = groups.migrate(town.world, -55)
        at_once = await town.answer(moved, "/facts", ADMIN)
    async with town.bot():
        later = await town.answer(moved, "/facts", ADMIN)

    assert "Bilgiler" in at_once["text"]
    assert "Bilgiler" in later["text"]
