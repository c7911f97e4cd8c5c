"""The content of a bot: facts with their sources, the timeline, the anniversaries, the campaign."""

import datetime as dt
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from outreachbot.domain.content.dates import DayTime, PartialDate, YearlyDay, parse_day, parse_with
from outreachbot.domain.content.values import Address, Avoided, Country, Id, Language, Picture, Whole, Zone

Text = dict[str, str]
"""A text by language: language code -> text in the markup of `domain.messages.markup`."""

MAX_LETTER_WORDS = 250


class Certainty(StrEnum):
    """How well a claim is supported."""

    DOCUMENTED = "documented"  # independent sources agree
    STATED = "stated"  # one side or one source says so
    DISPUTED = "disputed"  # sources contradict each other


class Reading(StrEnum):
    """How thoroughly the editors have read a source."""

    FULL = "full"  # completely, at its own address
    PART = "part"  # in part, at its own address
    COPY = "copy"  # only as a copy on another site
    REPORT = "report"  # not itself; another source reports what it says
    NOT_CHECKED = "not-checked"  # not opened


class Precision(StrEnum):
    """How precise a figure is."""

    EXACT = "exact"
    ABOUT = "about"
    AT_LEAST = "at-least"
    MORE_THAN = "more-than"
    UP_TO = "up-to"


class Notice(StrEnum):
    """When a chat is reminded of an anniversary."""

    WEEK = "week"  # seven days before
    EVE = "eve"  # the day before
    DAY = "day"  # on the day itself


class LeapDay(StrEnum):
    """When an anniversary on 29 February is observed in a common year."""

    FEB_28 = "feb-28"
    MAR_1 = "mar-1"
    LEAP_YEARS = "leap-years"  # not at all


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """A document that facts refer to. Title and publisher are names and are not translated."""

    id: Id
    title: Annotated[str, StringConstraints(min_length=1)]
    publisher: Annotated[str, StringConstraints(min_length=1)]
    year: Annotated[Whole, Field(ge=1000, le=2100)] | None = None  # None: undated
    url: Address | None = None
    archive: Address | None = None  # the address of a saved copy
    read: Reading
    note: Text | None = None


class Figure(_Part):
    """A number (or a range) with what it counts and who states it. Figures are never summed or averaged."""

    number: Annotated[Whole, Field(ge=0)] | None = None
    range: tuple[Whole, Whole] | None = None  # from, to; exactly one of `number` and `range` is given
    precision: Precision = Precision.EXACT
    counts: Text
    stated_by: Text
    year: Whole
    source: Id


class Topic(_Part):
    """A heading in `/facts`."""

    id: Id
    title: Text


