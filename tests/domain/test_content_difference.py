"""The difference between two content files: every change is counted once, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.content import file
from outreachbot.domain.content.difference import Changes, Difference, Part, Setting, compare_contents
from outreachbot.domain.content.model import Content

TEXT = {"en": "Something else"}


@pytest.fixture(scope="module")
def content(bridge) -> Content:
    return file.read_content(bridge.encode(), "content.yaml").content


def lists(content):
    """The entries that an edit can remove, copy under another id, or alter."""
    return {part: getattr(content, part) for part in (Part.TOPICS, Part.SOURCES, Part.FACTS, Part.ANNIVERSARIES)}


@st.composite
def edited(draw, content):
    """The content with some entries of each list removed, altered and added; and the numbers of these."""
    update, told = {}, {}
    for part, entries in lists(content).items():
        removed = draw(st.sets(st.sampled_from(entries).map(lambda item: item.id)))
        kept = [entry for entry in entries if entry.id not in removed]
        altered = draw(st.sets(st.sampled_from(kept).map(lambda item: item.id))) if kept else set()
        added = [entries[0].model_copy(update={"id": f"new-{n}"}) for n in range(draw(st.integers(0, 3)))]
        text = {Part.FACTS: "claim", Part.SOURCES: "note"}.get(part, "title")
        update[part.value] = (
            *(entry.model_copy(update={text: TEXT}) if entry.id in altered else entry for entry in kept),
            *added,
        )
        told[part] = (len(added), len(altered), len(removed))
    return content.model_copy(update=update), told


def counted(difference: Difference) -> dict[Part, tuple[int, int, int]]:
    return {part: (len(of.added), len(of.changed), len(of.removed)) for part, of in difference.parts.items()}


def test_a_content_does_not_differ_from_itself(content):
    same = compare_contents(content, content.model_copy(deep=True))

    assert (same.parts, same.reordered, same.settings, same.size) == ({}, (), (), 0)


@given(data=st.data())
def test_every_edit_is_counted_once(content, data):
    new, told = data.draw(edited(content))
    found = compare_contents(content, new)

    assert counted(found) == {part: numbers for part, numbers in told.items() if any(numbers)}
    assert found.size == sum(map(sum, told.values()))


@given(data=st.data())
def test_in_reverse_additions_are_removals(content, data):
    new, _ = data.draw(edited(content))
    there, back = compare_contents(content, new), compare_contents(new, content)

    for part, changes in there.parts.items():
        assert set(back.parts[part].added) == set(changes.removed)
        assert set(back.parts[part].changed) == set(changes.changed)
        assert set(back.parts[part].removed) == set(changes.added)
    assert there.parts.keys() == back.parts.keys()


def test_timeline_entries_are_identified_by_their_dates(content):
    first, second, third = content.timeline
    other = first.model_copy(update={"text": TEXT})
    found = compare_contents(content, content.model_copy(update={"timeline": (other, first, third)}))

    assert found.parts == {Part.TIMELINE: Changes(added=("1840",), removed=("1840-06",))}
    found = compare_contents(content, content.model_copy(update={"timeline": (other, second, third)}))
    assert found.parts == {Part.TIMELINE: Changes(changed=("1840",))}


def test_single_texts_are_listed_by_key_and_settings_with_both_values(content):
    operator = content.operator.model_copy(update={"contact": TEXT})
    update = {"welcome": TEXT, "operator": operator, "hour": 18, "languages": ("en", "tr"), "avoid": {"en": ()}}
    found = compare_contents(content, content.model_copy(update=update))

    assert found.parts == {Part.TEXTS: Changes(changed=("welcome", "operator.contact"))}
    assert found.settings == (
        Setting("languages", ("en", "de"), ("en", "tr")),
        Setting("hour", "9", "18"),
        Setting("avoid", None, None),
    )
    assert found.languages_gone == ("de",)
    assert found.size == 5


def test_another_order_is_a_change(content):
    found = compare_contents(content, content.model_copy(update={"facts": content.facts[::-1]}))

    assert (found.parts, found.reordered, found.size) == ({}, (Part.FACTS,), 1)
