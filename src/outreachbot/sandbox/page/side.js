// The side: the date, and what a newcomer may try.

import { byId, dayAfter, inShort, inWords, node, post, toast } from "./dom.js";
import { attempt } from "./composer.js";

let today = "";
let offered = "";
const narrow = matchMedia("(max-width: 60rem)");

export function listen(onHint) {
  byId("date-form").addEventListener("submit", (event) => { event.preventDefault(); go(byId("date").value); });
  byId("next-day").addEventListener("click", () => go(dayAfter(today)));
  byId("back").addEventListener("click", () => go(null));
  byId("suggestions").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) go(button.dataset.date);
  });
  byId("side-open").addEventListener("click", () => toggle(byId("side-open").ariaExpanded !== "true"));
  byId("side-close").addEventListener("click", () => toggle(false));
  byId("side").addEventListener("keydown", (event) => { if (event.key === "Escape") toggle(false); });
  byId("side").querySelector(".steps").addEventListener("click", (event) => {
    const { view, text } = event.target.closest("button")?.dataset ?? {};
    if (!text) return;
    toggle(false, false);
    onHint(view, text);
  });
  narrow.addEventListener("change", () => toggle(false, false));
}

// On a narrow screen the side lies over the chat, which nobody can reach meanwhile.
function toggle(open, focus = true) {
  byId("side-open").ariaExpanded = String(open);
  byId("side").classList.toggle("open", open);
  document.querySelector("main").inert = open && narrow.matches;
  if (focus && narrow.matches) byId(open ? "side-close" : "side-open").focus();
}

async function go(date) {
  toggle(false);
  if (await attempt(() => post("date", { date }))) {
    toast(`It is ${date ? inWords(date) : "today again"}. What is due arrives within seconds.`);
  }
}

export function draw(chat) {
  byId("back").disabled = !chat.moved;
  suggest(chat.suggestions);
  if (chat.today === today) return;
  today = chat.today;
  byId("today").textContent = inWords(today);
  byId("today-short").textContent = inShort(today);
  byId("date").value = today;
}

function suggest(suggestions) {
  if (JSON.stringify(suggestions) === offered) return;
  offered = JSON.stringify(suggestions);
  byId("suggestions").replaceChildren(...suggestions.map(({ label, date }) => {
    const parts = [node("strong", {}, `Go to ${inWords(date)}`), node("span", { dir: "auto" }, label)];
    return node("button", { type: "button", "data-date": date }, ...parts);
  }));
}
