/* The action, drawn on the frame. `unit` is a size of the frame's pixels that looks the same at every zoom. */
const on = (spot, frame) => [spot[0] * frame[0] / spot[2], spot[1] * frame[1] / spot[3]];

function arrow(node, a, b, width) {
  const common = { x1: a[0], y1: a[1], x2: b[0], y2: b[1], "stroke-linecap": "round" };
  draw(node, "line", { ...common, stroke: "#fff", "stroke-width": width * 2.1, opacity: .85 });
  draw(node, "line", { ...common, stroke: "var(--mark)", "stroke-width": width, class: "arrow" });
  const angle = Math.atan2(b[1] - a[1], b[0] - a[0]) * 180 / Math.PI, w = width;
  draw(node, "path", { d: `M${-w * 3.6} ${-w * 2.6}L${w * 1.2} 0L${-w * 3.6} ${w * 2.6}z`, fill: "var(--mark)", stroke: "#fff", "stroke-width": w * .5, transform: `translate(${b[0]} ${b[1]}) rotate(${angle})` });
}
function caption(node, text, x, y, size, frame) {
  const signs = [...text.replace(/\n/g, "⏎").replace(/\t/g, "⇥")];
  const said = signs.length > 60 ? signs.slice(0, 59).join("") + "…" : signs.join("");
  const wide = Math.min(frame[0] - 4, [...said].reduce((w, c) => w + (c.codePointAt(0) > 0x2e00 ? 1 : .58), 0) * size + size);
  const left = Math.max(2, Math.min(x, frame[0] - wide - 2)), top = Math.max(2, Math.min(y, frame[1] - size * 1.8));
  draw(node, "rect", { x: left, y: top, width: wide, height: size * 1.6, rx: size * .3, fill: "var(--mark)", stroke: "#fff", "stroke-width": size * .08 });
  draw(node, "text", { x: left + size / 2, y: top + size * 1.13, "font-size": size, fill: "#fff", "font-family": "system-ui, sans-serif", textLength: wide - size, lengthAdjust: "spacingAndGlyphs", class: "caption" }, said);
}
function changes(node, step, unit) {
  for (const [x, y, width, height] of step.moving)
    draw(node, "rect", { x, y, width, height, fill: "none", stroke: "var(--settle)", "stroke-width": unit, "stroke-dasharray": `${unit * 2} ${unit * 2}`, class: "moving" });
  for (const [x, y, width, height] of step.regions)
    draw(node, "rect", { x, y, width, height, rx: unit * 2, fill: "var(--change)", "fill-opacity": .09, stroke: "var(--change)", "stroke-width": unit * 1.5, "stroke-dasharray": `${unit * 5} ${unit * 3}`, class: "change" });
}
function spot(node, at, unit, kind) {
  const r = unit * 11, [x, y] = at;
  draw(node, "circle", { cx: x, cy: y, r, fill: "var(--mark)", "fill-opacity": .14, stroke: "#fff", "stroke-width": unit * 4 });
  draw(node, "circle", { cx: x, cy: y, r, fill: "none", stroke: "var(--mark)", "stroke-width": unit * 2, class: "aim", ...(kind === "move" ? { "stroke-dasharray": `${unit * 3} ${unit * 3}` } : {}) });
  if (kind === "long_press") draw(node, "circle", { cx: x, cy: y, r: r * .6, fill: "none", stroke: "var(--mark)", "stroke-width": unit * 1.5 });
  const arm = unit * 5;
  for (const [width, stroke] of [[unit * 3, "#fff"], [unit * 1.4, "var(--mark)"]])
    draw(node, "path", { d: `M${x - arm} ${y}H${x + arm}M${x} ${y - arm}V${y + arm}`, stroke, "stroke-width": width, "stroke-linecap": "round", class: "cross" });
}

function overlay(step, which, frame, unit) {
  const node = svg(`0 0 ${frame[0]} ${frame[1]}`, { class: "overlay", "data-which": which });
  if (view.changes && which === "after") changes(node, step, unit);
  if (view.marks && step.drawn) acted(node, step, frame, unit);
  return node;
}
function acted(node, step, frame, unit) {
  const drawn = step.drawn, at = drawn.at ? on(drawn.at, frame) : null, size = unit * 12;
  if (step.kind === "drag" || step.kind === "swipe") {
    const from = drawn.from ? on(drawn.from, frame) : null;
    if (from && at) {
      arrow(node, from, at, unit * 2.4);
      draw(node, "circle", { cx: from[0], cy: from[1], r: unit * 5, fill: "var(--mark)", stroke: "#fff", "stroke-width": unit * 1.2 });
    } else if (at) spot(node, at, unit, step.kind);
  } else if (step.kind === "scroll") {
    const start = at || [frame[0] / 2, frame[1] / 2], [right, down] = drawn.turn, long = unit * 60;
    arrow(node, start, [start[0] + Math.sign(right) * long, start[1] + Math.sign(down) * long], unit * 3.4);
  } else if (at) spot(node, at, unit, step.kind);
  const middle = [frame[0] / 2 - size * 5, frame[1] - size * 2.6];
  if (step.kind === "type_text") {
    const first = step.regions[0];
    const near = first ? [first[0], first[1] + first[3] + unit * 4] : middle;
    caption(node, "⌨ " + drawn.text, near[0], near[1], size, frame);
  } else if (!at && step.kind && step.kind !== "scroll") caption(node, step.action, middle[0], middle[1], size, frame);
}
