"""Which texts are http(s) addresses."""

import pytest

from outreachbot.domain import urls


@pytest.mark.parametrize(
    "text",
    [
        "https://x.example",
        "http://localhost:8080/a?b#c",
        "HTTPS://X.example/",
        "https://münchen.example/ß",
        "https://[2001:db8::1]:443/",
        "https://x.example:65535",
        "https://x.example/a_(b)",
    ],
)
def test_a_valid_address_has_no_problem(text: str) -> None:
    assert urls.find_url_problem(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it must start with https:// or http://"),
        ("x.example", "it must start with https:// or http://"),
        ("mailto:a@x.example", "it must start with https:// or http://"),
        ("https:/x.example", "it must start with https:// or http://"),
        ("https://", "it names no site"),
        ("https:///path", "it names no site"),
        ("https://:80", "it names no site"),
        ("https://a..b", "its site's name can't be right"),
        ("https://user@x.example", "its site's name can't be right"),
        ("https://[::1", "its site's name can't be right"),
        ("https://x.example:0", "its port must be a number from 1 to 65535"),
        ("https://x.example:65536", "its port must be a number from 1 to 65535"),
        ("https://x.example:http", "its port must be a number from 1 to 65535"),
        ("https://x.example/a b", "it has a space in it"),
        ("https://x.example/\n", "it has a space in it"),
        ('https://x.example/"', "it has '\"' in it"),
    ],
)
def test_an_invalid_address_has_a_reason(text: str, why: str) -> None:
    assert urls.find_url_problem(text) == why
