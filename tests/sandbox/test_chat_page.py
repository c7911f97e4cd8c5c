"""The chat page in a real browser: keyboard, formatting, buttons, dates, a narrow screen."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from outreachbot.sandbox import methods, page, people, scene
from outreachbot.sandbox.server import serve
from outreachbot.sandbox.world import World

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MENU = [
    {"command": "facts", "description": "what is known"},
    {"command": "feeds", "description": "what is new"},
    {"command": "stop", "description": "no more"},
]
FORMATTED = (
    "\U0001f56f <b>bold <i>both</i></b> <u>under</u> <s>gone</s> <tg-spoiler>secret</tg-spoiler> <code>x=1</code>\n"
    '<pre><code class="language-python">print()</code></pre>\n<blockquote>said</blockquote>\n'
    f"<blockquote expandable>{'long ' * 60}</blockquote>\n"
    '<a href="https://example.org/a">link</a> https://example.org/b /facts'
)
HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


class Stage:
    """A world with the page in a browser; `bot` is what a bot does, without a bot."""

    def __init__(self, world, browser, url, moves):
        self.world, self.browser, self.url, self.moves = world, browser, url, moves

    async def open(self, **options):
        """The page, in a browser window that the `stage` closes; every error in it fails the test."""
        options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"} | options
        tab = await (await self.browser.new_context(**options)).new_page()
        self.errors = []
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        tab.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        await tab.goto(self.url)
        return tab

    def bot(self, method, **params):
        return methods.OTHERS.get(method, methods.SENDING.get(method))(self.world, params)

    def say(self, text, chat=scene.MEMBER, **params):
        return self.bot("sendMessage", chat_id=chat, text=text, **params)["message_id"]


@pytest.fixture
async def stage():
    if CHROMIUM is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on this machine")
    ahead = [timedelta()]
    world = World(clock=lambda: NOW + ahead[0])
    built = scene.build(world, 2)
    people.start(world, scene.MEMBER)
    methods.OTHERS["setMyCommands"](world, {"commands": MENU})
    moves = []

    def move(day):
        moves.append(day)
        ahead[0] = datetime(day.year, day.month, day.day, 9, tzinfo=UTC) - NOW if day else timedelta()

    routes = page.routes(
        world, built, world.clock, move, lambda: [("The day", datetime(2027, 3, 1, tzinfo=UTC).date())]
    )
    async with async_playwright() as playwright, serve(world, routes=routes) as url:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        made = Stage(world, browser, url, moves)
        yield made
        await browser.close()
        assert made.errors == []


def keyboard(*rows):
    return {"inline_keyboard": [[{"text": text, "callback_data": text} for text in row] for row in rows]}


async def query(stage):
    """The id of the press that the bot has not yet answered."""
    while not stage.world.queries:
        await stage.world.wait_for_change(stage.world.version, 0.01)
    return next(iter(stage.world.queries))


async def test_formatting_and_hostile_texts(stage):
    people.add_person(stage.world, scene.MEMBER, HOSTILE, language="en")
    stage.say(FORMATTED, parse_mode="HTML")
    people.say(stage.world, scene.MEMBER, scene.GROUP, HOSTILE)
    tab = await stage.open()
    text = tab.locator(".message .text").last
    for tag, said in (
        ("b", "bold both"), ("b i", "both"), ("u", "under"), ("s", "gone"), ("pre code", "print()"),
        ("blockquote >> nth=0", "said"), (".language", "python"), ("button.command", "/facts"),
    ):  # fmt: skip
        await expect(text.locator(tag)).to_have_text(said)
    links = text.locator("a")
    assert [await links.nth(at).get_attribute("href") for at in range(2)] == [
        "https://example.org/a", "https://example.org/b"
    ]  # fmt: skip
    assert await links.first.get_attribute("rel") == "noopener noreferrer"
    await text.get_by_role("button", name="Hidden text: show it").press("Enter")
    await expect(text.locator(".spoiler")).to_have_class(re.compile("shown"))
    folded = text.locator("blockquote .folded")
    await expect(folded).to_have_count(1)
    await text.get_by_role("button", name="Show more").press("Enter")
    await expect(folded).to_have_count(0)
    await text.get_by_role("button", name="/facts").press("Enter")
    await expect(tab.locator(".mine .text").last).to_contain_text("/facts")
    await tab.locator("#view-group-admin").click()
    await expect(tab.locator(".message .sender")).to_have_text(HOSTILE)
    await expect(tab.locator(".message .text")).to_contain_text(HOSTILE)
    assert await tab.locator("#log img, #log script").count() == 0
    assert await tab.title() == "Neighbours – sandbox"


async def test_dangerous_addresses_stay_text(stage):
    message_id = stage.say("click")
    message = stage.world.chats[scene.MEMBER].messages[message_id]
    message["entities"] = [{"type": "text_link", "offset": 0, "length": 5, "url": "javascript:alert(1)"}]
    message["reply_markup"] = {"inline_keyboard": [[{"text": "to there", "url": "javascript:alert(1)"}]]}
    tab = await stage.open()
    await expect(tab.locator(".theirs .text")).to_contain_text("click")
    assert await tab.locator("#log a").count() == 0
    await expect(tab.get_by_role("button", name="to there")).to_be_disabled()


async def test_by_keyboard_alone(stage):
    tab = await stage.open()
    box, options = tab.get_by_label("Message", exact=True), tab.get_by_role("option")
    await expect(box).to_be_focused()
    await tab.keyboard.type("/f")
    await expect(options).to_have_count(2)
    await tab.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".mine .text").last).to_contain_text("/feeds")
    await tab.get_by_role("button", name="Menu").press("Enter")
    await expect(options).to_have_count(3)
    await tab.keyboard.press("End")
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".mine .text").last).to_contain_text("/stop")
    await expect(box).to_be_focused()
    await tab.keyboard.type("/f")
    await tab.keyboard.press("Tab")
    await tab.keyboard.type("word")
    await expect(box).to_have_value("/facts word")
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".mine .text").last).to_contain_text("/facts word")
    await tab.keyboard.type("one")
    await tab.keyboard.press("Shift+Enter")
    await tab.keyboard.type("two")
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".mine .text").last).to_contain_text("one\ntwo")
    await tab.locator("#view-member").focus()
    await tab.keyboard.press("ArrowLeft")
    await expect(tab.locator("#view-admin")).to_be_focused()
    await expect(tab.get_by_role("button", name="Start", exact=True)).to_be_visible()


async def test_pressing_buttons(stage):
    message_id = stage.say("choose", reply_markup=keyboard(["one", "two"], ["three"]))
    tab = await stage.open()
    two = tab.get_by_role("button", name="two")
    await two.press("Enter")
    stage.bot("answerCallbackQuery", callback_query_id=await query(stage), text="noted")
    await expect(tab.get_by_role("status")).to_have_text("noted")
    await two.press("Enter")
    stage.bot(
        "editMessageText",
        chat_id=scene.MEMBER,
        message_id=message_id,
        text="chosen",
        reply_markup=keyboard(["one", "2"]),
    )
    await expect(tab.get_by_role("button", name="2", exact=True)).to_be_focused()  # the button in the same place
    await expect(tab.locator(".edited")).to_have_text("edited")
    stage.bot("answerCallbackQuery", callback_query_id=await query(stage), text=HOSTILE, show_alert=True)
    await expect(tab.get_by_role("dialog")).to_contain_text(HOSTILE)
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_role("dialog")).to_be_hidden()


async def test_the_reader_keeps_the_place(stage):
    ids = [stage.say(f"number {at}") for at in range(60)]
    tab = await stage.open()
    await expect(tab.locator(".message").last).to_be_in_viewport()
    first = tab.get_by_text("number 0")
    log, newest = tab.get_by_role("log"), tab.get_by_role("button", name="New messages")
    await log.focus()
    await tab.keyboard.press("Home")
    await expect(first).to_be_in_viewport()
    stage.say("the newest")
    stage.bot("editMessageText", chat_id=scene.MEMBER, message_id=ids[1], text="another text")
    await expect(tab.get_by_text("another text")).to_be_in_viewport()
    await expect(newest).to_be_visible()
    await expect(first).to_be_in_viewport()
    await newest.press("Enter")
    await expect(tab.locator(".message").last).to_be_in_viewport()
    await expect(newest).to_be_hidden()
    await expect(tab.locator("#live")).to_have_text("Outreach demo: the newest")


async def test_the_date(stage):
    tab = await stage.open()
    today = tab.locator("#today")
    await expect(today).to_have_text("23 November 2026")
    await expect(tab.get_by_role("button", name="Back to today")).to_be_disabled()
    await tab.get_by_role("button", name="Next day").click()
    await expect(today).to_have_text("24 November 2026")
    await tab.get_by_role("button", name="Go to 1 March 2027 The day").click()
    await expect(today).to_have_text("1 March 2027")
    await tab.get_by_label("Another date").fill("2028-02-29")
    await tab.get_by_role("button", name="Go", exact=True).click()
    await expect(today).to_have_text("29 February 2028")
    stage.say("on that day")
    await expect(tab.locator(".day").last).to_have_text("29 February 2028")
    await tab.get_by_role("button", name="Back to today").click()
    await expect(today).to_have_text("23 November 2026")
    assert [str(day) for day in stage.moves] == ["2026-11-24", "2027-03-01", "2028-02-29", "None"]


async def test_stopping_and_starting_the_bot(stage):
    tab = await stage.open()
    await tab.get_by_role("button", name="Stop bot").press("Enter")
    await expect(tab.get_by_role("button", name="Restart bot")).to_be_focused()
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_label("Message", exact=True)).to_be_focused()
    await expect(tab.locator(".mine")).to_have_count(2)


async def test_pictures_replies_and_hints(stage, tmp_path):
    picture = tmp_path / "dot.gif"
    picture.write_bytes(b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;")
    tab = await stage.open()
    await tab.locator("#file").set_input_files(picture)
    await expect(tab.locator("#context")).to_contain_text("dot.gif")
    await tab.keyboard.type("a dot")
    await tab.keyboard.press("Enter")
    sent = tab.locator(".mine").last
    await expect(sent).to_contain_text("a dot")
    await expect(sent.get_by_role("img")).to_be_visible()
    await sent.get_by_role("button", name="Reply").press("Enter")
    await tab.keyboard.type("nice")
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".mine .quoted")).to_contain_text("a dot")
    await tab.locator("#file").set_input_files({"name": "ours.yaml", "mimeType": "", "buffer": b"x" * 1234})
    await expect(tab.locator("#context")).to_contain_text("File")
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".mine .file").last).to_have_text("ours.yaml1.23 kB")
    await tab.get_by_role("button", name="/broadcast").click()
    await expect(tab.locator("#view-admin")).to_have_attribute("aria-selected", "true")
    await expect(tab.locator(".mine .text")).to_contain_text("/broadcast")
    await expect(tab.get_by_text("Nothing here reaches Telegram.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_narrow_screen(stage, scheme):
    stage.say("unbreakable" * 40, reply_markup=keyboard(["long" * 12] * 3, ["x"]))
    stage.say(f"<pre>{'y' * 300}</pre>", parse_mode="HTML")
    people.say(stage.world, scene.MEMBER, scene.MEMBER, "https://example.org/" + "z" * 300)
    tab = await stage.open(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    wide = "() => [document.documentElement, document.querySelector('#log'), document.querySelector('#side')]"
    wide += ".every((one) => one.scrollWidth <= one.clientWidth)"
    await expect(tab.locator(".mine").last).to_be_in_viewport()
    assert await tab.evaluate(wide)
    await tab.get_by_role("button", name="date and hints").press("Enter")
    await expect(tab.get_by_role("button", name="Close")).to_be_focused()
    assert await tab.evaluate(wide)
    await tab.keyboard.press("Escape")
    await expect(tab.get_by_role("button", name="date and hints")).to_be_focused()
    for name in ("Group as its admin", "Group as a member", "Admin", "Member"):
        await tab.get_by_role("tab", name=name, exact=True).click()
        await expect(tab.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")
        assert await tab.evaluate(wide)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_contrast(stage, scheme):
    stage.say(FORMATTED, parse_mode="HTML", reply_markup=keyboard(["one"]))
    people.say(stage.world, scene.MEMBER, scene.MEMBER, "/facts", reply_to=2)
    people.say(stage.world, scene.ADMIN, scene.GROUP, "hello")
    tab = await stage.open(color_scheme=scheme)
    await expect(tab.locator(".mine").last).to_be_in_viewport()
    await tab.keyboard.type("/")
    await expect(tab.get_by_role("option")).to_have_count(3)
    assert await tab.evaluate(CONTRAST) == []
    await tab.locator("#view-group-member").click()
    await expect(tab.locator(".sender")).to_be_visible()
    assert await tab.evaluate(CONTRAST) == []
