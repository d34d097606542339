// Two charts by hand. The smallest library kept well that draws both (uPlot, 50 kB of script and style) is larger than
// this whole page's script, draws on a canvas that takes no colours from the style sheet, and sets inline styles.

import { byId, element, rate, say, time, dayTime } from "./elements.js";

const SPACE = "http://www.w3.org/2000/svg";
const LEFT = 46, RIGHT = 8, TOP = 8, BOTTOM = 22;

function drawn(tag, attributes, text) {
  const made = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A round number at or above, in steps of 1, 2 and 5. */
export function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) || 1;
}

/** One chart in its box: draws anew when data come or the box changes its size, and reads out what is pointed at. */
class Chart {
  constructor(id, label) {
    this.box = byId(id);
    this.readout = byId(`${id}-read`);
    this.label = label;
    this.points = [];
    new ResizeObserver(() => this.draw()).observe(this.box);
    this.box.addEventListener("pointermove", (event) => this.point(event));
    this.box.addEventListener("pointerleave", () => { this.at = undefined; this.draw(); });
  }

  show(points, step, none) {
    Object.assign(this, { points, step, none });
    this.draw();
  }

  point(event) {
    if (!this.points.length) return;
    const { left, width } = this.box.getBoundingClientRect();
    const share = (event.clientX - left - LEFT) / (width - LEFT - RIGHT);
    this.at = Math.max(0, Math.min(this.points.length - 1, Math.floor(share * this.points.length)));
    this.draw();
  }

  draw() {
    const width = this.box.clientWidth, height = this.box.clientHeight;
    if (!width || !this.points.length) return;
    const inner = { width: width - LEFT - RIGHT, height: height - TOP - BOTTOM };
    const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": this.summary() });
    const x = (index) => LEFT + (index + 0.5) * inner.width / this.points.length;
    const scale = this.scale();
    const y = (value) => TOP + inner.height * (1 - scale.share(value));
    for (const [value, text] of scale.ticks) {
      svg.append(drawn("line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value), class: "grid" }));
      svg.append(drawn("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, text));
    }
    this.times(svg, x, height, inner.width);
    if (this.empty()) svg.append(drawn("text", { x: LEFT + inner.width / 2, y: TOP + inner.height / 2, "text-anchor": "middle", class: "none" }, this.none));
    else this.marks(svg, x, y, inner.width / this.points.length);
    if (this.at !== undefined) svg.append(drawn("line", { x1: x(this.at), x2: x(this.at), y1: TOP, y2: TOP + inner.height, class: "rule" }));
    this.box.replaceChildren(svg);
    say(this.readout, this.at === undefined ? this.summary() : this.read(this.points[this.at]));
  }

  times(svg, x, height, width) {
    const shown = this.step >= 3600 && this.points.length > 30 ? dayTime : time;
    const most = Math.max(2, Math.min(7, Math.floor(width / (shown === time ? 75 : 110))));
    const every = Math.max(1, Math.ceil(this.points.length / most));
    for (let index = this.points.length - 1; index >= 0; index -= every) {
      const anchor = index === this.points.length - 1 ? "end" : "middle";
      const at = anchor === "end" ? x(index) + width / this.points.length / 2 : x(index);
      if (at < LEFT + 24) break;
      svg.append(drawn("text", { x: at, y: height - 5, "text-anchor": anchor }, shown(this.points[index].at)));
    }
  }

  when(point) {
    return `${this.step >= 3600 ? dayTime(point.at) : time(point.at)}`;
  }
}

/** Answered, refused and failed requests, stacked. */
export class Requests extends Chart {
  empty() { return this.points.every((point) => point.requests === 0); }

  scale() {
    const top = roundUp(Math.max(4, ...this.points.map((point) => point.requests)));
    const ticks = [0, top / 2, top].map((value) => [value, value >= 10000 ? `${value / 1000}k` : String(value)]);
    return { share: (value) => value / top, ticks };
  }

  marks(svg, x, y, wide) {
    const bar = Math.max(1, Math.min(wide - 1.5, wide * 0.86, 40));
    this.points.forEach((point, index) => {
      let below = 0;
      const parts = [["f-error", point.errors], ["f-refused", point.refused], ["f-ok", point.requests - point.errors - point.refused]];
      for (const [className, many] of parts) {
        if (many <= 0) continue;
        const height = Math.max(1.5, y(below) - y(below + many));
        svg.append(drawn("rect", { x: x(index) - bar / 2, y: y(below + many), width: bar, height, rx: Math.min(2, bar / 4), class: className }));
        below += many;
      }
    });
  }

  read(point) { return `${this.when(point)}: ${point.requests} requests, ${point.refused} refused, ${point.errors} errors`; }

  summary() {
    const all = this.points.reduce((sum, point) => sum + point.requests, 0);
    const most = Math.max(...this.points.map((point) => point.requests));
    const unit = this.step === 60 ? "minute" : "hour";
    return all ? `At most ${most.toLocaleString()} a ${unit}, ${rate(all / this.points.length)} on average` : "";
  }
}

const QUANTILES = ["p99", "p95", "p50"];

/** Three quantiles on a logarithmic scale, with gaps where nothing happened. */
export class Latency extends Chart {
  empty() { return this.points.every((point) => point.p50_ms === null); }

  scale() {
    const found = this.points.flatMap((point) => [point.p50_ms, point.p99_ms]).filter((value) => value !== null);
    const low = Math.floor(Math.log10(Math.max(0.1, Math.min(1, ...found)))), high = Math.max(low + 2, Math.ceil(Math.log10(Math.max(10, ...found))));
    const powers = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
    const ticks = powers.map((value) => [value, value >= 1000 ? `${value / 1000} s` : `${Number(value.toPrecision(1))} ms`]);
    return { share: (value) => (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low), ticks };
  }

  marks(svg, x, y) {
    for (const name of QUANTILES) {
      const runs = [[]];
      this.points.forEach((point, index) => {
        const value = point[`${name}_ms`];
        if (value === null) runs.push([]);
        else runs.at(-1).push(`${x(index)},${y(value)}`);
      });
      for (const run of runs.filter((each) => each.length)) {
        // A lone point is a line of no length, which round caps make a dot.
        svg.append(drawn("path", { d: `M${run.join("L")}${run.length === 1 ? "h0.01" : ""}`, class: `s-${name}` }));
      }
    }
  }

  read(point) {
    if (point.p50_ms === null) return `${this.when(point)}: no requests`;
    return `${this.when(point)}: p50 ${point.p50_ms.toPrecision(2)} ms, p95 ${point.p95_ms.toPrecision(2)} ms, p99 ${point.p99_ms.toPrecision(2)} ms`;
  }

  summary() { return this.empty() ? "" : "From the event to the answer, without the network"; }
}

/** A list of names with a bar behind each; `list` holds `{name, share, text, chosen}`. */
export function bars(target, list, none) {
  if (!list.length) {
    target.replaceChildren(element("li", none, "quiet"));
    return;
  }
  target.replaceChildren(...list.map((item) => {
    const behind = element("span", null, "fill");
    behind.style.width = `${Math.max(0, Math.min(1, item.share)) * 100}%`;
    return element("li", null, item.chosen ? "chosen" : "", behind, element("span", item.name, "name"), element("span", item.text, "count"));
  }));
}
