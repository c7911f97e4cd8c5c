"""The command line: what its commands print, and their exit codes."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from outreachbot import logs
from outreachbot.app.commands import listing
from outreachbot.cli import cli
from outreachbot.domain.messages.message import Message
from outreachbot.store import chats, tables
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from tests.support.paths import ROOT

VERBS = ["demo", "run", "check", "schema", "preview", "broadcasts", "send"]


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """A folder and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("OUTREACHBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(
        logs, "set_up_logging", lambda *_, **__: None
    )  # it would write to the output of the runner after that has ended


def outreachbot(*arguments):
    """Exit code, standard output and standard error of a command."""
    result = CliRunner().invoke(cli, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_help_lists_the_verbs():
    code, out, _ = outreachbot("--help")

    assert code == 0
    for verb in VERBS:
        assert re.search(rf"^\W*{verb} +[A-Z]", out, re.MULTILINE), out


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_help(verb):
    assert outreachbot(verb, "--help")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["check", "--nonsense"], ["demo", "--port", "0"], ["demo", "--pace", "0"], ["broadcasts", "x"]],
)
def test_usage_errors_exit_with_2(arguments):
    assert outreachbot(*arguments)[0] == 2


def test_the_shipped_content_is_good():
    code, out, err = outreachbot("check", str(ROOT / "content.yaml"))

    assert (code, err) == (0, "")
    assert re.search(
        r"content\.yaml: good\. \d+ facts, \d+ sources, \d+ timeline entries, \d+ anniversaries; en\b", out
    )


def test_every_fault_is_named_in_a_line_of_its_own():
    text = (
        (ROOT / "tests" / "domain" / "bridge.yaml")
        .read_text()
        .replace("hour: 9", "hour: 25")
        .replace("topic: fall", "topic: x")
    )
    Path("content.yaml").write_text(text)
    code, out, err = outreachbot("check")

    assert (code, out) == (1, "")
    assert [re.match(r"content\.yaml:\d+:\d+: ", line) is not None for line in err.splitlines()] == [True] * 3
    assert err.startswith("content.yaml:3:7: hour: ")


@pytest.mark.parametrize(
    ("begins", "size", "said"),
    [
        (b"", None, 'there is no file "fall.jpg" beside this one'),
        (b"\xff\xd8\xff", 10**7, ""),
        (b"\xff\xd8\xff", 10**7 + 1, '"fall.jpg" is too large'),
        (b"GIF89a", 100, '"fall.jpg" is not a JPEG or PNG picture'),
    ],
)
def test_a_picture_that_can_not_be_sent_is_named(begins, size, said):
    text = (ROOT / "tests" / "domain" / "bridge.yaml").read_text()
    Path("content.yaml").write_text(f"{text}    picture: fall.jpg\n")
    if size is not None:
        with Path("fall.jpg").open("wb") as file:
            file.write(begins)
            file.truncate(size)
    code, _, err = outreachbot("check", "content.yaml")

    assert code == (1 if said else 0)
    assert said in err


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to(path)], ids=["a folder", "unreadable"])
def test_a_picture_that_can_not_be_read_is_named(make):
    text = (ROOT / "tests" / "domain" / "bridge.yaml").read_text()
    Path("content.yaml").write_text(f"{text}    picture: fall.jpg\n")
    make(Path("fall.jpg"))
    code, _, err = outreachbot("check", "content.yaml")

    assert code == 1
    assert re.match(r"content\.yaml:\d+:\d+: anniversaries\[0\]\.picture: \"fall\.jpg\" can't be read", err)


def test_content_with_only_a_warning_passes():
    text = (ROOT / "tests" / "domain" / "bridge.yaml").read_text()
    topic = "  - id: unused\n    title: {en: Nothing yet}\n"
    Path("content.yaml").write_text(text.replace("topics:\n", f"topics:\n{topic}"))
    code, out, _ = outreachbot("check", "content.yaml")

    assert code == 0
    assert "warning: content.yaml:24:" in out
    assert "no fact belongs to this topic" in out


def test_warnings_are_summed_up():
    code, out, _ = outreachbot("check", str(ROOT / "tests" / "domain" / "bridge.yaml"))

    assert code == 0
    assert out.splitlines()[1:] == [
        "not faults, but worth a look:",
        (
            "  de: 1 topic, 1 source's note, 2 facts, 3 timeline entries, 1 anniversary, title, short_description, "
            "description, welcome, operator, sources_policy, privacy, campaign lack a text; the first is in line 4"
        ),
        "  sources that nobody has opened: 1 (herald)",
        "  sources on the web without the address of a saved copy: 1 of 1",
    ]


