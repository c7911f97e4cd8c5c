// The page: shows the chat of the open view and keeps it up to date.

import * as bubbles from "./bubbles.js";
import * as commands from "./commands.js";
import * as composer from "./composer.js";
import * as side from "./side.js";
import * as views from "./views.js";
import { alertBox, announce, byId, get, Unreachable, post, toast } from "./dom.js";
import { safeAddress } from "./rich.js";

const RETRY_MS = 1500; // ms between attempts to reach a stopped sandbox
const GATHER_MS = 80; // ms to wait for further changes before drawing

let view = "";
let chat = null; // as last drawn
let chats = new Map(); // view -> chat id
let promptShown = ""; // view and id of the last message that opened the reply field
let lastTicket = 0; // number of loads so far
let drawnTicket = 0; // number of the load that was drawn last

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function load() {
  const ticket = ++lastTicket;
  const wanted = view;
  const loaded = await get("chat", { view: wanted });
  if (wanted !== view || ticket < drawnTicket) return; // the view has changed, or a later load was faster
  drawnTicket = ticket;
  draw(loaded);
}

function draw(loaded) {
  const isFirst = !chat;
  const isOtherView = chat?.view !== loaded.view;
  const follow = isOtherView || bubbles.isFollowing();
  const previousState = chat?.state;
  if (isOtherView) bubbles.clear();
  chat = loaded;
  drawHeader();
  drawInput(isOtherView ? chat.state : previousState);
  side.draw(chat);
  views.showUnread(chat.latest, view, (key) => chats.get(key));
  const added = bubbles.render(chat);
  if (follow || added.some((message) => message.mine)) bubbles.scrollToEnd();
  else if (added.length) byId("newest").hidden = false;
  if (!isOtherView) announceMessages(added.filter((message) => !message.mine));
  openReplyField();
  if (isFirst && matchMedia("(hover: hover)").matches) byId(chat.state === "open" ? "text" : "start").focus();
}

function announceMessages(messages) {
  const texts = messages.map(({ service, sender, text, file }) => service ?? `${sender}: ${text.slice(0, 300) || file?.name || "picture"}`);
  if (texts.length) announce(texts.join(". "));
}

function openReplyField() {
  const last = chat.messages.at(-1);
  if (!last?.asks || promptShown === `${view} ${last.id}` || chat.state !== "open") return;
  promptShown = `${view} ${last.id}`;
  composer.reply(last);
}

function drawHeader() {
  const isPrivate = chat.kind === "private";
  const name = isPrivate ? chat.bot.name : chat.title;
  byId("title").textContent = name;
  byId("avatar").textContent = [...name][0] ?? "";
  byId("subtitle").textContent = isPrivate
    ? (chat.state === "blocked" ? "you have stopped this bot" : "bot")
    : `${chat.people} members · the bot sees commands and replies only`;
  document.title = `${name} – sandbox`;
  commands.setCommands(chat.commands);
}

// Show the input, or the button that starts the chat. The focus moves along when they are exchanged.
function drawInput(previousState) {
  const hadFocus = ["composer", "begin", "stop"].some((id) => byId(id).contains(document.activeElement));
  byId("stop").hidden = chat.kind !== "private" || chat.state !== "open";
  byId("begin").hidden = chat.state === "open";
  byId("composer").hidden = chat.state !== "open";
  byId("start").textContent = chat.state === "blocked" ? "Restart bot" : "Start";
  if (hadFocus && previousState !== chat.state) byId(chat.state === "open" ? "text" : "start").focus();
}

function openView(key) {
  if (key === view) return;
  composer.switchView(view, key);
  view = key;
  views.select(key);
  try { sessionStorage.setItem("view", key); } catch { /* remembering the view is optional */ }
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
      await wait(GATHER_MS);
    } catch (error) {
      gone = error instanceof Unreachable;
      if (gone) toast("The sandbox has stopped. Start it again: outreachbot demo", 0);
      else console.error(error);
      await wait(RETRY_MS);
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
  if (command !== undefined) composer.say(composer.addBotName(command));
  if (button.classList.contains("answer")) {
    const id = Number(button.closest("[data-id]").dataset.id);
    composer.reply(chat.messages.find((message) => message.id === id));
  }
}

function startBot() {
  const act = chat.state === "blocked" ? ["block", { view, blocked: false }] : ["say", { view, text: "/start" }];
  composer.attempt(() => post(...act));
}

async function main() {
  const list = await get("views");
  chats = new Map(list.map(({ key, chat: id }) => [key, id]));
  views.listen(list, openView);
  composer.listen(() => view, () => (chat?.kind === "private" ? "" : `@${chat?.bot.username}`));
  side.listen((key, text) => { openView(key); composer.say(text, key); });
  byId("log").addEventListener("click", onClick);
  bubbles.listen();
  byId("newest").addEventListener("click", () => { bubbles.scrollToEnd(); byId("log").focus(); });
  byId("start").addEventListener("click", startBot);
  byId("stop").addEventListener("click", () => composer.attempt(() => post("block", { view, blocked: true })));
  let last = "";
  try { last = sessionStorage.getItem("view"); } catch { /* as above */ }
  view = chats.has(last) ? last : list[0].key;
  views.select(view);
  await follow();
}

main();
