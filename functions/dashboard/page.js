// Asks for the figures every few seconds, and says how old they are when no answer comes.

import { age, byId, kept, say } from "./elements.js";
import { openAgain, showDecisions } from "./decisions.js";
import { showOverview } from "./overview.js";
import { ask, changeKey, forgetKey, needsKey, silence, useKey } from "./service.js";
import { showSystem, standing } from "./system.js";
import { tryAgain } from "./playground.js";

const EVERY_MS = 5000;
const STALE_MS = 15000;
let lastGood = 0, failed = false, asking = false, again = false;

// How long it has been so is told beside: screen readers speak the status whenever it changes.
function status(state, text, since = "") {
  say(byId("status"), text);
  say(byId("since"), since);
  byId("status").className = `status ${state}`;
  document.title = state === "up" ? "LLM router" : `${text} – LLM router`;
}

function show(data) {
  say(byId("version"), data.version);
  const { state, text, since } = standing(data);
  status(state, text, since === null ? "" : `for ${age(data.now - since)}`);
  showOverview(data);
  showDecisions(data);
  showSystem(data);
}

function freshness() {
  const since = Date.now() - lastGood, old = lastGood !== 0 && (failed || since > STALE_MS);
  say(byId("freshness"), lastGood === 0 ? "" : old ? `Data are ${age(since / 1000)} old` : "live");
  byId("freshness").className = old ? "stale" : "quiet";
  document.body.classList.toggle("old", old);
  say(byId("live"), old ? "The figures are no longer new." : "");
}

async function refresh() {
  if (asking) return;
  asking = true;
  try {
    const chosen = document.querySelector("input[name=window]:checked").value;
    const data = await ask(`/dashboard/data?window=${chosen}`, { who: "figures" });
    lastGood = Date.now();
    failed = false;
    show(data);
  } catch (failure) {
    failed = true;
    if (failure.status === 401) status("unknown", "A key is needed");
    else if (failure.status === 403) { needsKey("figures"); status("unknown", "The figures need the admin key"); }
    else status("down", failure.status ? failure.message : silence(failure));
  } finally {
    asking = false;
  }
  freshness();
  if (again) refreshNow();
}

// What the reader has just chosen or given is asked for even while the answer to the last question is on its way.
function refreshNow() {
  again = asking;
  return refresh();
}

byId("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!useKey(byId("key").value)) return;
  refreshNow();
  tryAgain();
  openAgain();
});
byId("key-change").addEventListener("click", changeKey);
byId("key-forget").addEventListener("click", () => {
  forgetKey();
  byId(byId("key-form").hidden ? "board" : "key").focus({ preventScroll: true });
  refreshNow();
  tryAgain();
});
byId("window").addEventListener("change", refreshNow);

const THEMES = { "": "Theme: system", light: "Theme: light", dark: "Theme: dark" };
const theme = () => document.documentElement.dataset.theme || "";
byId("theme").addEventListener("click", () => {
  const names = Object.keys(THEMES);
  const next = names[(names.indexOf(theme()) + 1) % names.length];
  if (next) document.documentElement.dataset.theme = next;
  else delete document.documentElement.dataset.theme;
  kept.set("localStorage", "router-theme", next);
  say(byId("theme"), THEMES[next]);
});
say(byId("theme"), THEMES[theme()]);

refresh();
setInterval(() => { if (!document.hidden) refresh(); }, EVERY_MS);
setInterval(freshness, 1000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
