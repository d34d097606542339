// The request of the playground as code. The key is never in it: it comes from the environment.

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** What a command takes as an argument: Linux allows 128 KiB for one. */
const MOST_ARGUMENT_BYTES = 100_000;

/** The body for curl: as an argument, or on its standard input where it is too long for one. */
function curlBody(json) {
  const argument = quoted(json);
  if (new TextEncoder().encode(argument).length <= MOST_ARGUMENT_BYTES) return `  -d ${argument}`;
  return `  --data-binary @- <<'EOF'\n${json}\nEOF`;
}

/** A JSON value as a Python literal. */
function python(value, indent = "") {
  const deeper = `${indent}    `;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map((each) => python(each, deeper)).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.entries(value).map(([name, each]) => `${deeper}${JSON.stringify(name)}: ${python(each, deeper)},`);
  return pairs.length ? `{\n${pairs.join("\n")}\n${indent}}` : "{}";
}

const WRITERS = {
  curl: (address, body, needsKey) => [
    `curl ${address}`,
    ...(needsKey ? [`  -H "authorization: Bearer $ROUTER_KEY"`] : []),
    `  -H 'content-type: application/json'`,
    curlBody(JSON.stringify(body)),
  ].join(" \\\n"),
  python: (address, body, needsKey) => [
    ...(needsKey ? ["import os", ""] : []),
    "import requests", "",
    "answer = requests.post(",
    `    ${JSON.stringify(address)},`,
    ...(needsKey ? [`    headers={"authorization": f"Bearer {os.environ['ROUTER_KEY']}"},`] : []),
    `    json=${python(body, "    ")},`,
    "    timeout=30,", ")", "answer.raise_for_status()", `print(answer.json()["recommended_model"]["id"])`,
  ].join("\n"),
  javascript: (address, body, needsKey) => [
    `const answer = await fetch(${JSON.stringify(address)}, {`,
    `  method: "POST",`,
    `  headers: { "content-type": "application/json"${needsKey ? ", authorization: `Bearer ${process.env.ROUTER_KEY}`" : ""} },`,
    `  body: JSON.stringify(${JSON.stringify(body, null, 2).replaceAll("\n", "\n  ")}),`,
    "});",
    "if (!answer.ok) throw new Error((await answer.json()).error.message);",
    "console.log((await answer.json()).recommended_model.id);",
  ].join("\n"),
};

export function snippet(language, address, body, needsKey) {
  return WRITERS[language](address, body, needsKey);
}
