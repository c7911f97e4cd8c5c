// The tabs that switch between views, with arrow key navigation and a badge for unread messages.

import { byId, node } from "./dom.js";

let views = [];
let openView = () => {};
const lastSeen = new Map(); // view -> id of the newest message seen there

export function listen(list, onOpen) {
  views = list;
  openView = onOpen;
  byId("views").replaceChildren(...views.map(createTab));
  byId("views").addEventListener("keydown", onKey);
}

function createTab({ key, label }) {
  const [, title, detail] = /^([^(]*)(\(.*\))?$/.exec(label);
  const parts = [node("span", { className: "what" }, title.trim())];
  if (detail) parts.push(" ", node("span", { className: "how" }, detail.slice(1, -1)));
  parts.push(node("span", { className: "unread", hidden: true }));
  const button = node("button", { type: "button", id: `view-${key}`, role: "tab", "aria-controls": "panel" }, ...parts);
  button.addEventListener("click", () => openView(key));
  return button;
}

function onKey(event) {
  const at = views.findIndex(({ key }) => document.activeElement.id === `view-${key}`);
  const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: views.length - 1 };
  if (at < 0 || !(event.key in steps)) return;
  event.preventDefault();
  const { key } = views[(steps[event.key] + views.length) % views.length];
  byId(`view-${key}`).focus();
  openView(key);
}

export function select(current) {
  for (const { key } of views) {
    const isOpen = key === current;
    byId(`view-${key}`).setAttribute("aria-selected", String(isOpen));
    byId(`view-${key}`).tabIndex = isOpen ? 0 : -1;
  }
  byId("panel").setAttribute("aria-labelledby", `view-${current}`);
}

// `latest` has the newest message id of each view. Views of the same chat are marked as read together.
export function showUnread(latest, current, chatOf) {
  for (const { key } of views) {
    if (!lastSeen.has(key) || chatOf(key) === chatOf(current)) lastSeen.set(key, latest[key]);
    const unread = Math.max(latest[key] - lastSeen.get(key), 0);
    const badge = byId(`view-${key}`).querySelector(".unread");
    badge.hidden = !unread;
    badge.replaceChildren(unread > 99 ? "99+" : String(unread), node("span", { className: "unseen" }, " new"));
  }
}
