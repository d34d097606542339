// Asks the service, with the key that the reader gave, and asks the reader for one where it is needed.

import { byId, say } from "./elements.js";

const HELD = "router-key";
const form = byId("key-form"), explained = byId("key-words").textContent;
/** A header carries nothing else, and no key of the service holds anything else. */
const canBeKey = (text) => /^[\x21-\x7e]+$/.test(text);
const held = sessionStorage.getItem(HELD) || "";
let key = canBeKey(held) ? held : "";
/** Those that were refused for want of a key: "figures", "prompts". While there are any, the form is open. */
const refused = new Set();

export const hasKey = () => key !== "";

/** Keeps the key for this tab and returns true, or says why the text cannot be one. */
export function useKey(text) {
  const given = text.trim();
  const usable = canBeKey(given);
  say(byId("key-words"), usable ? explained : "No key looks like that: a key is made of Latin letters, digits and signs, without spaces.");
  if (!usable) return false;
  key = given;
  sessionStorage.setItem(HELD, key);
  answered("prompts");  // perhaps nothing is tried anew that would tell
  return true;
}

/** Opens the form for those that need a key. */
export function needsKey(who) {
  refused.add(who);
  form.hidden = false;
}

/** Closes the form unless others still need a key: the reader may be typing one. */
function answered(who) {
  refused.delete(who);
  form.hidden = refused.size === 0;
}

function forget(used) {
  if (!used || used !== key) return;
  key = "";
  sessionStorage.removeItem(HELD);
  say(byId("key-words"), "That key is not valid, or no longer. It has been forgotten; give another.");
}

export class Refused extends Error {
  constructor(status, error) {
    super(error?.message || `The service answered ${status}.`);
    this.status = status;
    this.fields = error?.fields || [];
  }
}

/**
 * The answer as JSON; raises `Refused` with the service's own words for any error that it answers. `who` asks: each needs
 * a key or not by itself.
 */
export async function ask(path, { body, signal, who = "prompts" } = {}) {
  const used = key;
  const headers = used ? { authorization: `Bearer ${used}` } : {};
  const options = body === undefined ? { headers, signal } : { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body), signal };
  const answer = await fetch(path, options);
  if (answer.ok) {
    answered(who);
    return answer.json();
  }
  if (answer.status === 401) {
    needsKey(who);
    forget(used);
  }
  const said = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, said.error);
}
