"""Finds a person's time zone: by the name of a place, by country, or by location.

The data file in this folder is made by `tools/places.py` from GeoNames (https://www.geonames.org, CC BY 4.0: cities
with names, populations and zones), the tz database (zones and countries) and Unicode CLDR (the names and languages of
countries). It is loaded at the first lookup, which takes about 60 ms.
"""

import gzip
import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from outreachbot.domain.places.folding import LETTERS, fold_words

MAX_QUERY = 64  # characters; no place has a longer name
_SHORTEST_PREFIX = 3  # letters; a shorter query must match a whole name
_SHORTEST_MISTYPED = 5  # letters; no typing mistakes are corrected in shorter words
_SHORTEST_KNOWN = 4  # letters of a city's name that is followed by unknown words, as in "Bakı şəhəri"
_MAX_COUNTRIES = 12
# Abbreviations of zones' times. Each is ambiguous, and half of them apply only half the year.
_ABBREVIATIONS = """
    utc gmt ut est edt cst cdt mst mdt pst pdt akst akdt hst hdt ast adt nst ndt msk msd cet cest eet eest wet west
    bst ist idt sast cat eat wat jst kst pkt wib wita wit aest aedt acst acdt awst nzst nzdt sst chst met mest azt
    azst get trt amt amst samt yekt omst krat irkt yakt vlat magt pett irst irdt gst uzt tmt tjt kgt almt aqtt hkt
    sgt pht ict npt aft brt art clt мск
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its name, country (ISO 3166-1 alpha-2) and time zone (IANA name)."""

    name: str
    country: str
    zone: str


@dataclass(frozen=True, slots=True)
class _Country:
    zones: tuple[int, ...]  # the largest place of each zone, by number
    clocks: tuple[int, ...]  # the same, with one place for all zones that keep the same time


@dataclass(frozen=True, slots=True)
class _Atlas:
    """The data file. A place is identified by its row number; rows are sorted by population, the largest first."""

    languages: Mapping[str, list[str]]  # language -> countries
    countries: Mapping[str, _Country]  # by code
    rows: Sequence[str]  # name, country, zone, latitude, longitude, separated by tabs
    coordinates: Sequence[tuple[float, float]]  # latitude and longitude in radians
    names: Sequence[str]  # sorted; each a folded name, a tab, and the number of a place or the code of a country

    def get_place(self, number: int) -> Place:
        name, country, zone, *_ = self.rows[number].split("\t")
        return Place(name, country, zone)


@cache
def _load_atlas() -> _Atlas:
    packed = resources.files("outreachbot.domain.places").joinpath("places.tsv.gz").read_bytes()
    text = gzip.decompress(packed).decode()
    languages, country_lines, places = (part.split("\n") for part in text.split("\n\n"))
    countries = [line.split("\t") for line in country_lines]
    rows, folded = zip(*(line.rsplit("\t", 1) for line in places), strict=True)
    names = [f"{name}\t{number}" for number, known in enumerate(folded) for name in known.split()]
    names += [f"{name}\t{code}" for code, _, _, known in countries for name in known.split()]
    return _Atlas(
        languages={language: codes.split() for language, codes in (line.split("\t") for line in languages)},
        countries={
            code: _Country(_parse_numbers(zones), _parse_numbers(clocks)) for code, zones, clocks, _ in countries
        },
        rows=rows,
        coordinates=[_parse_coordinates(row) for row in rows],
        names=sorted(names),
    )


def _parse_numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


def _parse_coordinates(row: str) -> tuple[float, float]:
    _, latitude, longitude = row.rsplit("\t", 2)
    return math.radians(float(latitude)), math.radians(float(longitude))


def find_places(text: str, limit: int = 6) -> list[Place]:
    """The places that a typed text may mean, the likeliest first: at most one per name and zone.

    The text may be the name of a city, that of a country (which finds a city for each of its clocks), both ("Bakı,
    Azərbaycan"), or an IANA name. Whole names come first, then prefixes, then names with one typing mistake, if no
    whole name matches; among equals the largest city comes first. Other texts, such as abbreviations ("MSK", "UTC+4"),
    find nothing.
    """
    typed = fold_words(text) if len(text) <= MAX_QUERY else []
    if not typed or "".join(filter(str.isalpha, text.casefold())) in _ABBREVIATIONS.split():
        return []
    places: dict[tuple[str, str], Place] = {}
    for numbers in _guess(typed):
        for number in numbers:
            place = _load_atlas().get_place(number)
            places.setdefault((place.name, place.zone), place)
            if len(places) >= limit:
                return list(places.values())[:limit]
    return list(places.values())


