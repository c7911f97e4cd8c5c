"""Parses dates and times as editors write them: partial dates, days of the year, full dates, times of day."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints


class PartialDate(BaseModel):
    """A day, a month or a year, written `1992-02-26`, `1992-02` or `1992`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, written: str) -> Self:
        """Parse a written date; raises ValueError with a one-line explanation."""
        match = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", written.strip(), re.ASCII)
        if not match:
            raise ValueError(f'"{written}" is not a date; write 1992-02-26, 1992-02 or 1992')
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None  # the pattern requires it
        _build_date(written, year, month or 1, day or 1)
        return cls(year=year, month=month, day=day)

    @property
    def first_day(self) -> dt.date:
        """The earliest day this date can mean; used for sorting."""
        return dt.date(self.year, self.month or 1, self.day or 1)


class YearlyDay(BaseModel):
    """A day of the year, written `02-26`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    month: int
    day: int

    @classmethod
    def parse(cls, written: str) -> Self:
        """Parse a written day of the year, 29 February included; raises ValueError with a one-line explanation."""
        match = re.fullmatch(r"(\d{2})-(\d{2})", written.strip(), re.ASCII)
        if not match:
            raise ValueError(f'"{written}" is not a day of the year; write month and day, as in 02-26')
        date = _build_date(written, 2000, int(match[1]), int(match[2]))  # a leap year
        return cls(month=date.month, day=date.day)


class DayTime(BaseModel):
    """A time of day, to the minute, written `"17:00"`: without the quotes YAML reads a number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hour: int
    minute: int

    @classmethod
    def parse(cls, written: str) -> Self:
        """Parse a written time of day; raises ValueError with a one-line explanation."""
        match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", written.strip(), re.ASCII)
        if not match:
            raise ValueError(f'"{written}" is not a time of day; write it in quotes, as in "17:00"')
        return cls(hour=int(match[1]), minute=int(match[2]))

    @property
    def time(self) -> dt.time:
        return dt.time(self.hour, self.minute)


def parse_day(written: str) -> dt.date:
    """Parse a full date, written `2026-05-03`; raises ValueError with a one-line explanation."""
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", written.strip(), re.ASCII)
    if not match:
        raise ValueError(f'"{written}" is not a day; write year, month and day, as in 2026-05-03')
    return _build_date(written, int(match[1]), int(match[2]), int(match[3]))


def _build_date(written: str, year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValueError(f'"{written}" does not exist in the calendar') from None


def parse_with(parse: Callable[[str], object], pattern: str, *, or_number: bool = False) -> BeforeValidator:
    """A validator that parses a date written as a single YAML scalar.

    Only the JSON Schema uses `pattern` and `or_number` (in YAML, 1992 is an integer).
    """
    text = Annotated[str, StringConstraints(pattern=pattern)]
    schema: Any = text | int if or_number else text
    return BeforeValidator(
        lambda value: parse(str(value)) if isinstance(value, str | int) else value, json_schema_input_type=schema
    )
