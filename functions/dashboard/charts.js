// Two charts by hand. The smallest library kept well that draws both (uPlot, 50 kB of script and style) is larger than
// this whole page's script, draws on a canvas that takes no colours from the style sheet, and sets inline styles.

import { byId, element, fill, ms, rate, say, time, dayTime } from "./elements.js";

const SPACE = "http://www.w3.org/2000/svg";
const root = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

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
    for (const kind of ["pointermove", "pointerdown"]) this.box.addEventListener(kind, (event) => this.point(event));
    // A finger leaves as soon as it is lifted: what it pointed at is read out until another place is touched.
    this.box.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") this.leave(); });
    document.addEventListener("pointerdown", (event) => { if (!event.composedPath().includes(this.box)) this.leave(); });
  }

  leave() {
    if (this.at === undefined) return;
    this.at = undefined;
    this.draw();
  }

  /** Where the axes are, in pixels: their labels grow with the letters. */
  frame() {
    const rem = root(), width = this.box.clientWidth, height = this.box.clientHeight;
    const left = 3.2 * rem, right = width - 0.55 * rem, top = 0.55 * rem, bottom = height - 1.5 * rem;
    return { rem, width, height, left, right, top, bottom, step: (right - left) / this.points.length };
  }

  show(points, step, none) {
    Object.assign(this, { points, step, none });
    this.draw();
  }

  point(event) {
    if (!this.points.length) return;
    const { left, step } = this.frame();
    const at = Math.floor((event.clientX - this.box.getBoundingClientRect().left - left) / step);
    this.at = Math.max(0, Math.min(this.points.length - 1, at));
    this.draw();
  }

  draw() {
    const frame = this.frame(), { rem, width, height, left, right, top, bottom, step } = frame;
    if (!width || !this.points.length) return;
    const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": this.summary() });
    const x = (index) => left + (index + 0.5) * step;
    const scale = this.scale();
    const y = (value) => bottom - (bottom - top) * scale.share(value);
    for (const [value, text] of scale.ticks) {
      svg.append(drawn("line", { x1: left, x2: right, y1: y(value), y2: y(value), class: "grid" }));
      svg.append(drawn("text", { x: left - rem / 2, y: y(value) + rem / 4, "text-anchor": "end" }, text));
    }
    this.times(svg, x, frame);
    const middle = { x: (left + right) / 2, y: (top + bottom) / 2, "text-anchor": "middle", class: "none" };
    if (this.empty()) svg.append(drawn("text", middle, this.none));
    else this.marks(svg, x, y, step);
    const at = x(this.at);
    if (this.at !== undefined) svg.append(drawn("line", { x1: at, x2: at, y1: top, y2: bottom, class: "rule" }));
    this.box.replaceChildren(svg);
    say(this.readout, this.at === undefined ? this.summary() : this.read(this.points[this.at]));
  }

  times(svg, x, { rem, height, left, right, step }) {
    const shown = this.step >= 3600 && this.points.length > 30 ? dayTime : time;
    const most = Math.max(2, Math.min(7, Math.floor((right - left) / (shown === time ? 5 * rem : 7.3 * rem))));
    const every = Math.max(1, Math.ceil(this.points.length / most));
    for (let index = this.points.length - 1; index >= 0; index -= every) {
      const anchor = index === this.points.length - 1 ? "end" : "middle";
      const at = anchor === "end" ? x(index) + step / 2 : x(index);
      if (at < left + 1.6 * rem) break;
      svg.append(drawn("text", { x: at, y: height - rem / 3, "text-anchor": anchor }, shown(this.points[index].at)));
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
        const lone = run.length === 1;
        svg.append(drawn("path", { d: `M${run.join("L")}${lone ? "h0.01" : ""}`, class: `s-${name}${lone ? " lone" : ""}` }));
      }
    }
  }

  read(point) {
    if (point.p50_ms === null) return `${this.when(point)}: no requests`;
    return `${this.when(point)}: p50 ${ms(point.p50_ms)}, p95 ${ms(point.p95_ms)}, p99 ${ms(point.p99_ms)}`;
  }

  summary() { return this.empty() ? "" : "From the event to the answer, without the network"; }
}

/** A list of names with a bar behind each; `list` holds `{name, share, text, chosen}`, `more` is said below. */
export function bars(target, list, none, more = []) {
  const quiet = (text) => element("li", text, "quiet");
  const lines = list.map((item) => {
    const behind = element("span", null, "fill");
    behind.style.width = `${Math.max(0, Math.min(1, item.share)) * 100}%`;
    const name = element("span", item.name, "name"), count = element("span", item.text, "count");
    return element("li", null, item.chosen ? "chosen" : "", behind, name, count);
  });
  fill(target, lines.length ? [...lines, ...more.map(quiet)] : [quiet(none)]);
}
