// Looks at the page when it is loaded, and leaves what it has seen in #seen, as JSON: by panel how many things are drawn and
// what is wrong with its words; errors of scripts.
"use strict";

const seen = { panels: {}, errors: [] };
const canvasWords = new Map(); // by canvas

addEventListener("error", (event) => seen.errors.push(event.message));
for (const level of ["error", "warn"]) console[level] = (...words) => seen.errors.push(words.join(" "));

// What is written on a canvas is not in the document.
const fillText = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
  fillText.call(this, text, x, y);
  const measure = this.measureText(text);
  const [left, top] = [x - measure.actualBoundingBoxLeft, y - measure.actualBoundingBoxAscent];
  const [right, bottom] = [x + measure.actualBoundingBoxRight, y + measure.actualBoundingBoxDescent];
  const at = (column, row) => new DOMPoint(column, row).matrixTransform(this.getTransform());
  const [first, last] = [at(left, top), at(right, bottom)];
  const words = canvasWords.get(this.canvas) ?? canvasWords.set(this.canvas, []).get(this.canvas);
  words.push({ text, left: first.x, top: first.y, right: last.x, bottom: last.y });
};
// A canvas that is drawn anew begins with this.
const clearRect = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...area) {
  clearRect.apply(this, area);
  canvasWords.delete(this.canvas);
};

const BAD = /NaN|undefined|null|Infinity|\{\{|\}\}|\[object/;
const inside = (inner, outer) =>
  inner.left >= outer.left - 1 && inner.right <= outer.right + 1 && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
const overlap = (a, b) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;

// The words of the document in this panel, each line of them with its place.
function words(panel) {
  const found = [], walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (const box of range.getClientRects()) {
      found.push({ text: walker.currentNode.data, left: box.left, right: box.right, top: box.top, bottom: box.bottom });
    }
  }
  return found;
}

function flaws(panel) {
  const found = [], own = words(panel);
  const check = (texts, area, where) => {
    for (const [index, word] of texts.entries()) {
      if (BAD.test(word.text)) found.push(`says '${word.text}'`);
      if (!inside(word, area)) found.push(`'${word.text}' is not within the ${where}`);
      for (const other of texts.slice(index + 1)) {
        if (overlap(word, other)) found.push(`'${word.text}' and '${other.text}' are one upon the other`);
      }
    }
  };
  check(own, panel.getBoundingClientRect(), "panel");
  for (const canvas of panel.querySelectorAll("canvas")) {
    check(canvasWords.get(canvas) ?? [], { left: 0, top: 0, right: canvas.width, bottom: canvas.height }, "plot");
    if (canvas.clientHeight < 80) found.push(`its legend leaves ${canvas.clientHeight} px for the plot`);
    if (!inside(canvas.getBoundingClientRect(), panel.getBoundingClientRect())) found.push("the plot is not within the panel");
  }
  return found;
}

// Series of which at least three pixels have the colour that the legend names; what lies below another line has none.
function colored(canvas, markers) {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colors = markers.map((marker) => getComputedStyle(marker).backgroundColor.match(/\d+/g).map(Number));
  const counts = colors.map(() => 0);
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 100) continue;
    for (const [index, color] of colors.entries()) {
      if (color.every((part, offset) => Math.abs(part - data[at + offset]) < 12)) counts[index] += 1;
    }
  }
  return counts.filter((count) => count >= 3).length;
}

function drawn(panel) {
  const canvas = panel.querySelector("canvas");
  if (canvas) return colored(canvas, [...panel.querySelectorAll(".u-marker")]);
  const values = [...panel.querySelectorAll(".value")];
  return values.filter((value) => value.getBoundingClientRect().width >= 1).length;
}

addEventListener("load", () => {
  for (const panel of document.querySelectorAll(".panel:not(.row)")) {
    seen.panels[panel.querySelector("h2").textContent] = { drawn: drawn(panel), flaws: flaws(panel) };
  }
  const left = document.createElement("script");
  left.type = "application/json";
  left.id = "seen";
  left.textContent = JSON.stringify(seen).replaceAll("<", "\\u003c");
  document.body.append(left);
});
