"use strict";
// Everything shown is put in as text, never as markup: names in the catalogue come from outside.

const EVERY_MS = 5000;
const STALE_MS = 20000;
let lastGood = 0;
let key = sessionStorage.getItem("router-admin-key") || "";

const byId = (id) => document.getElementById(id);

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const number = (value) => (value === null ? "–" : value.toLocaleString(undefined, { maximumFractionDigits: 1 }));
const percent = (value) => (value === null ? "–" : `${Math.round(value * 100)} %`);
const dollars = (value) => (value === 0 ? "$0" : value < 0.01 ? `$${value.toPrecision(2)}` : `$${value.toFixed(2)}`);
const words = (name) => name.replaceAll("_", " ");

function age(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

function showComponents(data) {
  byId("components").replaceChildren(
    ...data.components.map((part) => {
      const row = element("li");
      const since = part.since === null ? "" : ` for ${age(data.now - part.since)}`;
      row.append(element("strong", words(part.name)), element("span", part.state, part.state), element("span", since, "quiet"));
      for (const said of [part.detail, part.advice]) if (said) row.append(element("p", said, "quiet"));
      return row;
    }),
  );
}

function showTraffic(data) {
  const chart = byId("traffic");
  const most = Math.max(1, ...data.series.map((point) => point.requests));
  const width = 600 / data.series.length;
  const bar = (index, count, className, from) => {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const height = (count / most) * 130;
    const at = { x: index * width + width * 0.1, y: 138 - height - from, width: width * 0.8, height, class: className };
    for (const [name, value] of Object.entries(at)) rect.setAttribute(name, value);
    return rect;
  };
  const axis = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [name, value] of Object.entries({ x1: 0, x2: 600, y1: 138.5, y2: 138.5, class: "axis" })) axis.setAttribute(name, value);
  chart.replaceChildren(
    axis,
    ...data.series.flatMap((point, index) => {
      const bad = (point.errors / most) * 130;
      return [bar(index, point.errors, "bad", 0), bar(index, point.requests - point.errors, "ok", bad)];
    }),
  );
  const all = data.functions.reduce((sum, row) => sum + row.requests, 0);
  const bad = data.functions.reduce((sum, row) => sum + row.errors, 0);
  const cache = data.cache_hit_rate === null ? "no classification yet" : `${percent(data.cache_hit_rate)} of classifications from the cache`;
  byId("traffic-words").textContent = all === 0
    ? "No requests in this hour yet."
    : `${number(all)} requests, ${number(bad)} errors, at most ${number(most)} a minute; ${cache}; recommendations worth ${dollars(data.estimated_usd)}.`;
}

function rows(target, list, cells) {
  target.replaceChildren(
    ...list.map((item) => {
      const row = element("tr");
      row.append(...cells(item).map((text) => element("td", text)));
      return row;
    }),
  );
}

function bars(target, list, none) {
  if (list.length === 0) {
    target.replaceChildren(element("li", none, "quiet"));
    return;
  }
  const most = Math.max(...list.map((item) => item.count));
  target.replaceChildren(
    ...list.slice(0, 10).map((item) => {
      const row = element("li");
      const meter = element("meter");
      meter.max = most;
      meter.value = item.count;
      meter.setAttribute("aria-label", `${item.name}: ${item.count}`);
      row.append(element("span", words(item.name), "name"), element("span", number(item.count), "quiet"), meter);
      return row;
    }),
  );
}

function showCatalogue(data) {
  const found = data.catalogue;
  const pairs = found === null
    ? [["state", "not readable"]]
    : [
        ["version", String(found.version)],
        ["age", found.age_s === null ? "as it came with the package" : age(found.age_s)],
        ["models", `${found.active_models} active of ${found.total_models}`],
        ["from", found.origin],
        ...data.sources.map((source) => [source.name, source.state]),
      ];
  byId("catalogue").replaceChildren(...pairs.flatMap(([name, value]) => [element("dt", words(name)), element("dd", value)]));
}

function show(data) {
  byId("version").textContent = data.version;
  byId("status").textContent = data.status;
  byId("status").className = `badge ${data.status}`;
  showComponents(data);
  showTraffic(data);
  showCatalogue(data);
  rows(byId("functions"), data.functions, (row) => [
    row.function, number(row.requests), number(row.refused), number(row.errors), number(row.p50_ms), number(row.p95_ms), number(row.p99_ms),
  ]);
  bars(byId("models"), data.models, "No recommendation yet.");
  bars(byId("categories"), data.categories, "No prompt yet.");
  bars(byId("kinds"), [...data.difficulties, ...data.methods], "No prompt yet.");
  rows(byId("decisions"), data.decisions, (row) => [
    new Date(row.at * 1000).toLocaleTimeString(), words(row.category), row.difficulty, percent(row.confidence), row.model, dollars(row.estimated_cost_usd),
  ]);
  byId("board").hidden = false;
}

function freshness() {
  const since = Date.now() - lastGood;
  const text = lastGood === 0 ? "" : since > STALE_MS ? `Old: last answer ${age(since / 1000)} ago` : `as of ${new Date(lastGood).toLocaleTimeString()}`;
  if (byId("freshness").textContent !== text) byId("freshness").textContent = text;
}

async function refresh() {
  try {
    const answer = await fetch("/dashboard/data", { headers: key ? { authorization: `Bearer ${key}` } : {}, signal: AbortSignal.timeout(EVERY_MS) });
    byId("key-form").hidden = answer.status !== 401;
    if (answer.ok) {
      show(await answer.json());
      lastGood = Date.now();
    } else if (answer.status !== 401) {
      byId("status").textContent = `error ${answer.status}`;
      byId("status").className = "badge down";
    }
  } catch {
    byId("status").textContent = "not reachable";
    byId("status").className = "badge down";
  }
  freshness();
}

byId("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  key = byId("key").value;
  sessionStorage.setItem("router-admin-key", key);
  refresh();
});

refresh();
setInterval(() => { if (!document.hidden) refresh(); else freshness(); }, EVERY_MS);
