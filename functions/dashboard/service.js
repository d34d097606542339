// Asks the service, with the key that the reader gave, and asks the reader for one where it is needed.

import { byId, kept, say } from "./elements.js";

const HELD = "router-key";
const ANSWER_MS = 30000;
const form = byId("key-form"), explained = byId("key-words").textContent;
/** A header carries nothing else, and no key of the service holds anything else. */
const canBeKey = (text) => /^[\x21-\x7e]+$/.test(text);
let key = "";
/** Those that ask for a key: "figures", "prompts", "decisions", "reader". While there are any, the form is open. */
const asking = new Set();

export const hasKey = () => key !== "";

function hold(given) {
  key = given;
  if (key) kept.set("sessionStorage", HELD, key);
  else kept.remove("sessionStorage", HELD);
  byId("key-change").hidden = byId("key-forget").hidden = !key;
}

function showForm() {
  const left = asking.size === 0 && form.contains(document.activeElement);
  form.hidden = asking.size === 0;
  if (left) byId("board").focus({ preventScroll: true });
  byId("key-change").setAttribute("aria-expanded", String(!form.hidden));
}

/** Keeps the key for this tab and returns true, or says why the text cannot be one. */
export function useKey(text) {
  const given = text.trim();
  const usable = canBeKey(given);
  say(byId("key-words"), usable ? explained : "No key looks like that: a key is made of Latin letters, digits and signs, without spaces.");
  if (!usable) return false;
  hold(given);
  answered("prompts", "decisions", "reader");  // perhaps nothing is tried anew that would tell
  return true;
}

/** Opens the form for those that need a key. */
export function needsKey(who) {
  asking.add(who);
  showForm();
}

/** Opens the form for a reader who wants to give another key or to forget this one, or closes it. */
export function changeKey() {
  if (asking.has("reader")) return answered("reader");
  needsKey("reader");
  byId("key").select();
}

/** Closes the form unless others still need a key: the reader may be typing one. */
function answered(...all) {
  for (const who of all) asking.delete(who);
  showForm();
}

export function forgetKey() {
  hold("");
  byId("key").value = "";
  say(byId("key-words"), `The key has been forgotten. ${explained}`);
  answered("reader");
}

function notValid(used) {
  if (!used || used !== key) return;
  hold("");
  say(byId("key-words"), "That key is not valid, or no longer. It has been forgotten; give another.");
}

const before = kept.get("sessionStorage", HELD) || "";
hold(canBeKey(before) ? before : "");

export class Refused extends Error {
  constructor(status, error) {
    super(error?.message || `The service answered ${status}.`);
    this.status = status;
    this.fields = error?.fields || [];
  }
}

/** Why there is no answer. */
export function silence(failure) {
  return failure.name === "TimeoutError" ? "The router is slow to answer" : "The router cannot be reached";
}

/**
 * The answer as JSON, which is waited for half a minute; raises `Refused` with the service's own words for any error that it answers. `who` asks: each needs
 * a key or not by itself.
 */
export async function ask(path, { body, signal, who = "prompts" } = {}) {
  const used = key;
  const headers = used ? { authorization: `Bearer ${used}` } : {};
  const late = AbortSignal.timeout(ANSWER_MS);
  const options = { headers, signal: signal ? AbortSignal.any([signal, late]) : late };
  if (body !== undefined) {
    Object.assign(options, { method: "POST", body: JSON.stringify(body) });
    headers["content-type"] = "application/json";
  }
  const answer = await fetch(path, options);
  if (answer.ok) {
    answered(who);
    return answer.json();
  }
  if (answer.status === 401) {
    needsKey(who);
    notValid(used);
  }
  const said = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, said.error);
}
