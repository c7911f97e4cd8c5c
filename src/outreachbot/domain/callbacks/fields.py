"""The types of the values in callback data, with their limits."""

import datetime as dt
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from outreachbot.domain.ids import OutboxId

_LIMIT = 10**15  # numbers have fewer than 16 digits, which every database takes


def _parse_day(text: object) -> object:
    return dt.datetime.strptime(text, "%Y%m%d").date() if isinstance(text, str) else text  # noqa: DTZ007 just a day


Number = Annotated[int, Field(ge=0, lt=_LIMIT)]
RowId = Annotated[int, Field(gt=0, lt=_LIMIT)]
"""The id of a row of the database."""
PersonId = Annotated[int, Field(gt=0, lt=2**53)]
"""The id of a person and of the private chat with them: at most 52 significant bits (Bot API, User.id)."""
MessageRowId = Annotated[OutboxId, Field(gt=0, lt=_LIMIT)]
Hour = Annotated[int, Field(ge=0, lt=24)]
Minute = Annotated[int, Field(ge=0, lt=60)]
Year = Annotated[int, Field(ge=1000, lt=10_000)]
Day = Annotated[dt.date, BeforeValidator(_parse_day), Field(ge=dt.date(2000, 1, 1), lt=dt.date(3000, 1, 1))]
"""A day in any time zone. The limits make sure that its neighbours exist as well."""
ZoneName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", max_length=57)]
"""A name in the form of the IANA database. The handler checks whether the zone (still) exists."""
LanguageTag = Annotated[str, StringConstraints(pattern="^[a-z]{2,3}(-[a-z0-9]{2,8})*$", max_length=16)]
"""The language of a chat. The content may no longer have it."""
DraftKey = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{8,32}$")]
StartCodeHash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{12}$")]
