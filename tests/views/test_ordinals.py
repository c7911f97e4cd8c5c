"""Ordinal numbers beside "anniversary", as the people who speak the language write them."""

import pytest

from outreachbot.views.ordinals import format_ordinal, is_round


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "1st 2nd 3rd 4th 10th 11th 12th 13th 21st 22nd 23rd 40th 100th 101st 111th 112th 113th 121st"),
        ("az", "1-ci 2-ci 3-cü 4-cü 5-ci 6-cı 7-ci 8-ci 9-cu 10-cu 20-ci 30-cu 40-cı 50-ci 60-cı 70-ci 80-ci 90-cı"),
        ("az", "25-ci 33-cü 34-cü 36-cı 75-ci 99-cu 100-cü 110-cu 125-ci 200-cü 1000-ci"),
        ("tr", "1. 25. 40. 100."),
        ("ru", "1-я 25-я 40-я 100-я"),
        ("de", "1. 25. 40. 100."),  # not known: what most languages write
    ],
)
def test_ordinals_are_written_as_each_language_does(language, written):
    numbers = [int("".join(filter(str.isdigit, ordinal))) for ordinal in written.split()]

    assert [format_ordinal(number, language) for number in numbers] == written.split()


def test_tens_and_quarters_of_a_century_are_round():
    assert [years for years in range(1, 126) if is_round(years)] == sorted({*range(10, 126, 10), 25, 75, 125})
