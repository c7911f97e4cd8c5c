"""A member sets zone, hour and language in a real browser, by text and by buttons, and reminders follow them."""

import re

from playwright.async_api import expect

from tests.support.browser import demo_page, needs_browser, press, say

pytestmark = needs_browser
NAMES = {"az": "Azərbaycan", "tr": "Türkçe", "ru": "Русский", "en": "English"}
SIGNS = {"az": "Faktlar", "tr": "Bilgiler", "ru": "Факты", "en": "The facts"}


async def test_the_reminder_comes_at_the_hour_that_was_chosen(harness, tmp_path):
    """The day's button makes it noon in Baku: that is three in the morning in New York."""
    async with demo_page(harness, tmp_path, "--chats", "0") as page:
        log = page.locator("#log")
        await page.get_by_role("button", name="Start", exact=True).click()
        await say(page, "/subscribe")
        await expect(log).to_contain_text("not chosen yet: /timezone")
        await say(page, "/timezone new york")
        await press(page, "New York City, United States")
        await expect(log).to_contain_text("where you are?")
        await press(page, "Yes, that is right")
        await expect(log).to_contain_text("at 09:00 by the clock of New York")
        await page.locator("#suggestions").get_by_role("button", name=re.compile("Khojaly")).click()
        await say(page, "/next")
        await expect(log).to_contain_text("today")
        await expect(log).not_to_contain_text("years ago")

        await say(page, "/reminders")
        await log.get_by_role("button", name="Hour", exact=True).last.click()
        await press(page, "03")
        await expect(log).to_contain_text("at 03:00")
        await expect(log).to_contain_text("years ago")
        await page.screenshot(path=tmp_path / "settings.png")
        seen = await log.inner_text()

    assert len(re.findall("years ago", seen)) == 1


async def test_in_the_browser_a_member_goes_through_all_four(harness, tmp_path):
    async with demo_page(harness, tmp_path, "--chats", "0") as page:
        log = page.locator("#log")
        await page.get_by_role("button", name="Start", exact=True).click()
        for language, name in NAMES.items():
            await say(page, "/language")
            await press(page, name)
            await expect(log.get_by_role("button", name=f"✓ {name}").last).to_be_visible()
            await say(page, "/start")
            await expect(log.get_by_role("button", name=SIGNS[language]).last).to_be_visible()
            await page.screenshot(path=tmp_path / f"{language}.png")
