// Type a prompt and see where it would go, and why; every constraint says what it leaves out.

import { bars } from "./charts.js";
import { byId, dollars, element, ms, percent, say, sure, words } from "./elements.js";
import { excluded, facts, ranking } from "./decisions.js";
import { ask, hasKey, silence } from "./service.js";
import { snippet } from "./snippets.js";

const WAIT_MS = 250;
const CAPABILITIES = ["tools", "json", "vision", "audio", "pdf", "reasoning", "prompt_caching", "web_search"];
const exponent = (low, high) => ({ min: 0, max: 100, step: 1, value: 100, read: (at) => (at >= 100 ? undefined : Number((low * (high / low) ** (at / 100)).toPrecision(2))) });

// One entry a constraint: its name in the request, what to call it, and how it is entered. At its end a slider is off.
const LIMITS = [
  { name: "max_cost_usd", label: "Cost at most", slider: exponent(0.00001, 1), show: dollars },
  { name: "max_latency_ms", label: "Latency at most", slider: exponent(300, 120000), show: ms },
  { name: "min_quality", label: "Quality at least", slider: { min: 0, max: 1, step: 0.01, value: 0, read: (at) => (at === 0 ? undefined : at) }, show: percent },
  { name: "max_tokens", label: "Longest answer, tokens", number: 1 },
  { name: "min_context_tokens", label: "Context at least, tokens", number: 1 },
  { name: "open_weights", label: "Weights", choice: [["any", undefined], ["open", true], ["closed", false]] },
  { name: "providers", label: "Providers, by commas", list: true },
  { name: "exclude_models", label: "Without models, by commas", list: true },
  { name: "capabilities", label: "Must have", ticks: CAPABILITIES },
];

function field(limit) {
  const id = `limit-${limit.name}`;
  const out = element("span", "", "out");
  out.id = `${id}-out`;
  const label = element(limit.ticks ? "span" : "label", limit.label, limit.ticks ? "quiet" : "");
  let input;
  if (limit.slider) {
    const { min, max, step, value } = limit.slider;
    input = Object.assign(element("input"), { type: "range", min, max, step });
    input.setAttribute("value", value);
    const shown = element("output", "any");
    label.append(shown);
    const tell = () => {
      const read = limit.slider.read(Number(input.value));
      say(shown, read === undefined ? "any" : limit.show(read));
      input.setAttribute("aria-valuetext", shown.textContent);
    };
    input.addEventListener("input", tell);
    byId("ask").addEventListener("reset", () => setTimeout(tell));
    limit.read = () => limit.slider.read(Number(input.value));
  } else if (limit.number) {
    input = Object.assign(element("input"), { type: "number", min: limit.number, step: 1, placeholder: "any" });
    limit.read = () => (input.value ? Math.round(Number(input.value)) : undefined);
  } else if (limit.choice) {
    input = element("select", null, "", ...limit.choice.map(([name]) => element("option", name)));
    limit.read = () => limit.choice[input.selectedIndex][1];
  } else if (limit.list) {
    input = Object.assign(element("input"), { type: "text", placeholder: limit.name === "providers" ? "any" : "none" });
    limit.read = () => { const found = input.value.split(",").map((each) => each.trim()).filter(Boolean); return found.length ? found : undefined; };
  } else {
    label.id = `${id}-label`;
    input = element("div", null, "ticks", ...limit.ticks.map((name) => {
      const tick = Object.assign(element("input"), { type: "checkbox", value: name });
      return element("label", null, "", tick, words(name));
    }));
    input.setAttribute("role", "group");
    input.setAttribute("aria-labelledby", label.id);
    limit.read = () => { const found = [...input.querySelectorAll(":checked")].map((each) => each.value); return found.length ? found : undefined; };
  }
  input.id = id;
  if (!limit.ticks) { label.htmlFor = id; input.setAttribute("aria-describedby", out.id); }
  return element("div", null, limit.ticks ? "whole" : "", label, input, out);
}

byId("limits").append(...LIMITS.map(field));

function request() {
  const constraints = Object.fromEntries(LIMITS.map((limit) => [limit.name, limit.read()]).filter(([, value]) => value !== undefined));
  const body = { prompt: byId("prompt").value, preference: Number(byId("preference").value) };
  return Object.keys(constraints).length ? { ...body, constraints } : body;
}

/**
 * The prompt with the matches of the rules marked; traits of the whole text only where there is nothing else. Offsets count
 * characters, not UTF-16 units.
 */
function evidence(prompt, rules) {
  const letters = Array.from(prompt), box = element("p", null, "evidence");
  const inside = rules.filter((rule) => rule.end - rule.start < letters.length);
  let at = 0;
  for (const rule of (inside.length ? inside : rules).toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    if (rule.start < at || rule.start === rule.end) continue;
    box.append(letters.slice(at, rule.start).join(""));
    const marked = element("mark", letters.slice(rule.start, rule.end).join(""));
    marked.title = `${words(rule.rule)}: speaks for ${words(rule.category)}, weight ${rule.weight.toFixed(2)}`;
    box.append(marked);
    at = rule.end;
  }
  box.append(letters.slice(at).join(""));
  return box;
}

function probabilities(found) {
  const target = element("ul", null, "bars");
  const list = Object.entries(found.probabilities).sort((one, other) => other[1] - one[1]);
  bars(target, list.map(([name, share]) => ({ name: words(name), share, text: share < 0.0005 ? "0 %" : sure(share), chosen: name === found.primary_use_case })), "");
  return target;
}

