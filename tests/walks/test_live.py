"""Another content goes live while the bot runs: looked at first, applied on a press, and a bad file changes nothing."""

import asyncio
import os
import re
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from test_broadcast import compose

from outreachbot.app.commands import content_file
from outreachbot.sandbox import attachments, people
from outreachbot.sandbox.faults import FaultKind, InjectedFault
from outreachbot.services.content import process as content_examiner
from outreachbot.store.content import versions as contents
from outreachbot.store.database import connect
from program import started
from town import ADMIN, MEMBER, Town, buttons

BRIDGE = Path(__file__).parents[1] / "domain" / "bridge.yaml"
BEN = 33
CLAIM = "It had **many** stones"
STAYS = "What was live stays live."


@pytest.fixture
def town(town: Town, tmp_path: Path) -> Town:
    """A bot that tells of the bridge, from a file of its own; Ada and Ben are its admins."""
    file = tmp_path / "bridge.yaml"
    shutil.copy(BRIDGE, file)
    people.add_person(town.world, BEN, "Ben", language="en")
    people.start(town.world, BEN)
    town.world.updates.clear()
    content = content_file.read_content(file).content
    return replace(town, file=file, content=content, admins=frozenset({ADMIN, BEN}))


def changed(*changes: tuple[str, str]) -> bytes:
    text = BRIDGE.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


OTHER = changed((CLAIM, "It had *few* stones"))


async def send(town: Town, data: bytes, user_id: int = ADMIN, name: str = "bridge.yaml"):
    """Send the bot a file; what it answers."""
    before = len(town.said(user_id))
    attachments.send_document(town.world, user_id, user_id, name=name, data=data)
    await town.until(lambda: len(town.said(user_id)) > before)
    return town.said(user_id)[before]


async def fact(town: Town) -> str:
    return (await town.answer(MEMBER, "/facts stones"))["text"]


async def versions(town: Town):
    async with connect.open_database(town.database_url, exclusive=False) as db, connect.reading(db) as connection:
        return [(one.live_by, one.changes) for one in await contents.list_versions(connection, 99)]


async def test_an_edited_file_is_shown_as_a_difference_and_goes_live_on_a_press(town):
    async with town.bot():
        before = await fact(town)
        flood = "  - id: flood\n    topic: fall\n"
        foreign = ("en: Welcome", "en: Этот текст стоит не под своим языком и его надо переставить")
        edits = (CLAIM, "It had *few* stones"), (flood, flood.replace("flood", "water")), foreign
        town.file.write_bytes(changed(*edits))
        asked = await town.answer(ADMIN, "/reload")
        meanwhile = await fact(town)
        await town.press(ADMIN, asked, "Put it live")
        after = await fact(town)

    assert "Facts: 1 changed, 1 added, 1 removed (stones, water, flood)" in asked["text"]
    assert "de: 16 entries lack a text" in asked["text"]
    assert "Look at: bridge.yaml:8:15: welcome.en: is in Cyrillic letters" in asked["text"]
    assert "many stones" in before
    assert meanwhile == before
    assert "few stones" in after
    assert town.now(ADMIN, asked)["text"] == "It is live. /content lists all versions and goes back to them."
    assert await versions(town) == [(ADMIN, 4), (None, None)]


async def test_a_file_sent_by_an_admin_goes_live_and_stands_on_the_disk(town):
    async with town.bot():
        asked = await send(town, OTHER, name="Bridge (1).YML")
        assert town.file.read_bytes() == BRIDGE.read_bytes()
        await town.press(ADMIN, asked, "Put it live")
        assert "few stones" in await fact(town)

    assert town.file.read_bytes() == OTHER
    assert [path.name for path in town.file.parent.glob("*bridge*")] == ["bridge.yaml"]


async def test_what_stood_in_the_file_and_was_not_live_is_kept_beside_it(town):
    edited = changed(("The first stone", "The very first stone"))
    async with town.bot():
        town.file.write_bytes(edited)
        asked = await send(town, OTHER)
        await town.press(ADMIN, asked, "Put it live")
    (beside,) = town.file.parent.glob("bridge.yaml.*[!k]")

    assert town.file.read_bytes() == OTHER
    assert beside.read_bytes() == edited
    assert f"it is kept as {beside.name}" in town.now(ADMIN, asked)["text"]


