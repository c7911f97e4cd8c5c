"""New content goes live while the bot runs: reviewed first, applied on a press; a bad file changes nothing."""

import asyncio
import os
import re
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from outreachbot.app.commands import content_file
from outreachbot.sandbox import attachments, people
from outreachbot.sandbox.faults import FaultKind, InjectedFault
from outreachbot.services.content import process as content_examiner
from outreachbot.store.content import versions as contents
from outreachbot.store.database import connect
from tests.support.broadcasts import compose
from tests.support.harness import ADMIN, MEMBER, Harness, buttons
from tests.support.paths import BRIDGE_CONTENT
from tests.support.program import started

BEN = 33
CLAIM = "It had **many** stones"
STAYS = "What was live stays live."


@pytest.fixture
def harness(harness: Harness, tmp_path: Path) -> Harness:
    """A bot with the bridge's content in its own file; Ada and Ben are its admins."""
    file = tmp_path / "bridge.yaml"
    shutil.copy(BRIDGE_CONTENT, file)
    people.add_person(harness.world, BEN, "Ben", language="en")
    people.start(harness.world, BEN)
    harness.world.updates.clear()
    content = content_file.read_content(file).content
    return replace(harness, file=file, content=content, admins=frozenset({ADMIN, BEN}))


def changed(*changes: tuple[str, str]) -> bytes:
    text = BRIDGE_CONTENT.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


OTHER = changed((CLAIM, "It had *few* stones"))


async def send(harness: Harness, data: bytes, user_id: int = ADMIN, name: str = "bridge.yaml"):
    """Send the bot a file; return its answer."""
    before = len(harness.said(user_id))
    attachments.send_document(harness.world, user_id, user_id, name=name, data=data)
    await harness.wait_until(lambda: len(harness.said(user_id)) > before)
    return harness.said(user_id)[before]


async def fact(harness: Harness) -> str:
    return (await harness.answer(MEMBER, "/facts stones"))["text"]


async def versions(harness: Harness):
    async with connect.open_database(harness.database_url, exclusive=False) as db, connect.reading(db) as connection:
        return [(version.live_by, version.changes) for version in await contents.list_versions(connection, 99)]


async def test_an_edited_file_is_shown_as_a_difference_and_goes_live_on_a_press(harness):
    async with harness.running_bot():
        before = await fact(harness)
        flood = "  - id: flood\n    topic: fall\n"
        foreign = ("en: Welcome", "en: Этот текст стоит не под своим языком и его надо переставить")
        edits = (CLAIM, "It had *few* stones"), (flood, flood.replace("flood", "water")), foreign
        harness.file.write_bytes(changed(*edits))
        asked = await harness.answer(ADMIN, "/reload")
        meanwhile = await fact(harness)
        await harness.press(ADMIN, asked, "Put it live")
        after = await fact(harness)

    assert "Facts: 1 changed, 1 added, 1 removed (stones, water, flood)" in asked["text"]
    assert "de: 16 entries lack a text" in asked["text"]
    assert "Look at: bridge.yaml:8:15: welcome.en: is in Cyrillic letters" in asked["text"]
    assert "many stones" in before
    assert meanwhile == before
    assert "few stones" in after
    assert harness.current(ADMIN, asked)["text"] == "It is live. /content lists all versions and goes back to them."
    assert await versions(harness) == [(ADMIN, 4), (None, None)]


async def test_a_file_sent_by_an_admin_goes_live_and_is_written_to_disk(harness):
    async with harness.running_bot():
        asked = await send(harness, OTHER, name="Bridge (1).YML")
        assert harness.file.read_bytes() == BRIDGE_CONTENT.read_bytes()
        await harness.press(ADMIN, asked, "Put it live")
        assert "few stones" in await fact(harness)

    assert harness.file.read_bytes() == OTHER
    assert [path.name for path in harness.file.parent.glob("*bridge*")] == ["bridge.yaml"]


async def test_unpublished_edits_in_the_file_are_kept_as_a_backup(harness):
    edited = changed(("The first stone", "The very first stone"))
    async with harness.running_bot():
        harness.file.write_bytes(edited)
        asked = await send(harness, OTHER)
        await harness.press(ADMIN, asked, "Put it live")
    (beside,) = harness.file.parent.glob("bridge.yaml.*[!k]")

    assert harness.file.read_bytes() == OTHER
    assert beside.read_bytes() == edited
    assert f"it is kept as {beside.name}" in harness.current(ADMIN, asked)["text"]


async def test_where_the_file_can_not_be_written_the_admin_is_told(harness):
    async with harness.running_bot():
        asked = await send(harness, OTHER)
        harness.file.unlink()
        harness.file.mkdir()
        await harness.press(ADMIN, asked, "Put it live")
        assert "few stones" in await fact(harness)

    says = "bridge.yaml was not written anew: the next start would use the old file. (it is a folder)"
    assert says in harness.current(ADMIN, asked)["text"]


