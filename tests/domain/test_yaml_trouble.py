"""The YAML parser's error messages are rephrased for people who edit texts."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.content.yaml import reader

INDENT = "this line is not indented like its neighbours; begin it in the same column as the lines it belongs to"
WHOLE = "the text goes on after its closing quote or bracket; put the whole text in quotes"
COLON = "a second `: ` in one line, or a line indented too deep; put a text that has a colon in it in quotes"
NO_COLON = "here a key with a colon is wanted: write `key: text`, or indent the line to continue the text above it"


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n\tb: 1", "2:1: a tab; indent with spaces"),
        ("a:\n  b: 1\n\tc: 2", "3:1: a tab; indent with spaces"),
        ("a:\n  en: **bold** text", "2:7: a text can't begin with `*` unless it is in quotes"),
        ("a: & text", "1:4: a text can't begin with `&` unless it is in quotes"),
        ("a: @name", "1:4: a text can't begin with `@` unless it is in quotes"),
        ("a: `code`", "1:4: a text can't begin with `\x60` unless it is in quotes"),
        ("a: %", "1:4: a text can't begin with `%` unless it is in quotes"),
        ("a: ]", "1:4: a text can't begin with `]` unless it is in quotes"),
        ("a:\n  en: [label](https://x.example) text", f"2:14: {WHOLE}"),
        ('a: "b" c', f"1:8: {WHOLE}"),
        ("a: 'it's'", f"1:8: {WHOLE}"),
        ("a: b: c", f"1:5: {COLON}"),
        ("a:\n  b: 1\n   c: 2", f"3:5: {COLON}"),
        ("a:\n  b: 1\n c: 2", f"3:2: {INDENT}"),
        ("a: 1\nb\nc: 2", f"2:1: {NO_COLON}"),
        ('a: "b\nc: d\n', "1:4: the text that begins with this quote is never closed"),
        ("a: [b\nc: d", "1:4: this `[` is not closed; a text that begins with it must be in quotes"),
        ("a: {b\nc: d", "1:4: this `{` is not closed; a text that begins with it must be in quotes"),
        ("a: [", "1:4: this `[` is not closed; a text that begins with it must be in quotes"),
        ("a: [b, {c: [d], \n# e\n", "1:8: this `{` is not closed; a text that begins with it must be in quotes"),
        ("a: [b: ", "1:4: this `[` is not closed; a text that begins with it must be in quotes"),
        ('a: ["b', "1:5: the text that begins with this quote is never closed"),
        ("a: |text\n  b", "1:4: after `|` the text must begin in the next line, indented with spaces"),
        (
            "a: 1\n...\nb: 2",
            "3:1: the file goes on after its end; keep everything in one document, without `...` or `---`",
        ),
        ("a: - b", "1:4: a list can't begin here; write its `- ` below the key"),
        ("a: 1\nb: ? c", "2:4: a text can't begin with `?` unless it is in quotes"),
        ('a: "\\U0fffffff"', None),
    ],
)
def test_an_explanation_is_one_plain_sentence(monkeypatch, loader, text: str, said: str | None) -> None:
    monkeypatch.setattr(reader, "_LOADER", loader)
    (fault,) = reader.read_tree(text.encode()).faults
    assert said is None or str(fault) == said


def test_list_entries_in_two_columns_are_a_fault() -> None:
    (fault,) = reader.read_tree(b"- a\nb: 1").faults
    assert fault.text == "every entry of this list must begin with `- ` in the same column"


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader])
@given(text=st.text(alphabet='a: \n[]{}?&|",-', max_size=12))
def test_no_explanation_names_a_character_that_is_not_there(loader, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_LOADER", loader)
        assert not any("``" in fault.text for fault in reader.read_tree(text.encode()).faults)
