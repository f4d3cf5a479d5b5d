/* The run from left to right: what the screen showed, what each step took, and where something is to be looked at. */
const timed = steps.length > 0 && steps.every((step) => step.at_s !== null);
const strip = { even: !timed, spans: [], end: 0, hover: null };

function ended(index) {
  const step = steps[index], follows = steps[index + 1];
  const own = step.at_s + spent(step);
  return spent(step) || !follows ? own : Math.min(follows.at_s, own + 1e9);
}
/* Where each step lies, as shares of the whole. */
function spread() {
  const count = steps.length;
  strip.end = timed && count ? Math.max(...steps.map((_, index) => ended(index))) : 0;
  strip.even = strip.even || strip.end <= 0;
  strip.spans = steps.map((step, index) => strip.even ? [index / count, (index + 1) / count] : [step.at_s / strip.end, ended(index) / strip.end]);
}
function stepAt(share) {
  let low = 0, high = steps.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (strip.spans[middle][0] <= share) low = middle; else high = middle - 1;
  }
  return low;
}
/* What the screen showed at a place of the strip: the frame after a step once it was over by half. */
function frameAt(share) {
  const index = stepAt(share), step = steps[index], [from, to] = strip.spans[index];
  const over = share > from + (to - from) * .6;
  return (over ? step.after ?? step.before : step.before ?? step.after);
}
function timeline() {
  $("timeline").hidden = !steps.length;
  if (!steps.length) return;
  spread();
  const width = $("film").clientWidth, size = run.frames.length ? run.frames[0].size : [16, 10];
  const tall = $("thumbs").clientHeight || 62;
  const slots = Math.max(1, Math.min(strip.even ? steps.length : 60, Math.floor(width / Math.max(44, Math.min(150, tall * size[0] / size[1])))));
  $("thumbs").hidden = !run.frames.length;
  $("thumbs").className = run.manner === "blurred" ? "blocks" : "";
  while ($("thumbs").children.length > slots) $("thumbs").lastChild.remove();
  while ($("thumbs").children.length < slots) $("thumbs").append(make("span", {}));
  [...$("thumbs").children].forEach((slot, place) => {
    const number = frameAt((place + .5) / slots);
    if (number === null) { slot.replaceChildren(); return; }
    if (!slot.firstChild) slot.append(make("img", { alt: "" }));
    thumbIn(slot.firstChild, number);
  });
  $("spread").setAttribute("aria-pressed", String(!strip.even));
  $("spread").disabled = !timed || strip.end <= 0;
  axis(width);
  lane(width);
  cursor();
}
function axis(width) {
  $("axis").replaceChildren();
  const every = Math.max(1, Math.floor(width / 110));
  for (let place = 0; place <= every; place++) {
    const share = place / every;
    const said = strip.even ? (steps.length ? "#" + steps[stepAt(Math.min(share, .9999))].number : "") : (strip.end < 30 ? (share * strip.end).toFixed(1) + " s" : clock(share * strip.end));
    const node = make("span", {}, said);
    node.style.left = share * 100 + "%";
    $("axis").append(node);
  }
}
/* The steps as bars of their parts, and over them what is worth a look. A canvas: a thousand steps are drawn at once. */
function lane(width) {
  const canvas = $("lane"), ratio = devicePixelRatio || 1;
  const top = steps.some((step) => step.marks.some((mark) => mark !== "nothing")) ? 16 : 2, tall = top + 14;
  canvas.style.height = tall + "px";
  canvas.width = Math.round(width * ratio);
  canvas.height = tall * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const paints = Object.fromEntries([...PARTS, "other", "bad", "warn", "mended", "soft", "found", "line"].map((name) => [name, paint(`var(--${name})`)]));
  steps.forEach((step, index) => {
    const [from, to] = strip.spans[index].map((share) => share * width), wide = Math.max(1.5, to - from - (to - from > 4 ? 1 : 0));
    const all = spent(step);
    let left = from;
    if (!all) { pen.fillStyle = paints.other; pen.fillRect(from, top, wide, 12); }
    for (const [part, seconds] of Object.entries(step.parts)) {
      pen.fillStyle = paints[PARTS.includes(part) ? part : "other"];
      const piece = wide * seconds / all;
      pen.fillRect(left, top, piece, 12);
      left += piece;
    }
    if (!fits[index]) { pen.globalAlpha = .75; pen.fillStyle = paints.line; pen.fillRect(from, top, wide, 12); pen.globalAlpha = 1; }
  });
  steps.forEach((step, index) => {
    const [from, to] = strip.spans[index].map((share) => share * width), middle = (from + to) / 2;
    const worst = step.marks.find((mark) => mark !== "nothing");
    if (!worst) return;
    const [tone, path] = FLAGS[worst];
    pen.save();
    pen.translate(Math.max(0, Math.min(width - 14, middle - 7)), 1);
    pen.fillStyle = paints[tone];
    pen.fill(new Path2D(path));
    pen.restore();
  });
}
function cursor() {
  const span = strip.spans[chosen];
  if (!span) return;
  $("cursor").style.left = `calc(${span[0] * 100}% - 2px)`;
  $("cursor").style.width = `calc(${(span[1] - span[0]) * 100}% + 4px)`;
  const step = steps[chosen];
  $("scrub").setAttribute("aria-valuemax", steps.length);
  $("scrub").setAttribute("aria-valuenow", chosen + 1);
  $("scrub").setAttribute("aria-valuetext", `step ${step.number} of ${steps.length}${step.at_s === null ? "" : ", " + clock(step.at_s)}, ${step.action}`);
}
function hover(event) {
  const box = $("film").getBoundingClientRect(), share = Math.max(0, Math.min(.9999, (event.clientX - box.left) / box.width));
  const step = steps[stepAt(share)], number = frameAt(share);
  const time = !timed ? "" : clock(strip.even ? step.at_s : share * strip.end) + " · ";
  const preview = $("preview");
  preview.hidden = false;
  preview.className = run.manner === "blurred" ? "blocks" : "";
  preview.lastChild.textContent = `${time}${step.number}. ${step.action}`;
  preview.firstChild.hidden = number === null;
  if (number !== null) thumbIn(preview.firstChild, number);
  preview.style.left = Math.max(4, Math.min(innerWidth - 224, event.clientX - 109)) + "px";
  preview.style.top = box.bottom + 6 + "px";
  $("hoverline").hidden = false;
  $("hoverline").style.left = event.clientX - box.left + "px";
  return share;
}
function leave() {
  $("preview").hidden = true;
  $("hoverline").hidden = true;
}
$("scrub").addEventListener("pointermove", (event) => {
  if (event.pointerType === "touch" && !event.buttons) return;
  const share = hover(event);
  if (event.buttons & 1) go(stepAt(share));
});
$("scrub").addEventListener("pointerdown", (event) => { if (!event.button) { $("scrub").setPointerCapture(event.pointerId); go(stepAt(hover(event))); } });
$("scrub").addEventListener("pointerup", (event) => { if (event.pointerType === "touch") leave(); });
$("scrub").addEventListener("pointerleave", leave);
function bySpread() { strip.even = !strip.even; timeline(); }
$("spread").addEventListener("click", bySpread);
new ResizeObserver(() => timeline()).observe($("film"));
