// The side panel: the date, and hints for newcomers.

import { byId, dayAfter, formatShortDay, formatDay, node, post, toast } from "./dom.js";
import { attempt } from "./composer.js";

let today = "";
let shownSuggestions = "";
const narrow = matchMedia("(max-width: 60rem)");

export function listen(onHint) {
  byId("date-form").addEventListener("submit", (event) => { event.preventDefault(); goToDate(byId("date").value); });
  byId("next-day").addEventListener("click", () => goToDate(dayAfter(today)));
  byId("back").addEventListener("click", () => goToDate(null));
  byId("suggestions").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) goToDate(button.dataset.date);
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

// On a narrow screen, the panel covers the chat, which is inert meanwhile.
function toggle(open, focus = true) {
  byId("side-open").ariaExpanded = String(open);
  byId("side").classList.toggle("open", open);
  document.querySelector("main").inert = open && narrow.matches;
  if (focus && narrow.matches) byId(open ? "side-close" : "side-open").focus();
}

async function goToDate(date) {
  toggle(false);
  if (await attempt(() => post("date", { date }))) {
    toast(`It is ${date ? formatDay(date) : "today again"}. What is due arrives within seconds.`);
  }
}

export function draw(chat) {
  byId("back").disabled = !chat.moved;
  drawSuggestions(chat.suggestions);
  if (chat.today === today) return;
  today = chat.today;
  byId("today").textContent = formatDay(today);
  byId("today-short").textContent = formatShortDay(today);
  byId("date").value = today;
}

function drawSuggestions(suggestions) {
  if (JSON.stringify(suggestions) === shownSuggestions) return;
  shownSuggestions = JSON.stringify(suggestions);
  byId("suggestions").replaceChildren(...suggestions.map(({ label, date }) => {
    const parts = [node("strong", {}, `Go to ${formatDay(date)}`), node("span", { dir: "auto" }, label)];
    return node("button", { type: "button", "data-date": date }, ...parts);
  }));
}
