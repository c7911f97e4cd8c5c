"""The program never logs the token, whatever part of it writes."""

import logging

import pytest

from outreachbot import logs

SECRET = "4200000001:sandbox"
OTHER = "123456789:AAE0123456789_abcdefghijklmnopqrs-t"


@pytest.fixture
def written(capsys):
    """What was written to standard error since the last call."""
    root, ours = logging.getLogger(), logging.getLogger("outreachbot")
    before = root.handlers[:], root.level, ours.level
    root.handlers.clear()
    yield lambda: capsys.readouterr().err
    root.handlers[:], level, own = before
    root.setLevel(level)
    ours.setLevel(own)


def fail(words):
    raise ValueError(words)


@pytest.mark.parametrize("token", [SECRET, OTHER])
@pytest.mark.parametrize("name", ["outreachbot.bot", "aiohttp"])
def test_a_token_is_taken_out_of_texts_values_and_errors(written, token, name):
    logs.set_up_logging(SECRET)
    log = logging.getLogger(name)
    log.warning(f"https://api.telegram.org/bot{token}/getMe")  # noqa: G004 it is the text that is meant
    log.warning("%s and %r", token, {"token": token})
    try:
        fail(f"POST /bot{token}/sendMessage")
    except ValueError:
        log.exception("it failed")
    text = written()

    assert text.count("<token>") == 4
    assert token not in text
    assert token.partition(":")[2] not in text


def test_errors_that_led_to_another_are_cleaned_as_well(written):
    logs.set_up_logging(SECRET)
    try:
        try:
            fail(f"bot{SECRET}")
        except ValueError as error:
            raise RuntimeError("after it") from error
    except RuntimeError:
        logging.getLogger("outreachbot").exception("it failed")
    text = written()

    assert "ValueError: bot<token>" in text
    assert SECRET not in text


def test_numbers_and_times_are_left_alone(written):
    logs.set_up_logging(SECRET)
    logging.getLogger("outreachbot").info("chat -1001234567890: 12:30:00, 1234567:89")

    assert "chat -1001234567890: 12:30:00, 1234567:89" in written()


@pytest.mark.parametrize(("verbose", "seen"), [(False, ["i", "w"]), (True, ["d", "i", "w"])])
def test_our_messages_are_logged_and_libraries_only_from_warning(written, verbose, seen):
    logs.set_up_logging(verbose=verbose)
    for name in ("outreachbot.workers", "sqlalchemy"):
        log = logging.getLogger(name)
        log.debug("d %s", name)
        log.info("i %s", name)
        log.warning("w %s", name)
    lines = [line.split()[-2:] for line in written().splitlines()]

    assert [word for word, name in lines if name == "outreachbot.workers"] == seen
    assert [word for word, name in lines if name == "sqlalchemy"] == ["w"]
