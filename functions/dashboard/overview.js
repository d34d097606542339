// The figures at a glance: tiles, charts, shares and models.

import { bars, Latency, Requests } from "./charts.js";
import { andMore, byId, cell, compact, count, dayTime, dollars, element, fill, kept, ms, nothing, percent, rate, row, say, some, time, words } from "./elements.js";

const MANY_ERRORS = 0.01;
const MOST_SHARES = 9, MOST_MODELS = 12;
const SPAN = { hour: "hour", day: "day", week: "week" };
const requests = new Requests("c-requests");
const latency = new Latency("c-latency");
let last;

function tile(name, value, more, className = "") {
  say(byId(`t-${name}`), value);
  byId(`t-${name}`).className = `value ${className}`;
  say(byId(`t-${name}-more`), more);
}

function tiles(data) {
  const all = data.series.reduce((sum, point) => sum + point.requests, 0);
  const bad = data.series.reduce((sum, point) => sum + point.errors, 0);
  const refused = data.series.reduce((sum, point) => sum + point.refused, 0);
  const span = data.window_s / 60;
  tile("requests", compact(all), all ? `${rate(all / span)} a minute` : `none this ${SPAN[data.window]}`);
  tile("errors", all ? percent(bad / all) : "–", all ? `${count(bad)} failed, ${count(refused)} refused` : "", bad / all >= MANY_ERRORS ? "bad" : "");
  tile("latency", ms(data.p50_ms), data.p50_ms === null ? "" : `p95 ${ms(data.p95_ms)}, p99 ${ms(data.p99_ms)}`);
  tile("cache", percent(data.cache_hit_rate), data.cache_hit_rate === null ? "" : "of classifications");
  const booked = data.spent_usd > 0;
  tile("spend", dollars(booked ? data.spent_usd : data.estimated_usd), booked ? `booked; ${dollars(data.estimated_usd)} estimated` : "estimated, none booked");
  savings(data);
}

function savings(data) {
  const select = byId("baseline");
  const ids = data.baselines.map((each) => each.id);
  if (select.dataset.ids !== ids.join("\n")) {
    select.replaceChildren(...ids.map((id) => element("option", id)));
    select.dataset.ids = ids.join("\n");
    const picked = kept.get("localStorage", "router-baseline");
    select.value = ids.includes(picked) ? picked : data.usual_baseline || "";
  }
  const against = data.baselines.find((each) => each.id === select.value);
  if (!against || against.usd === 0) return tile("saved", "–", "");
  const saved = against.usd - data.estimated_usd;
  tile("saved", percent(saved / against.usd), ` ${dollars(saved)} of ${dollars(against.usd)}`, saved > 0 ? "good" : "");
}

byId("baseline").addEventListener("change", () => {
  kept.set("localStorage", "router-baseline", byId("baseline").value);
  if (last) savings(last);
});

function shares(target, list, none) {
  const all = list.reduce((sum, item) => sum + item.count, 0);
  const shown = list.slice(0, MOST_SHARES).map((item) => ({ name: words(item.name), share: item.count / all, text: `${compact(item.count)} · ${percent(item.count / all)}` }));
  bars(byId(target), shown, none, andMore(list, MOST_SHARES));
}

const failures = (model) => model.attempts * (model.error_rate ?? 0);

/** The most recommended; one that fails is not left out for one that does not. */
function models(list) {
  const all = list.reduce((sum, model) => sum + model.recommended, 0);
  const rows = some(list, MOST_MODELS, failures).map((model) => {
    const bar = element("span", null, "fill");
    bar.style.width = `${all ? (model.recommended / all) * 100 : 0}%`;
    return row(
      cell(model.id), cell(count(model.recommended), "n"), cell(bar, "share"), cell(dollars(model.estimated_usd), "n"),
      cell(model.attempts ? count(model.attempts) : "–", "n"), cell(ms(model.live_ms), "n"), cell(percent(model.error_rate), "n"),
    );
  });
  const more = andMore(list, MOST_MODELS).map((text) => nothing(7, text));
  fill(byId("models"), rows.length ? [...rows, ...more] : [nothing(7, "No recommendation yet.")]);
}

function table(data) {
  if (!byId("series").closest("details").open) return;
  const when = data.step_s >= 3600 ? dayTime : time;
  fill(byId("series"), data.series.toReversed().map((point) => row(
    cell(when(point.at)), cell(count(point.requests), "n"), cell(count(point.refused), "n"), cell(count(point.errors), "n"),
    cell(ms(point.p50_ms), "n"), cell(ms(point.p95_ms), "n"), cell(ms(point.p99_ms), "n"),
    cell(dollars(point.estimated_usd), "n"), cell(dollars(point.spent_usd), "n"),
  )));
}

byId("series").closest("details").addEventListener("toggle", () => last && table(last));

export function showOverview(data) {
  last = data;
  tiles(data);
  requests.show(data.series, data.step_s, `No requests this ${SPAN[data.window]} yet`);
  latency.show(data.series, data.step_s, "Nothing to measure yet");
  table(data);
  shares("categories", data.categories, "No prompt yet.");
  shares("difficulties", data.difficulties, "No prompt yet.");
  shares("methods", data.methods, "No prompt yet.");
  const trouble = [...data.errors, ...data.degraded.map((each) => ({ ...each, name: `without ${each.name}` }))];
  shares("trouble", trouble.sort((one, other) => other.count - one.count), "Nothing was refused and nothing was missing.");
  models(data.models);
}
