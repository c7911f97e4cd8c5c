"""The scalar types of a content file: how an id, a language, an address or a time zone is written."""

import zoneinfo
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=32)]
"""Lower-case letters, digits and single hyphens; at most 32 characters, because it must fit in a button's 64 bytes."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
"""ISO 639-1 code: two letters, as Bot API setMyCommands.language_code takes."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2 code."""

Address = Annotated[str, StringConstraints(pattern=r"^https?://")]

Picture = Annotated[
    str,
    StringConstraints(pattern=r"(?i)^[\w][\w.-]*\.(jpe?g|png)$"),
    WithJsonSchema({"type": "string", "pattern": r"\.([jJ][pP][eE]?[gG]|[pP][nN][gG])$"}),  # JavaScript has no (?i)
]
"""The name of a JPEG or PNG file in the content file's folder."""

Avoided = Annotated[str, StringConstraints(pattern=r"^[^*\s]([^*]*[^*\s])?\*?$", max_length=100)]
"""A word or phrase that no text may contain; a `*` at its end matches any ending."""

Whole = Annotated[int, Field(strict=True)]  # neither a text nor 12.0 nor `yes`


@cache
def known_zones() -> frozenset[str]:
    """The names of all time zones; cached, because looking them up reads the machine's whole zone database."""
    return frozenset(zoneinfo.available_timezones() - {"Factory", "localtime"})  # these two are no places


def _check_zone(name: str) -> str:
    if name not in known_zones():
        raise ValueError(f'"{name}" is not a time zone of the IANA database; write a name like Europe/Istanbul')
    return name


Zone = Annotated[str, AfterValidator(_check_zone)]
