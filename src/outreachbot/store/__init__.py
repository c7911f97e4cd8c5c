"""All SQL, in plain functions that take the connection first."""

import sys
from types import ModuleType


class _Absent(ModuleType):
    """A module whose every name is None."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


# SQLAlchemy's asyncio package imports its sessions, and with them the whole ORM, which nothing here uses: 6 MB.
for _name in ("sqlalchemy.ext.asyncio.scoping", "sqlalchemy.ext.asyncio.session"):
    sys.modules.setdefault(_name, _Absent(_name))
