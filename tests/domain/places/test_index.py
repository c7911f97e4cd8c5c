"""A zone is found by any common name of a place, and no text causes harm."""

import gzip
import zoneinfo
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreachbot.domain.places import index
from outreachbot.domain.places.folding import fold
from outreachbot.domain.places.index import Place
from tests.support.effort import cpu_seconds

BAKU = Place("Baku", "AZ", "Asia/Baku")
ROWS = index._load_atlas().rows
COUNTRIES = sorted(index._load_atlas().countries)
ZONES = zoneinfo.available_timezones()
ALPHABET = "abcçdeəfgğhxıiİIjkqlmnoöprsştuüvyzабвгдежзиыйьщяҹһ'’- ,/_+4\u0307"

numbers = st.integers(0, len(ROWS) - 1)
typed = st.text() | st.text(ALPHABET, max_size=80)


@pytest.mark.parametrize(
    ("text", "name", "zone"),
    [
        ("Baku", "Baku", "Asia/Baku"),
        ("бакы", "Baku", "Asia/Baku"),
        ("Bakı", "Baku", "Asia/Baku"),
        ("BAKI", "Baku", "Asia/Baku"),
        ("BAKİ", "Baku", "Asia/Baku"),
        ("gəncə", "Ganja", "Asia/Baku"),
        ("GƏNCƏ", "Ganja", "Asia/Baku"),
        ("Ҝәнҹә", "Ganja", "Asia/Baku"),
        ("Гянджа", "Ganja", "Asia/Baku"),
        ("sumqayit", "Sumgayit", "Asia/Baku"),
        ("Xankəndi", "Khankendi", "Asia/Baku"),
        ("Biləsuvar", "Bilasuvar", "Asia/Baku"),
        ("bolnisi", "Bolnisi", "Asia/Tbilisi"),
        ("İzmir", "İzmir", "Europe/Istanbul"),
        ("izmir", "İzmir", "Europe/Istanbul"),
        ("new york", "New York City", "America/New_York"),
        ("NewYork", "New York City", "America/New_York"),
        ("Нью-Йорк", "New York City", "America/New_York"),
        ("Nyu-York", "New York City", "America/New_York"),
        ("Vaşinqton", "Washington", "America/New_York"),
        ("münchen", "Munich", "Europe/Berlin"),
        ("muenchen", "Munich", "Europe/Berlin"),
        ("munich", "Munich", "Europe/Berlin"),
        ("Мюнхен", "Munich", "Europe/Berlin"),
        ("den haag", "The Hague", "Europe/Amsterdam"),
        ("Кёльн", "Köln", "Europe/Berlin"),
        ("Питер", "Saint Petersburg", "Europe/Moscow"),
        ("Xarkov", "Kharkiv", "Europe/Kyiv"),
        ("Khar'kov", "Kharkiv", "Europe/Kyiv"),
        ("Hanoi", "Hanoi", "Asia/Ho_Chi_Minh"),
    ],
)
def test_a_city_is_found_however_it_is_written(text, name, zone):
    found = index.find_places(text)[0]

    assert (found.name, found.zone) == (name, zone)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("istanbol", "Istanbul"),  # another letter
        ("Istanbull", "Istanbul"),  # one too many
        ("Мюнхн", "Munich"),  # one left out
        ("Brelin", "Berlin"),  # two swapped
        ("Екатиринбург", "Yekaterinburg"),
        ("los angelos", "Los Angeles"),
        ("Tashkеnnt", "Tashkent"),
        ("Azerbaycn", "Baku"),
        ("Мюнщен", "Munich"),  # one letter, spelled with four
    ],
)
def test_one_mistyped_letter_in_a_longer_word_is_forgiven(text, name):
    assert index.find_places(text)[0].name == name


@pytest.mark.parametrize("text", ["Bqku", "nxw yrok", "Isxanbxl", "qwertyuiop"])
def test_more_mistakes_are_not_forgiven(text):
    assert index.find_places(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Azərbaycan", "Baku"),
        ("Азербайджан", "Baku"),
        ("Türkiye", "Istanbul"),
        ("Turkey", "Istanbul"),
        ("Türkiyə", "Istanbul"),
        ("Германия", "Berlin"),
        ("Almaniya", "Berlin"),
        ("Deutschland", "Berlin"),
        ("Gürcüstan", "Tbilisi"),
        ("Georgia", "Tbilisi"),
        ("Казахстан", "Almaty"),
        ("Қазақстан", "Almaty"),
    ],
)
def test_a_country_is_found_in_several_languages(text, name):
    assert index.find_places(text, 1)[0].name == name


