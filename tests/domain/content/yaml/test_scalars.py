"""How YAML tools read unquoted words."""

import pytest

from outreachbot.domain.content.yaml import scalars


@pytest.mark.parametrize(
    "word", ["en", "1992-02-26", "1992-02", "02-26", "12th", "no one", "-", "v1.2.3", "09:30", "1:75"]
)
def test_words_and_dates_are_text(word: str) -> None:
    assert scalars.read_scalar(word) == word


@pytest.mark.parametrize(
    ("word", "value"), [("0", 0), ("1992", 1992), ("-5", -5), ("+7", 7), ("yes", True), ("Off", False)]
)
def test_plain_numbers_and_booleans_are_read(word: str, value: object) -> None:
    assert scalars.read_scalar(word) == value


@pytest.mark.parametrize("word", ["", "~", "null", "NULL"])
def test_empty_values_are_read_as_none(word: str) -> None:
    assert scalars.read_scalar(word) is None


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("012", "10"),
        ("0o17", "15"),
        ("08", "a number"),
        ("0x10", "16"),
        ("0b101", "5"),
        ("1:30", "90"),
        ("-1:30", "-90"),
        ("1:30.5", "a number"),
        ("1_000", "a number"),
        ("1e3", "a number"),
        ("1.5", "a number"),
        (".5", "a number"),
        ("-.inf", "a number"),
        (".nan", "a number"),
        ("12345678901234567890", "a number"),
        ("1992-02-26 10:00:00", "a date with a time of day"),
        ("1992-02-26T10:00:00Z", "a date with a time of day"),
    ],
)
def test_a_trap_says_what_is_read(word: str, meaning: str) -> None:
    assert scalars.read_scalar(word) == scalars.Trap(meaning)


def test_confusion_says_what_to_write() -> None:
    assert scalars.describe_confusion("no", value=False) == 'YAML reads `no` as false; put it in quotes: "no"'


def test_a_long_row_of_digits_takes_no_time() -> None:
    assert scalars.read_scalar("1" * 1_000_000) == "1" * 1_000_000
