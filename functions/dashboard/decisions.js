// Recent decisions, each of which opens its full explanation.

import { byId, cell, dollars, element, fill, moment, ms, nothing, percent, row, say, sure, words } from "./elements.js";
import { ask, hasKey, needsKey, silence } from "./service.js";

export function showDecisions(data) {
  const rows = data.decisions.map((each) => {
    const open = element("button", moment(each.at, data.now), "open");
    open.dataset.key = each.decision_id;
    open.setAttribute("aria-label", `Explain the decision of ${open.textContent}`);
    return row(
      cell(open), cell(words(each.category)), cell(each.difficulty), cell(sure(each.confidence), "n"), cell(each.model),
      cell(dollars(each.estimated_cost_usd), "n"), cell(each.cached ? "yes" : ""),
    );
  });
  const seen = data.decisions.map((each) => each.decision_id).join();
  if (byId("decisions").dataset.seen === seen) return;
  byId("decisions").dataset.seen = seen;
  fill(byId("decisions"), rows.length ? rows : [nothing(7, "No decision yet. Try a prompt above.")]);
}

byId("decisions").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) open(button.dataset.key, button.textContent);
});

/** The decision that was opened last, and the one that is opened once a key is given. */
let opened, waiting;

async function open(id, when) {
  opened = id;
  waiting = undefined;
  const body = byId("decision-body");
  say(byId("decision-title"), `Decision of ${when}`);
  body.replaceChildren(element("p", "Loading …", "quiet"));
  byId("decision").showModal();
  let parts;
  try {
    parts = explained(await ask(`/decisions/${encodeURIComponent(id)}`, { who: "decisions" }));
  } catch (failure) {
    if (opened === id && failure.status === 401) return giveKey(id, when);
    parts = refusal(failure, () => giveKey(id, when));
  }
  if (opened === id) body.replaceChildren(...parts);
}

/** Opens the form for a key in place of the dialog, behind which nothing can be typed. */
function giveKey(id, when) {
  if (!byId("decision").open) return;
  waiting = { id, when };
  needsKey("decisions");
  byId("decision").close();
}

/** For a key that was given after a decision was refused. */
export function openAgain() {
  if (waiting) open(waiting.id, waiting.when);
}

function refusal(failure, another) {
  const said = (text) => element("p", text, "trouble");
  if (!failure.status) return [said(`${silence(failure)}.`)];
  if (failure.status !== 404 || !hasKey()) return [said(failure.message)];
  const button = element("button", "Give another key");
  button.addEventListener("click", another);
  return [said("Not visible with this key, or no longer kept. The admin key sees every decision."), button];
}

byId("decision-close").addEventListener("click", () => byId("decision").close());
// The row from which it was opened may have been made anew meanwhile, or be gone.
byId("decision").addEventListener("close", () => {
  if (waiting) return byId("key").focus();
  const rows = byId("decisions");
  const button = [...rows.querySelectorAll("button")].find((each) => each.dataset.key === opened);
  (button ?? rows.closest(".scroll")).focus({ preventScroll: true });
});

export function facts(...list) {
  return element("ul", null, "facts", ...list.filter(Boolean).map((text) => element("li", text)));
}

/** Expected quality with its interval, drawn on 0 to 1. */
function quality(model) {
  const [low, high] = model.quality_interval;
  const range = element("i"), mean = element("b");
  range.style.left = `${low * 100}%`;
  range.style.width = `${Math.max(0, high - low) * 100}%`;
  mean.style.left = `${model.expected_quality * 100}%`;
  return element("span", null, "", element("span", null, "span", range, mean), ` ${percent(model.expected_quality)}`);
}

/** A second line under a model: what speaks for it and against it. */
function why(model) {
  const said = cell(element("span", model.reasons.join("; ")), "reasons");
  said.colSpan = 4;
  const made = row(cell(""), said);
  made.className = "more";
  return made;
}

/** A ranking as a table; with `reasons` each model has a line that says what speaks for the model. */
export function ranking(list, { most = 20, reasons = false } = {}) {
  const names = ["Rank", "Model", "Quality expected", "Cost", "Latency"];
  const head = element("thead", null, "", row(...names.map((name, index) => {
    const made = element("th", name, index > 2 ? "n" : "");
    made.scope = "col";
    return made;
  })));
  const rows = list.slice(0, most).flatMap((model, index) => [
    row(cell(String(index + 1)), cell(model.id), cell(quality(model)), cell(dollars(model.estimated_cost_usd), "n"), cell(ms(model.estimated_latency_ms), "n")),
    ...(reasons ? [why(model)] : []),
  ]);
  const box = element("div", null, "scroll", element("table", null, "", head, element("tbody", null, "", ...rows)));
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Ranking");
  return box;
}

/** What is out, by reason, with the first few of each. */
export function excluded(list) {
  const grouped = Map.groupBy(list, (each) => each.reason);
  return element("ul", null, "", ...[...grouped].map(([reason, models]) => {
    const some = models.slice(0, 3).map((each) => `${each.id} ${each.detail}`).join("; ");
    return element("li", null, "quiet", element("span", `${words(reason)}: ${models.length}`, "said"), ` – ${some}${models.length > 3 ? " …" : ""}`);
  }));
}

function attempts(list) {
  return element("ul", null, "", ...list.map((each) => element("li", `${each.model ?? each.id}: ${words(String(each.outcome))}, ${ms(each.ms)}`, "quiet")));
}

function explained(found) {
  const kind = found.classification;
  const parts = [
    element("p", found.recommended_model.display_name, "verdict"),
    element("p", found.explanation),
    facts(
      words(kind.category), kind.difficulty, `${sure(kind.confidence)} sure`, kind.method, `preference ${found.preference}`,
      `catalogue ${found.catalogue_version}`, found.cached && "classification cached", ...found.degraded.map((each) => `without ${words(each)}`),
    ),
  ];
  if (found.model_used) parts.push(element("h3", "Used"), element("p", typeof found.model_used === "string" ? found.model_used : found.model_used.id));
  if (found.attempts?.length) parts.push(element("h3", "Attempts"), attempts(found.attempts));
  parts.push(element("h3", `Ranking, ${found.eligible_models} could be used`), ranking(found.ranking, { reasons: true }));
  if (found.excluded.length) parts.push(element("h3", `Left out, ${found.excluded.length}`), excluded(found.excluded));
  parts.push(element("p", `Decision ${found.decision_id}`, "quiet"));
  return parts;
}
