"""Nodes and their positions are found in a tree."""

from outreachbot.domain.content.faults import Mark
from outreachbot.domain.content.yaml import tree
from outreachbot.domain.content.yaml.tree import UNREADABLE, Mapping, Scalar, Sequence

ITEM = Scalar(Mark(2, 5), "x", "x")
ROOT = Mapping(
    Mark(1, 1), {"list": Sequence(Mark(2, 3), [ITEM, Scalar(Mark(3, 5), "", UNREADABLE)])}, {"list": Mark(1, 1)}
)


def test_a_node_is_found_or_not() -> None:
    assert tree.find_node(ROOT, ("list", 0)) is ITEM
    assert tree.find_node(ROOT, ("list", 2)) is None
    assert tree.find_node(ROOT, ("list", -1)) is None
    assert tree.find_node(ROOT, ("list", 0, "x")) is None


def test_a_missing_node_has_the_mark_of_its_nearest_parent() -> None:
    assert tree.find_mark(ROOT, ("list", 7, "x")) == Mark(2, 3)
    assert tree.find_key_mark(ROOT, ("other",)) == Mark(1, 1)
    assert tree.find_key_mark(ROOT, ()) == Mark(1, 1)


def test_a_star_matches_every_entry_and_wrong_shapes_are_skipped() -> None:
    assert [path for path, _ in tree.find_matches(ROOT, ("list", "*"))] == [("list", 0), ("list", 1)]
    assert list(tree.find_matches(ROOT, ("list", "*", "id"))) == []
    assert list(tree.find_matches(ROOT, ("list", "id"))) == []


def test_only_a_text_is_a_text() -> None:
    assert tree.read_text(ITEM) == "x"
    assert tree.read_text(tree.find_node(ROOT, ("list", 1))) is None
    assert tree.read_text(ROOT) is None
    assert tree.read_text(None) is None