@pytest.mark.parametrize("text", ["USA", "ABŞ", "США", "Amerika Birleşik Devletleri", "united states"])
def test_a_country_with_several_clocks_gives_a_city_of_each(text):
    assert index.find_places(text) == index.list_clocks("US")[:6]


def test_a_country_may_follow_its_city():
    assert index.find_places("Bakı, Azərbaycan")[0] == BAKU
    assert index.find_places("London, Canada") == [Place("London", "CA", "America/Toronto")]
    assert index.find_places("Torontoo Canada") == [Place("Toronto", "CA", "America/Toronto")]


def test_unknown_words_may_follow_a_city():
    assert index.find_places("Bakı şəhəri") == [BAKU]
    assert index.find_places("Moscow time")[0].zone == "Europe/Moscow"


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Istanbul", "Europe/Istanbul"),
        ("europe/istanbul", "Europe/Istanbul"),
        ("America/New_York", "America/New_York"),
        ("america/new york", "America/New_York"),
        ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Europe/Belfast", "Europe/London"),
        ("US/Eastern", "America/New_York"),
    ],
)
def test_the_name_of_a_zone_is_found_and_an_old_one_becomes_todays(text, zone):
    assert [place.zone for place in index.find_places(text)] == [zone]


def test_every_zone_is_found_by_its_name():
    zones = {place.zone for country in COUNTRIES for place in index.list_cities(country)}

    assert [zone for zone in sorted(zones) if index.find_places(zone, 1)[0].zone != zone] == []


@pytest.mark.parametrize(
    "text",
    [
        *["UTC+4", "utc +04:00", "GMT+4", "UTC", "Etc/GMT+4", "MSK", "msk", "МСК", "МСК+1", "EST", "EST.", "IST"],
        *["CAT", "EST5EDT", "CEST", "AZT", "+4", "4", "", " ", "-", "'", "x", "東京", "\udc80", "\0", "1" * 60],
    ],
)
def test_other_texts_than_names_of_places_find_nothing(text):
    assert index.find_places(text) == []


def test_the_whole_name_comes_before_beginnings_and_the_larger_before_the_smaller():
    found = index.find_places("Rome")

    assert [place.country for place in found][:2] == ["IT", "US"]
    assert {fold(place.name) for place in found[:2]} == {"rome"}


@pytest.mark.parametrize(("text", "country"), [("Islamabad", "PK"), ("Одесса", "UA"), ("Roma", "IT"), ("Wien", "AT")])
def test_a_name_that_cities_share_means_the_likeliest(text, country):
    assert index.find_places(text)[0].country == country


@given(typed, st.integers(1, 10))
def test_no_text_does_harm(text, limit):
    found = index.find_places(text, limit)

    assert len(found) <= limit
    assert {place.zone for place in found} <= ZONES
    assert len({(place.name, place.zone) for place in found}) == len(found)


@given(numbers)
def test_a_city_is_found_by_its_name(number):
    """Or it has so many larger namesakes that it isn't among the first."""
    place = index._load_atlas().get_place(number)
    found = index.find_places(place.name)

    namesakes = sum(fold(row.split("\t")[0]) == fold(place.name) for row in ROWS[:number]) if place not in found else 0
    assert any((candidate.name, candidate.zone) == (place.name, place.zone) for candidate in found) or namesakes


@given(numbers, st.sampled_from([str.upper, str.lower, str.title, lambda name: name.replace("-", " ")]))
def test_case_and_hyphens_make_no_difference(number, rewrite):
    name = index._load_atlas().get_place(number).name
    if fold(rewrite(name)) == fold(name):  # an abbreviation in small letters is a name in capitals: Çat, CAT
        assert index.find_places(rewrite(name)) == index.find_places(name)


def test_the_data_of_every_place_is_valid():
    found = [index._load_atlas().get_place(number) for number in range(len(ROWS))]

    assert {place.zone for place in found} <= ZONES
    assert {place.country for place in found} == set(COUNTRIES)
    assert all(name.isascii() for name in index._load_atlas().names)


