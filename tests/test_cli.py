"""The command line: what its verbs say, and how they end."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from outreachbot import logs
from outreachbot.cli import cli

ROOT = Path(__file__).parent.parent
VERBS = ["demo", "run", "check", "broadcasts"]


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """A folder and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("OUTREACHBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(logs, "begin", lambda **_: None)  # it would write to the runner's output after its end


def outreachbot(*arguments):
    """Exit code, standard output and standard error of a verb."""
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
    "arguments", [["nonsense"], ["check", "--nonsense"], ["demo", "--port", "0"], ["broadcasts", "x"]]
)
def test_wrong_use_ends_with_2(arguments):
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


def test_a_content_that_is_good_but_for_a_warning_passes_with_it():
    text = (ROOT / "tests" / "domain" / "bridge.yaml").read_text()
    topic = "  - id: unused\n    title: {en: Nothing yet}\n"
    Path("content.yaml").write_text(text.replace("topics:\n", f"topics:\n{topic}"))
    code, out, _ = outreachbot("check", "content.yaml")

    assert code == 0
    assert "warning: content.yaml:24:" in out
    assert "no fact belongs to this topic" in out


@pytest.mark.parametrize("verb", [["check", "nowhere.yaml"], ["check"], ["demo", "--content", "nowhere.yaml"]])
def test_a_content_file_that_is_not_there_is_wrong_use(verb):
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
