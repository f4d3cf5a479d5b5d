/* The list of steps. Only the rows in sight are in the page, so that a thousand are as quick as ten. */
const ROW = 46;
const fits = steps.map(() => true);
let shown = steps.map((_, index) => index);
const rows = new Map();

function rowOf(place) {
  const index = shown[place], step = steps[index];
  const node = make("div", { class: "row", role: "option", id: "row-" + index, "aria-posinset": place + 1, "aria-setsize": shown.length, "aria-selected": String(index === chosen) });
  node.style.top = place * ROW + "px";
  const flags = make("span", { class: "flags" });
  for (const name of step.marks) flags.append(flag(name));
  const sub = [step.at_s === null ? "" : clock(step.at_s), step.source, step.where === "unseen" ? "" : step.effect].filter(Boolean).join(" · ");
  const what = make("span", { class: "what" + (step.ok ? "" : " bad"), title: step.action }, ...highlighted(step.action));
  node.append(
    make("span", { class: "no" }, String(step.number)),
    svg("0 0 16 16", { class: "icon", "aria-hidden": "true" }, ICONS[step.kind] || ICONS[""]),
    make("span", { class: "text" }, what, make("span", { class: "sub" }, sub)),
    make("span", { class: "end" }, flags, spent(step) ? readable(spent(step)) : ""),
  );
  node.addEventListener("click", () => go(index));
  return node;
}
/* Put the rows in sight into the page, and take the others out. */
function list() {
  const box = $("list"), first = Math.max(0, Math.floor(box.scrollTop / ROW) - 4);
  const last = Math.min(shown.length, Math.ceil((box.scrollTop + (box.clientHeight || 600)) / ROW) + 4);
  for (const [place, node] of rows) if (place < first || place >= last) { node.remove(); rows.delete(place); }
  for (let place = first; place < last; place++) {
    if (rows.has(place)) continue;
    const node = rowOf(place);
    rows.set(place, node);
    $("rows").append(node);
  }
}
function listAgain() {
  for (const node of rows.values()) node.remove();
  rows.clear();
  $("rows").style.height = shown.length * ROW + "px";
  $("rows").classList.toggle("empty", !shown.length);
  if (!shown.length) $("rows").replaceChildren(make("div", { class: "empty" }, steps.length ? "No step says that." : "No step was recorded."));
  else for (const node of $("rows").querySelectorAll(".empty")) node.remove();
  list();
}
function choose() {
  const place = shown.indexOf(chosen), box = $("list");
  if (place >= 0) {
    const top = place * ROW;
    if (top < box.scrollTop + ROW) box.scrollTop = Math.max(0, top - ROW);
    else if (top + 2 * ROW > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * ROW - box.clientHeight;
  }
  list();
  for (const node of rows.values()) node.setAttribute("aria-selected", String(node.id === "row-" + chosen));
  box.setAttribute("aria-activedescendant", "row-" + chosen);
}
$("list").addEventListener("scroll", list, { passive: true });
new ResizeObserver(() => list()).observe($("list"));