async def test_edits_made_after_the_question_do_not_go_live_and_are_kept_as_a_backup(harness, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    file, edited = harness.file.rename(home / "ours.yaml"), changed((CLAIM, "It had no stones"))
    harness.file.symlink_to(file)
    async with harness.running_bot():
        file.write_bytes(OTHER)
        asked = await harness.answer(ADMIN, "/reload")
        file.write_bytes(edited)
        await harness.press(ADMIN, asked, "Put it live")
        assert "few stones" in await fact(harness)
    (beside,) = home.glob("ours.yaml.*")

    assert harness.file.is_symlink()
    assert (file.read_bytes(), beside.read_bytes()) == (OTHER, edited)
    assert f"What stood in bridge.yaml was not live; it is kept as {beside}." in harness.current(ADMIN, asked)["text"]


async def test_discarded_it_changes_nothing(harness):
    async with harness.running_bot():
        asked = await send(harness, OTHER)
        await harness.press(ADMIN, asked, "Discard")
        note = await harness.press_data(ADMIN, asked, buttons(asked)[0]["callback_data"])
        assert "many stones" in await fact(harness)

    assert "This is not waiting any more" in note["text"]
    assert harness.file.read_bytes() == BRIDGE_CONTENT.read_bytes()


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


async def test_a_bad_file_is_reported_by_line_and_column_and_changes_nothing(harness):
    async with harness.running_bot():
        for name, (data, line) in BAD.items():
            sent = await send(harness, data)

            assert STAYS in sent["text"], name
            assert re.search(line, sent["text"]), (name, sent["text"])
            assert not buttons(sent), name
        harness.file.write_bytes(data)
        read = await harness.answer(ADMIN, "/reload")
        assert "many stones" in await fact(harness)

    assert read["text"] == sent["text"]


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf" + OTHER, OTHER.replace(b"\n", b"\r\n")])
async def test_a_byte_order_mark_and_other_line_breaks_do_no_harm(harness, data):
    async with harness.running_bot():
        asked = await send(harness, data)
        await harness.press(ADMIN, asked, "Put it live")
        assert "few stones" in await fact(harness)
        asked = await harness.answer(ADMIN, "/content")
        await harness.press(ADMIN, asked, "Go back to 1")
        await harness.press(ADMIN, harness.current(ADMIN, asked), "Put it live")
        again = await harness.answer(ADMIN, "/content")
        await harness.press(ADMIN, again, "Go back to 2")
        await harness.press(ADMIN, harness.current(ADMIN, again), "Put it live")

    assert harness.file.read_bytes() == data


async def test_as_many_faults_are_shown_as_fit(harness):
    facts = "".join(f"  - id: new-{n}\n    topik: fall\n" for n in range(300))
    async with harness.running_bot():
        said = await send(harness, changed(("timeline:\n", facts + "timeline:\n")))

    lines = said["text"].splitlines()
    assert len(said["text"]) <= 4096
    shown = sum(line.startswith("bridge.yaml:") for line in lines)
    assert shown > 20
    assert lines[-1] == f"… and {300 * 6 - shown:,} more: run `outreachbot check`"


async def test_a_file_of_somebody_who_is_no_admin_is_not_even_fetched(harness):
    async with harness.running_bot():
        said = await send(harness, OTHER, MEMBER)
        helped = await harness.answer(MEMBER, "/reload")
        listed = await harness.answer(MEMBER, "/content")

    assert said["text"] == "Only admins of this bot can change what it says. Nothing was done with your file."
    assert harness.world.tally.calls["getFile"] == 0
    assert helped["text"] == listed["text"]
    assert "/reload" not in helped["text"]


async def test_the_second_of_two_concurrent_admins_is_told(harness):
    async with harness.running_bot():
        ada = await send(harness, OTHER)
        ben = await send(harness, changed((CLAIM, "It had no stones")), BEN)
        await harness.press(ADMIN, ada, "Put it live")
        await harness.press(BEN, ben, "Put it live")
        assert "few stones" in await fact(harness)
        once_more = await send(harness, changed((CLAIM, "It had no stones")), BEN)
        await harness.press(BEN, once_more, "Put it live")
        assert "no stones" in await fact(harness)

    assert "Another version went live meanwhile, so nothing was done." in harness.current(BEN, ben)["text"]
    assert await versions(harness) == [(BEN, 1), (ADMIN, 1), (None, None)]


async def test_one_of_two_concurrent_reloads_goes_live_and_the_other_admin_is_told(harness):
    async with harness.running_bot():
        harness.file.write_bytes(OTHER)
        ada, ben = await asyncio.gather(harness.answer(ADMIN, "/reload"), harness.answer(BEN, "/reload"))
        await asyncio.gather(harness.press(ADMIN, ada, "Put it live"), harness.press(BEN, ben, "Put it live"))
        assert "few stones" in await fact(harness)

    assert sorted(harness.current(who, asked)["text"][:20] for who, asked in ((ADMIN, ada), (BEN, ben))) == [
        "Another version went",
        "It is live. /content",
    ]
    assert len(await versions(harness)) == 2


async def test_a_page_whose_fact_is_gone_says_so_and_a_draft_is_sent_as_it_was_seen(harness):
    async with harness.running_bot():
        await harness.answer(MEMBER, "/subscribe")
        page = await harness.answer(MEMBER, "/facts stones")
        question = await compose(harness, "The stones, as we tell them")
        asked = await send(harness, changed(("  - id: stones\n", "  - id: rocks\n")))
        await harness.press(ADMIN, asked, "Put it live")
        await harness.press(MEMBER, page, "Report a mistake")
        report = harness.said(MEMBER)[-1]
        await harness.press_data(MEMBER, page, "fact:stones")
        await harness.press(ADMIN, question, "Send")
        await harness.wait_until(
            lambda: any("as we tell them" in message.get("text", "") for message in harness.said(MEMBER))
        )

    gone = "This is no longer here: the facts have been edited since."
    assert gone in harness.current(MEMBER, page)["text"]
    assert gone in report["text"]


async def test_after_a_restart_an_old_button_says_so(harness):
    async with harness.running_bot():
        asked = await send(harness, OTHER)
    async with harness.running_bot():
        note = await harness.press_data(ADMIN, asked, buttons(asked)[0]["callback_data"])
        assert "many stones" in await fact(harness)

    assert "the bot was restarted" in note["text"]


async def test_every_version_is_listed_and_can_come_back(harness):
    async with harness.running_bot():
        for number in range(1, 10):
            asked = await send(harness, changed((CLAIM, f"It had {number} stones")))
            await harness.press(ADMIN, asked, "Put it live")
        listed, by_ben = await harness.answer(ADMIN, "/content"), await harness.answer(BEN, "/content")
        await harness.press(ADMIN, listed, "Older ones")
        older = harness.current(ADMIN, listed)
        await harness.press(ADMIN, older, "Go back to 1")
        difference = harness.current(ADMIN, older)
        await harness.press(ADMIN, difference, "Put it live")
        assert "many stones" in await fact(harness)
        note = await harness.press_data(ADMIN, listed, "content:back:999")

    assert re.search(r"^10\. .* · you · 1 change · live$", listed["text"], re.MULTILINE)
    assert re.search(r"^10\. .* · admin number 22 · 1 change · live$", by_ben["text"], re.MULTILINE)
    assert re.search(r"^1\. .* \(Europe/Berlin time\) · from the file$", older["text"], re.MULTILINE)
    assert "Facts: 1 changed (stones)" in difference["text"]
    assert harness.file.read_bytes() == BRIDGE_CONTENT.read_bytes()
    assert note["text"] == "There is no such version."
    assert len(await versions(harness)) == 11


async def test_the_file_that_is_live_is_sent_byte_for_byte(harness):
    async with harness.running_bot():
        asked = await send(harness, OTHER)
        await harness.press(ADMIN, asked, "Put it live")
        listed = await harness.answer(ADMIN, "/content")
        await harness.press(ADMIN, listed, "Send me the file that is live")
    sent = harness.said(ADMIN)[-1]["document"]

    assert (sent["file_name"], harness.world.files.by_id[sent["file_id"]].data) == ("bridge.yaml", OTHER)


async def test_content_that_is_already_live_is_reported_as_unchanged(harness):
    async with harness.running_bot():
        assert "Nothing has changed" in (await harness.answer(ADMIN, "/reload"))["text"]
        assert "Nothing has changed" in (await send(harness, BRIDGE_CONTENT.read_bytes()))["text"]
        comment = await send(harness, b"# a comment\n" + BRIDGE_CONTENT.read_bytes())
        assert "only comments or the layout" in comment["text"]
        harness.file.unlink()
        assert "there is no such file." in (await harness.answer(ADMIN, "/reload"))["text"]


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
async def test_a_file_that_can_not_be_fetched_is_said_to_be_so_and_the_log_says_why(harness, fault, why, caplog):
    async with harness.running_bot():
        harness.world.faults.pending.append(fault)
        said = await send(harness, OTHER)

    assert said["text"] == f"bridge.yaml {NOT_FETCHED} {STAYS}"
    assert why in caplog.text


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has none")
async def test_if_the_check_can_not_start_the_live_content_stays(harness, monkeypatch, caplog):
    caplog.set_level("INFO", "outreachbot")
    async with harness.running_bot():
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "/nothing/python")
            harness.file.write_bytes(OTHER)
            os.kill(os.getpid(), signal.SIGHUP)
            await harness.wait_until(lambda: "could not be read again" in caplog.text)
            sent = await send(harness, OTHER)
        with monkeypatch.context() as patch:
            patch.setattr(content_examiner, "CODE", 0)  # as if another version of the program had been put there
            updated = await send(harness, OTHER)
        assert "many stones" in await fact(harness)
        os.kill(os.getpid(), signal.SIGHUP)
        await harness.wait_until(lambda: "another version of the content is live" in caplog.text)
        assert "few stones" in await fact(harness)

    why = "the check could not be finished, the bot's log says why"
    assert sent["text"] == f"bridge.yaml could not be read: {why}. {STAYS}"
    assert updated["text"] == (
        f"bridge.yaml could not be read: the program was updated, restart the bot first. {STAYS}"
    )


