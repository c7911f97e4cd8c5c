// The list of commands: opened by the Menu button or by typing "/", gone through with the arrow keys.

import { announce, byId, node } from "./dom.js";

let all = [];
let choices = [];
let chosen = 0;
let pick = () => {};

export function listen(onPick) {
  pick = onPick;
  byId("menu").addEventListener("click", () => (isOpen() ? close() : openAll()));
  byId("commands").addEventListener("keydown", (event) => onKey(event) && event.preventDefault());
  byId("commands").addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays
  byId("commands").addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(Number(option.dataset.place));
  });
  byId("commands").addEventListener("focusout", (event) => {
    if (event.relatedTarget !== byId("menu") && event.relatedTarget !== byId("text")) close();
  });
}

export function offer(commands) {
  all = commands;
  byId("menu").hidden = !all.length;
  if (isOpen() && !all.length) close();
}

export const isOpen = () => !byId("commands").hidden;

function openAll() {
  open(all);
  byId("commands").focus();
}

// What was typed so far: the commands that begin so.
export function filter(text) {
  const typed = /^\/([a-z0-9_]*)$/i.exec(text);
  const fitting = typed ? all.filter((one) => one.command.startsWith(typed[1].toLowerCase())) : [];
  if (!fitting.length) return close();
  open(fitting);
  choose(Math.max(fitting.findIndex((one) => `/${one.command}` === text.toLowerCase()), 0));
}

function open(commands) {
  if (!isOpen() || commands.length !== choices.length) {
    announce(`${commands.length} ${commands.length === 1 ? "command" : "commands"}`);
  }
  choices = commands;
  byId("commands").replaceChildren(...commands.map(option));
  byId("commands").hidden = false;
  byId("menu").setAttribute("aria-expanded", "true");
  choose(0);
}

export function close() {
  const hadFocus = byId("commands").contains(document.activeElement);
  byId("commands").hidden = true;
  byId("menu").setAttribute("aria-expanded", "false");
  byId("text").removeAttribute("aria-activedescendant");
  if (hadFocus) byId("text").focus();
}

function option({ command, description }, place) {
  const parts = [node("strong", {}, `/${command}`), node("span", { dir: "auto" }, description)];
  return node("div", { id: `command-${place}`, role: "option", "data-place": String(place) }, ...parts);
}

function choose(place) {
  chosen = (place + choices.length) % choices.length;
  [...byId("commands").children].forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
  byId("commands").children[chosen].scrollIntoView({ block: "nearest" });
  for (const id of ["text", "commands"]) byId(id).setAttribute("aria-activedescendant", `command-${chosen}`);
}

// Whether the key meant the list.
export function onKey(event) {
  if (!isOpen() || event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return false;
  const keys = {
    ArrowDown: () => choose(chosen + 1),
    ArrowUp: () => choose(chosen - 1),
    Home: () => choose(0),
    End: () => choose(choices.length - 1),
    Enter: () => take(chosen),
    Tab: () => complete(),
    Escape: () => close(),
  };
  keys[event.key]?.();
  return event.key in keys;
}

function take(place) {
  const { command } = choices[place];
  close();
  byId("text").value = "";
  pick(`/${command}`);
}

// The command stands in the input, so that words can follow.
function complete() {
  byId("text").value = `/${choices[chosen].command} `;
  close();
  byId("text").focus();
}
