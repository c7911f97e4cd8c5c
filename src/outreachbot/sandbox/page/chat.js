// The page: shows the chat of one view and follows what changes in the sandbox.

import * as bubbles from "./bubbles.js";
import * as commands from "./commands.js";
import * as composer from "./composer.js";
import * as side from "./side.js";
import * as views from "./views.js";
import { alertBox, announce, byId, get, Gone, post, toast } from "./dom.js";
import { safeAddress } from "./rich.js";

const AGAIN = 1500; // ms between tries to reach a sandbox that has gone
const PAUSE = 80; // ms that changes are gathered

let view = "";
let chat = null; // as it was last drawn
let chats = new Map(); // view -> chat id
let asked = ""; // view and id of the last message that opened the reply field
let tickets = 0; // loads so far, and the one drawn last
let drawn = 0;

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function load() {
  const ticket = ++tickets;
  const wanted = view;
  const loaded = await get("chat", { view: wanted });
  if (wanted !== view || ticket < drawn) return; // a later answer has come first
  drawn = ticket;
  draw(loaded);
}

function draw(loaded) {
  const first = !chat;
  const fresh = chat?.view !== loaded.view;
  const follow = fresh || bubbles.isFollowing();
  const before = chat?.state;
  if (fresh) bubbles.clear();
  chat = loaded;
  head();
  enter(fresh ? chat.state : before);
  side.draw(chat);
  views.count(chat.latest, view, (key) => chats.get(key));
  const added = bubbles.draw(chat);
  if (follow || added.some((message) => message.mine)) bubbles.toEnd();
  else if (added.length) byId("newest").hidden = false;
  if (!fresh) tell(added.filter((message) => !message.mine));
  ask();
  if (first && matchMedia("(hover: hover)").matches) byId(chat.state === "open" ? "text" : "start").focus();
}

function tell(messages) {
  const texts = messages.map(({ service, sender, text, file }) => service ?? `${sender}: ${text.slice(0, 300) || file?.name || "picture"}`);
  if (texts.length) announce(texts.join(". "));
}

function ask() {
  const last = chat.messages.at(-1);
  if (!last?.asks || asked === `${view} ${last.id}` || chat.state !== "open") return;
  asked = `${view} ${last.id}`;
  composer.reply(last);
}

function head() {
  const isPrivate = chat.kind === "private";
  const name = isPrivate ? chat.bot.name : chat.title;
  byId("title").textContent = name;
  byId("avatar").textContent = [...name][0] ?? "";
  byId("subtitle").textContent = isPrivate
    ? (chat.state === "blocked" ? "you have stopped this bot" : "bot")
    : `${chat.people} members · the bot sees commands and replies only`;
  document.title = `${name} – sandbox`;
  commands.offer(chat.commands);
}

// The input, or the one button with which the chat begins. The focus follows when one takes the other's place.
function enter(before) {
  const held = ["composer", "begin", "stop"].some((id) => byId(id).contains(document.activeElement));
  byId("stop").hidden = chat.kind !== "private" || chat.state !== "open";
  byId("begin").hidden = chat.state === "open";
  byId("composer").hidden = chat.state !== "open";
  byId("start").textContent = chat.state === "blocked" ? "Restart bot" : "Start";
  if (held && before !== chat.state) byId(chat.state === "open" ? "text" : "start").focus();
}

function open(key) {
  if (key === view) return;
  composer.change(view, key);
  view = key;
  views.mark(key);
  try { sessionStorage.setItem("view", key); } catch { /* it is only a convenience */ }
  composer.attempt(load);
}

async function follow() {
  let gone = false;
  for (;;) {
    try {
      await load();
      if (gone) toast("");
      gone = false;
      await get("changes", { since: chat.version });
      await wait(PAUSE);
    } catch (error) {
      gone = error instanceof Gone;
      if (gone) toast("The sandbox has stopped. Start it again: outreachbot demo", 0);
      else console.error(error);
      await wait(AGAIN);
    }
  }
}

async function press(button) {
  const { id } = button.closest("[data-id]").dataset;
  button.setAttribute("aria-busy", "true");
  await composer.attempt(async () => {
    const answer = await post("press", { view, message_id: Number(id), data: button.dataset.data });
    if (!answer.answered) toast("The bot has not answered the press within 10 seconds.");
    else if (answer.alert && answer.text) alertBox(chat.bot.name, answer.text);
    else if (answer.text) toast(answer.text);
    if (safeAddress(answer.url)) globalThis.open(answer.url, "_blank", "noopener");
  });
  button.removeAttribute("aria-busy");
}

function onClick(event) {
  const button = event.target.closest("button");
  if (!button) return;
  const { data, copy, command } = button.dataset;
  if (data !== undefined && button.ariaBusy !== "true") press(button);
  if (copy !== undefined) navigator.clipboard.writeText(copy).then(() => toast("Copied."));
  if (command !== undefined) composer.say(composer.addressed(command));
  if (button.classList.contains("answer")) {
    const id = Number(button.closest("[data-id]").dataset.id);
    composer.reply(chat.messages.find((message) => message.id === id));
  }
}

function begin() {
  const act = chat.state === "blocked" ? ["block", { view, blocked: false }] : ["say", { view, text: "/start" }];
  composer.attempt(() => post(...act));
}

async function begins() {
  const list = await get("views");
  chats = new Map(list.map(({ key, chat: id }) => [key, id]));
  views.listen(list, open);
  composer.listen(() => view, () => (chat?.kind === "private" ? "" : `@${chat?.bot.username}`));
  side.listen((key, text) => { open(key); composer.say(text, key); });
  byId("log").addEventListener("click", onClick);
  bubbles.listen();
  byId("newest").addEventListener("click", () => { bubbles.toEnd(); byId("log").focus(); });
  byId("start").addEventListener("click", begin);
  byId("stop").addEventListener("click", () => composer.attempt(() => post("block", { view, blocked: true })));
  let last = "";
  try { last = sessionStorage.getItem("view"); } catch { /* as above */ }
  view = chats.has(last) ? last : list[0].key;
  views.mark(view);
  await follow();
}

begins();