async def subscribe(*languages):
    async with connect.open_database("sqlite+aiosqlite:///outreachbot.db") as db, connect.writing(db) as transaction:
        for chat_id, language in enumerate(languages, start=1):
            kind = "private" if chat_id % 2 else "group"
            await chats.subscribe(transaction, chat_id, kind=kind, language=language, topic_id=None, now=1.0)


def test_the_number_of_chats_missing_a_text_comes_from_the_database():
    asyncio.run(subscribe("de", "en", "de", "de"))
    Path("content.yaml").write_text((ROOT / "tests" / "domain" / "bridge.yaml").read_text())

    assert "; the first is in line 4; 3 chats would get English\n" in outreachbot("check")[1]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("OUTREACHBOT_DATABASE_URL", "sqlite+aiosqlite:///not-there.db"),
        ("OUTREACHBOT_DATABASE_URL", "sqlite+aiosqlite:///content.yaml"),
        ("OUTREACHBOT_DATABASE_URL", "postgresql+asyncpg://127.0.0.1:1/bot"),
        ("OUTREACHBOT_ADMINS", "ada"),
    ],
)
def test_the_file_is_checked_without_a_database(monkeypatch, setting, value):
    Path("content.yaml").write_text((ROOT / "tests" / "domain" / "bridge.yaml").read_text())
    monkeypatch.setenv(setting, value)
    code, out, err = outreachbot("check", "content.yaml")

    assert (code, err) == (0, "")
    assert "lack a text; the first is in line 4\n" in out
    assert [file.name for file in Path().iterdir()] == ["content.yaml"]


class Page(BaseHTTPRequestHandler):
    """`/404` is gone, `/moved` leads to `/here`, anything else is there."""

    def do_HEAD(self):
        moved = self.path == "/moved"
        self.send_response(301 if moved else 404 if self.path == "/404" else 403 if self.path == "/403" else 200)
        self.send_header("Content-Length", "0")
        if moved:
            self.send_header("Location", "/here")
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, *_):
        pass


@pytest.fixture
def site(monkeypatch):
    """The address of a local web site."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def linking(petition, chronicle, more=""):
    text = (ROOT / "tests" / "domain" / "bridge.yaml").read_text()
    text = text.replace("https://bridge.example/petition", petition).replace("https://archive.example/1902", chronicle)
    Path("content.yaml").write_text(text.replace("en: Welcome", f"en: '{more or 'Welcome'}'"))


def test_links_that_work_are_only_counted(site):
    linking(f"{site}/here", f"{site}/there")
    code, out, err = outreachbot("check", "--links")

    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "2 addresses: 2 ok, 0 moved, 0 dead"


def test_links_are_grouped_by_result(site):
    linking(f"{site}/moved", f"{site}/404", f"[a]({site}/403)")
    code, out, _ = outreachbot("check", "--links")

    assert code == 1
    assert out.splitlines()[-4:] == [
        f"content.yaml:33:10: dead: {site}/404 (HTTP 404)",
        f"content.yaml:18:9: moved: {site}/moved is now {site}/here",
        f"content.yaml:8:15: not clear: {site}/403 (HTTP 403)",
        "3 addresses: 0 ok, 1 moved, 1 dead, 1 not clear (they answer, but perhaps not to programs: open them)",
    ]


def test_a_missing_network_is_reported():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}"
        linking(f"{nowhere}/a", f"{nowhere}/b")
        code, out, _ = outreachbot("check", "--links")

    assert code == 1
    assert out.splitlines()[-1] == "none of 2 addresses could be reached: is there a network?"
    assert "dead" not in out


def test_the_shipped_schema_is_the_one_that_is_printed():
    code, out, _ = outreachbot("schema")

    assert code == 0
    assert out == (ROOT / "content.schema.json").read_text(), "outreachbot schema > content.schema.json"


@pytest.mark.parametrize("verb", [["check", "nowhere.yaml"], ["check"], ["demo", "--content", "nowhere.yaml"]])
def test_a_missing_content_file_is_a_usage_error(verb):
    code, _, err = outreachbot(*verb)

    assert code == 2
    assert re.fullmatch(r"the content file \S+ can't be read: No such file .* OUTREACHBOT_CONTENT .*\n", err)


def test_the_setting_says_which_content_is_checked(monkeypatch):
    monkeypatch.setenv("OUTREACHBOT_CONTENT", str(ROOT / "tests" / "domain" / "bridge.yaml"))

    assert "2 facts, 2 sources" in outreachbot("check")[1]


def test_the_demo_on_a_taken_port_says_so_in_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        arguments = ["demo", "--no-browser", "--port", port, "--content", str(ROOT / "content.yaml")]
        ended = subprocess.run(
            [sys.executable, "-m", "outreachbot", *arguments], capture_output=True, text=True, timeout=60, check=False
        )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch(rf"The sandbox can't listen on 127\.0\.0\.1:{port}: .* Choose another port\.\n", ended.stderr)


@pytest.mark.parametrize("verb", ["check", "--help"])
def test_a_quick_verb_loads_neither_telegram_nor_a_database(verb):
    arguments = [verb, str(ROOT / "content.yaml")] if verb == "check" else [verb]
    asks = f"""
