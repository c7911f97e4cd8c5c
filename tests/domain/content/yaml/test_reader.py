"""Bytes become a tree with positions, or faults in plain words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreachbot.domain.content.faults import Mark
from outreachbot.domain.content.yaml import reader, tree


def faults_of(text: str | bytes) -> list[str]:
    return [str(fault) for fault in reader.read_tree(text if isinstance(text, bytes) else text.encode()).faults]


def root_of(text: str) -> tree.Node:
    written = reader.read_tree(text.encode())
    assert written.faults == ()
    assert written.root is not None
    return written.root


def test_every_node_has_a_line_and_column() -> None:
    root = root_of('a:\n  - x\n  - {b: "é", c: 3}\nd: |\n  text\n')
    assert tree.to_values(root) == {"a": ["x", {"b": "é", "c": 3}], "d": "text"}
    assert tree.find_mark(root, ("a", 1, "b")) == Mark(3, 9)
    assert tree.find_mark(root, ("a", 1, "c")) == Mark(3, 17)
    assert tree.find_mark(root, ("d",)) == Mark(4, 4)
    assert tree.find_key_mark(root, ("a", 1, "c")) == Mark(3, 14)


def test_a_byte_order_mark_is_accepted() -> None:
    assert tree.find_mark(root_of("\ufeffa: b"), ("a",)) == Mark(1, 4)


def test_windows_line_breaks_count_as_one() -> None:
    assert tree.find_mark(root_of("a: b\r\nc: d\r\n"), ("c",)) == Mark(2, 4)


@pytest.mark.parametrize("text", ["", "   \n", "# a remark\n", "---\n", "\ufeff"])
def test_an_empty_file_is_a_fault(text: str) -> None:
    assert faults_of(text) == ["1:1: the file is empty"]


def test_a_file_too_large_is_refused() -> None:
    assert faults_of(b"a" * 50_000_000) == ["1:1: the file has 50.0 MB; at most 10 MB are read"]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("a: é\nb: ü".encode("latin-1"), "1:4: not UTF-8; save the file as UTF-8"),
        ("a: b".encode("utf-16"), "1:1: not UTF-8; save the file as UTF-8"),
        (b"a: b\nc: \x00", "2:4: an invisible sign (U+0000); delete it, or save the file as text"),
        ("a: b\u2028c".encode(), "1:5: an invisible sign (U+2028); delete it, or save the file as text"),
        (b'a: "\\0"', "1:4: a: an invisible sign (U+0000); write the text without it"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_position(raw: bytes, fault: str) -> None:
    assert faults_of(raw) == [fault]


@pytest.mark.parametrize("opener", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_a_hundred_thousand_nested_brackets_are_refused(opener: str) -> None:
    faults = faults_of(opener * 100_000)
    assert faults[-1].endswith("nested deeper than 20 levels")


def test_twenty_levels_are_read() -> None:
    assert faults_of("[" * 20 + "]" * 20) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\n---\nb: 2", "2:1: a second document begins here; keep everything in one"),
        ("a: &x b", "1:4: a: anchors such as &x are not read; delete it"),
        ("a: *x", "1:4: a: aliases such as *x are not read; write the text out again"),
        ("- *x", "1:3: [0]: aliases such as *x are not read; write the text out again"),
        ("a: !!str 1", "1:4: a: tags such as !!str are not read; delete it, and put a text in quotes"),
        ("a: !x [b]", "1:4: a: tags such as !x are not read; delete it, and put a text in quotes"),
        ("a: 1\nb:\n  <<: 2", "3:3: b: merge keys (<<) are not read; write the text out again"),
        ("[a]: b", "1:1: a list or mapping can't be a key; write `key: text`, a text in quotes"),
        ("? {a: b}\n: c", "1:3: a list or mapping can't be a key; write `key: text`, a text in quotes"),
        ("a:\n  b: 1\n  c: 2\n  b: 3", '4:3: a.b: "b" is written twice; first in line 2'),
        ("no: x", '1:1: no: YAML reads `no` as false; put it in quotes: "no"'),
        ("1: x", '1:1: 1: YAML reads `1` as a number; put it in quotes: "1"'),
        ("?\n: x", '1:2: "": a key is missing before the colon'),
    ],
)
def test_yaml_features_that_editors_do_not_need_are_refused_in_plain_words(text: str, fault: str) -> None:
    assert faults_of(text) == [fault]


def test_the_key_on_needs_no_quotes() -> None:
    assert tree.to_values(root_of("on: 2026-05-03")) == {"on": "2026-05-03"}
    assert faults_of("yes: x") == ['1:1: yes: YAML reads `yes` as true; put it in quotes: "yes"']


def test_reading_continues_after_a_refused_construct() -> None:
    text = "a: *x\nb: 1\nb: [*y]\nno: &z 1\n? [c]\n: d\n---\n"
    lines = [fault.split(":")[0] for fault in faults_of(text)]
    assert lines == ["1", "3", "3", "4", "4", "5", "7"]


def test_the_first_of_two_equal_keys_counts() -> None:
    root = reader.read_tree(b"a: 1\na: 2").root
    assert root is not None
    assert tree.to_values(root) == {"a": 1}


def test_a_list_too_long_is_refused() -> None:
    assert faults_of("a:\n" + "- b\n" * 20_001) == ["20002:3: a: has more than 20000 entries"]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(),
        st.lists(st.sampled_from(list("[]{},:-?&*!|>'\"%@`# \n\tab0<~"))).map(lambda signs: "".join(signs).encode()),
    )
)
def test_reading_never_raises(raw: bytes) -> None:
    written = reader.read_tree(raw)
    assert written.root is not None or written.faults
