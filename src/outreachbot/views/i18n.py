"""The program's own words in a member's language: texts, plurals, dates and numbers."""

import copy
import datetime as dt
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale, localedata
from babel.core import get_global
from babel.dates import format_date, format_skeleton
from babel.languages import get_official_languages
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from outreachbot.domain.content.dates import PartialDate
from outreachbot.domain.messages.message import escape

CATALOGUES = Path(__file__).parent / "locale"

_BESIDE = {"kk": "Latn", "ku": "Arab", "sr": "Latn", "uz": "Cyrl"}  # what many write a language in beside CLDR's script


@dataclass(frozen=True, slots=True)
class Words:
    """What turns an English text of the program into the language's, with values put in and made safe for HTML."""

    locale: Locale
    catalogue: NullTranslations

    def __call__(self, text: str, /, **values: object) -> str:
        return self.catalogue.gettext(text).format_map(_safe(values))

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """`one` or `many` (or the form the language has for n); `{n}` in it is the number."""
        return self.catalogue.ngettext(one, many, n).format_map(_safe({"n": self.number(n), **values}))

    def number(self, n: int) -> str:
        return _number(n, self.locale)

    @property
    def language(self) -> str:
        return str(self.locale.language)

    def date(self, date: dt.date) -> str:
        """A day with its month's name: 26 February 1992."""
        return format_date(date, "long", self.locale)

    def day(self, date: dt.date) -> str:
        """The same without its year: 26 February."""
        return format_skeleton("MMMMd", date, locale=self.locale)

    def weekday(self, date: dt.date) -> str:
        return format_date(date, "EEEE", self.locale)

    def time(self, moment: dt.datetime | dt.time) -> str:
        """A time of day by the 24-hour clock: 17:00."""
        return f"{moment:%H:%M}"

    def partial_date(self, date: PartialDate) -> str:
        """A day, a month or a year, as far as it is known."""
        if date.day is not None:
            return self.date(date.first_day)
        return format_date(date.first_day, "y" if date.month is None else "LLLL y", self.locale)


@lru_cache(maxsize=10_000)  # a reply may hold ten numbers, and Babel takes its time with each
def _number(n: int, locale: Locale) -> str:
    return format_decimal(n, locale=locale)


@cache
def words(language: str) -> Words:
    """The words of a language; English where there is no catalogue for it."""
    catalogue = Translations.load(CATALOGUES, [language])
    known = isinstance(catalogue, Translations)
    return Words(_locale(language if known else "en_GB"), catalogue)


def is_known_language(language: str) -> bool:
    """Whether there is a language with this code, whose dates and numbers can be written."""
    return localedata.exists(language)


def list_official_languages(country: str) -> tuple[str, ...]:
    """The codes of the languages of a country."""
    return get_official_languages(country.upper(), de_facto=True)


@cache
def _locale(name: str) -> Locale:
    """What Babel knows of a language, with parts of its own.

    Babel (2.18) lets languages share what none of them overrides, and writes there what one of them has looked up:
    Turkish would name its months as the language before it did.
    """
    shared = localedata.load(name)
    own = copy.deepcopy(shared)
    shared.clear()
    shared.update(own)
    return Locale.parse(name)


@cache
def list_languages() -> tuple[str, ...]:
    """English, and the languages that there are catalogues for."""
    return ("en", *sorted(path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/messages.mo")))


def get_native_name(language: str) -> str:
    """The language's name in itself: Türkçe."""
    locale = _locale(language)
    name = str(locale.get_language_name(locale))
    return (name[0].replace("i", "İ") if language in {"az", "tr"} else name[0]).upper() + name[1:]


def is_right_to_left(language: str) -> bool:
    """Whether it is written from right to left, as Arabic is."""
    return str(_locale(language).text_direction) == "rtl"


@cache
def list_scripts(language: str) -> tuple[str, ...]:
    """What it is written in, as codes of ISO 15924 (Latn, Cyrl); none where CLDR does not know."""
    likely = str(get_global("likely_subtags").get(language, "")).split("_")
    return (*likely[1:2], *([_BESIDE[language]] if language in _BESIDE else []))


def _safe(values: dict[str, object]) -> dict[str, str]:
    return {name: escape(str(value)) for name, value in values.items()}
