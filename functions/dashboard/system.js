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

export function showSystem(data) {
  for (const show of [parts, catalogue, sources, functions, processes]) show(data);
}
