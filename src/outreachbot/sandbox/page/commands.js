// The list of commands, opened by the Menu button or by typing "/", with arrow key navigation.

import { announce, byId, node } from "./dom.js";

let available = [];
let choices = [];
let selected = 0;
let pick = () => {};

export function listen(onPick) {
  pick = onPick;
  byId("menu").addEventListener("click", () => (isOpen() ? close() : openAll()));
  byId("commands").addEventListener("keydown", (event) => onKey(event) && event.preventDefault());
  byId("commands").addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus
  byId("commands").addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) run(Number(option.dataset.place));
  });
  byId("commands").addEventListener("focusout", (event) => {
    if (event.relatedTarget !== byId("menu") && event.relatedTarget !== byId("text")) close();
  });
}

export function setCommands(commands) {
  available = commands;
  byId("menu").hidden = !available.length;
  if (isOpen() && !available.length) close();
}

export const isOpen = () => !byId("commands").hidden;

function openAll() {
  open(available);
  byId("commands").focus();
}

// Show the commands that start with the typed text.
export function filter(text) {
  const typed = /^\/([a-z0-9_]*)$/i.exec(text);
  const matching = typed ? available.filter((entry) => entry.command.startsWith(typed[1].toLowerCase())) : [];
  if (!matching.length) return close();
  open(matching);
  select(Math.max(matching.findIndex((entry) => `/${entry.command}` === text.toLowerCase()), 0));
}

function open(commands) {
  if (!isOpen() || commands.length !== choices.length) {
    announce(`${commands.length} ${commands.length === 1 ? "command" : "commands"}`);
  }
  choices = commands;
  byId("commands").replaceChildren(...commands.map(option));
  byId("commands").hidden = false;
  byId("menu").setAttribute("aria-expanded", "true");
  select(0);
}

export function close() {
  const hadFocus = byId("commands").contains(document.activeElement);
  byId("commands").hidden = true;
  byId("menu").setAttribute("aria-expanded", "false");
  byId("text").removeAttribute("aria-activedescendant");
  if (hadFocus) byId("text").focus();
}

function option({ command, description }, index) {
  const parts = [node("strong", {}, `/${command}`), node("span", { dir: "auto" }, description)];
  return node("div", { id: `command-${index}`, role: "option", "data-place": String(index) }, ...parts);
}

function select(index) {
  selected = (index + choices.length) % choices.length;
  [...byId("commands").children].forEach((element, at) => element.setAttribute("aria-selected", String(at === selected)));
  byId("commands").children[selected].scrollIntoView({ block: "nearest" });
  for (const id of ["text", "commands"]) byId(id).setAttribute("aria-activedescendant", `command-${selected}`);
}

// Handle a key press; returns whether the key was for the list.
export function onKey(event) {
  if (!isOpen() || event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return false;
  const keys = {
    ArrowDown: () => select(selected + 1),
    ArrowUp: () => select(selected - 1),
    Home: () => select(0),
    End: () => select(choices.length - 1),
    Enter: () => run(selected),
    Tab: () => complete(),
    Escape: () => close(),
  };
  keys[event.key]?.();
  return event.key in keys;
}

function run(index) {
  const { command } = choices[index];
  close();
  byId("text").value = "";
  pick(`/${command}`);
}

// Put the command into the input, so that arguments can be typed.
function complete() {
  byId("text").value = `/${choices[selected].command} `;
  close();
  byId("text").focus();
}
