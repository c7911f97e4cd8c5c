// Small things every part of the page uses: nodes, dates in words, the server.

export const byId = (id) => document.getElementById(id);

// Texts only ever become text nodes: what people or the bot write is never read as HTML.
export function node(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const shortFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

export const timeOf = (seconds) => clockFormat.format(seconds * 1000);
export const dayOf = (seconds) => dayFormat.format(seconds * 1000);
export const inWords = (isoDate) => dayFormat.format(localNoon(isoDate));
export const inShort = (isoDate) => shortFormat.format(localNoon(isoDate));

export function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const large = bytes >= 1e6;
  return `${(bytes / (large ? 1e6 : 1e3)).toLocaleString("en-GB", { maximumSignificantDigits: 3 })} ${large ? "MB" : "kB"}`;
}

const localNoon = (isoDate) => new Date(`${isoDate}T12:00:00`);

export function dayAfter(isoDate) {
  const day = new Date(`${isoDate}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

export const get = (name, query = {}) => ask(`/page/${name}?${new URLSearchParams(query)}`);

export function post(name, body) {
  if (body instanceof FormData) return ask(`/page/${name}`, { method: "POST", body });
  const headers = { "Content-Type": "application/json" };
  return ask(`/page/${name}`, { method: "POST", headers, body: JSON.stringify(body) });
}

// What the server refuses, in its words; and that there is no server.
export class Refused extends Error {}
export class Gone extends Error {}

async function ask(address, options) {
  let response;
  let body;
  try {
    response = await fetch(address, options);
    body = await response.json();
  } catch {
    throw new Gone("The sandbox does not answer.");
  }
  if (!response.ok) throw new Refused(body.error);
  return body;
}

let hiding = 0;

export function toast(text, seconds = 5) {
  clearTimeout(hiding);
  const box = byId("toast");
  box.textContent = text;
  box.hidden = !text;
  if (seconds) hiding = setTimeout(() => { box.hidden = true; }, seconds * 1000);
}

export const announce = (text) => { byId("live").textContent = text; };

export function alertBox(who, text) {
  byId("alert-who").textContent = who;
  byId("alert-text").textContent = text;
  byId("alert").showModal();
}