async def test_where_the_file_can_not_be_written_the_admin_is_told(town):
    async with town.bot():
        asked = await send(town, OTHER)
        town.file.unlink()
        town.file.mkdir()
        await town.press(ADMIN, asked, "Put it live")
        assert "few stones" in await fact(town)

    says = "bridge.yaml was not written anew: the next start would use the old file. (it is a folder)"
    assert says in town.now(ADMIN, asked)["text"]


async def test_what_was_edited_after_the_question_is_not_what_goes_live_and_is_kept_beside_the_file(town, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    file, edited = town.file.rename(home / "ours.yaml"), changed((CLAIM, "It had no stones"))
    town.file.symlink_to(file)
    async with town.bot():
        file.write_bytes(OTHER)
        asked = await town.answer(ADMIN, "/reload")
        file.write_bytes(edited)
        await town.press(ADMIN, asked, "Put it live")
        assert "few stones" in await fact(town)
    (beside,) = home.glob("ours.yaml.*")

    assert town.file.is_symlink()
    assert (file.read_bytes(), beside.read_bytes()) == (OTHER, edited)
    assert f"What stood in bridge.yaml was not live; it is kept as {beside}." in town.now(ADMIN, asked)["text"]


async def test_discarded_it_changes_nothing(town):
    async with town.bot():
        asked = await send(town, OTHER)
        await town.press(ADMIN, asked, "Discard")
        note = await town.press_data(ADMIN, asked, buttons(asked)[0]["callback_data"])
        assert "many stones" in await fact(town)

    assert "This is not waiting any more" in note["text"]
    assert town.file.read_bytes() == BRIDGE.read_bytes()


BAD = {
    "another encoding": (changed().replace(b"stones", b"st\xf6nes", 1), r"bridge\.yaml:\d\d:\d+: not UTF-8"),
    "UTF-16": (changed().decode().encode("utf-16"), r"bridge\.yaml:1:1: not UTF-8"),
    "tabs": (changed().replace(b"  name:", b"\tname:"), r"bridge\.yaml:10:1: a tab; indent with spaces"),
    "anchors that explode": (
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
        r"bridge\.yaml:2:8: b\[0\]: aliases such as \*a are not read",
    ),
    "100,000 entries": (
        b"facts:\n" + b"  - x\n" * 100_000,
        r"bridge\.yaml:\d+:\d+: facts: has more than 20000 entries",
    ),
    "an unknown source": (changed(("[herald]", "[herold]")), r'unknown source "herold"; did you mean "herald"\?'),
    "no text at all": (b"\x00\x01\x02", r"bridge\.yaml:1:1: an invisible sign"),
    "nothing": (b"", r"bridge\.yaml:1:1: the file is empty"),
    "a text in the wrong language key": (
        changed(("claim: {en:", "claim: {eng:")),
        r"bridge\.yaml:43:13: facts\[0\]\.claim\.eng: unknown language \"eng\"; did you mean",
    ),
    "an HTML bomb": (
        changed((CLAIM, "<b>" * 50_000)),
        r"bridge\.yaml:\d+:\d+: facts\[0\]",
    ),
    "a missing picture": (
        changed(("    topic: fall\n    default", "    picture: day.png\n    default")),
        r'bridge\.yaml:\d+:\d+: anniversaries\[0\]\.picture: there is no file "day\.png" beside this one',
    ),
}


async def test_a_bad_file_is_reported_by_line_and_column_and_changes_nothing(town):
    async with town.bot():
        for name, (data, line) in BAD.items():
            sent = await send(town, data)

            assert STAYS in sent["text"], name
            assert re.search(line, sent["text"]), (name, sent["text"])
            assert not buttons(sent), name
        town.file.write_bytes(data)
        read = await town.answer(ADMIN, "/reload")
        assert "many stones" in await fact(town)

    assert read["text"] == sent["text"]


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf" + OTHER, OTHER.replace(b"\n", b"\r\n")])
async def test_a_byte_order_mark_and_other_line_breaks_do_no_harm(town, data):
    async with town.bot():
        asked = await send(town, data)
        await town.press(ADMIN, asked, "Put it live")
        assert "few stones" in await fact(town)
        asked = await town.answer(ADMIN, "/content")
        await town.press(ADMIN, asked, "Go back to 1")
        await town.press(ADMIN, town.now(ADMIN, asked), "Put it live")
        again = await town.answer(ADMIN, "/content")
        await town.press(ADMIN, again, "Go back to 2")
        await town.press(ADMIN, town.now(ADMIN, again), "Put it live")

    assert town.file.read_bytes() == data


async def test_of_many_faults_as_many_are_shown_as_fit(town):
    facts = "".join(f"  - id: new-{n}\n    topik: fall\n" for n in range(300))
    async with town.bot():
        said = await send(town, changed(("timeline:\n", facts + "timeline:\n")))

    lines = said["text"].splitlines()
    assert len(said["text"]) <= 4096
    shown = sum(line.startswith("bridge.yaml:") for line in lines)
    assert shown > 20
    assert lines[-1] == f"… and {300 * 6 - shown:,} more: run `outreachbot check`"


async def test_a_file_of_somebody_who_is_no_admin_is_not_even_fetched(town):
    async with town.bot():
        said = await send(town, OTHER, MEMBER)
        helped = await town.answer(MEMBER, "/reload")
        listed = await town.answer(MEMBER, "/content")

    assert said["text"] == "Only admins of this bot can change what it says. Nothing was done with your file."
    assert town.world.tally.calls["getFile"] == 0
    assert helped["text"] == listed["text"]
    assert "/reload" not in helped["text"]


async def test_of_two_admins_at_once_the_second_is_told(town):
    async with town.bot():
        ada = await send(town, OTHER)
        ben = await send(town, changed((CLAIM, "It had no stones")), BEN)
        await town.press(ADMIN, ada, "Put it live")
        await town.press(BEN, ben, "Put it live")
        assert "few stones" in await fact(town)
        once_more = await send(town, changed((CLAIM, "It had no stones")), BEN)
        await town.press(BEN, once_more, "Put it live")
        assert "no stones" in await fact(town)

    assert "Another version went live meanwhile, so nothing was done." in town.now(BEN, ben)["text"]
    assert await versions(town) == [(BEN, 1), (ADMIN, 1), (None, None)]


async def test_of_two_reloads_at_once_one_goes_live_and_the_other_admin_is_told(town):
    async with town.bot():
        town.file.write_bytes(OTHER)
        ada, ben = await asyncio.gather(town.answer(ADMIN, "/reload"), town.answer(BEN, "/reload"))
        await asyncio.gather(town.press(ADMIN, ada, "Put it live"), town.press(BEN, ben, "Put it live"))
        assert "few stones" in await fact(town)

    assert sorted(town.now(who, asked)["text"][:20] for who, asked in ((ADMIN, ada), (BEN, ben))) == [
        "Another version went",
        "It is live. /content",
    ]
    assert len(await versions(town)) == 2


async def test_a_page_whose_fact_is_gone_says_so_and_a_draft_is_sent_as_it_was_seen(town):
    async with town.bot():
        await town.answer(MEMBER, "/subscribe")
        page = await town.answer(MEMBER, "/facts stones")
        question = await compose(town, "The stones, as we tell them")
        asked = await send(town, changed(("  - id: stones\n", "  - id: rocks\n")))
        await town.press(ADMIN, asked, "Put it live")
        await town.press(MEMBER, page, "Report a mistake")
        report = town.said(MEMBER)[-1]
        await town.press_data(MEMBER, page, "fact:stones")
        await town.press(ADMIN, question, "Send")
        await town.until(lambda: any("as we tell them" in one.get("text", "") for one in town.said(MEMBER)))

    gone = "This is no longer here: the facts have been edited since."
    assert gone in town.now(MEMBER, page)["text"]
    assert gone in report["text"]


async def test_after_a_restart_an_old_button_says_so(town):
    async with town.bot():
        asked = await send(town, OTHER)
    async with town.bot():
        note = await town.press_data(ADMIN, asked, buttons(asked)[0]["callback_data"])
        assert "many stones" in await fact(town)

    assert "the bot was restarted" in note["text"]


async def test_every_version_is_listed_and_can_come_back(town):
    async with town.bot():
        for number in range(1, 10):
            asked = await send(town, changed((CLAIM, f"It had {number} stones")))
            await town.press(ADMIN, asked, "Put it live")
        listed, by_ben = await town.answer(ADMIN, "/content"), await town.answer(BEN, "/content")
        await town.press(ADMIN, listed, "Older ones")
        older = town.now(ADMIN, listed)
        await town.press(ADMIN, older, "Go back to 1")
        difference = town.now(ADMIN, older)
        await town.press(ADMIN, difference, "Put it live")
        assert "many stones" in await fact(town)
        note = await town.press_data(ADMIN, listed, "content:back:999")

    assert re.search(r"^10\. .* · you · 1 change · live$", listed["text"], re.MULTILINE)
    assert re.search(r"^10\. .* · admin number 22 · 1 change · live$", by_ben["text"], re.MULTILINE)
    assert re.search(r"^1\. .* \(Europe/Berlin time\) · from the file$", older["text"], re.MULTILINE)
    assert "Facts: 1 changed (stones)" in difference["text"]
    assert town.file.read_bytes() == BRIDGE.read_bytes()
    assert note["text"] == "There is no such version."
    assert len(await versions(town)) == 11


async def test_the_file_that_is_live_is_sent_byte_for_byte(town):
    async with town.bot():
        asked = await send(town, OTHER)
        await town.press(ADMIN, asked, "Put it live")
        listed = await town.answer(ADMIN, "/content")
        await town.press(ADMIN, listed, "Send me the file that is live")
    sent = town.said(ADMIN)[-1]["document"]

    assert (sent["file_name"], town.world.files.by_id[sent["file_id"]].data) == ("bridge.yaml", OTHER)


async def test_what_is_live_already_is_said_to_be(town):
    async with town.bot():
        assert "Nothing has changed" in (await town.answer(ADMIN, "/reload"))["text"]
        assert "Nothing has changed" in (await send(town, BRIDGE.read_bytes()))["text"]
        comment = await send(town, b"# a comment\n" + BRIDGE.read_bytes())
        assert "only comments or the layout" in comment["text"]
        town.file.unlink()
        assert "there is no such file." in (await town.answer(ADMIN, "/reload"))["text"]


NOT_FETCHED = "could not be read: Telegram did not hand it over, send it once more."


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (
            InjectedFault(FaultKind.REFUSED, "getFile", code=400, description="Bad Request: file is too big"),
            "file is too big",
        ),
        (InjectedFault(FaultKind.LOST_BEFORE, "getFile"), "ServerDisconnectedError"),
        (InjectedFault(FaultKind.GARBAGE, "getFile"), "HTTP 200"),
    ],
)
async def test_a_file_that_can_not_be_fetched_is_said_to_be_so_and_the_log_says_why(town, fault, why, caplog):
    async with town.bot():
        town.world.faults.pending.append(fault)
        said = await send(town, OTHER)

    assert said["text"] == f"bridge.yaml {NOT_FETCHED} {STAYS}"
    assert why in caplog.text


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has none")
async def test_where_no_check_can_be_started_the_bot_goes_on_with_what_was_live(town, monkeypatch, caplog):
    caplog.set_level("INFO", "outreachbot")
    async with town.bot():
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "/nothing/python")
            town.file.write_bytes(OTHER)
            os.kill(os.getpid(), signal.SIGHUP)
            await town.until(lambda: "could not be read again" in caplog.text)
            sent = await send(town, OTHER)
        with monkeypatch.context() as patch:
            patch.setattr(content_examiner, "CODE", 0)  # as if another version of the program had been put there
            updated = await send(town, OTHER)
        assert "many stones" in await fact(town)
        os.kill(os.getpid(), signal.SIGHUP)
        await town.until(lambda: "another version of the content is live" in caplog.text)
        assert "few stones" in await fact(town)

    why = "the check could not be finished, the bot's log says why"
    assert sent["text"] == f"bridge.yaml could not be read: {why}. {STAYS}"
    assert updated["text"] == (
        f"bridge.yaml could not be read: the program was updated, restart the bot first. {STAYS}"
    )


