"""The campaign's page vanishes, and the admins hear of it from the running bot."""

import datetime as dt
from dataclasses import replace

import pytest
from aiohttp import web

from tests.support.harness import ADMIN, MEMBER


@pytest.fixture
async def page(monkeypatch):
    """A local page that can vanish and counts its requests."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    page = {"there": True, "asked": 0, "address": ""}

    async def answer(request):
        page["asked"] += 1
        assert "4200000001" not in str(request.headers)
        return web.Response(status=200 if page["there"] else 404)

    app = web.Application()
    app.router.add_route("*", "/petition", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    page["address"] = f"http://127.0.0.1:{runner.addresses[0][1]}/petition"
    yield page
    await runner.cleanup()


async def test_the_admins_are_told_once_that_the_campaigns_page_is_gone_and_once_that_it_is_back(harness, page):
    campaign = harness.content.campaign.model_copy(update={"link": page["address"]})
    harness = replace(harness, content=harness.content.model_copy(update={"campaign": campaign}), check_links=True)
    async with harness.running_bot():
        await harness.wait_until(lambda: page["asked"] == 1)
        await harness.answer(MEMBER, "/about")
    page["there"] = False
    async with harness.running_bot():
        await harness.answer(MEMBER, "/about")
    assert page["asked"] == 1
    harness.clock.ahead += dt.timedelta(days=7)
    async with harness.running_bot():
        await harness.wait_until(lambda: harness.said(ADMIN))
    page["there"] = True
    harness.clock.ahead += dt.timedelta(days=1)
    async with harness.running_bot():
        await harness.wait_until(lambda: len(harness.said(ADMIN)) > 1)

    gone, back = [message["text"] for message in harness.said(ADMIN)]
    assert page["address"] in gone
    assert page["address"] in back
    assert "there is no such page" in gone
    assert "works again" in back
