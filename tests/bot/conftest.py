"""What the tests of the bot share: a way to Telegram, and a house that answers without a running program."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from outreachbot.app import run
from outreachbot.bot import transport
from outreachbot.bot.context import House
from outreachbot.bot.transport import Telegram
from outreachbot.sandbox.world import TOKEN
from outreachbot.store import connect
from town import Town


@pytest.fixture
async def telegram(town: Town) -> AsyncIterator[Telegram]:
    """The bot's way to the town's Telegram."""
    async with transport.session(town.url) as session:
        yield Telegram(session, town.url, SecretStr(TOKEN))


@pytest.fixture
async def house(town: Town, telegram: Telegram) -> AsyncIterator[House]:
    """All that handlers work with; no worker runs, so a test hands it each update itself."""
    async with connect.opened(town.database_url) as db:
        made = run._house(town.settings(), town.content, db, telegram, town.clock)
        await made.bot.initialize()
        yield made
