// Renders a chat's messages as bubbles. Only changed ones are rebuilt, to keep focus, folds and scroll position.

import { byId, formatDate, node, formatSize, formatTime } from "./dom.js";
import { rich, safeAddress } from "./rich.js";

const rendered = new Map(); // key -> {element, signature, keyboard} of each item in the log
const NEAR = 60; // pixels from the end that still count as the end
const MAX_PICTURE = 352; // maximum width and height in pixels
let following = true;

export function clear() {
  rendered.clear();
  byId("log").replaceChildren();
}

// Follow new messages while the reader is at the end, even if the log becomes smaller.
export function listen() {
  const log = byId("log");
  log.addEventListener("scroll", () => {
    following = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    if (following) byId("newest").hidden = true;
  }, { passive: true });
  new ResizeObserver(() => { if (following) scrollToEnd(); }).observe(log);
}

export const isFollowing = () => following;

export function scrollToEnd() {
  following = true;
  byId("log").scrollTop = byId("log").scrollHeight;
  byId("newest").hidden = true;
}

// Update the log to match the chat; returns the new messages.
export function render(chat) {
  const log = byId("log");
  const wanted = buildItems(chat);
  const keys = new Set(wanted.map((item) => item.key));
  for (const [key, { element }] of rendered) {
    if (keys.has(key)) continue;
    if (element.contains(document.activeElement)) log.focus({ preventScroll: true });
    element.remove();
    rendered.delete(key);
  }
  const added = [];
  wanted.forEach((item, index) => {
    const entry = rendered.get(item.key);
    if (!entry && item.message) added.push(item.message);
    const element = entry ? updateItem(entry, item) : insertItem(item);
    if (log.children[index] !== element) log.insertBefore(element, log.children[index] ?? null);
  });
  return added;
}

// Date lines, service lines and bubbles, in order. Consecutive messages of the same sender are grouped.
function buildItems(chat) {
  const items = [];
  if (!chat.messages.length) items.push({ key: "empty", description: chat.bot.description });
  let previous = null;
  for (const message of chat.messages) {
    const day = formatDate(message.date);
    const newDay = !previous || formatDate(previous.date) !== day;
    if (newDay) items.push({ key: `day before ${message.id}`, line: day, day: true });
    const first = newDay || Boolean(previous.service) || previous.sender !== message.sender;
    items.push(message.service
      ? { key: `message ${message.id}`, line: message.service, message }
      : { key: `message ${message.id}`, message, first, named: first && chat.kind !== "private" && !message.mine });
    previous = message;
  }
  return items;
}

function insertItem(item) {
  const element = item.key === "empty" ? buildEmpty() : item.line ? node("div", {}, node("span", { dir: "auto" })) : buildBubble(item);
  rendered.set(item.key, { element, signature: "", keyboard: "[]" });
  return updateItem(rendered.get(item.key), item);
}

const buildEmpty = () => node("div", { className: "empty" }, node("h2", {}, "What can this bot do?"), node("p", { dir: "auto" }));

function updateItem(entry, item) {
  const { keyboard, ...rest } = item.message ?? {};
  const signature = JSON.stringify([item, rest].map((part) => ({ ...part, message: undefined })));
  if (entry.signature !== signature) {
    if (item.key === "empty") entry.element.querySelector("p").textContent = item.description || "Press Start and see.";
    else if (item.line) fillLine(entry.element, item);
    else fillBubble(entry.element, item);
    entry.signature = signature;
  }
  const buttons = JSON.stringify(keyboard ?? []);
  if (entry.keyboard !== buttons) replaceKeyboard(entry.element, keyboard);
  entry.keyboard = buttons;
  return entry.element;
}

function fillLine(element, item) {
  element.className = item.day ? "day" : "service";
  element.firstChild.textContent = item.line;
}

function buildBubble({ message }) {
  const answer = node("button", { type: "button", className: "answer", title: "Reply", "aria-label": "Reply" });
  const inner = node("div", { className: "inner" });
  const parts = [node("div", { className: "beside" }, inner, answer), node("div", { className: "keyboard" })];
  return node("article", { tabIndex: -1, "data-id": String(message.id) }, ...parts);
}

function fillBubble(element, { message, first, named }) {
  element.className = ["message", message.mine ? "mine" : "theirs", first ? "first" : ""].join(" ");
  element.setAttribute("aria-label", `${message.mine ? "You" : message.sender}, ${formatTime(message.date)}`);
  const parts = [];
  if (named) parts.push(node("strong", { className: "sender", dir: "auto" }, message.sender));
  if (message.reply) parts.push(buildQuote(message.reply));
  if (message.photo) parts.push(buildPicture(message.photo));
  if (message.file) parts.push(buildFile(message.file));
  if (message.attached) parts.push(node("p", { className: "attached", dir: "auto" }, message.attached));
  parts.push(node("div", { className: "text", dir: "auto" }, rich(message.text, message.entities), buildFooter(message)));
  const inner = element.querySelector(".inner");
  inner.replaceChildren(...parts);
  inner.style.width = message.photo?.source ? `calc(${displayWidth(message.photo)}px + 1.6rem)` : "";
}

function buildQuote(reply) {
  const parts = [node("strong", { dir: "auto" }, reply.sender), node("span", { dir: "auto" }, reply.text)];
  return node("div", { className: "quoted" }, ...parts);
}

function buildPicture(photo) {
  if (!photo.source) return node("p", { className: "attached" }, "A picture that the sandbox does not fetch");
  const { source, width, height } = photo;
  const image = node("img", { src: source, alt: "Picture", className: "picture" });
  image.style.aspectRatio = `${width} / ${height}`; // reserves its space while it loads
  image.style.width = `${displayWidth(photo)}px`;
  return image;
}

// A file with its name and size; a click downloads it if the sandbox has stored its content.
function buildFile({ source, name, size }) {
  const about = [node("strong", { dir: "auto" }, name || "File"), node("span", {}, formatSize(size))];
  const parts = [node("span", { className: "sheet", "aria-hidden": "true" }), node("span", { className: "name" }, ...about)];
  return source ? node("a", { className: "file", href: source, download: name }, ...parts) : node("p", { className: "file" }, ...parts);
}

const displayWidth = ({ width, height }) => Math.round(width * Math.min(1, MAX_PICTURE / width, MAX_PICTURE / height));

function buildFooter(message) {
  const moment = new Date(message.date * 1000).toISOString();
  const time = node("time", { dateTime: moment }, formatTime(message.date));
  return node("footer", {}, ...(message.edited ? [node("span", { className: "edited" }, "edited")] : []), time);
}

// Replace the whole keyboard; the focus moves to the button in the same position.
function replaceKeyboard(element, keyboard) {
  const box = element.querySelector(".keyboard");
  const index = [...box.querySelectorAll("button, a")].indexOf(document.activeElement);
  box.replaceChildren(...keyboard.map((row) => node("div", { className: "row" }, ...row.map(buildKey))));
  if (index < 0) return;
  const buttons = box.querySelectorAll("button, a");
  (buttons[Math.min(index, buttons.length - 1)] ?? element).focus({ preventScroll: true });
}

function buildKey(spec) {
  const label = node("span", { dir: "auto" }, spec.text);
  const href = spec.url ? safeAddress(spec.url) : "";
  if (href) return node("a", { href, target: "_blank", rel: "noopener noreferrer", title: href, className: "key leads" }, label);
  const button = node("button", { type: "button", className: "key" }, label);
  if (spec.callback_data) button.dataset.data = spec.callback_data;
  else if (spec.copy_text) button.dataset.copy = spec.copy_text.text;
  else button.disabled = true;
  return button;
}
