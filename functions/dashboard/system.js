// What the router runs on: parts, catalogue, sources, functions, processes.

import { age, andMore, byId, bytes, cell, count, element, fill, ms, nothing, percent, row, words } from "./elements.js";

/** A provider as a part: how the attempts of the time shown went. */
function provider({ name, attempts, failures }) {
  const state = failures === 0 ? "up" : failures < attempts / 2 ? "degraded" : "down";
  return { name, state, said: "provider", detail: `answered ${count(attempts - failures)} of ${count(attempts)} attempts`, since: null };
}

function parts(data) {
  fill(byId("components"), [...data.components, ...data.providers.map(provider)].map((part) => {
    const since = part.since === null ? part.said || part.state : `${part.state} for ${age(data.now - part.since)}`;
    const made = element("li", null, "", element("div", words(part.name), `dot ${part.state}`, element("span", since)));
    if (part.detail) made.append(element("p", part.detail));
    if (part.advice) made.append(element("p", part.advice, "advice"));
    return made;
  }));
}

function catalogue(data) {
  const found = data.catalogue;
  const pairs = found === null ? [["state", "not readable"]] : [
    ["version", String(found.version)],
    ["age", found.age_s === null ? "as it came with the package" : age(found.age_s)],
    ["models", `${count(found.active_models)} active of ${count(found.total_models)}`],
    ["made by", found.origin],
    ...(found.refused ? [["last refresh", found.refused]] : []),
  ];
  fill(byId("catalogue"), pairs.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
  const kept = found?.quarantined || [], most = 8;
  fill(byId("quarantine"), kept.length ? [
    element("h3", `Quarantined figures: ${kept.length}`),
    element("ul", null, "", ...kept.slice(0, most).map((each) => element("li", `${each.model}: ${words(each.field)} stays ${each.kept}, ${each.refused} from ${each.source} is not believed`, "quiet")), ...andMore(kept, most).map((text) => element("li", text, "quiet"))),
  ] : []);
}

const STATES = { fresh: "up", stale: "degraded", failing: "down", refused: "down", skipped: "unknown", never: "unknown" };

/** Whether it is one for which `GET /status` says `degraded`. */
const inTrouble = (source) => STATES[source.state] === "down";

function sources(data) {
  const rows = data.sources.map((source) => row(
    cell(words(source.name)), cell(source.state, STATES[source.state]), cell(source.records ? count(source.records) : "–", "n"),
    cell(source.last_success === null ? "never" : `${age(data.now - source.last_success)} ago`),
    cell(source.error ? `${source.error}${source.failing_since === null ? "" : ` (for ${age(data.now - source.failing_since)})`}` : "", "words"),
  ));
  fill(byId("sources"), rows.length ? rows : [nothing(5, "Not readable.")]);
}

function functions(data) {
  fill(byId("functions"), data.functions.map((each) => row(
    cell(each.function), cell(count(each.requests), "n"), cell(count(each.refused), "n"), cell(count(each.errors), "n"),
    cell(count(each.cold_starts), "n"), cell(ms(each.p50_ms), "n"), cell(ms(each.p95_ms), "n"), cell(ms(each.p99_ms), "n"),
  )));
}

function withMeter(share, text) {
  const inner = element("span");
  inner.style.width = `${Math.min(1, share) * 100}%`;
  return element("span", null, "", element("span", null, share > 0.85 ? "meter high" : "meter", inner), text);
}

function processes(data) {
  const rows = data.processes.map((each) => {
    const memory = each.memory_limit ? withMeter(each.memory / each.memory_limit, `${bytes(each.memory)} of ${bytes(each.memory_limit)}`) : bytes(each.memory);
    return row(
      cell(each.name), cell(age(data.now - each.started_at)), cell(withMeter(each.cpu, percent(each.cpu)), "n"), cell(memory, "n"),
      cell(count(each.connections), "n"), cell(count(each.open_files), "n"), cell(count(each.threads), "n"),
    );
  });
  fill(byId("processes"), rows.length ? rows : [nothing(7, "No process has told of itself in the last two minutes.")]);
}

const WORDS = { up: "All is well", degraded: "Degraded", down: "Down" };

const ENOUGH_ATTEMPTS = 5;

/** Whether a provider answers nothing of late: longer times than the hour tell of what may be over. */
const isSilent = ({ attempts, failures }, time) => time === "hour" && attempts >= ENOUGH_ATTEMPTS && failures === attempts;

/** All of those that are asked, or how many of them, and what is the matter with them. */
function saidOf(troubled, all) {
  const asked = all.filter((each) => each.state !== "skipped").length;
  const which = troubled.length < asked ? `${count(troubled.length)} of ${count(asked)} sources` : "sources";
  return `${which} ${[...new Set(troubled.map((each) => each.state))].sort().join(" or ")}`;
}

/**
 * How all of it is, and since when where that is known: the health of the parts, and beside it what requests are
 * answered without: a source that is not read or not believed, a provider that answers nothing.
 */
export function standing(data) {
  const well = data.status === "up", said = [], times = well ? [] : [data.since];
  if (!well) {
    const unwell = data.components.filter((part) => part.state === "down" || part.state === "degraded");
    said.push([WORDS[data.status] || words(data.status), ...(unwell.length ? [unwell.map((part) => words(part.name)).join(", ")] : [])].join(": "));
  }
  const troubled = data.sources.filter(inTrouble);
  if (troubled.length) said.push(saidOf(troubled, data.sources));
  if (data.status !== "down") times.push(...troubled.map((each) => each.failing_since));
  for (const each of data.providers) if (isSilent(each, data.window)) said.push(`provider ${each.name} answers nothing`);
  if (!said.length) return { state: data.status, text: WORDS.up, since: data.since };
  const text = said.join("; "), known = times.filter((at) => at !== null);
  return { state: well ? "degraded" : data.status, text: text[0].toUpperCase() + text.slice(1), since: known.length ? Math.min(...known) : null };
}

export function showSystem(data) {
  for (const show of [parts, catalogue, sources, functions, processes]) show(data);
}
