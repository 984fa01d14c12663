// Draws `page` (ci/dashboard/model.py) into #grid, as Grafana would. Times are seconds of the epoch, and shown in UTC.
"use strict";

const COLORS = { red: "#f2495c", green: "#73bf69", orange: "#ff9830", blue: "#5794f2" };
const PALETTE = [
  "#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#705da0", "#37872d", "#fade2a", "#447ebc", "#c15c17",
];
const FONT = '11px "DejaVu Sans", sans-serif';
const TEXT = "#9898a6", GRID = "#25282d";
const AXIS_GAP = 8, TIME_AXIS = 24, HALF_TIME = 28;

// By unit: the base of its prefixes, these, and what follows.
const SI = ["", "K", "M", "G", "T"], BINARY = ["", "Ki", "Mi", "Gi", "Ti"], DECIMAL = ["", "k", "M", "G", "T"];
const SCALED = {
  none: [1000, [""], ""],
  short: [1000, SI, ""],
  ops: [1000, SI, " ops/s"],
  bytes: [1024, BINARY, "B"],
  Bps: [1000, DECIMAL, "B/s"],
};
const POWERS_OF_2 = Array.from({ length: 44 }, (_, power) => 2 ** power);
const WHOLE = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
const TIMES = [[1e-6, "ns", 1e-9], [1e-3, "µs", 1e-6], [1, "ms", 1e-3], [60, "s", 1], [3600, "min", 60], [Infinity, "h", 3600]];

const short = (value) => String(+value.toPrecision(3));

function duration(seconds) {
  if (seconds === 0) return "0 s";
  const [, name, size] = TIMES.find(([end]) => Math.abs(seconds) < end);
  return `${short(seconds / size)} ${name}`;
}

function worded(value, unit) {
  if (typeof value === "string") return value;
  if (unit === "s") return duration(value);
  if (unit === "µs") return duration(value * 1e-6);
  if (unit === "percentunit") return `${short(value * 100)} %`;
  if (!(unit in SCALED)) throw new Error(`unit ${unit}`);
  const [base, prefixes, name] = SCALED[unit];
  let power = 0, left = value;
  while (Math.abs(left) >= base && power + 1 < prefixes.length) { left /= base; power += 1; }
  const number = prefixes.length === 1 && Number.isInteger(value) ? String(value) : short(left);
  const gap = name.trim() && !name.startsWith(" ") ? " " : "";
  return `${number}${gap}${prefixes[power]}${name}`;
}

function add(parent, tag, name, text) {
  const made = document.createElement(tag);
  made.className = name;
  if (text !== undefined) made.textContent = text;
  return parent.appendChild(made);
}

const said = (cell) => cell.text ?? worded(cell.value, cell.unit);

function stat(body, panel) {
  for (const cell of panel.cells) {
    body.classList.add("number");
    body.style.background = COLORS[cell.color] ?? "";
    add(body, "div", "value", said(cell));
  }
  return panel.cells.length;
}

function table(body, panel) {
  if (panel.cells.length === 0) return 0;
  const rows = add(body, "table", "");
  const head = add(rows, "tr", "");
  for (const column of panel.columns) add(head, "th", "", column);
  for (const cells of panel.cells) {
    const row = add(rows, "tr", "value");
    for (const cell of cells) add(row, "td", "", said(cell)).style.color = COLORS[cell.color] ?? "";
  }
  return panel.cells.length;
}

const clock = (at) => new Date(at * 1000).toISOString().slice(11, 19);
const TICKS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400], MOST_TICKS = 7, TICK_MARGIN = 0.05;
const LEAST_FONT = 8, MOST_FONT = 11, LINE = 1.15;

function timeline(body, panel) {
  if (panel.rows.length === 0) return 0;
  const [begin, end] = [page.times[0], page.times.at(-1)];
  const part = (from, to) => `${(100 * (to - from)) / (end - begin)}%`;
  const names = [];
  const font = (body.clientHeight - 18) / panel.rows.length / LINE;
  body.style.fontSize = `${Math.max(LEAST_FONT, Math.min(MOST_FONT, font))}px`;
  for (const row of panel.rows) {
    const line = add(body, "div", "line");
    names.push(add(line, "div", "name", row.name));
    const track = add(line, "div", "track");
    for (const span of row.spans) {
      const made = add(track, "div", "value");
      const to = Math.min(span.to, end);
      Object.assign(made.style, { left: part(begin, span.from), width: part(span.from, to), background: COLORS[span.color] ?? TEXT });
      made.title = `${clock(span.from)} to ${clock(to)}`;
      const text = add(made, "span", "", said(span));
      if (text.offsetWidth + 4 > made.offsetWidth) text.remove();
    }
  }
  const width = Math.max(...names.map((name) => name.offsetWidth));
  for (const name of names) name.style.width = `${width}px`;
  const ticks = add(body, "div", "ticks");
  ticks.style.marginLeft = `${width}px`;
  const step = TICKS.find((each) => (end - begin) / each <= MOST_TICKS) ?? TICKS.at(-1);
  for (let at = Math.ceil(begin / step) * step; at <= end; at += step) {
    const place = (at - begin) / (end - begin);
    if (place > TICK_MARGIN && place < 1 - TICK_MARGIN) add(ticks, "span", "", clock(at)).style.left = `${100 * place}%`;
  }
  return panel.rows.filter((row) => row.spans.length > 0).length;
}