async def test_one_whose_bytes_are_gone_or_too_many_is_said_to_be_so(town):
    async with town.bot():
        attachments.send_document(town.world, ADMIN, ADMIN, name="gone.yaml")
        await town.until(lambda: town.said(ADMIN))
        large = await send(town, b"#" * 10_000_001)

    assert f"gone.yaml {NOT_FETCHED}" in town.said(ADMIN)[0]["text"]
    assert "bridge.yaml is too large: at most 10 MB are read." in large["text"]
    assert "sandbox" not in "".join(message["text"] for message in town.said(ADMIN)), "the token"


async def test_while_a_broadcast_is_composed_a_yaml_file_is_its_document(town):
    async with town.bot():
        await town.answer(ADMIN, "/broadcast")
        shown = await send(town, OTHER)
        await town.until(lambda: town.said(ADMIN)[-1] is not shown)

    assert "document" in shown
    assert "This is a content file. To change what the bot says with it: /cancel" in town.said(ADMIN)[-1]["text"]
    assert town.world.tally.calls["getFile"] == 0


async def test_a_file_of_another_kind_is_asked_for_as_yaml_where_nothing_else_takes_it(town):
    async with town.bot():
        asked = await send(town, OTHER, name="content.yaml.txt")
        helped = await send(town, OTHER, MEMBER, name="content.yaml.txt")
        await town.answer(ADMIN, "/broadcast")
        shown = await send(town, OTHER, name="note.txt")

    assert asked["text"].startswith("I take .yaml files: rename it to content.yaml and send it again.")
    assert "/facts" in helped["text"]
    assert "document" in shown


