/* The frame before and after a step: one, both, one over the other, or what differs; zoomed and moved. */
const view = { mode: "before", marks: true, changes: true, scale: null, x: 0, y: 0, divide: .5, size: "" };
let painting = 0;

function sizeOf(step, which) {
  const number = step[which] ?? step.before ?? step.after;
  return number === null ? null : run.frames[number].size;
}
async function stage(step) {
  const turn = ++painting;
  const whichs = view.mode === "both" ? ["before", "after"] : [view.mode];
  const panes = await Promise.all(whichs.map((which) => pane(step, which)));
  if (turn !== painting) return;
  const size = String(sizeOf(step, "before"));
  if (size !== view.size) { view.scale = null; view.size = size; }
  $("stage").className = view.mode === "both" ? "both" : "";
  $("stage").replaceChildren(...panes);
  place();
  ahead();
}
/* The next step's pictures, so that going on is quick. */
function ahead() {
  const following = steps[chosen + 1];
  for (const number of following ? [following.before, following.after] : []) if (number !== null) whole(number).catch(() => {});
}
async function pane(step, which) {
  const port = make("div", { class: "port" });
  const said = { before: "before: what the policy saw", after: "after: " + step.effect, slider: "before | after: " + step.effect, difference: "difference: what is not black has changed" }[which];
  const needed = which === "slider" || which === "difference" ? ["before", "after"] : [which];
  const figure = make("figure", { class: "pane", "data-which": which }, make("figcaption", { title: said }, said), port);
  try {
    if (needed.some((each) => step[each] === null)) throw new Error(missing(step, needed.find((each) => step[each] === null)));
    port.append(await plane(step, which, needed));
  } catch (problem) {
    port.replaceChildren(make("div", { class: "gone" }, problem.message || "This picture can't be read."));
    return figure;
  }
  if (which === "slider") port.append(make("span", { class: "tag left" }, "before"), make("span", { class: "tag right" }, "after"));
  handle(port, which);
  return figure;
}
function missing(step, which) {
  if (run.manner === "none") return "This page has no pictures.";
  if (which === "after" && !step.hasAfter) return "No picture was taken after this step.";
  return "This picture can't be read: it is missing or damaged.";
}
async function plane(step, which, needed) {
  const size = run.frames[step[needed[0]]].size;
  const node = make("div", { class: "plane" + (run.manner === "blurred" ? " blocks" : "") + (which === "difference" ? " difference" : "") });
  node.style.width = size[0] + "px";
  node.style.height = size[1] + "px";
  for (const each of needed) {
    const canvas = make("canvas", { role: "img", "aria-label": `the screen ${each} step ${step.number}, ${step.action}`, "data-which": each });
    await shownIn(canvas, step[each]);
    if (which === "difference" && each === "after") canvas.className = "over";
    node.append(canvas);
  }
  if (which === "slider") node.append(divider());
  return node;
}
function divider() {
  const node = make("div", { class: "divider", role: "slider", tabindex: "0", "aria-label": "before and after", "aria-orientation": "horizontal", "aria-valuemin": "0", "aria-valuemax": "100" });
  node.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -.02, ArrowRight: .02, PageDown: -.1, PageUp: .1, Home: -1, End: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    divide(view.divide + by);
  });
  return node;
}
function divide(share) {
  view.divide = Math.max(0, Math.min(1, share));
  const node = document.querySelector(".divider");
  if (!node) return;
  const percent = Math.round(view.divide * 100);
  node.style.left = view.divide * 100 + "%";
  node.setAttribute("aria-valuenow", percent);
  node.setAttribute("aria-valuetext", `${percent} % before`);
  for (const over of node.parentNode.querySelectorAll('[data-which="after"]')) over.style.clipPath = `inset(0 0 0 ${view.divide * 100}%)`;
}
function fitting(port, size) {
  return Math.min(port.clientWidth / size[0], port.clientHeight / size[1], 2);
}
/* Where the planes lie, and the overlays on them, whose lines are as thick at every zoom. */
function place() {
  const step = steps[chosen], narrow = matchMedia("(max-width: 900px)").matches;
  for (const port of document.querySelectorAll(".port")) {
    const node = port.querySelector(".plane");
    if (!node) continue;
    const size = [parseInt(node.style.width), parseInt(node.style.height)];
    if (narrow) port.style.setProperty("--tall", Math.min(port.clientWidth * size[1] / size[0], innerHeight * .75) + "px");
    const fit = fitting(port, size), scale = view.scale ?? fit;
    if (view.scale === null) [view.x, view.y] = [(port.clientWidth - size[0] * fit) / 2, (port.clientHeight - size[1] * fit) / 2];
    else bound(port, size, scale);
    node.style.transform = `translate(${view.x}px, ${view.y}px) scale(${scale})`;
    node.style.setProperty("--px", 1 / scale);
    port.style.cursor = view.mode === "slider" && view.scale === null ? "ew-resize" : "grab";
    for (const old of node.querySelectorAll("svg")) old.remove();
    port.style.touchAction = view.scale === null && view.mode !== "slider" ? "pan-y" : "none";
    const which = port.parentNode.dataset.which, unit = Math.max(1, narrow ? 1 : 1.4) / scale;
    const whichs = which === "slider" ? ["before", "after"] : which === "difference" ? [] : [which];
    for (const each of whichs) node.insertBefore(overlay(step, each, size, unit), node.querySelector(".divider"));
  }
  divide(view.divide);
  $("fit").setAttribute("aria-pressed", String(view.scale === null));
  $("whole").setAttribute("aria-pressed", String(view.scale !== null && Math.abs(view.scale * devicePixelRatio - 1) < .01));
}
/* Some of the picture stays in sight. */
function bound(port, size, scale) {
  const clamp = (at, room, long) => long <= room ? (room - long) / 2 : Math.max(room - long, Math.min(0, at));
  view.x = clamp(view.x, port.clientWidth, size[0] * scale);
  view.y = clamp(view.y, port.clientHeight, size[1] * scale);
}
function zoom(factor, port, at) {
  port = port || document.querySelector(".port");
  const node = port && port.querySelector(".plane");
  if (!node) return;
  const size = [parseInt(node.style.width), parseInt(node.style.height)], fit = fitting(port, size);
  const old = view.scale ?? fit, [x, y] = at || aimed(port, size, old);
  const scale = factor === "whole" ? 1 / devicePixelRatio : Math.min(Math.max(old * factor, fit), 16);
  view.x = x - (x - view.x) * scale / old;
  view.y = y - (y - view.y) * scale / old;
  view.scale = factor !== "whole" && scale <= fit * 1.001 ? null : scale;
  place();
}
/* What was acted on stays where it is; without such a place, the middle. */
function aimed(port, size, scale) {
  const drawn = steps[chosen].drawn, spot = drawn && drawn.at ? on(drawn.at, size) : null;
  const seen = spot ? [view.x + spot[0] * scale, view.y + spot[1] * scale] : [-1, -1];
  const inside = seen[0] >= 0 && seen[1] >= 0 && seen[0] <= port.clientWidth && seen[1] <= port.clientHeight;
  return inside ? seen : [port.clientWidth / 2, port.clientHeight / 2];
}
function handle(port, which) {
  const inside = (event) => { const box = port.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  const held = new Map();
  const slide = (event) => { const box = port.querySelector(".plane").getBoundingClientRect(); divide((event.clientX - box.left) / box.width); };
  let sliding = false;
  port.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300), port, inside(event));
  }, { passive: false });
  port.addEventListener("dblclick", (event) => { if (view.scale === null) zoom("whole", port, inside(event)); else { view.scale = null; place(); } });
  port.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    port.setPointerCapture(event.pointerId);
    held.set(event.pointerId, [event.clientX, event.clientY]);
    sliding = which === "slider" && (view.scale === null || event.target.classList.contains("divider"));
    if (sliding) slide(event);
    port.classList.add("grabbing");
  });
  port.addEventListener("pointermove", (event) => {
    const was = held.get(event.pointerId);
    if (!was) return;
    const others = [...held.entries()].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    held.set(event.pointerId, [event.clientX, event.clientY]);
    if (others.length) {
      const far = (a) => Math.hypot(a[0] - others[0][0], a[1] - others[0][1]) || 1;
      zoom(far([event.clientX, event.clientY]) / far(was), port, inside(event));
    } else if (sliding) slide(event);
    else if (view.scale !== null) { view.x += event.clientX - was[0]; view.y += event.clientY - was[1]; place(); }
  });
  for (const name of ["pointerup", "pointercancel"]) port.addEventListener(name, (event) => { held.delete(event.pointerId); port.classList.remove("grabbing"); });
}
