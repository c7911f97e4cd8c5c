"""The places of a content file follow from the models."""

from outreachbot.domain import content_shape
from outreachbot.domain.content import Certainty
from outreachbot.domain.dates import PartialDate


def test_wanted_tells_what_stands_at_a_path() -> None:
    assert content_shape.wanted(("facts", 3, "certainty")) is Certainty
    assert content_shape.wanted(("timeline", 0, "date")) is PartialDate
    assert content_shape.wanted(("facts", 0, "figures", 1, "range")) == tuple[int, int]
    assert content_shape.wanted(("facts", 0, "nothing")) is None


def test_texts_are_found_wherever_they_stand() -> None:
    assert {
        ("title",),
        ("operator", "about"),
        ("sources", "*", "note"),
        ("facts", "*", "figures", "*", "counts"),
    } <= set(content_shape.TEXTS)


def test_keys_are_those_of_the_model() -> None:
    assert content_shape.keys(("topics", 0)) == ["id", "title"]
    assert content_shape.keys(("topics",)) == []
