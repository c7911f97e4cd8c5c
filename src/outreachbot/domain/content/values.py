"""The single values of a content file: how an id, a language, an address or a time zone is written."""

import zoneinfo
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=32)]
"""Lower-case letters, digits and single hyphens; at most 32, because it travels in a button's 64 bytes."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
"""ISO 639-1 code, as Telegram's command menus are set by (two letters)."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2 code."""

Address = Annotated[str, StringConstraints(pattern=r"^https?://")]

Picture = Annotated[
    str,
    StringConstraints(pattern=r"(?i)^[\w][\w.-]*\.(jpe?g|png)$"),
    WithJsonSchema({"type": "string", "pattern": r"\.([jJ][pP][eE]?[gG]|[pP][nN][gG])$"}),  # as editors read it
]
"""The name of a JPEG or PNG file that lies beside the content file."""

Avoided = Annotated[str, StringConstraints(pattern=r"^[^*\s]([^*]*[^*\s])?\*?$", max_length=100)]
"""A word or phrase that no text may have; a `*` at its end stands for any ending."""

Whole = Annotated[int, Field(strict=True)]  # as such: no text, no 12.0 and no `yes`


@cache
def known_zones() -> frozenset[str]:
    """The names of all time zones; looked up once, because that reads the machine's whole database."""
    return frozenset(zoneinfo.available_timezones() - {"Factory", "localtime"})  # those are nobody's


def _known_zone(name: str) -> str:
    if name not in known_zones():
        raise ValueError(f'"{name}" is not a time zone of the IANA database; write a name like Europe/Istanbul')
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