/** Whether the path is this field's, or that of something in it. */
const isIn = (path, name) => path === name || path.startsWith(`${name}[`) || path.startsWith(`${name}.`);
const isOf = (limit, problem) => isIn(problem.path, `constraints.${limit.name}`);

function tellLimits(left, problems) {
  for (const limit of LIMITS) {
    const many = left.get(limit.name)?.length || (limit.name === "min_context_tokens" && limit.read() && left.get("context_window")?.length) || 0;
    const binding = problems.find((each) => isOf(limit, each));
    const text = binding ? binding.problem : many ? `leaves out ${many} model${many === 1 ? "" : "s"}` : "";
    say(byId(`limit-${limit.name}-out`), text);
  }
}

function chosen(route) {
  const first = route.ranking[0];
  return [
    element("p", route.recommended_model.display_name, "verdict"),
    facts(route.recommended_model.id, `${percent(first.expected_quality)} expected quality`, dollars(first.estimated_cost_usd), `about ${ms(first.estimated_latency_ms)}`, `${route.eligible_models} could be used`),
    element("p", route.explanation),
  ];
}

function kind(found) {
  return [
    element("h3", "What it is"),
    facts(
      words(found.primary_use_case), found.difficulty, `${sure(found.domain_confidence)} sure`, found.classification_method, `complexity ${found.complexity_score.toFixed(2)}`,
      `creativity ${found.creativity_score.toFixed(2)}`, `${found.token_count_estimate} tokens in, about ${found.output_length_estimate} out`, ms(found.ms),
      ...found.degraded.map((each) => `without ${words(each)}`),
    ),
    probabilities(found),
    element("h3", found.evidence.rules.some((rule) => rule.end > rule.start) ? "Evidence in the text" : "No rule matched; the model decided"),
    evidence(found.prompt, found.evidence.rules),
  ];
}

/** Why there is no answer, with each wrong field that has no line of its own among the constraints. */
function trouble(reason) {
  if (!reason.status) return element("p", `${silence(reason)}.`, "trouble");
  const others = reason.fields.filter((problem) => !LIMITS.some((limit) => isOf(limit, problem)));
  const lines = others.map((problem) => element("li", `${problem.path}: ${problem.problem}`));
  return element("div", null, "trouble", element("p", reason.message), element("ul", null, "", ...lines));
}

let running, timer, classified;

async function classify(prompt, signal) {
  if (classified?.prompt !== prompt) classified = { ...(await ask("/classify", { body: { prompt, explain: true }, signal })), prompt };
  return classified;
}

const none = byId("found-none");

function clear() {
  tellLimits(new Map(), []);
  byId("found").replaceChildren(none);
  byId("found").setAttribute("aria-busy", "false");
  byId("code").hidden = true;
  say(byId("try-state"), "");
}

async function run() {
  running?.abort();
  const body = request();
  if (!body.prompt.trim()) return clear();
  const mine = running = new AbortController();
  byId("found").setAttribute("aria-busy", "true");
  const [found, route] = await Promise.allSettled([classify(body.prompt, mine.signal), ask("/route", { body, signal: mine.signal })]);
  if (mine.signal.aborted) return;
  const parts = route.status === "fulfilled" ? chosen(route.value) : [trouble(route.reason)];
  if (found.status === "fulfilled") parts.push(...kind(found.value));
  else if (!parts[0].isEqualNode(trouble(found.reason))) parts.push(element("h3", "What it is"), trouble(found.reason));
  if (route.status === "fulfilled") {
    parts.push(element("h3", "Ranking"), ranking(route.value.ranking, { most: 8 }));
    if (route.value.excluded.length) parts.push(element("h3", `Left out, ${route.value.excluded.length}`), excluded(route.value.excluded));
  }
  tellLimits(Map.groupBy(route.value?.excluded || [], (each) => each.reason), route.reason?.fields || []);
  byId("found").replaceChildren(...parts);
  byId("found").setAttribute("aria-busy", "false");
  byId("code").hidden = false;
  // Spoken by a screen reader, which would otherwise read out the whole result with each pause in typing.
  say(byId("try-state"), route.status === "fulfilled" ? route.value.recommended_model.display_name : "No model is recommended.");
  write();
}

/** For a key that was given after the last try. */
export function tryAgain() {
  if (byId("prompt").value.trim()) run();
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(run, WAIT_MS);
}

function write() {
  const language = document.querySelector("input[name=language]:checked").value;
  say(byId("snippet"), snippet(language, `${location.origin}/route`, request(), hasKey()));
}

byId("ask").addEventListener("input", () => { say(byId("preference-said"), byId("preference").value); soon(); });
byId("ask").addEventListener("submit", (event) => event.preventDefault());
byId("ask").addEventListener("reset", (event) => {
  const stays = ["prompt", "preference"].map((id) => [byId(id), byId(id).value]);
  setTimeout(() => { for (const [input, value] of stays) input.value = value; run(); });
  event.stopPropagation();
});
for (const sample of document.querySelectorAll(".samples button")) {
  sample.addEventListener("click", () => { byId("prompt").value = sample.textContent; run(); });
}
byId("code").addEventListener("change", write);
byId("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(byId("snippet").textContent);
    say(byId("try-state"), "Copied.");
  } catch {
    getSelection().selectAllChildren(byId("snippet"));
    say(byId("try-state"), "Marked; copy it with the keyboard.");
  }
  setTimeout(() => say(byId("try-state"), ""), 3000);
});
