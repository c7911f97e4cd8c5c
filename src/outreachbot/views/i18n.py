"""Translates the program's own texts, and formats plurals, dates and numbers in a language."""

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

# Parts of CLDR's data that nothing here uses: more than half of what Babel would hold of a language.
_UNUSED = (
    *("unit_patterns", "compound_unit_patterns", "unit_display_names", "date_fields", "interval_formats"),
    *("currency_names", "currency_names_plural", "currency_symbols", "compact_currency_formats"),
    *("compact_decimal_formats", "scripts", "variants"),
)
_INHERITED = ("root", "en", "en_001")  # locales whose data every language inherits, or British English
_SECOND_SCRIPTS = {"kk": "Latn", "ku": "Arab", "sr": "Latn", "uz": "Cyrl"}  # widely used besides CLDR's likely script


@dataclass(frozen=True, slots=True)
class Words:
    """Translates English texts of the program into a language, and fills in values, escaped for HTML."""

    locale: Locale
    catalogue: NullTranslations

    def __call__(self, text: str, /, **values: object) -> str:
        return self.catalogue.gettext(text).format_map(_escape_values(values))

    def plural(self, singular: str, plural: str, n: int, /, **values: object) -> str:
        """Translate in the plural form that the language uses for n, which replaces `{n}`."""
        return self.catalogue.ngettext(singular, plural, n).format_map(_escape_values({"n": self.number(n), **values}))

    def number(self, n: int) -> str:
        return _format_number(n, self.locale)

    @property
    def language(self) -> str:
        return str(self.locale.language)

    def date(self, date: dt.date) -> str:
        """Format a date with the month's name: 26 February 1992."""
        return format_date(date, "long", self.locale)

    def day(self, date: dt.date) -> str:
        """Format a date without its year: 26 February."""
        return format_skeleton("MMMMd", date, locale=self.locale)

    def weekday(self, date: dt.date) -> str:
        return format_date(date, "EEEE", self.locale)

    def time(self, moment: dt.datetime | dt.time) -> str:
        """Format a time of day in 24-hour form: 17:00."""
        return f"{moment:%H:%M}"

    def partial_date(self, date: PartialDate) -> str:
        """Format a day, a month or a year, whichever is given."""
        if date.day is not None:
            return self.date(date.first_day)
        return format_date(date.first_day, "y" if date.month is None else "LLLL y", self.locale)


@lru_cache(maxsize=10_000)  # a reply may have ten numbers, and Babel is slow
def _format_number(n: int, locale: Locale) -> str:
    return format_decimal(n, locale=locale)


@cache
def words(language: str) -> Words:
    """The translator for a language; the one for English if the language has no catalogue."""
    catalogue = Translations.load(CATALOGUES, [language])
    has_catalogue = isinstance(catalogue, Translations)
    return Words(_load_locale(language if has_catalogue else "en_GB"), catalogue)


def is_known_language(language: str) -> bool:
    """Whether a language with this code exists, in which dates and numbers can be formatted."""
    return localedata.exists(language)


def list_official_languages(country: str) -> tuple[str, ...]:
    """The codes of a country's official languages, including de facto ones."""
    return get_official_languages(country.upper(), de_facto=True)


@cache
def _load_locale(name: str) -> Locale:
    """Babel's locale for a language, with data that it shares with no other locale.

    Babel (2.18) lets locales share inherited data and caches lookups in it: without the copy, Turkish would name its
    months in the language that was used before it.
    """
    shared = localedata.load(name)
    for known in (shared, *map(localedata.load, _INHERITED)):
        for part in _UNUSED:
            known.pop(part, None)
    own = copy.deepcopy(shared)
    shared.clear()
    shared.update(own)
    return Locale.parse(name)


@cache
def list_languages() -> tuple[str, ...]:
    """The codes of English and of the languages with a catalogue."""
    return ("en", *sorted(path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/messages.mo")))


def get_native_name(language: str) -> str:
    """The language's name in the language itself, capitalised: Türkçe."""
    locale = _load_locale(language)
    name = str(locale.get_language_name(locale))
    return (name[0].replace("i", "İ") if language in {"az", "tr"} else name[0]).upper() + name[1:]


def is_right_to_left(language: str) -> bool:
    """Whether the language is written from right to left."""
    return str(_load_locale(language).text_direction) == "rtl"


@cache
def list_scripts(language: str) -> tuple[str, ...]:
    """The scripts in which the language is written, as ISO 15924 codes (Latn, Cyrl); empty if CLDR has none."""
    likely = str(get_global("likely_subtags").get(language, "")).split("_")
    return (*likely[1:2], *([_SECOND_SCRIPTS[language]] if language in _SECOND_SCRIPTS else []))


def _escape_values(values: dict[str, object]) -> dict[str, str]:
    return {name: escape(str(value)) for name, value in values.items()}
