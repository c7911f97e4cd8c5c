"""The expected types in a content file are derived from the models."""

from outreachbot.domain.content import shape
from outreachbot.domain.content.dates import PartialDate
from outreachbot.domain.content.model import Certainty


def test_the_expected_type_of_a_path_is_found() -> None:
    assert shape.find_expected_type(("facts", 3, "certainty")) is Certainty
    assert shape.find_expected_type(("timeline", 0, "date")) is PartialDate
    assert shape.find_expected_type(("facts", 0, "figures", 1, "range")) == tuple[int, int]
    assert shape.find_expected_type(("facts", 0, "nothing")) is None


def test_texts_are_found_everywhere() -> None:
    assert {
        ("title",),
        ("operator", "about"),
        ("sources", "*", "note"),
        ("facts", "*", "figures", "*", "counts"),
    } <= set(shape.TEXTS)


def test_keys_are_those_of_the_model() -> None:
    assert shape.list_keys(("topics", 0)) == ["id", "title"]
    assert shape.list_keys(("topics",)) == []
