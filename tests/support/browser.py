"""The demo page in a real browser."""

import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.support.harness import Harness
from tests.support.paths import SHIPPED_CONTENT
from tests.support.program import started

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE = 30_000  # milliseconds

needs_browser = [
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
async def demo_page(harness: Harness, folder: Path, *options: str) -> AsyncIterator[Page]:
    """`outreachbot demo` in a process of its own, and its page open in the browser."""
    port = free_port()
    arguments = ("demo", "--no-browser", "--port", str(port), "--content", str(SHIPPED_CONTENT), *options)
    async with started(harness, *arguments, folder=folder) as program, async_playwright() as playwright:
        while b"the chat page is on" not in program.written:
            assert program.process.returncode is None, program.written.decode()
            await program.wait_for_output()
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
    """Press the chat's newest button with this label."""
    await page.locator("#log").get_by_role("button", name=label).last.click()
