"""The migrations lead to the tables, once, and never touch what a newer program wrote."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from outreachbot.errors import SchemaTooNew
from outreachbot.store.database import connect, migrate
from outreachbot.store.tables import composing, metadata


def schema(connection):
    """Every table with its columns and indexes, as the database reports it."""
    seen = inspect(connection)
    return {
        table: (
            sorted(str(column) for column in seen.get_columns(table)),
            sorted(
                (index["name"], index["column_names"], where(index["dialect_options"]))
                for index in seen.get_indexes(table)
            ),
        )
        for table in seen.get_table_names()
    }


def where(options):
    """The condition of a partial index, without the brackets and casts that PostgreSQL adds."""
    found = next((str(value) for name, value in options.items() if name.endswith("_where")), "")
    return found.replace("::text", "").replace("(", "").replace(")", "")


async def look(db, what):
    async with db.engine.connect() as connection:
        return await connection.run_sync(what)


async def test_an_empty_database_gets_every_table(db):
    assert set(await look(db, schema)) == {*metadata.tables, "alembic_version"}


@pytest.fixture
async def migrated(database_url):
    """An empty database to which all migrations were applied."""
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(migrate._upgrade)
        yield connection
    await engine.dispose()


def rows(connection):
    """The rows of every table."""
    return {table: connection.execute(text(f"SELECT * FROM {table}")).all() for table in schema(connection)}


async def test_the_migrations_end_at_the_tables(migrated):
    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    assert await migrated.run_sync(differences) == []


async def test_a_new_database_is_what_the_migrations_make(migrated):
    made = await migrated.run_sync(schema), await migrated.run_sync(rows)
    await migrated.run_sync(metadata.drop_all)
    await migrated.execute(text("DROP TABLE alembic_version"))
    await migrated.run_sync(migrate._create)

    assert (await migrated.run_sync(schema), await migrated.run_sync(rows)) == made


async def test_the_partial_indexes_are_those_of_the_tables(db):
    indexes = {index for table in metadata.tables.values() for index in table.indexes}
    wanted = {index.name for index in indexes if index.dialect_options["sqlite"]["where"] is not None}
    found = {index[0] for _, indexes in (await look(db, schema)).values() for index in indexes if index[2]}

    assert found == wanted


async def test_opening_again_changes_nothing(empty_database_url):
    async with connect.open_database(empty_database_url) as db:
        async with connect.writing(db) as transaction:
            await transaction.execute(insert(composing).values(admin_id=1, since=1.0))
        before = await look(db, schema)
    async with connect.open_database(empty_database_url) as db:
        assert await look(db, schema) == before
        async with connect.reading(db) as connection:
            assert (await connection.execute(select(composing.c.admin_id, composing.c.since))).all() == [(1, 1.0)]


async def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(empty_database_url):
    async with connect.open_database(empty_database_url) as db:
        async with connect.writing(db) as transaction:
            await transaction.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            await transaction.execute(text("CREATE TABLE reactions (id INTEGER)"))
        before = await look(db, schema)

        async def reopen():
            async with connect.open_database(empty_database_url, exclusive=False):
                pass

        with pytest.raises(SchemaTooNew) as caught:
            await reopen()

        assert f"the database {db.name} was written by a newer outreachbot" in str(caught.value)
        assert await look(db, schema) == before
        async with connect.reading(db) as connection:
            assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


async def test_a_migration_that_fails_leaves_nothing_behind(empty_database_url):
    """Another program's table has the name of one of ours."""
    engine = create_async_engine(empty_database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE pace (id INTEGER)"))

    async def opens():
        async with connect.open_database(empty_database_url):
            pass

    with pytest.raises(Exception, match="pace"):
        await opens()
    async with engine.connect() as connection:
        assert set(await connection.run_sync(schema)) == {"pace"}
    await engine.dispose()


def test_the_migrations_are_one_line():
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    scripts = ScriptDirectory.from_config(config)
    revisions = [script.revision for script in scripts.walk_revisions()]

    assert len(scripts.get_heads()) == 1
    assert sorted(revisions, reverse=True) == revisions