def _guess(typed: list[list[str]]) -> Iterator[list[int]]:
    """Numbers of places, the surest guesses first. Words may follow a name only if nothing matches all of them."""
    has_match = False
    for numbers in _match_name(typed):
        has_match = has_match or bool(numbers)
        yield numbers
    for end in range(len(typed) - 1, 0, -1):
        if has_match:
            return
        for numbers in _match_name_before(typed[:end], typed[end:]):
            has_match = has_match or bool(numbers)
            yield numbers


def _match_name(typed: list[list[str]]) -> Iterator[list[int]]:
    key = _join(typed)
    exact = _resolve(_find_exact(key))
    yield exact
    if sum(map(len, typed)) >= _SHORTEST_PREFIX:
        yield _resolve(_find_prefix(key))
    if not exact:
        yield _resolve(owner for corrected in _correct(typed) for owner in _find_exact(corrected))


def _match_name_before(name: list[list[str]], rest: list[list[str]]) -> Iterator[list[int]]:
    """A city followed by its country, or a city's whole name followed by anything else."""
    codes = {owner for owner in _find_exact(_join(rest)) if owner in _load_atlas().countries}
    if codes:
        for numbers in _match_name(name):
            yield [number for number in numbers if _load_atlas().get_place(number).country in codes]
    elif sum(map(len, name)) >= _SHORTEST_KNOWN:
        yield _resolve(_find_exact(_join(name)))


def _join(typed: Iterable[Iterable[str]]) -> str:
    return "".join(letter for word in typed for letter in word)


def _resolve(owners: Iterable[str]) -> list[int]:
    """The places with these numbers and those of the countries with these codes, the largest first."""
    countries = _load_atlas().countries
    numbers: set[int] = set()
    for owner in owners:
        if owner in countries:
            numbers.update(countries[owner].clocks)
        else:
            numbers.add(int(owner))
    return sorted(numbers)


def _find_exact(key: str) -> list[str]:
    return _find_prefix(f"{key}\t")


def _find_prefix(key: str) -> list[str]:
    """The owners of names that begin with the key. Names are ASCII, so DEL sorts after all their characters."""
    names = _load_atlas().names
    first = bisect_left(names, key)
    if first == len(names) or not names[first].startswith(key):
        return []
    return [name.rpartition("\t")[2] for name in names[first : bisect_left(names, f"{key}\x7f", first)]]


def _correct(typed: list[list[str]]) -> Iterator[str]:
    """What may have been meant: in one longer word, a letter removed, changed or added, or two letters swapped."""
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
    """The countries (ISO 3166-1 codes, at most 12) where users of this language (a BCP 47 tag) probably live.

    The preferred countries come first, then the tag's own ("en-GB"), then those with the most speakers. An unknown
    language adds none. Countries without a place in the data are left out.
    """
    first, *rest = language.replace("_", "-").split("-")
    own = [part.upper() for part in rest if len(part) == 2]
    likely = [*preferred, *own, *_load_atlas().languages.get(first.lower(), [])]
    return [code for code in dict.fromkeys(likely) if code in _load_atlas().countries][:_MAX_COUNTRIES]


def list_cities(country: str) -> list[Place]:
    """The largest place in each zone of the country (ISO 3166-1 code), largest first; [] for an unknown country."""
    known = _load_atlas().countries.get(country)
    return [_load_atlas().get_place(number) for number in known.zones] if known else []


def list_clocks(country: str) -> list[Place]:
    """Like `list_cities`, with one place for all zones that now keep the same time: one in Germany, not two."""
    known = _load_atlas().countries.get(country)
    return [_load_atlas().get_place(number) for number in known.clocks] if known else []


def find_nearest(latitude: float, longitude: float) -> Place:
    """The place nearest to a location (in degrees, north and east positive) by great-circle distance.

    Near a border this may be a city of the neighbouring country, with another time: ask whether the time is right.
    """
    up, along = math.radians(latitude), math.radians(longitude)
    sine, cosine = math.sin(up), math.cos(up)

    def cosine_of_distance(other: tuple[float, float]) -> float:
        return sine * math.sin(other[0]) + cosine * math.cos(other[0]) * math.cos(other[1] - along)

    scores = list(map(cosine_of_distance, _load_atlas().coordinates))
    return _load_atlas().get_place(scores.index(max(scores)))
