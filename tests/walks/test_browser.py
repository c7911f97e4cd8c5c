"""The demo as a newcomer sees it: the page in a real browser, from the first /facts to an admin's report."""

import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from program import ROOT, started
from town import Town

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE = 30_000  # milliseconds

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no chromium on this machine: the demo page was not tried in a browser"
    ),
]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@asynccontextmanager
async def demo_page(town: Town, folder: Path, *options: str) -> AsyncIterator[Page]:
    """`outreachbot demo` in a process of its own, and its page open in the browser."""
    port = free_port()
    arguments = ("demo", "--no-browser", "--port", str(port), "--content", str(ROOT / "content.yaml"), *options)
    async with started(town, *arguments, folder=folder) as program, async_playwright() as playwright:
        while b"the chat page is on" not in program.written:
            assert program.process.returncode is None, program.written.decode()
            await program.wrote()
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 860})
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        await page.goto(f"http://127.0.0.1:{port}/")
        yield page
        await browser.close()


async def say(page: Page, text: str) -> None:
    await page.locator("#text").fill(text)
    await page.locator("#send").click()


async def press(page: Page, label: str) -> None:
    """Press the newest button of the chat with this label."""
    await page.locator("#log").get_by_role("button", name=label).last.click()


async def test_a_newcomer_walks_through_the_whole_demo(town, tmp_path):
    async with demo_page(town, tmp_path) as page:
        log = page.locator("#log")
        await page.get_by_role("button", name="Start", exact=True).click()
        await expect(log).to_contain_text("subscribes you to nothing")

        await say(page, "/facts")
        await press(page, "How many died")
        await expect(log).to_contain_text("613")
        await press(page, "›")
        await expect(log).to_contain_text("500–1,000")
        await press(page, "All topics")
        await expect(log).to_contain_text("36 facts")

        await say(page, "/subscribe")
        await expect(log).to_contain_text("You are subscribed")
        await page.locator("#suggestions").get_by_role("button", name=re.compile("Khojaly")).click()
        await expect(log).to_contain_text("years ago")
        await expect(log).to_contain_text("Unsubscribe")

        await page.get_by_role("tab", name="Admin", exact=True).click()
        await page.get_by_role("button", name="Start", exact=True).click()
        await say(page, "/broadcast")
        await expect(log).to_contain_text("Send me the message now")
        await say(page, "A word to everybody")
        await press(page, "Send to 201 chats")
        await expect(log).to_contain_text(": finished")
        report = await log.inner_text()

    assert re.search(r"sent: 201\n= 201 chats", report)


async def test_an_admin_steers_a_broadcast_to_five_thousand_while_a_member_blocks_the_bot(town, tmp_path):
    async with demo_page(town, tmp_path, "--chats", "5000", "--pace", "500") as page:
        log = page.locator("#log")
        expect.set_options(timeout=60_000)
        page.set_default_timeout(60_000)
        await page.get_by_role("button", name="Start", exact=True).click()
        await say(page, "/subscribe")
        await expect(log).to_contain_text("You are subscribed")
        await page.get_by_role("tab", name="Admin", exact=True).click()
        await page.get_by_role("button", name="Start", exact=True).click()
        await say(page, "/broadcast")
        await expect(log).to_contain_text("Send me the message now")
        await say(page, "A word to everybody")
        await press(page, "Send to 5,001 chats")
        await expect(log).to_contain_text("It starts on")
        await press(page, "Pause")  # offered once the half minute is over in which it could be stopped
        await expect(log).to_contain_text(": paused")
        await page.get_by_role("tab", name="Member", exact=True).click()
        await page.locator("#stop").click()
        await page.get_by_role("tab", name="Admin", exact=True).click()
        await press(page, "Go on")
        await expect(log).to_contain_text(": finished")
        report = await log.inner_text()

    assert re.search(r"sent: 5,000\nskipped: 1\n= 5,001 chats", report)
    assert "1 × the member blocked the bot" in report
