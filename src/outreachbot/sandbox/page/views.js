// The switch between the views: tabs, with the arrow keys, and a mark on those with something unread.

import { byId, node } from "./dom.js";

let views = [];
let open = () => {};
const seen = new Map(); // view -> id of the newest message the reader has seen there

export function listen(list, onOpen) {
  views = list;
  open = onOpen;
  byId("views").replaceChildren(...views.map(tab));
  byId("views").addEventListener("keydown", onKey);
}

function tab({ key, label }) {
  const [, what, how] = /^([^(]*)(\(.*\))?$/.exec(label);
  const parts = [node("span", { className: "what" }, what.trim())];
  if (how) parts.push(" ", node("span", { className: "how" }, how.slice(1, -1)));
  parts.push(node("span", { className: "unread", hidden: true }));
  const made = node("button", { type: "button", id: `view-${key}`, role: "tab", "aria-controls": "panel" }, ...parts);
  made.addEventListener("click", () => open(key));
  return made;
}

function onKey(event) {
  const at = views.findIndex(({ key }) => document.activeElement.id === `view-${key}`);
  const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: views.length - 1 };
  if (at < 0 || !(event.key in steps)) return;
  event.preventDefault();
  const { key } = views[(steps[event.key] + views.length) % views.length];
  byId(`view-${key}`).focus();
  open(key);
}

export function mark(current) {
  for (const { key } of views) {
    const isOpen = key === current;
    byId(`view-${key}`).setAttribute("aria-selected", String(isOpen));
    byId(`view-${key}`).tabIndex = isOpen ? 0 : -1;
  }
  byId("panel").setAttribute("aria-labelledby", `view-${current}`);
}

// `latest`: the newest message of each view. Views of one chat are read together.
export function count(latest, current, chatOf) {
  for (const { key } of views) {
    if (!seen.has(key) || chatOf(key) === chatOf(current)) seen.set(key, latest[key]);
    const unread = Math.max(latest[key] - seen.get(key), 0);
    const badge = byId(`view-${key}`).querySelector(".unread");
    badge.hidden = !unread;
    badge.replaceChildren(unread > 99 ? "99+" : String(unread), node("span", { className: "unseen" }, " new"));
  }
}