async def test_settings_are_shown_with_what_they_become_and_who_reads_a_language_that_goes(town):
    people.add_person(town.world, 44, "Uwe", language="de")
    people.start(town.world, 44)
    async with town.bot():
        await town.answer(44, "/subscribe")
        new = changed(("[en, de]", "[en, tr]"), ("hour: 9", "hour: 19"), ("Europe/Berlin", "Asia/Baku"))
        asked = await send(town, re.sub(rb"\bde: ", b"tr: ", new))

    for line in (
        "• languages: without de; new: tr",
        "• zone: Europe/Berlin → Asia/Baku",
        "• hour: 9 → 19",
        "1 subscribed chat reads a language that goes",
    ):
        assert line in asked["text"].splitlines()


async def test_menus_and_descriptions_follow_the_content(town):
    async with town.bot():
        await town.until(lambda: town.world.profile.get(("short_description", "")) == "The old bridge, remembered")
        asked = await send(town, changed(("The old bridge, remembered", "The new bridge")))
        await town.press(ADMIN, asked, "Put it live")
        await town.until(lambda: town.world.profile[("short_description", "")] == "The new bridge")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has none")
async def test_sighup_puts_a_good_file_live_and_names_the_faults_of_a_bad_one(town):
    async with started(town, "run", OUTREACHBOT_CONTENT=str(town.file)) as program:
        await town.answer(MEMBER, "/about")
        for data, words in (
            (OTHER, b"another version of the content is live: Facts: 1 changed (stones)"),
            (OTHER, b"nothing has changed"),
            (b"\t", b"bridge.yaml:1:1: a tab"),
        ):
            town.file.write_bytes(data)
            program.process.send_signal(signal.SIGHUP)
            async with asyncio.timeout(20):
                while words not in program.written:
                    await program.wrote()
        assert "few stones" in await fact(town)
        code, written = await program.terminate()

    assert code == 0, written
    assert "Traceback" not in written
    assert await versions(town) == [(None, 1), (None, None)]
