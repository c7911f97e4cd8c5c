// The input: text, picture, reply. What is sent goes to the view that is open.

import { announce, byId, Gone, post, Refused, toast } from "./dom.js";
import * as commands from "./commands.js";

let view = () => "";
let group = () => "";
let replyTo = null; // {id, sender, text} of the message to reply to
let picture = null; // a File
const drafts = new Map(); // view -> text

export function listen(currentView, botInGroup) {
  view = currentView;
  group = botInGroup;
  byId("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  byId("text").addEventListener("input", typed);
  byId("text").addEventListener("keydown", onKey);
  byId("text").addEventListener("paste", (event) => attach(event.clipboardData.files[0], event));
  byId("text").addEventListener("blur", (event) => {
    if (!byId("panel").contains(event.relatedTarget) && event.relatedTarget !== byId("menu")) commands.close();
  });
  byId("attach").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", () => attach(byId("file").files[0]));
  byId("context-drop").addEventListener("click", () => { drop(); focus(); });
  commands.listen((command) => say(addressed(command)));
}

export const focus = () => byId("text").focus();

// Telegram adds the bot's name in a group, where there may be several bots.
export const addressed = (command) => (command.includes("@") ? command : command + group());

export function change(from, to) {
  drafts.set(from, byId("text").value);
  byId("text").value = drafts.get(to) ?? "";
  drop();
  commands.close();
  grow();
}

export function reply(message) {
  replyTo = message;
  context(`Reply to ${message.sender}`, message.text);
  focus();
}

function attach(file, event) {
  if (!file) return;
  event?.preventDefault();
  picture = file;
  context("Picture", file.name);
  announce(`${file.name} is attached`);
  focus();
}

function context(who, text) {
  byId("context").hidden = false;
  byId("context-who").textContent = who;
  byId("context-text").textContent = text;
}

function drop() {
  replyTo = picture = null;
  byId("file").value = "";
  byId("context").hidden = true;
}

function typed() {
  grow();
  commands.filter(byId("text").value);
}

function grow() {
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
  } else if (event.key === "Escape" && (replyTo || picture)) {
    drop();
  }
}

async function submit() {
  const text = byId("text").value;
  if (!text.trim() && !picture) return;
  if (await (picture ? show(text) : say(text))) {
    byId("text").value = "";
    grow();
  }
}

// Whether it was sent; what is refused stays in the input.
export async function say(text, to = view()) {
  const done = await attempt(() => post("say", { view: to, text, reply_to: replyTo?.id ?? 0 }));
  if (done) drop();
  return done;
}

async function show(caption) {
  const form = new FormData();
  form.append("view", view());
  form.append("caption", caption);
  form.append("reply_to", String(replyTo?.id ?? 0));
  form.append("file", picture);
  const done = await attempt(() => post("photo", form));
  if (done) drop();
  return done;
}

export async function attempt(act) {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Gone)) throw error;
    toast(error.message);
    return false;
  }
}