async def test_a_file_that_is_gone_or_too_large_is_reported(harness):
    async with harness.running_bot():
        attachments.send_document(harness.world, ADMIN, ADMIN, name="gone.yaml")
        await harness.wait_until(lambda: harness.said(ADMIN))
        large = await send(harness, b"#" * 10_000_001)

    assert f"gone.yaml {NOT_FETCHED}" in harness.said(ADMIN)[0]["text"]
    assert "bridge.yaml is too large: at most 10 MB are read." in large["text"]
    assert "sandbox" not in "".join(message["text"] for message in harness.said(ADMIN)), "the token"


async def test_while_a_broadcast_is_composed_a_yaml_file_is_its_document(harness):
    async with harness.running_bot():
        await harness.answer(ADMIN, "/broadcast")
        shown = await send(harness, OTHER)
        await harness.wait_until(lambda: harness.said(ADMIN)[-1] is not shown)

    assert "document" in shown
    assert "This is a content file. To change what the bot says with it: /cancel" in harness.said(ADMIN)[-1]["text"]
    assert harness.world.tally.calls["getFile"] == 0


async def test_a_file_of_another_kind_is_asked_for_as_yaml_where_nothing_else_takes_it(harness):
    async with harness.running_bot():
        asked = await send(harness, OTHER, name="content.yaml.txt")
        helped = await send(harness, OTHER, MEMBER, name="content.yaml.txt")
        await harness.answer(ADMIN, "/broadcast")
        shown = await send(harness, OTHER, name="note.txt")

    assert asked["text"].startswith("I take .yaml files: rename it to content.yaml and send it again.")
    assert "/facts" in helped["text"]
    assert "document" in shown


