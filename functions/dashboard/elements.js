// Everything shown is put in as text, never as markup: names in the catalogue come from outside.

export const byId = (id) => document.getElementById(id);

export function element(tag, text, className, ...children) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** Sets a text only when it differs, so that nothing flickers and a screen reader hears changes alone. */
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Whether both are rows of a table that tell of the same thing. */
function sameRow(one, other) {
  return [one, other].every((each) => each.tagName === "TR") && one.firstChild.isEqualNode(other.firstChild);
}

/**
 * Makes these the children. What is there already stays, rows cell by cell, with whatever the reader has marked in it;
 * and the focus stays on the element with the same `data-key`.
 */
export function fill(target, children) {
  const focused = target.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const old = [...target.childNodes];
  const wanted = children.map((child) => {
    const at = old.findIndex((each) => each.isEqualNode(child) || sameRow(each, child));
    if (at < 0) return child;
    const [stays] = old.splice(at, 1);
    if (!stays.isEqualNode(child)) fill(stays, [...child.childNodes]);
    return stays;
  });
  for (const each of old) each.remove();
  let place = target.firstChild;
  for (const each of wanted) {
    if (each === place) place = place.nextSibling;
    else target.insertBefore(each, place);
  }
  if (focused === undefined) return;
  [...target.querySelectorAll("[data-key]")].find((each) => each.dataset.key === focused)?.focus({ preventScroll: true });
}

/** What this browser keeps, in `localStorage` or `sessionStorage`: nothing where site data are blocked. */
export const kept = {
  get: (storage, name) => { try { return window[storage].getItem(name); } catch { return null; } },
  set: (storage, name, text) => { try { window[storage].setItem(name, text); } catch { /* not kept */ } },
  remove: (storage, name) => { try { window[storage].removeItem(name); } catch { /* nothing is kept */ } },
};

export function cell(content, className) {
  return content instanceof Node ? element("td", null, className, content) : element("td", content, className);
}

export function row(...cells) {
  return element("tr", null, "", ...cells);
}

/**
 * As many as may be shown, in their order: the first, but rather those that weigh most where `weight` says what does.
 * Whoever shows them says with `andMore` how many are left out.
 */
export function some(list, most, weight = () => 0) {
  const best = new Set(list.toSorted((one, other) => weight(other) - weight(one)).slice(0, most));
  return list.filter((item) => best.has(item));
}

export const andMore = (list, most) => (list.length > most ? [`and ${count(list.length - most)} more`] : []);

export function nothing(columns, words) {
  const made = element("td", words, "quiet");
  made.colSpan = columns;
  return row(made);
}

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const known = (format) => (value) => (value === null || value === undefined ? "–" : format(value));

export const count = known((value) => whole.format(value));
export const compact = known((value) => (value < 10000 ? whole.format(value) : short.format(value)));
export const percent = known((value) => {
  if (value > 0 && value < 0.0005) return "< 0.1 %";
  if (value >= 0.995 && value < 1) return "> 99 %";
  return `${value > 0 && value < 0.1 ? (value * 100).toFixed(1) : Math.round(value * 100)} %`;
});
/** A calibrated chance is never quite certain, and is not shown as if it were. */
export const sure = (value) => (value >= 0.995 ? "> 99 %" : percent(value));
/** How many on average, where less than one is not none. */
export const rate = known((value) => (value > 0 && value < 0.05 ? "under 0.1" : value < 9.95 ? String(Number(value.toFixed(1))) : whole.format(value)));
export const ms = known((value) => {
  if (value >= 9950) return `${(value / 1000).toFixed(0)} s`;
  if (value >= 995) return `${(value / 1000).toFixed(1)} s`;
  return value >= 9.95 ? `${value.toFixed(0)} ms` : `${value.toFixed(1)} ms`;
});
export const bytes = known((value) => `${Math.round(value / 1048576)} MB`);
export const dollars = known((value) => {
  const size = Math.abs(value), sign = value < 0 ? "−" : "";
  if (size === 0) return "$0";
  if (size >= 1000) return `${sign}$${short.format(size)}`;
  return size >= 0.01 ? `${sign}$${size.toFixed(2)}` : `${sign}$${size.toFixed(Math.min(9, 1 - Math.floor(Math.log10(size))))}`;
});
export const words = (name) => name.replaceAll("_", " ");

export function age(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const clockWithSeconds = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" });
export const time = (seconds) => clock.format(seconds * 1000);
const timeToSecond = (seconds) => clockWithSeconds.format(seconds * 1000);
export const dayTime = (seconds) => day.format(seconds * 1000);
const dateAndTime = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
/** The time of day, with the date where it is not that of `now`; both in epoch seconds. */
export function moment(seconds, now) {
  const sameDay = new Date(seconds * 1000).toDateString() === new Date(now * 1000).toDateString();
  return sameDay ? timeToSecond(seconds) : dateAndTime.format(seconds * 1000);
}
