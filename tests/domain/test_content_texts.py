"""The texts of a content file are checked."""

import pytest

from outreachbot.domain.content import file


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("welcome: {en: Welcome}", "welcome: {de: Hallo}", 'welcome: the text in the default language "en" is missing'),
        ("en: Welcome", "en: Welcome, fr: Salut", 'welcome.fr: unknown language "fr"; known: en, de'),
        ("en: Welcome", 'en: " "', "welcome.en: is empty; write a text"),
        ("en: Welcome", "en: ", "welcome.en: is empty; it must be a text"),
        (
            "en: The old bridge, remembered",
            f"en: {'🌉' * 61}",
            "short_description.en: has 122 characters; Telegram shows at most 120",
        ),
        (
            "en: What is known of the old bridge",
            f"en: {'x' * 513}",
            "description.en: has 513 characters; Telegram shows at most 512",
        ),
        ("please rebuild the bridge.", "please " * 249, "campaign.letter.en: has 251 words; at most 250 are read"),
    ],
)
def test_a_text_can_be_said(fault_of, old: str, new: str, said: str) -> None:
    assert fault_of(old, new) == said


def test_markup_does_not_count_towards_a_length(changed) -> None:
    text = changed(("en: The old bridge, remembered", f"en: '**{'x' * 120}**'"))
    file.read_content(text.encode(), "content.yaml")
