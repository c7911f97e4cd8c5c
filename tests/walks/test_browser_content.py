"""An admin changes the content in a real browser: a broken file, the fixed one, live, and back."""

from playwright.async_api import Page, expect

from tests.support.browser import demo_page, needs_browser, press, say
from tests.support.paths import SHIPPED_CONTENT

pytestmark = needs_browser
SHIPPED = SHIPPED_CONTENT.read_text()
WELCOME = "welcome:\n  en: |-\n"
BROKEN = SHIPPED.replace("\n    certainty: disputed", "\n    certainty: disputted", 1)
MENDED = SHIPPED.replace(WELCOME, f"{WELCOME}    Another welcome.\n\n", 1)


async def attach(page: Page, text: str) -> None:
    file = {"name": "ours.yaml", "mimeType": "application/yaml", "buffer": text.encode()}
    await page.locator("#file").set_input_files(file)
    await page.locator("#send").click()


async def test_an_admin_mends_a_broken_file_puts_it_live_and_goes_back(harness, tmp_path):
    assert SHIPPED not in {BROKEN, MENDED}
    line = BROKEN[: BROKEN.index("disputted")].count("\n") + 1
    async with demo_page(harness, tmp_path, "--chats", "0") as page:
        log = page.locator("#log")
        await page.get_by_role("tab", name="Admin", exact=True).click()
        await page.get_by_role("button", name="Start", exact=True).click()
        await expect(log).to_contain_text("subscribes you to nothing")
        await attach(page, BROKEN)
        await expect(log).to_contain_text("The file has faults. What was live stays live.")
        await expect(log).to_contain_text(f"ours.yaml:{line}:16: facts[")
        await page.screenshot(path=tmp_path / "broken.png")

        await attach(page, MENDED)
        await expect(log).to_contain_text("Texts: 1 changed (welcome)")
        await page.screenshot(path=tmp_path / "difference.png")
        await expect(log).not_to_contain_text("Another welcome")
        await press(page, "Put it live")
        await expect(log).to_contain_text("It is live.")
        await say(page, "/start")
        await expect(log).to_contain_text("Another welcome")

        await say(page, "/content")
        await press(page, "Send me the file that is live")
        async with page.expect_download() as saved:
            await log.locator("a.file", has_text="content.yaml").click()
        assert (await (await saved.value).path()).read_text() == MENDED
        await press(page, "Go back to 1")
        await press(page, "Put it live")
        await expect(log.get_by_text("It is live.")).to_have_count(2)
        await say(page, "/start")
        last = log.locator(".theirs").last
        await expect(last).to_contain_text("subscribes you to nothing")
        await expect(last).not_to_contain_text("Another welcome")
        await page.screenshot(path=tmp_path / "back.png")
