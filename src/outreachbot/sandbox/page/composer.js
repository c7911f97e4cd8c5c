// The input: text, picture or file, reply. What is sent goes to the view that is open.

import { announce, byId, Gone, post, Refused, toast } from "./dom.js";
import * as commands from "./commands.js";

let view = () => "";
let group = () => "";
let replyTo = null; // {id, sender, text} of the message to reply to
let file = null; // attached, a File
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
  byId("panel").addEventListener("dragover", (event) => event.preventDefault());
  byId("panel").addEventListener("drop", (event) => attach(event.dataTransfer.files[0], event));
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

function attach(given, event) {
  if (!given || byId("composer").hidden) return;
  event?.preventDefault();
  file = given;
  context(file.type.startsWith("image/") ? "Picture" : "File", file.name);
  announce(`${file.name} is attached`);
  focus();
}

function context(who, text) {
  byId("context").hidden = false;
  byId("context-who").textContent = who;
  byId("context-text").textContent = text;
}

function drop() {
  replyTo = file = null;
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
  } else if (event.key === "Escape" && (replyTo || file)) {
    drop();
  }
}

async function submit() {
  const text = byId("text").value;
  if (!text.trim() && !file) return;
  if (await (file ? send(text) : say(text))) {
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

async function send(caption) {
  const form = new FormData();
  form.append("view", view());
  form.append("caption", caption);
  form.append("reply_to", String(replyTo?.id ?? 0));
  form.append("file", file);
  const done = await attempt(() => post("attach", form));
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
