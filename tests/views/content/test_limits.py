"""Content too long once rendered is reported with its position and excess; content that fits is not."""

import re
from collections.abc import Callable

import pytest

from outreachbot.domain.content.file import Document
from outreachbot.domain.content.model import Content
from outreachbot.domain.messages.message import MAX_TEXT, text_length
from outreachbot.errors import ContentError
from outreachbot.sandbox import html
from outreachbot.views.content import limits
from outreachbot.views.pages import facts

CLAIM = "claim: {en: A flood took it}"


@pytest.fixture
def changed(document: Callable[..., Document]) -> Callable[..., Document]:
    """The bridge's file in one language, with each first text replaced by its second."""
    one_language = [("languages: [en, de]", "languages: [en]"), (", de: Der Bau", "")]
    return lambda *changes: document(*one_language, *changes)


def faults_of(document: Document) -> tuple[str, ...]:
    with pytest.raises(ContentError) as caught:
        limits.check_limits(document)
    return caught.value.faults


def claiming(signs: int) -> tuple[str, str]:
    """A claim of this many characters, not counting its markup."""
    return CLAIM, f"claim: {{en: '**{'x' * signs}**'}}"


def size_of(content: Content) -> int:
    """The length of the second fact as members see it."""
    return text_length(html.parse(facts.fact_page(content, "en", content.facts[1]).text)[0])


def test_a_fact_may_fill_a_message_to_the_last_character(changed):
    room = MAX_TEXT - (size_of(changed(claiming(1)).content) - 1)
    fits = changed(claiming(room))
    limits.check_limits(fits)

    assert size_of(fits.content) == MAX_TEXT
    assert faults_of(changed(claiming(room + 1)))[0] == (
        "content.yaml:56:17: facts[1].claim.en: as members see it in en, this message has 4,097 characters; "
        "Telegram takes 4,096: shorten it by 1"
    )


def test_a_fact_is_measured_as_telegram_counts(changed):
    (fault,) = faults_of(changed((CLAIM, f"claim: {{en: {'🌉' * 2040}}}")))

    assert re.search(r"has 4,2\d\d characters; Telegram takes 4,096: shorten it by 1\d\d$", fault)


def test_every_fault_is_named_in_the_order_of_the_file(changed):
    privacy = "privacy: {en: We keep your zone and your hour}"
    faults = faults_of(changed(claiming(4090), (privacy, f"privacy: {{en: {'x' * 4090}}}")))

    assert [fault.split(":")[3].strip() for fault in faults] == ["privacy.en", "facts[1].claim.en"]


def test_a_page_too_long_is_reported_at_its_first_entry_in_the_file(changed):
    document = changed(("{en: The flood}", f"{{en: {'The flood ' * 405}}}"))
    written = [document.find_mark(("timeline", first, "text", "en")) for first in range(3)]  # in the order of the dates

    assert [fault.split(": ")[0] for fault in faults_of(document)] == [
        f"content.yaml:{mark}" for mark in sorted(written)
    ]


def test_earlier_wordings_count_towards_a_facts_length(changed):
    fact = "    certainty: stated\n"
    correction = "    corrected: [{{on: 2026-05-03, was: {{en: {}}}, why: {{en: {}}}}}]\n"
    limits.check_limits(changed((fact, fact + correction.format("x" * 1000, "y" * 1000))))
    (fault,) = faults_of(changed((fact, fact + correction.format("x" * 2000, "y" * 2000))))

    assert re.search(r": facts\[1\]\.claim\.en: .* has 4,\d\d\d characters; .*: shorten it by \d+$", fault)


def test_corrections_that_fill_more_than_a_page_are_reported(changed):
    fact = "    certainty: stated\n"
    wide = "🌉" * 290
    many = "".join(f"\n      - {{on: 2026-05-03, was: {{en: {wide}}}, why: {{en: {wide}}}}}" for _ in range(5))
    faults = faults_of(changed((fact, f"{fact}    corrected:{many}\n")))

    assert any(": facts[1].corrected: as members see it in en" in fault for fault in faults)


def test_anniversaries_that_fill_more_than_a_message_are_reported(changed):
    more = "".join(
        f"  - {{id: day-{n}, title: {{en: {'A day ' * 20}}}, date: 03-02, text: {{en: x}}, sources: [herald]}}\n"
        for n in range(40)
    )
    faults = faults_of(changed(("\nanniversaries:\n", f"\nanniversaries:\n{more}")))

    assert len(faults) == 2
    assert all(re.match(r"content\.yaml:\d+:3: anniversaries: .* shorten it by ", fault) for fault in faults)


def test_days_that_make_an_admins_list_too_long_are_reported(changed):
    days = "".join(
        f"  - {{id: day-{n}, title: {{en: {'A day ' * 5}}}, date: 03-02, text: {{en: x}}, sources: [herald],"
        " default: no}\n"
        for n in range(24)
    )
    (fault,) = faults_of(changed(("\nanniversaries:\n", f"\nanniversaries:\n{days}")))

    assert ": anniversaries: " in fault


def test_more_entities_than_telegram_shows_are_reported(changed):
    (fault,) = faults_of(changed((CLAIM, f"claim: {{en: '{'**x** ' * 120}'}}")))

    assert re.search(r"this message has 12\d links and emphases; Telegram shows 100 of them$", fault)


def test_a_caption_too_long_for_a_picture_is_reported(changed):
    day = "text: {en: On this day the bridge fell.}"
    limits.check_limits(changed((day, f"{day}\n    picture: fall.jpg")))
    limits.check_limits(changed((day, f"text: {{en: {'x' * 1000}}}")))
    (fault,) = faults_of(changed((day, f"text: {{en: {'x' * 1000}}}\n    picture: fall.jpg")))

    assert ": anniversaries[0].text.en: " in fault
    assert re.search(r"; Telegram takes 1,024 below a picture: shorten it by \d+$", fault)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ua", 'no language has the code "ua"; did you mean uk or ru?'),
        ("ge", 'no language has the code "ge"; did you mean ka?'),
        ("xx", 'no language has the code "xx"'),
    ],
)
def test_an_unknown_language_code_is_reported_at_its_position(document, code, said):
    assert faults_of(document(("languages: [en, de]", f"languages: [en, {code}]"), (", de: Der Bau", ""))) == (
        f"content.yaml:1:17: languages[1]: {said}",
    )