import sys
sys.argv = ["outreachbot", *{arguments!r}]
from outreachbot.cli import main
try:
    main()
finally:
    print(sorted({{"telegram", "aiohttp", "sqlalchemy", "starlette"}} & sys.modules.keys()))
"""
    ended = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, timeout=60, check=False)

    assert ended.stdout.splitlines()[-1] == "[]"


def test_an_extra_sender_needs_a_token_and_postgresql(monkeypatch):
    code, _, err = outreachbot("send")
    assert (code, err.split(":")[0]) == (2, "OUTREACHBOT_TOKEN is missing")

    monkeypatch.setenv("OUTREACHBOT_TOKEN", "1:x")
    assert outreachbot("send")[::2] == (
        2,
        "an extra sender needs PostgreSQL: set OUTREACHBOT_DATABASE_URL to the bot's postgresql+asyncpg://…\n",
    )
    assert list(Path().iterdir()) == [], "it made a database"


async def fill(rows):
    """Create a running broadcast, with a delivery to each chat (state, reason, Telegram's description)."""
    async with connect.open_database("sqlite+aiosqlite:///outreachbot.db") as db, connect.writing(db) as transaction:
        await records.create_draft(transaction, 22, 22, {"en": Message("Dear friends")}, 1.0)
        await messages.start(transaction, 1, 1772366400.0)
        await transaction.execute(tables.messages.update().values(queued_to=None))
        for chat_id, (state, reason, detail) in enumerate(rows, start=1001):
            row = {"message_id": 1, "chat_id": chat_id, "state": state, "reason": reason, "detail": detail}
            await transaction.execute(tables.deliveries.insert().values(row))


@pytest.fixture
def filled(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    rows = [("sent", None, None)] * 1500 + [("failed", "blocked", "Forbidden: bot was blocked by the user")]
    asyncio.run(fill([*rows, ("uncertain", "no-answer", None), ("queued", None, None)]))


def test_broadcasts_lists_all_with_their_numbers(filled):
    code, out, _ = outreachbot("broadcasts")

    assert code == 0
    assert out.splitlines()[1].split() == [
        *("1", "broadcast", "2026-03-01", "12:00", "running"),
        *("1,503", "1,500", "1", "1", "0", "1"),
    ]


def test_one_broadcast_lists_the_chats_that_may_not_have_got_it(filled):
    code, out, _ = outreachbot("broadcasts", "1")

    assert code == 0
    assert [" ".join(line.split()) for line in out.splitlines()[2:]] == [
        "2501 failed blocked Forbidden: bot was blocked by the user",
        "2502 uncertain no-answer",
        "2503 queued",
    ]
    assert outreachbot("broadcasts", "9") == (
        2,
        "",
        "there is no message 9: `outreachbot broadcasts` lists the newest\n",
    )


def test_a_running_broadcast_can_be_watched(filled, monkeypatch):
    def stopped():
        stop = asyncio.Event()
        stop.set()
        return stop

    monkeypatch.setattr(listing, "stop_on_signals", stopped)
    code, out, _ = outreachbot("broadcasts", "--watch")

    assert code == 0
    assert re.search(r"^ ?1 +broadcast +running +\S+ +1,502 / 1,503 *$", out, re.MULTILINE), out


@pytest.mark.parametrize("arguments", [["broadcasts"], ["broadcasts", "1"], ["broadcasts", "--watch"]])
def test_without_a_database_there_is_nothing_to_list(arguments):
    code, out, err = outreachbot(*arguments)

    assert (code, out) == (1, "")
    assert err == "there is no database outreachbot.db: OUTREACHBOT_DATABASE_URL says which it is\n"
    assert list(Path().iterdir()) == []


def test_the_preview_is_written_to_the_given_path(tmp_path):
    bridge = str(ROOT / "tests" / "domain" / "bridge.yaml")
    code, out, _ = outreachbot("preview", bridge, "--output", "seen.html", "--no-browser")

    assert code == 0
    assert out.startswith("seen.html: every text in en, de")
    assert (tmp_path / "seen.html").read_text("utf-8").startswith("<!doctype html>")