@given(numbers)
@settings(max_examples=50, deadline=None)
def test_where_a_city_lies_its_zone_is_the_nearest(number):
    *_, zone, latitude, longitude = ROWS[number].split("\t")

    assert index.find_nearest(float(latitude), float(longitude)).zone == zone


@pytest.mark.parametrize(
    ("spot", "name"),
    [
        ((40.41, 49.87), "Baku"),
        ((41.01, 28.98), "Istanbul"),
        ((40.71, -74.0), "New York City"),
        ((-33.9, 151.2), "Sydney"),
    ],
)
def test_a_shared_location_has_the_zone_of_the_nearest_city(spot, name):
    zone = index.find_places(name)[0].zone

    assert index.find_nearest(*spot).zone == zone


def test_the_date_line_and_the_poles_are_no_edges():
    assert index.find_nearest(-16.5, 180.0) == index.find_nearest(-16.5, -180.0)
    assert index.find_nearest(90.0, 0.0) == index.find_nearest(90.0, 120.0)


@pytest.mark.parametrize(
    ("language", "first"),
    [("az", ["AZ", "TR"]), ("tr", ["TR", "DE"]), ("ru", ["RU", "KZ"]), ("en", ["US", "GB"]), ("en-AU", ["AU", "US"])],
)
def test_a_language_has_likely_countries(language, first):
    assert index.list_countries(language)[:2] == first


def test_the_preferred_countries_come_first_once_and_only_where_somebody_lives():
    found = index.list_countries("az", ["GE", "AZ", "ZZ"])

    assert found[:3] == ["GE", "AZ", "TR"]
    assert len(found) == len(set(found)) <= 12


@pytest.mark.parametrize("language", ["", "-", "xx", "tlh", "az-Latn-"])
def test_an_unknown_language_leaves_the_preferred(language):
    assert index.list_countries(language, ["IL"])[0] == "IL"


def test_there_are_never_more_than_twelve():
    assert len(index.list_countries("en", COUNTRIES)) == 12


def test_each_zone_of_a_country_has_its_largest_city():
    assert index.list_cities("AZ") == [BAKU]
    assert [place.zone for place in index.list_cities("DE")] == ["Europe/Berlin", "Europe/Busingen"]
    assert [place.name for place in index.list_cities("US")][:4] == [
        "New York City",
        "Los Angeles",
        "Chicago",
        "Phoenix",
    ]
    assert {"America/Adak", "America/Indiana/Knox"} < {place.zone for place in index.list_cities("US")}
    assert [place.zone for place in index.list_cities("GB")] == ["Europe/London"]


def test_zones_that_keep_one_time_are_one_clock():
    assert [place.name for place in index.list_clocks("DE")] == ["Berlin"]
    assert [place.name for place in index.list_clocks("KZ")] == ["Almaty"]
    assert len(index.list_clocks("US")) < 10


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_has_a_city_with_its_clock(country):
    cities = index.list_cities(country)

    assert cities
    assert {place.country for place in cities} == {country}
    assert len({place.zone for place in cities}) == len(cities)
    assert set(index.list_clocks(country)) <= set(cities)


@pytest.mark.parametrize("country", ["ZZ", "", "az", "Azerbaijan"])
def test_an_unknown_country_has_no_cities(country):
    assert index.list_cities(country) == index.list_clocks(country) == []


@pytest.fixture(scope="module")
def reading_every_name():
    """The CPU time in which every name of a place is read once."""
    return cpu_seconds(lambda: [fold(row) for row in ROWS])


@pytest.mark.parametrize(
    "text", ["щ" * 64, "azerbaijan " * 5, "a " * 32, "sankt", "kazakhstan " * 5 + "aus", "ab" * 32]
)
def test_an_answer_does_not_hold_up_others(reading_every_name, text):
    assert cpu_seconds(lambda: index.find_places(text)) < reading_every_name


def test_the_data_stays_small():
    packed = resources.files("outreachbot.domain.places").joinpath("places.tsv.gz").read_bytes()

    assert len(packed) < 500_000
    assert len(gzip.decompress(packed)) < 2_000_000
