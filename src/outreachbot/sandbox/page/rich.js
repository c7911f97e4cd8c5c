// Renders text with Telegram's entities as DOM nodes. Offsets are in UTF-16 code units, as in JavaScript.

import { node } from "./dom.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", mention: "span", hashtag: "span",
  cashtag: "span", text_mention: "span" };
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const LONG_QUOTE = 150; // characters; longer quotes are folded

export function rich(text, entities) {
  const ranges = entities.map((entity) => ({ ...entity, start: entity.offset, end: entity.offset + entity.length }));
  ranges.sort((a, b) => a.start - b.start || b.end - a.end);
  const fragment = document.createDocumentFragment();
  appendRange(fragment, text, 0, text.length, ranges);
  return fragment;
}

// An entity that starts inside another one and ends after it is split in two.
function appendRange(parent, text, from, to, ranges) {
  let at = from;
  while (ranges.length) {
    const [entity, ...others] = ranges;
    const start = Math.max(entity.start, at);
    const end = Math.min(entity.end, to);
    ranges = others;
    if (end <= start) continue;
    parent.append(text.slice(at, start));
    const element = createElement(entity, text.slice(start, end));
    appendRange(contentOf(element), text, start, end, others.filter((other) => other.start < end));
    parent.append(element);
    ranges = others.map((other) => ({ ...other, start: Math.max(other.start, end) })).filter((range) => range.end > range.start);
    at = BLOCKS.has(entity.type) && text[end] === "\n" ? end + 1 : end; // a block already ends its line
  }
  if (at < to) parent.append(text.slice(at, to));
}

const contentOf = (element) => element.querySelector("[data-inside]") ?? element;

function createElement(entity, text) {
  switch (entity.type) {
    case "text_link": return createLink(entity.url);
    case "url": return createLink(text);
    case "bot_command": return node("button", { type: "button", className: "command", "data-command": text });
    case "spoiler": return createSpoiler();
    case "pre": return createCodeBlock(entity.language);
    case "blockquote": return node("blockquote");
    case "expandable_blockquote": return text.length > LONG_QUOTE ? createFoldedQuote() : node("blockquote");
    default: return node(TAGS[entity.type] ?? "span", { className: TAGS[entity.type] === "span" ? "mention" : "" });
  }
}

// The address if it is http, https or tg, or else "": other addresses stay text.
export function safeAddress(raw) {
  try {
    const address = new URL(raw);
    return ["http:", "https:", "tg:"].includes(address.protocol) ? address.href : "";
  } catch {
    return "";
  }
}

function createLink(raw) {
  const href = safeAddress(raw);
  if (!href) return node("span");
  return node("a", { href, target: "_blank", rel: "noopener noreferrer", title: href });
}

function createCodeBlock(language) {
  const code = node("code", { "data-inside": "" });
  return node("pre", {}, ...(language ? [node("span", { className: "language" }, language)] : []), code);
}

function createSpoiler() {
  const hidden = node("span", { "data-inside": "", inert: true });
  const spoiler = node("span", { className: "spoiler", role: "button", tabIndex: 0, "aria-label": "Hidden text: show it" }, hidden);
  const show = (event) => {
    if (!hidden.inert || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    hidden.inert = false;
    for (const name of ["role", "tabindex", "aria-label"]) spoiler.removeAttribute(name);
    spoiler.classList.add("shown");
  };
  spoiler.addEventListener("click", show);
  spoiler.addEventListener("keydown", show);
  return spoiler;
}

function createFoldedQuote() {
  const text = node("div", { className: "folded", "data-inside": "" });
  const button = node("button", { type: "button", className: "unfold", "aria-expanded": "false" }, "Show more");
  button.addEventListener("click", () => {
    const isFolded = text.classList.toggle("folded");
    button.setAttribute("aria-expanded", String(!isFolded));
    button.textContent = isFolded ? "Show more" : "Show less";
  });
  return node("blockquote", {}, text, button);
}
