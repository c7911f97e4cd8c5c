"""Dates as an editor writes them: a day, a month or a year, a day of a year or of each year, a time of day."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints


class PartialDate(BaseModel):
    """A day, a month or a year. Written `1992-02-26`, `1992-02` or `1992`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read a written date; ValueError says in one line what is wrong with it."""
        match = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", written.strip(), re.ASCII)
        if not match:
            raise ValueError(f'"{written}" is not a date; write 1992-02-26, 1992-02 or 1992')
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None  # the pattern requires it
        try:
            dt.date(year, month or 1, day or 1)
        except ValueError:
            raise ValueError(f'"{written}" does not exist in the calendar') from None
        return cls(year=year, month=month, day=day)

    @property
    def first_day(self) -> dt.date:
        """The earliest day it can mean: for sorting."""
        return dt.date(self.year, self.month or 1, self.day or 1)


class YearlyDay(BaseModel):
    """A day of the year. Written `02-26`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    month: int
    day: int

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read a written day of the year (29 February exists); ValueError says in one line what is wrong."""
        match = re.fullmatch(r"(\d{2})-(\d{2})", written.strip(), re.ASCII)
        if not match:
            raise ValueError(f'"{written}" is not a day of the year; write month and day, as in 02-26')
        month, day = int(match[1]), int(match[2])
        try:
            dt.date(2000, month, day)  # a leap year
        except ValueError:
            raise ValueError(f'"{written}" does not exist in the calendar') from None
        return cls(month=month, day=day)


class DayTime(BaseModel):
    """A time of day, to the minute. Written `"17:00"`: without quotes YAML reads it as a number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hour: int
    minute: int

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read a written time of day; ValueError says in one line what is wrong with it."""
        match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", written.strip(), re.ASCII)
        if not match:
            raise ValueError(f'"{written}" is not a time of day; write it in quotes, as in "17:00"')
        return cls(hour=int(match[1]), minute=int(match[2]))

    @property
    def time(self) -> dt.time:
        return dt.time(self.hour, self.minute)


def parse_day(written: str) -> dt.date:
    """Read a day, written `2026-05-03`; ValueError says in one line what is wrong with it."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written.strip(), re.ASCII):
        raise ValueError(f'"{written}" is not a day; write year, month and day, as in 2026-05-03')
    try:
        return dt.date.fromisoformat(written.strip())
    except ValueError:
        raise ValueError(f'"{written}" does not exist in the calendar') from None


def as_single_word(parse: Callable[[str], object], pattern: str, *, or_number: bool = False) -> BeforeValidator:
    """Dates stand in the file as one word; the pattern is for the JSON schema, as is that 1992 is an int in YAML."""
    text = Annotated[str, StringConstraints(pattern=pattern)]
    schema: Any = text | int if or_number else text
    return BeforeValidator(
        lambda word: parse(str(word)) if isinstance(word, str | int) else word, json_schema_input_type=schema
    )