// The place that an axis takes: its longest word.
function room(plot, words, index, cycle) {
  const axis = plot.axes[index];
  if (cycle > 1) return axis._size;
  plot.ctx.font = axis.font[0];
  const longest = Math.max(...(words ?? []).map((word) => plot.ctx.measureText(word).width / devicePixelRatio), 20);
  return Math.ceil(longest) + axis.ticks.size + axis.gap + AXIS_GAP;
}

function timeseries(body, panel) {
  if (panel.series.length === 0) return 0;
  const { min, max, custom } = panel;
  const axis = { font: FONT, stroke: TEXT, grid: { stroke: GRID, width: 1 }, ticks: { stroke: GRID, width: 1, size: 4 }, gap: 4 };
  const of = (right) => panel.series.filter((series) => series.right === right);
  const y = (scale, side, unit, grid) => ({
    ...axis, scale, side, size: room,
    values: (_, values) => values.map((value) => worded(value, unit)),
    grid: { ...axis.grid, show: grid },
    ...(unit === "bytes" && { incrs: POWERS_OF_2 }),
    ...(panel.decimals === 0 && { incrs: WHOLE }),
  });
  // From 0 where the dashboard says so; a line of zeros has room above it.
  const range = (_, low, high) => {
    const top = max ?? (high > (min ?? low) ? high : (min ?? low) + 1);
    return [min ?? low, max ?? uPlot.rangeNum(min ?? low, top, 0.08, true)[1]];
  };
  const axes = [{ ...axis, size: TIME_AXIS, values: (_, values) => values.map(clock), space: 70 }];
  if (of(false).length > 0) axes.push(y("left", 3, of(false)[0].unit, true));
  if (of(true).length > 0) axes.push(y("right", 1, of(true)[0].unit, of(false).length === 0));
  const options = {
    width: body.clientWidth,
    height: body.clientHeight,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1e3), "Etc/UTC"),
    padding: [8, of(true).length > 0 ? 0 : HALF_TIME, 0, 0],
    cursor: { show: false },
    legend: { live: false, markers: { fill: (plot, index) => plot.series[index].stroke(plot, index) } },
    scales: { left: { range }, right: { range } },
    axes,
    series: [{}, ...panel.series.map((series, index) => {
      const stroke = PALETTE[index % PALETTE.length];
      const fill = stroke + Math.round(custom.fillOpacity * 2.55).toString(16).padStart(2, "0");
      const paths = custom.drawStyle === "bars" ? uPlot.paths.bars({ size: [1], gap: 0 }) : undefined;
      return {
        label: series.name, scale: series.right ? "right" : "left", stroke, fill, width: custom.lineWidth,
        spanGaps: custom.spanNulls, paths, points: paths ? { show: false } : { size: 4, fill: stroke },
      };
    })],
  };
  const plot = new uPlot(options, [page.times, ...panel.series.map((series) => series.values)], body);
  const legend = plot.root.querySelector(".u-legend").offsetHeight;
  plot.setSize({ width: options.width, height: options.height - legend });
  return panel.series.filter((series) => series.values.some((value) => value !== null)).length;
}

const DRAW = { stat, table, "state-timeline": timeline, timeseries };

for (const panel of page.panels) {
  const { x, y, w, h } = panel.place;
  const made = add(document.getElementById("grid"), "section", `panel ${panel.kind}`);
  made.style.gridArea = `${y + 1} / ${x + 1} / span ${h} / span ${w}`;
  made.title = panel.description;
  if (panel.kind === "row") { made.textContent = panel.title; continue; }
  add(made, "h2", "", panel.title);
  const body = add(made, "div", "body");
  if (DRAW[panel.kind](body, panel) === 0) add(body, "div", "empty", panel.noValue);
}
