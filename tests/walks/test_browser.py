"""The demo as a newcomer sees it: the page in a real browser, from the first /facts to an admin's report."""

import re

from playwright.async_api import expect

from tests.support.browser import demo_page, needs_browser, press, say

pytestmark = needs_browser


async def test_a_newcomer_walks_through_the_whole_demo(harness, tmp_path):
    async with demo_page(harness, tmp_path) as page:
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


async def test_an_admin_steers_a_broadcast_to_five_thousand_while_a_member_blocks_the_bot(harness, tmp_path):
    async with demo_page(harness, tmp_path, "--chats", "5000", "--pace", "500") as page:
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
