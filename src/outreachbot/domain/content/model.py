"""What an editor wrote: the facts, their sources, the timeline, the days to remember and the campaign."""

import datetime as dt
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from outreachbot.domain.content.dates import DayTime, PartialDate, YearlyDay, as_single_word, parse_day
from outreachbot.domain.content.values import Address, Avoided, Country, Id, Language, Picture, Whole, Zone

Text = dict[str, str]
"""A text in every language that has it: language code -> text in the markup of `domain/markup`."""

MAX_LETTER_WORDS = 250


class Certainty(StrEnum):
    """How firmly a claim stands."""

    DOCUMENTED = "documented"  # independent sources agree
    STATED = "stated"  # one side or one source says so
    DISPUTED = "disputed"  # sources contradict each other


class Reading(StrEnum):
    """How far somebody of the project has read a source."""

    FULL = "full"  # read from the first page to the last, at its own address
    PART = "part"  # parts read at its own address
    COPY = "copy"  # read only as a copy on somebody else's site
    REPORT = "report"  # not seen itself; another source reports what it says
    NOT_CHECKED = "not-checked"  # nobody has opened it


class Precision(StrEnum):
    """How a figure is to be read."""

    EXACT = "exact"
    ABOUT = "about"
    AT_LEAST = "at-least"
    MORE_THAN = "more-than"
    UP_TO = "up-to"


class Notice(StrEnum):
    """When a chat is told of an anniversary."""

    WEEK = "week"  # seven days before
    EVE = "eve"  # the day before
    DAY = "day"  # on the day itself


class LeapDay(StrEnum):
    """When 29 February is kept in a year that has none."""

    FEB_28 = "feb-28"
    MAR_1 = "mar-1"
    LEAP_YEARS = "leap-years"  # not at all


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """A document that states something. Title and publisher are names and are not translated."""

    id: Id
    title: Annotated[str, StringConstraints(min_length=1)]
    publisher: Annotated[str, StringConstraints(min_length=1)]
    year: Annotated[Whole, Field(ge=1000, le=2100)] | None = None  # None: undated
    url: Address | None = None
    archive: Address | None = None  # of a saved copy
    read: Reading
    note: Text | None = None


class Figure(_Part):
    """One number (or a range) with what it counts and who states it. Figures are never summed or averaged."""

    number: Annotated[Whole, Field(ge=0)] | None = None
    range: tuple[Whole, Whole] | None = None  # from, to; exactly one of `number` and `range` is given
    precision: Precision = Precision.EXACT
    counts: Text
    stated_by: Text
    year: Whole
    source: Id


class Topic(_Part):
    """A heading of `/facts`."""

    id: Id
    title: Text


class Correction(_Part):
    """What a fact said until a mistake in it was put right."""

    on: Annotated[dt.date, as_single_word(parse_day, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    was: Text
    why: Text


class Fact(_Part):
    """A claim, who states it, and where that can be read."""

    id: Id
    topic: Id
    claim: Text
    stated_by: Text
    sources: Annotated[tuple[Id, ...], Field(min_length=1)]
    certainty: Certainty
    figures: tuple[Figure, ...] = ()
    corrected: tuple[Correction, ...] = ()


class TimelineEntry(_Part):
    """What happened on a day, in a month or in a year."""

    date: Annotated[PartialDate, as_single_word(PartialDate.parse, r"^[0-9]{4}(-[0-9]{2}){0,2}$", or_number=True)]
    text: Text
    sources: Annotated[tuple[Id, ...], Field(min_length=1)]


class Silence(_Part):
    """A moment of silence that is kept on an anniversary at one place."""

    at: Annotated[DayTime, as_single_word(DayTime.parse, r"^[0-9]{2}:[0-9]{2}$")]
    zone: Zone
    place: Text  # where it is kept: its clock is meant


class Anniversary(_Part):
    """A day kept each year."""

    id: Id
    title: Text
    date: Annotated[YearlyDay, as_single_word(YearlyDay.parse, r"^[0-9]{2}-[0-9]{2}$")]
    leap_day: LeapDay = LeapDay.FEB_28  # of 29 February: when it is kept in other years
    night: bool = False  # it was the night to this day: the event began in the evening before
    year: Whole | None = None  # the year of the event; None where there is none to count from
    text: Text  # one or two sentences, said in the reminder
    sources: Annotated[tuple[Id, ...], Field(min_length=1)]
    topic: Id | None = None  # which facts the reminder leads back to
    default: bool = True  # whether a subscribed chat that chose nothing gets it
    big: bool = False  # one of the days that a chat gets which wants only the big ones
    silence: Silence | None = None
    picture: Picture | None = None  # shown in its reminders


class Campaign(_Part):
    """What the community asks people to do."""

    title: Text
    summary: Text
    link: Address
    letter: Text


class Operator(_Part):
    """Who runs this bot and how to reach them."""

    name: Text
    contact: Text
    about: Text


class Content(_Part):
    """One whole content file, checked. `languages[0]` is the default language: every text has it."""

    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    zone: Zone  # of chats that chose none
    hour: Annotated[Whole, Field(ge=0, le=23)]  # of reminders, for chats that chose none
    notices: Annotated[tuple[Notice, ...], Field(min_length=1)] = (Notice.DAY,)  # for chats that chose none
    early: Annotated[Whole, Field(ge=0, le=60)] = 0  # minutes; so much before the hour a long wave may begin
    countries: tuple[Country, ...] = ()  # where members are likely to live; offered first by /timezone
    title: Text  # the bot's subject in a few words
    short_description: Text  # at most 120 characters: shown on the bot's profile
    description: Text  # at most 512 characters: shown in the empty chat
    welcome: Text  # `/start`
    operator: Operator
    sources_policy: Text
    avoid: dict[Language, tuple[Avoided, ...]] = {}  # what no text of that language may say
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
        """The facts of each topic, in the order of the file; every topic is there."""
        found: dict[str, list[Fact]] = {topic.id: [] for topic in self.topics}
        for fact in self.facts:
            found[fact.topic].append(fact)
        return {topic: tuple(facts) for topic, facts in found.items()}

    @cached_property
    def place_by_id(self) -> dict[str, tuple[int, int]]:
        """Where each fact stands, from 0: among all facts, and among those of its topic."""
        in_topic = {fact.id: place for facts in self.facts_by_topic.values() for place, fact in enumerate(facts)}
        return {fact.id: (place, in_topic[fact.id]) for place, fact in enumerate(self.facts)}

    @cached_property
    def searched(self) -> dict[str, tuple[str, ...]]:
        """What `search` keeps for each language; empty until somebody looks for something."""
        return {}

    def say(self, text: Text, language: str) -> str:
        """The text in this language, or in the default language where it lacks."""
        return text.get(language) or text[self.default_language]
