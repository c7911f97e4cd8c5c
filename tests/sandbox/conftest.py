"""A sandbox over real HTTP, and a bot that is nothing but an HTTP client."""

from datetime import UTC, datetime

import aiohttp
import pytest

from outreachbot.sandbox import people
from outreachbot.sandbox.server import serve
from outreachbot.sandbox.world import TOKEN, World

NOW = datetime(2026, 2, 26, 9, 0, tzinfo=UTC)


class Client:
    """Calls methods as a bot would; `url` is the server's base address."""

    def __init__(self, session, url, token=TOKEN):
        self.session, self.url, self.token = session, url, token

    async def call(self, method, **params):
        """Status and body of an answer."""
        async with self.session.post(f"{self.url}/bot{self.token}/{method}", json=params) as response:
            return response.status, await response.json()

    async def ok(self, method, **params):
        status, body = await self.call(method, **params)
        assert status == 200, body
        assert body["ok"] is True
        return body["result"]

    async def refused(self, method, **params):
        """Status and description of a refusal."""
        status, body = await self.call(method, **params)
        assert body["ok"] is False
        assert body["error_code"] == status
        return f"{status} {body['description']}"

    async def updates(self, offset=0, **params):
        return await self.ok("getUpdates", offset=offset, **params)

    async def control(self, path, **body):
        async with self.session.post(f"{self.url}/sandbox/{path}", json=body) as response:
            return response.status, await response.json()

    async def read(self, path):
        async with self.session.get(f"{self.url}/sandbox/{path}") as response:
            return response.status, await response.json()


@pytest.fixture
def world():
    """Ada (1001) has started the bot; Ben (1002) is known but never wrote to it."""
    made = World(clock=lambda: NOW)
    people.add_person(made, 1001, "Ada", username="ada", language="en")
    people.add_person(made, 1002, "Ben", language="ru")
    people.start(made, 1001)
    made.updates.clear()
    return made


@pytest.fixture
async def bot(world):
    async with serve(world) as url, aiohttp.ClientSession() as session:
        yield Client(session, url)
