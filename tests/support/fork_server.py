"""Forks `outreachbot ARGUMENTS` for each line of arguments that it reads, so that modules are imported only once.

For tests that start the program very often. Each is a real process with the main function, signals and exit
code of any other; only the second that Python takes to import everything is saved.
"""

import importlib
import os
import sys

from outreachbot import cli

IMPORTED_BY_RUN = (
    "outreachbot.app.run",
    "outreachbot.app.commands.content_file",
    "outreachbot.config",
    "outreachbot.logs",
)
IMPORTED_FOR_THE_DATABASE = ("sqlalchemy.dialects.sqlite.aiosqlite", "sqlalchemy.dialects.postgresql.asyncpg")
IMPORTED_BY_MIGRATIONS = (
    "alembic.command",
    "alembic.runtime.migration",
    "alembic.ddl.sqlite",
    "alembic.ddl.postgresql",
)


def main() -> None:
    for name in (*IMPORTED_BY_RUN, *IMPORTED_FOR_THE_DATABASE, *IMPORTED_BY_MIGRATIONS, "aiosqlite", "asyncpg"):
        importlib.import_module(name)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os.dup2(2, 1)  # what it writes goes where the programs' words are read, not between our answers
            sys.argv[1:] = line.split()
            cli.main()
        print(pid, flush=True)  # noqa: T201 our answer
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 the same


if __name__ == "__main__":
    main()
