"""A long text under the wrong language's key is reported with its position, and nothing else is."""

from pathlib import Path

import pytest

from outreachbot.domain.content import file
from outreachbot.domain.content.checks import languages
from outreachbot.services.content import validate
from outreachbot.views import i18n
from tests.support.paths import SHIPPED_CONTENT

ENGLISH = "Every claim names its source, and who states it is written beside it."
RUSSIAN = "У каждого утверждения назван источник, а рядом написано, кто это утверждает."
TURKISH = "Her iddianın kaynağı belirtilir, kimin söylediği de yanında yazılıdır."
GEORGIAN = "ყოველ მტკიცებას თავისი წყარო აქვს, გვერდით კი წერია, ვინ ამტკიცებს ამას."
PERSIAN = "منبع هر ادعا نام برده شده و در کنار آن نوشته شده است چه کسی آن را می‌گوید."
LINK = "[https://example.org/a-very-long-address-of-latin-letters](https://example.org/another-one)"
RIGHT = "; is it under the right language?"


def warnings(bridge, **texts):
    """The warnings for these texts (by language) as the welcome, without their positions."""
    welcome = "\n".join(f'  {language}: "{text}"' for language, text in texts.items())
    text = bridge.replace("[en, de]", f"[{', '.join(dict.fromkeys(['en', 'de', *texts]))}]")
    document = file.read_content(text.replace("welcome: {en: Welcome}", f"welcome:\n{welcome}").encode(), "c")
    found = list(languages.find_warnings(document.root, i18n.list_scripts))
    assert all(warning.warning and warning.text.endswith(RIGHT) for warning in found)
    return [(warning.path[-1], warning.text.removesuffix(RIGHT)) for warning in found]


@pytest.mark.parametrize(
    ("language", "text", "script"),
    [
        ("tr", RUSSIAN, "Cyrillic"),
        ("az", f"BBC: {RUSSIAN}", "Cyrillic"),
        ("ru", TURKISH, "Latin"),
        ("ru", ENGLISH, "Latin"),
        ("fa", TURKISH, "Latin"),
        ("hy", GEORGIAN, "Georgian"),
        ("tr", PERSIAN, "Arabic"),
        ("tr", f"{RUSSIAN} {LINK}", "Cyrillic"),
        ("ru", f"Читайте {LINK} и ещё https://example.org/letters/of/no/language @and_an_account", None),
        ("ru", "Human Rights Watch, 36 pages", None),
        ("ru", f"{RUSSIAN} Human Rights Watch, Helsinki Watch, Memorial, The New York Times", None),
        ("sr", TURKISH, None),
        ("fa", PERSIAN, None),
        ("xx", RUSSIAN, None),
    ],
)
def test_a_long_text_in_another_script_is_reported(bridge, language, text, script):
    said = f'is in {script} letters, and "{language}" is not written in them'

    assert warnings(bridge, en="Hello", **{language: text}) == ([(language, said)] if script else [])


def test_a_long_text_that_two_languages_share_is_reported_once(bridge):
    long = f"{TURKISH} {TURKISH}"

    assert warnings(bridge, en=ENGLISH, tr=long, az=long) == [("az", 'is the very same text as under "tr"')]
    assert warnings(bridge, en=ENGLISH, de=ENGLISH) == []
    assert [language for language, _ in warnings(bridge, en=f"{ENGLISH} {ENGLISH}", ru=f"{ENGLISH} {ENGLISH}")] == [
        "ru"
    ]


def test_warnings_have_positions_and_are_in_file_order(bridge):
    text = bridge.replace("en: Welcome", f'en: "{RUSSIAN}"').replace(
        "topics:\n", "topics:\n  - {id: x, title: {en: X}}\n"
    )
    document = validate.validate_content(text.encode(), "c", Path())

    assert [warning.in_file("c").split(": ")[:2] for warning in document.warnings] == [
        ["c:8:15", "welcome.en"],
        ["c:24:10", "topics[0].id"],
    ]


def test_the_shipped_content_is_under_the_right_languages():
    raw = SHIPPED_CONTENT.read_bytes()

    assert validate.validate_content(raw, "content.yaml", Path()).warnings == ()
