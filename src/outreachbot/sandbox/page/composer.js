// The input for text, a picture or file, and replies; messages go to the open view.

import { announce, byId, Unreachable, post, Refused, toast } from "./dom.js";
import * as commands from "./commands.js";

let view = () => "";
let botMention = () => "";
let replyTo = null; // {id, sender, text} of the message to reply to
let file = null; // the attached File
const drafts = new Map(); // view -> text

export function listen(currentView, botInGroup) {
  view = currentView;
  botMention = botInGroup;
  byId("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  byId("text").addEventListener("input", onInput);
  byId("text").addEventListener("keydown", onKey);
  byId("text").addEventListener("paste", (event) => attach(event.clipboardData.files[0], event));
  byId("text").addEventListener("blur", (event) => {
    if (!byId("panel").contains(event.relatedTarget) && event.relatedTarget !== byId("menu")) commands.close();
  });
  byId("panel").addEventListener("dragover", (event) => event.preventDefault());
  byId("panel").addEventListener("drop", (event) => attach(event.dataTransfer.files[0], event));
  byId("attach").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", () => attach(byId("file").files[0]));
  byId("context-drop").addEventListener("click", () => { clearContext(); focus(); });
  commands.listen((command) => say(addBotName(command)));
}

export const focus = () => byId("text").focus();

// In groups, Telegram adds the bot's name to commands, because there may be several bots.
export const addBotName = (command) => (command.includes("@") ? command : command + botMention());

export function switchView(from, to) {
  drafts.set(from, byId("text").value);
  byId("text").value = drafts.get(to) ?? "";
  clearContext();
  commands.close();
  fitHeight();
}

export function reply(message) {
  replyTo = message;
  showContext(`Reply to ${message.sender}`, message.text);
  focus();
}

function attach(given, event) {
  if (!given || byId("composer").hidden) return;
  event?.preventDefault();
  file = given;
  showContext(file.type.startsWith("image/") ? "Picture" : "File", file.name);
  announce(`${file.name} is attached`);
  focus();
}

function showContext(who, text) {
  byId("context").hidden = false;
  byId("context-who").textContent = who;
  byId("context-text").textContent = text;
}

function clearContext() {
  replyTo = file = null;
  byId("file").value = "";
  byId("context").hidden = true;
}

function onInput() {
  fitHeight();
  commands.filter(byId("text").value);
}

function fitHeight() {
  const box = byId("text");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

function onKey(event) {
  if (commands.onKey(event)) {
    event.preventDefault();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  } else if (event.key === "Escape" && (replyTo || file)) {
    clearContext();
  }
}

async function submit() {
  const text = byId("text").value;
  if (!text.trim() && !file) return;
  if (await (file ? send(text) : say(text))) {
    byId("text").value = "";
    fitHeight();
  }
}

// Returns whether the text was sent; a refused one stays in the input.
export async function say(text, to = view()) {
  const done = await attempt(() => post("say", { view: to, text, reply_to: replyTo?.id ?? 0 }));
  if (done) clearContext();
  return done;
}

async function send(caption) {
  const form = new FormData();
  form.append("view", view());
  form.append("caption", caption);
  form.append("reply_to", String(replyTo?.id ?? 0));
  form.append("file", file);
  const done = await attempt(() => post("attach", form));
  if (done) clearContext();
  return done;
}

export async function attempt(act) {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    toast(error.message);
    return false;
  }
}