async def test_settings_are_shown_with_what_they_become_and_who_reads_a_language_that_goes(harness):
    people.add_person(harness.world, 44, "Uwe", language="de")
    people.start(harness.world, 44)
    async with harness.running_bot():
        await harness.answer(44, "/subscribe")
        new = changed(("[en, de]", "[en, tr]"), ("hour: 9", "hour: 19"), ("Europe/Berlin", "Asia/Baku"))
        asked = await send(harness, re.sub(rb"\bde: ", b"tr: ", new))

    for line in (
        "• languages: without de; new: tr",
        "• zone: Europe/Berlin → Asia/Baku",
        "• hour: 9 → 19",
        "1 subscribed chat reads a language that goes",
    ):
        assert line in asked["text"].splitlines()


async def test_menus_and_descriptions_follow_the_content(harness):
    async with harness.running_bot():
        await harness.wait_until(
            lambda: harness.world.profile.get(("short_description", "")) == "The old bridge, remembered"
        )
        asked = await send(harness, changed(("The old bridge, remembered", "The new bridge")))
        await harness.press(ADMIN, asked, "Put it live")
        await harness.wait_until(lambda: harness.world.profile[("short_description", "")] == "The new bridge")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has none")
async def test_sighup_puts_a_good_file_live_and_names_the_faults_of_a_bad_one(harness):
    async with started(harness, "run", OUTREACHBOT_CONTENT=str(harness.file)) as program:
        await harness.answer(MEMBER, "/about")
        for data, words in (
            (OTHER, b"another version of the content is live: Facts: 1 changed (stones)"),
            (OTHER, b"nothing has changed"),
            (b"\t", b"bridge.yaml:1:1: a tab"),
        ):
            harness.file.write_bytes(data)
            program.process.send_signal(signal.SIGHUP)
            async with asyncio.timeout(20):
                while words not in program.written:
                    await program.wait_for_output()
        assert "few stones" in await fact(harness)
        code, written = await program.terminate()

    assert code == 0, written
    assert "Traceback" not in written
    assert await versions(harness) == [(None, 1), (None, None)]
