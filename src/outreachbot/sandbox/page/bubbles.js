// The messages of a chat as bubbles. Only what changed is built anew: focus, folds and the reader's place stay.

import { byId, dayOf, node, sizeOf, timeOf } from "./dom.js";
import { rich, safeAddress } from "./rich.js";

const shown = new Map(); // key -> {element, signature} of what stands in the log
const NEAR = 60; // pixels from the end that count as being there
const PICTURE = 352; // pixels a picture is wide or high at most
let following = true;

export function clear() {
  shown.clear();
  byId("log").replaceChildren();
}

// Whether the reader is at the end, and so wants to see what comes. It stays true when the log becomes smaller.
export function listen() {
  const log = byId("log");
  log.addEventListener("scroll", () => {
    following = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    if (following) byId("newest").hidden = true;
  }, { passive: true });
  new ResizeObserver(() => { if (following) toEnd(); }).observe(log);
}

export const isFollowing = () => following;

export function toEnd() {
  following = true;
  byId("log").scrollTop = byId("log").scrollHeight;
  byId("newest").hidden = true;
}

// Bring the log in line with the chat; the messages that are new in it.
export function draw(chat) {
  const log = byId("log");
  const wanted = items(chat);
  const keys = new Set(wanted.map((item) => item.key));
  for (const [key, { element }] of shown) {
    if (keys.has(key)) continue;
    if (element.contains(document.activeElement)) log.focus({ preventScroll: true });
    element.remove();
    shown.delete(key);
  }
  const added = [];
  wanted.forEach((item, place) => {
    const known = shown.get(item.key);
    if (!known && item.message) added.push(item.message);
    const element = known ? update(known, item) : insert(item);
    if (log.children[place] !== element) log.insertBefore(element, log.children[place] ?? null);
  });
  return added;
}

// Days, service lines and bubbles, in order. Consecutive messages of one sender stand together.
function items(chat) {
  const made = [];
  if (!chat.messages.length) made.push({ key: "empty", description: chat.bot.description });
  let before = null;
  for (const message of chat.messages) {
    const day = dayOf(message.date);
    const newDay = !before || dayOf(before.date) !== day;
    if (newDay) made.push({ key: `day before ${message.id}`, line: day, day: true });
    const first = newDay || Boolean(before.service) || before.sender !== message.sender;
    made.push(message.service
      ? { key: `message ${message.id}`, line: message.service, message }
      : { key: `message ${message.id}`, message, first, named: first && chat.kind !== "private" && !message.mine });
    before = message;
  }
  return made;
}

function insert(item) {
  const element = item.key === "empty" ? empty() : item.line ? node("div", {}, node("span", { dir: "auto" })) : bubble(item);
  shown.set(item.key, { element, signature: "", keyboard: "[]" });
  return update(shown.get(item.key), item);
}

const empty = () => node("div", { className: "empty" }, node("h2", {}, "What can this bot do?"), node("p", { dir: "auto" }));

function update(known, item) {
  const { keyboard, ...rest } = item.message ?? {};
  const signature = JSON.stringify([item, rest].map((part) => ({ ...part, message: undefined })));
  if (known.signature !== signature) {
    if (item.key === "empty") known.element.querySelector("p").textContent = item.description || "Press Start and see.";
    else if (item.line) line(known.element, item);
    else content(known.element, item);
    known.signature = signature;
  }
  const buttons = JSON.stringify(keyboard ?? []);
  if (known.keyboard !== buttons) rows(known.element, keyboard);
  known.keyboard = buttons;
  return known.element;
}

function line(element, item) {
  element.className = item.day ? "day" : "service";
  element.firstChild.textContent = item.line;
}

function bubble({ message }) {
  const answer = node("button", { type: "button", className: "answer", title: "Reply", "aria-label": "Reply" });
  const inner = node("div", { className: "inner" });
  const parts = [node("div", { className: "beside" }, inner, answer), node("div", { className: "keyboard" })];
  return node("article", { tabIndex: -1, "data-id": String(message.id) }, ...parts);
}

function content(element, { message, first, named }) {
  element.className = ["message", message.mine ? "mine" : "theirs", first ? "first" : ""].join(" ");
  element.setAttribute("aria-label", `${message.mine ? "You" : message.sender}, ${timeOf(message.date)}`);
  const parts = [];
  if (named) parts.push(node("strong", { className: "sender", dir: "auto" }, message.sender));
  if (message.reply) parts.push(quoted(message.reply));
  if (message.photo) parts.push(picture(message.photo));
  if (message.file) parts.push(attachedFile(message.file));
  if (message.attached) parts.push(node("p", { className: "attached", dir: "auto" }, message.attached));
  parts.push(node("div", { className: "text", dir: "auto" }, rich(message.text, message.entities), foot(message)));
  const inner = element.querySelector(".inner");
  inner.replaceChildren(...parts);
  inner.style.width = message.photo?.source ? `calc(${wide(message.photo)}px + 1.6rem)` : "";
}

function quoted(reply) {
  const parts = [node("strong", { dir: "auto" }, reply.sender), node("span", { dir: "auto" }, reply.text)];
  return node("div", { className: "quoted" }, ...parts);
}

function picture(photo) {
  if (!photo.source) return node("p", { className: "attached" }, "A picture that the sandbox does not fetch");
  const { source, width, height } = photo;
  const made = node("img", { src: source, alt: "Picture", className: "picture" });
  made.style.aspectRatio = `${width} / ${height}`; // its place is kept while it loads
  made.style.width = `${wide(photo)}px`;
  return made;
}

// A file with its name and size; a click saves it, where the sandbox has its bytes.
function attachedFile({ source, name, size }) {
  const about = [node("strong", { dir: "auto" }, name || "File"), node("span", {}, sizeOf(size))];
  const parts = [node("span", { className: "sheet", "aria-hidden": "true" }), node("span", { className: "name" }, ...about)];
  return source ? node("a", { className: "file", href: source, download: name }, ...parts) : node("p", { className: "file" }, ...parts);
}

const wide = ({ width, height }) => Math.round(width * Math.min(1, PICTURE / width, PICTURE / height));

function foot(message) {
  const moment = new Date(message.date * 1000).toISOString();
  const time = node("time", { dateTime: moment }, timeOf(message.date));
  return node("footer", {}, ...(message.edited ? [node("span", { className: "edited" }, "edited")] : []), time);
}

// The keyboard is replaced as a whole; the focus goes to the button in the same place.
function rows(element, keyboard) {
  const box = element.querySelector(".keyboard");
  const place = [...box.querySelectorAll("button, a")].indexOf(document.activeElement);
  box.replaceChildren(...keyboard.map((row) => node("div", { className: "row" }, ...row.map(button))));
  if (place < 0) return;
  const buttons = box.querySelectorAll("button, a");
  (buttons[Math.min(place, buttons.length - 1)] ?? element).focus({ preventScroll: true });
}

function button(wish) {
  const label = node("span", { dir: "auto" }, wish.text);
  const href = wish.url ? safeAddress(wish.url) : "";
  if (href) return node("a", { href, target: "_blank", rel: "noopener noreferrer", title: href, className: "key leads" }, label);
  const made = node("button", { type: "button", className: "key" }, label);
  if (wish.callback_data) made.dataset.data = wish.callback_data;
  else if (wish.copy_text) made.dataset.copy = wish.copy_text.text;
  else made.disabled = true;
  return made;
}
