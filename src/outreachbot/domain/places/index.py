"""Finds the time zone that somebody means: by a place's name, by country, by where they are.

The data beside this file is made by `tools/places.py` from GeoNames (https://www.geonames.org, CC BY 4.0: cities,
their names, populations and zones), the tz database (zones and countries) and Unicode CLDR (names of countries, who
speaks what where). It is read at the first question: about 60 ms, once.
"""

import gzip
import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from outreachbot.domain.places.folding import LETTERS, fold_words

MAX_QUERY = 64  # characters: no place is called by more
_SHORTEST_BEGINNING = 3  # letters: what is shorter has to match whole
_SHORTEST_MISTYPED = 5  # letters: in a word of fewer, another letter is another word
_SHORTEST_KNOWN = 4  # letters of a city before words that we don't know, as in "Bakı şəhəri"
_MOST_COUNTRIES = 12
# What a zone's time is called for short. Each means several zones, and half of them only half the year.
_ABBREVIATIONS = """
    utc gmt ut est edt cst cdt mst mdt pst pdt akst akdt hst hdt ast adt nst ndt msk msd cet cest eet eest wet west
    bst ist idt sast cat eat wat jst kst pkt wib wita wit aest aedt acst acdt awst nzst nzdt sst chst met mest azt
    azst get trt amt amst samt yekt omst krat irkt yakt vlat magt pett irst irdt gst uzt tmt tjt kgt almt aqtt hkt
    sgt pht ict npt aft brt art clt мск
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere with a clock: what it is called, its country (ISO 3166-1 alpha-2) and its zone (IANA name)."""

    name: str
    country: str
    zone: str


@dataclass(frozen=True, slots=True)
class _Country:
    zones: tuple[int, ...]  # a place of each zone
    clocks: tuple[int, ...]  # those of them whose clocks differ


@dataclass(frozen=True, slots=True)
class _Atlas:
    """A place is the number of its row; the rows are in the order of their population, the largest first."""

    languages: Mapping[str, list[str]]  # -> countries
    countries: Mapping[str, _Country]
    rows: Sequence[str]  # name, country, zone, latitude, longitude, with tabs between
    spots: Sequence[tuple[float, float]]  # latitude and longitude in radians
    names: Sequence[str]  # sorted: folded name, tab, number of the place or code of the country

    def place(self, number: int) -> Place:
        name, country, zone, *_ = self.rows[number].split("\t")
        return Place(name, country, zone)


