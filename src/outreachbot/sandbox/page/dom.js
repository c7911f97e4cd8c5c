// Helpers for all parts of the page: DOM nodes, formatting of dates and sizes, requests, notifications.

export const byId = (id) => document.getElementById(id);

// Strings always become text nodes: texts of people and the bot are never parsed as HTML.
export function node(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const shortFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

export const formatTime = (seconds) => clockFormat.format(seconds * 1000);
export const formatDate = (seconds) => dayFormat.format(seconds * 1000);
export const formatDay = (isoDate) => dayFormat.format(localNoon(isoDate));
export const formatShortDay = (isoDate) => shortFormat.format(localNoon(isoDate));

export function formatSize(bytes) {
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

export const get = (name, query = {}) => request(`/page/${name}?${new URLSearchParams(query)}`);

export function post(name, body) {
  if (body instanceof FormData) return request(`/page/${name}`, { method: "POST", body });
  const headers = { "Content-Type": "application/json" };
  return request(`/page/${name}`, { method: "POST", headers, body: JSON.stringify(body) });
}

// A request that the server refused, with its message.
export class Refused extends Error {}
export class Unreachable extends Error {}

async function request(address, options) {
  let response;
  let body;
  try {
    response = await fetch(address, options);
    body = await response.json();
  } catch {
    throw new Unreachable("The sandbox does not answer.");
  }
  if (!response.ok) throw new Refused(body.error);
  return body;
}

let hideTimer = 0;

export function toast(text, seconds = 5) {
  clearTimeout(hideTimer);
  const box = byId("toast");
  box.textContent = text;
  box.hidden = !text;
  if (seconds) hideTimer = setTimeout(() => { box.hidden = true; }, seconds * 1000);
}

export const announce = (text) => { byId("live").textContent = text; };

export function alertBox(who, text) {
  byId("alert-who").textContent = who;
  byId("alert-text").textContent = text;
  byId("alert").showModal();
}
