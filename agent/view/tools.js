"use strict";
/* What all parts of the page use: the run's facts, elements, times. Everything shown goes through textContent. */
const run = JSON.parse(document.getElementById("run").textContent);
const steps = run.steps;
const SVG = "http://www.w3.org/2000/svg";
const PARTS = ["observe", "read", "decide", "guard", "perform", "settle", "record"];
const FLAGS = {
  denied: ["bad", "M3 3h8v8H3z", "not allowed by the guard"],
  failed: ["bad", "M7 1.5 13 12.5H1z", "failed"],
  unknown: ["warn", "M7 1 13 7 7 13 1 7z", "it is not known whether it was done"],
  asked: ["warn", "M7 2a5 5 0 1 1 0 10A5 5 0 0 1 7 2z", "the person was asked"],
  mended: ["mended", "M7 1.5 9 5.5 13 6 10 9 11 13 7 11 3 13 4 9 1 6 5 5.5z", "the target was not as recorded, and was found"],
  helped: ["mended", "M5.5 2h3v3.5H12v3H8.5V12h-3V8.5H2v-3h3.5z", "another policy helped"],
  nothing: ["", "M2 6h10v2H2z", "nothing changed on the screen"],
};
const ICONS = {
  click: "M4 2v11l3-3 2 5 2-1-2-5h4z", long_press: "M4 2v11l3-3 2 5 2-1-2-5h4zM1 1h2v2H1z", move: "M4 2v11l3-3h5z",
  drag: "M2 12 10 4H6V2h8v8h-2V6l-8 8z", swipe: "M2 12 10 4H6V2h8v8h-2V6l-8 8z",
  scroll: "M8 1l4 4H9v6h3l-4 4-4-4h3V5H4z", type_text: "M3 2h10v3h-2V4H9v8h2v2H5v-2h2V4H5v1H3z",
  press_keys: "M1 4h14v9H1zM3 6v1h1V6zm3 0v1h1V6zm3 0v1h1V6zm3 0v1h1V6zM4 10v1h8v-1z",
  press_button: "M4 1h8v14H4zM7 12v1h2v-1z", open_app: "M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z",
  wait: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM7 4v5l4 2 .7-1.4L8.6 8V4z", ask: "M2 2h12v9H8l-4 4v-4H2z",
  done: "M6.5 10.5 3.5 7.5 2 9l4.500 4.500L14 6l-1.500-1.500z", "": "M4 3 8 7l4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4z",
};
const $ = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  for (const child of children) node.append(child);
  return node;
}
function draw(parent, tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}
function svg(box, attributes, path) {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("viewBox", box);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (path) draw(node, "path", { d: path, fill: "currentColor", "fill-rule": "evenodd" });
  return node;
}
function flag(name) {
  const [tone, path, said] = FLAGS[name];
  const node = svg("0 0 14 14", { class: "flag " + tone, role: "img", "aria-label": said }, path);
  draw(node, "title", {}, said);
  return node;
}
function readable(seconds) {
  if (seconds < 0.0995) return Math.round(seconds * 1000) + " ms";
  if (seconds < 9.95) return seconds.toFixed(2) + " s";
  if (seconds < 120) return Math.round(seconds) + " s";
  return Math.floor(seconds / 60) + " min " + Math.round(seconds % 60) + " s";
}
function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds)), minutes = Math.floor(whole / 60) % 60, hours = Math.floor(whole / 3600);
  const two = (n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
const spent = (step) => Object.values(step.parts).reduce((sum, seconds) => sum + seconds, 0);
const colour = (part) => `var(--${PARTS.includes(part) ? part : "other"})`;
/* The page's colours as the canvas takes them: a variable that depends on the theme is told through an element. */
function paint(variable) {
  document.body.style.outlineColor = variable;
  const told = getComputedStyle(document.body).outlineColor;
  document.body.style.outlineColor = "";
  return told;
}
const totals = {};
for (const step of steps) for (const [part, seconds] of Object.entries(step.parts)) totals[part] = (totals[part] || 0) + seconds;
const total = Object.values(totals).reduce((sum, seconds) => sum + seconds, 0);