class Correction(_Part):
    """What a fact said before a mistake in it was corrected."""

    on: Annotated[dt.date, parse_with(parse_day, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    was: Text
    why: Text


class Fact(_Part):
    """A claim, who states it, and the sources where it can be read."""

    id: Id
    topic: Id
    claim: Text
    stated_by: Text
    sources: Annotated[tuple[Id, ...], Field(min_length=1)]
    certainty: Certainty
    figures: tuple[Figure, ...] = ()
    corrected: tuple[Correction, ...] = ()


class TimelineEntry(_Part):
    """An event on a day, in a month or in a year."""

    date: Annotated[PartialDate, parse_with(PartialDate.parse, r"^[0-9]{4}(-[0-9]{2}){0,2}$", or_number=True)]
    text: Text
    sources: Annotated[tuple[Id, ...], Field(min_length=1)]


class Silence(_Part):
    """A moment of silence observed on an anniversary at one place."""

    at: Annotated[DayTime, parse_with(DayTime.parse, r"^[0-9]{2}:[0-9]{2}$")]
    zone: Zone
    place: Text  # where it is observed; `at` is local time there


class Anniversary(_Part):
    """A day observed every year."""

    id: Id
    title: Text
    date: Annotated[YearlyDay, parse_with(YearlyDay.parse, r"^[0-9]{2}-[0-9]{2}$")]
    leap_day: LeapDay = LeapDay.FEB_28  # only for 29 February: when it is observed in common years
    night: bool = False  # the event began on the evening before this day
    year: Whole | None = None  # the year of the event; None if there is no year to count from
    text: Text  # one or two sentences for the reminder
    sources: Annotated[tuple[Id, ...], Field(min_length=1)]
    topic: Id | None = None  # the facts that the reminder links to
    default: bool = True  # whether subscribed chats that made no choice are reminded of it
    big: bool = False  # whether chats that want only the big days are reminded of it
    silence: Silence | None = None
    picture: Picture | None = None  # sent with its reminders


class Campaign(_Part):
    """What people are asked to do."""

    title: Text
    summary: Text
    link: Address
    letter: Text


class Operator(_Part):
    """Who runs this bot, and how to reach them."""

    name: Text
    contact: Text
    about: Text


class Content(_Part):
    """A complete, checked content file. Every text has `languages[0]`, the default language."""

    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    zone: Zone  # for chats that chose none
    hour: Annotated[Whole, Field(ge=0, le=23)]  # local hour of reminders, for chats that chose none
    notices: Annotated[tuple[Notice, ...], Field(min_length=1)] = (Notice.DAY,)  # for chats that chose none
    early: Annotated[Whole, Field(ge=0, le=60)] = 0  # minutes by which a long wave may begin before the hour
    countries: tuple[Country, ...] = ()  # where members are likely to live; /timezone offers these first
    title: Text  # the bot's subject in a few words
    short_description: Text  # at most 120 characters: shown on the bot's profile
    description: Text  # at most 512 characters: shown in an empty chat
    welcome: Text  # the answer to `/start`
    operator: Operator
    sources_policy: Text
    avoid: dict[Language, tuple[Avoided, ...]] = {}  # words that texts in that language may not contain
    privacy: Text
    campaign: Campaign
    topics: Annotated[tuple[Topic, ...], Field(min_length=1)]
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    facts: Annotated[tuple[Fact, ...], Field(min_length=1)]
    timeline: tuple[TimelineEntry, ...] = ()
    anniversaries: tuple[Anniversary, ...] = ()

    @property
    def default_language(self) -> str:
        return self.languages[0]

    @cached_property
    def source_by_id(self) -> dict[str, Source]:
        return {source.id: source for source in self.sources}

    @cached_property
    def topic_by_id(self) -> dict[str, Topic]:
        return {topic.id: topic for topic in self.topics}

    @cached_property
    def anniversary_by_id(self) -> dict[str, Anniversary]:
        return {anniversary.id: anniversary for anniversary in self.anniversaries}

    @cached_property
    def fact_by_id(self) -> dict[str, Fact]:
        return {fact.id: fact for fact in self.facts}

    @cached_property
    def facts_by_topic(self) -> dict[str, tuple[Fact, ...]]:
        """Topic id -> its facts in file order; has every topic."""
        by_topic: dict[str, list[Fact]] = {topic.id: [] for topic in self.topics}
        for fact in self.facts:
            by_topic[fact.topic].append(fact)
        return {topic: tuple(facts) for topic, facts in by_topic.items()}

    @cached_property
    def number_by_id(self) -> dict[str, int]:
        """Fact id -> the number that members see: its place in the file, from 1."""
        return {fact.id: number for number, fact in enumerate(self.facts, 1)}

    @cached_property
    def place_in_topic(self) -> dict[str, int]:
        """Fact id -> its index, from 0, among the facts of its topic."""
        return {fact.id: place for facts in self.facts_by_topic.values() for place, fact in enumerate(facts)}

    @cached_property
    def searched(self) -> dict[str, tuple[str, ...]]:
        """The cache of `search`: language -> the prepared text of each fact. Empty until the first search."""
        return {}

    def say(self, text: Text, language: str) -> str:
        """The text in this language, or in the default language if that is missing."""
        return text.get(language) or text[self.default_language]
