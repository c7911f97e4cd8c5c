// Text with Telegram's entities as nodes. Offsets are UTF-16 code units, as JavaScript counts.

import { node } from "./dom.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", mention: "span", hashtag: "span",
  cashtag: "span", text_mention: "span" };
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const LONG_QUOTE = 150; // characters; a longer one is folded

export function rich(text, entities) {
  const ranges = entities.map((one) => ({ ...one, start: one.offset, end: one.offset + one.length }));
  ranges.sort((a, b) => a.start - b.start || b.end - a.end);
  const made = document.createDocumentFragment();
  fill(made, text, 0, text.length, ranges);
  return made;
}

// An entity that begins inside another one and ends behind it is cut in two.
function fill(parent, text, from, to, ranges) {
  let at = from;
  while (ranges.length) {
    const [one, ...others] = ranges;
    const start = Math.max(one.start, at);
    const end = Math.min(one.end, to);
    ranges = others;
    if (end <= start) continue;
    parent.append(text.slice(at, start));
    const made = element(one, text.slice(start, end));
    fill(inside(made), text, start, end, others.filter((other) => other.start < end));
    parent.append(made);
    ranges = others.map((other) => ({ ...other, start: Math.max(other.start, end) })).filter((o) => o.end > o.start);
    at = BLOCKS.has(one.type) && text[end] === "\n" ? end + 1 : end; // a block ends its line by itself
  }
  if (at < to) parent.append(text.slice(at, to));
}

const inside = (made) => made.querySelector("[data-inside]") ?? made;

function element(one, text) {
  switch (one.type) {
    case "text_link": return link(one.url);
    case "url": return link(text);
    case "bot_command": return node("button", { type: "button", className: "command", "data-command": text });
    case "spoiler": return spoiler();
    case "pre": return block(one.language);
    case "blockquote": return node("blockquote");
    case "expandable_blockquote": return text.length > LONG_QUOTE ? folded() : node("blockquote");
    default: return node(TAGS[one.type] ?? "span", { className: TAGS[one.type] === "span" ? "mention" : "" });
  }
}

// http, https and tg only: any other address stays text.
export function safeAddress(raw) {
  try {
    const address = new URL(raw);
    return ["http:", "https:", "tg:"].includes(address.protocol) ? address.href : "";
  } catch {
    return "";
  }
}

function link(raw) {
  const href = safeAddress(raw);
  if (!href) return node("span");
  return node("a", { href, target: "_blank", rel: "noopener noreferrer", title: href });
}

function block(language) {
  const code = node("code", { "data-inside": "" });
  return node("pre", {}, ...(language ? [node("span", { className: "language" }, language)] : []), code);
}

function spoiler() {
  const hidden = node("span", { "data-inside": "", inert: true });
  const made = node("span", { className: "spoiler", role: "button", tabIndex: 0, "aria-label": "Hidden text: show it" }, hidden);
  const show = (event) => {
    if (!hidden.inert || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    hidden.inert = false;
    for (const name of ["role", "tabindex", "aria-label"]) made.removeAttribute(name);
    made.classList.add("shown");
  };
  made.addEventListener("click", show);
  made.addEventListener("keydown", show);
  return made;
}

function folded() {
  const text = node("div", { className: "folded", "data-inside": "" });
  const button = node("button", { type: "button", className: "unfold", "aria-expanded": "false" }, "Show more");
  button.addEventListener("click", () => {
    const isFolded = text.classList.toggle("folded");
    button.setAttribute("aria-expanded", String(!isFolded));
    button.textContent = isFolded ? "Show more" : "Show less";
  });
  return node("blockquote", {}, text, button);
}