@cache
def _atlas() -> _Atlas:
    packed = resources.files("outreachbot.domain.places").joinpath("places.tsv.gz").read_bytes()
    text = gzip.decompress(packed).decode()
    languages, countries, places = (part.split("\n") for part in text.split("\n\n"))
    lands = [line.split("\t") for line in countries]
    rows, folded = zip(*(line.rsplit("\t", 1) for line in places), strict=True)
    names = [f"{name}\t{number}" for number, known in enumerate(folded) for name in known.split()]
    names += [f"{name}\t{code}" for code, _, _, known in lands for name in known.split()]
    return _Atlas(
        languages={language: codes.split() for language, codes in (line.split("\t") for line in languages)},
        countries={code: _Country(_numbers(zones), _numbers(clocks)) for code, zones, clocks, _ in lands},
        rows=rows,
        spots=[_spot(row) for row in rows],
        names=sorted(names),
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


def _spot(row: str) -> tuple[float, float]:
    _, latitude, longitude = row.rsplit("\t", 2)
    return math.radians(float(latitude)), math.radians(float(longitude))


def find_places(text: str, limit: int = 6) -> list[Place]:
    """The places that a typed text may mean, the likeliest first: at most one for the same name and zone.

    A text is a city's name, a country's (which means a city of each of its clocks), both ("Bakı, Azərbaycan"), or an
    IANA name. Whole names come before beginnings, and those before names with one letter mistyped, which are looked
    for where nothing has the whole name; among equals the larger city comes first. What is no name of a place, as an
    abbreviation ("MSK", "UTC+4"), finds nothing.
    """
    typed = fold_words(text) if len(text) <= MAX_QUERY else []
    if not typed or "".join(filter(str.isalpha, text.casefold())) in _ABBREVIATIONS.split():
        return []
    found: dict[tuple[str, str], Place] = {}
    for numbers in _guesses(typed):
        for number in numbers:
            place = _atlas().place(number)
            found.setdefault((place.name, place.zone), place)
            if len(found) >= limit:
                return list(found.values())[:limit]
    return list(found.values())


def _guesses(typed: list[list[str]]) -> Iterator[list[int]]:
    """Places by number, the surer guesses first. With words after the name only if nothing is called by them all."""
    some = False
    for numbers in _named(typed):
        some = some or bool(numbers)
        yield numbers
    for end in range(len(typed) - 1, 0, -1):
        if some:
            return
        for numbers in _named_before(typed[:end], typed[end:]):
            some = some or bool(numbers)
            yield numbers


def _named(typed: list[list[str]]) -> Iterator[list[int]]:
    key = _join(typed)
    exact = _resolve(_whole(key))
    yield exact
    if sum(map(len, typed)) >= _SHORTEST_BEGINNING:
        yield _resolve(_beginning(key))
    if not exact:
        yield _resolve(owner for mistyped in _mistyped(typed) for owner in _whole(mistyped))


def _named_before(name: list[list[str]], rest: list[list[str]]) -> Iterator[list[int]]:
    """A city before its country, or a city's whole name before anything else."""
    lands = {owner for owner in _whole(_join(rest)) if owner in _atlas().countries}
    if lands:
        for numbers in _named(name):
            yield [number for number in numbers if _atlas().place(number).country in lands]
    elif sum(map(len, name)) >= _SHORTEST_KNOWN:
        yield _resolve(_whole(_join(name)))


def _join(typed: Iterable[Iterable[str]]) -> str:
    return "".join(letter for word in typed for letter in word)


def _resolve(owners: Iterable[str]) -> list[int]:
    """The places of these numbers and of these countries, the largest first."""
    countries = _atlas().countries
    numbers: set[int] = set()
    for owner in owners:
        if owner in countries:
            numbers.update(countries[owner].clocks)
        else:
            numbers.add(int(owner))
    return sorted(numbers)


def _whole(key: str) -> list[str]:
    return _beginning(f"{key}\t")


def _beginning(key: str) -> list[str]:
    """Whose names begin with the key. Names are ASCII, so that DEL comes after all of them."""
    names = _atlas().names
    first = bisect_left(names, key)
    if first == len(names) or not names[first].startswith(key):
        return []
    return [name.rpartition("\t")[2] for name in names[first : bisect_left(names, f"{key}\x7f", first)]]


def _mistyped(typed: list[list[str]]) -> Iterator[str]:
    """What may have been meant: in a longer word one letter left out, changed, added, or two of them swapped."""
    for number, word in enumerate(typed):
        if len(word) < _SHORTEST_MISTYPED:
            continue
        before, after = _join(typed[:number]), _join(typed[number + 1 :])
        for at in range(len(word) + 1):
            left, right = before + "".join(word[:at]), "".join(word[at + 1 :]) + after
            here = "".join(word[at : at + 1])
            yield left + right
            yield left + "".join(word[at + 1 : at + 2]) + here + "".join(word[at + 2 :]) + after
            for letter in LETTERS:
                yield left + letter + right
                yield left + letter + here + right


def list_countries(language: str, preferred: Sequence[str] = ()) -> list[str]:
    """The countries (ISO codes, at most 12) where people who use this language (a BCP 47 tag) likely live.

    First the preferred, then the tag's own ("en-GB"), then those with most people who speak it. An unknown language
    adds none, and a country without a place in the data is left out.
    """
    first, *rest = language.replace("_", "-").split("-")
    own = [part.upper() for part in rest if len(part) == 2]
    likely = [*preferred, *own, *_atlas().languages.get(first.lower(), [])]
    return [code for code in dict.fromkeys(likely) if code in _atlas().countries][:_MOST_COUNTRIES]


def list_cities(country: str) -> list[Place]:
    """The largest place of each zone of the country (ISO code), the most populous first; [] for an unknown country."""
    known = _atlas().countries.get(country)
    return [_atlas().place(number) for number in known.zones] if known else []


def list_clocks(country: str) -> list[Place]:
    """Like `cities`, with one place for all zones that keep the same time from now on: one in Germany, not two."""
    known = _atlas().countries.get(country)
    return [_atlas().place(number) for number in known.clocks] if known else []


def find_nearest(latitude: float, longitude: float) -> Place:
    """The nearest place of the data to a spot (degrees; north and east are positive), along the earth's surface.

    Near a border that may be a neighbour's city, with another time: ask the member whether the time is right.
    """
    up, along = math.radians(latitude), math.radians(longitude)
    sine, cosine = math.sin(up), math.cos(up)

    def closeness(spot: tuple[float, float]) -> float:
        return sine * math.sin(spot[0]) + cosine * math.cos(spot[0]) * math.cos(spot[1] - along)

    scores = list(map(closeness, _atlas().spots))
    return _atlas().place(scores.index(max(scores)))
