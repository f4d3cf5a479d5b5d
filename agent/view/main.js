/* The page as a whole: which step is shown, the keys, the head. */
var chosen = 0;
let playing = null;

function heading() {
  document.title = run.name + " – screenwright";
  $("title").textContent = run.name;
  $("title").title = run.name;
  $("status").textContent = run.state === "going" ? "still going" : run.state.replace("_", " ");
  $("status").className = "badge " + run.state.split(" ")[0];
  const when = run.started ? new Date(run.started) : null;
  const took = run.outcome ? run.outcome.seconds : strip.end;
  const facts = [`${steps.length} step${steps.length === 1 ? "" : "s"}`, took ? readable(took) : "", run.about.device, run.about.policy, run.about["dry run"] ? "dry run" : "", when && !isNaN(when) ? when.toLocaleString() : ""];
  $("facts").textContent = facts.filter(Boolean).join(" · ");
  for (const name of Object.keys(FLAGS)) {
    const count = steps.filter((step) => step.marks.includes(name)).length;
    if (!count) continue;
    const button = make("button", { class: FLAGS[name][0], title: `next: ${FLAGS[name][2]}`, "data-flag": name }, `${count} ${name === "nothing" ? "without effect" : name}`);
    button.addEventListener("click", () => notable(1, name));
    $("found").append(button);
  }
}
function notices() {
  const say = (id, text, tone) => $("notices").append(make("p", { class: "notice " + (tone || ""), id }, text));
  const outcome = run.outcome;
  const silent = run.silent_s === null ? "" : `; it was last written to ${readable(run.silent_s)} before this page was made`;
  if (!outcome) say("unended", run.state === "going" ? `This run had not ended when this page was made${silent}.` : `This run has no ending: it was cut off${silent}.`, "warn");
  else if (outcome.message && outcome.status !== "done") say("ending", outcome.message, "bad");
  else if (outcome.answer) say("ending", "Answer: " + outcome.answer);
  if (run.damaged.length) say("damaged", "Not all of it can be read: " + run.damaged.slice(0, 3).join("; ") + (run.damaged.length > 3 ? `; and ${run.damaged.length - 3} more` : ""), "warn");
  if (run.redacted) say("redacted", "Redacted for sharing: texts are left out" + (run.manner === "none" ? ", and so are the pictures." : ", and the pictures are blocks of colour."));
  if (run.manner === "small") say("small", "The pictures are scaled down and compressed, to keep this page small; the run's folder has them exact.");
  if (run.manner === "none" && !run.redacted) say("none", "This page was made without pictures.");
}
function legend() {
  for (const [part, seconds] of Object.entries(totals)) {
    if (seconds < .0005) continue;
    const dot = make("i");
    dot.style.background = colour(part);
    $("legend").append(make("span", {}, dot, part + " ", make("b", {}, readable(seconds)), ` ${Math.round(100 * seconds / total)} %`));
  }
}
function go(index) {
  if (!steps.length) return render();
  chosen = Math.max(0, Math.min(steps.length - 1, index));
  history.replaceState(null, "", "#step-" + steps[chosen].number);
  render();
}
function render() {
  const step = steps[chosen];
  for (const button of document.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === view.mode));
  $("marks").setAttribute("aria-pressed", String(view.marks));
  $("changes").setAttribute("aria-pressed", String(view.changes));
  describe();
  if (!step) { $("place").textContent = "no steps"; $("stage").replaceChildren(); return; }
  $("place").textContent = `${step.number} / ${steps.length}`;
  $("back").disabled = chosen === 0;
  $("next").disabled = chosen === steps.length - 1;
  cursor();
  choose();
  hits();
  stage(step);
}
function move(by) {
  const place = shown.indexOf(chosen);
  const next = place >= 0 ? shown[place + by] : by > 0 ? shown.find((i) => i > chosen) : shown.findLast((i) => i < chosen);
  if (next !== undefined) go(next);
  return next !== undefined;
}
/* The next step with a mark; behind the last comes the first. */
function notable(by, name) {
  const worth = steps.map((step, index) => index).filter((index) => name ? steps[index].marks.includes(name) : steps[index].marks.some((mark) => mark !== "nothing"));
  if (!worth.length) return;
  go(by > 0 ? worth.find((index) => index > chosen) ?? worth[0] : worth.findLast((index) => index < chosen) ?? worth.at(-1));
}
function linked() {
  const wanted = /step[-=](\d+)/.exec(location.hash);
  const index = wanted ? steps.findIndex((step) => step.number === Number(wanted[1])) : chosen;
  go(index < 0 ? 0 : index);
}
function show(mode) { view.mode = mode; render(); }
function toggle(name) { view[name] = !view[name]; render(); }
function play() {
  if (playing) { clearInterval(playing); playing = null; }
  else if (steps.length) {
    if (chosen === steps.length - 1) go(0);
    show("before");
    playing = setInterval(() => {
      if (view.mode === "before" && steps[chosen].after !== null) show("after");
      else { view.mode = "before"; if (!move(1)) { view.mode = "after"; play(); render(); } }
    }, 900);
  }
  $("play").setAttribute("aria-pressed", String(Boolean(playing)));
  $("play").textContent = playing ? "■" : "▶";
}
const THEMES = { auto: "◐ auto", light: "☀ light", dark: "☾ dark" };
function theme(name) {
  if (name === "auto") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = name;
  $("theme").textContent = THEMES[name];
  $("theme").dataset.name = name;
  try { localStorage.setItem("screenwright-theme", name); } catch { /* a page that may store nothing is light or dark all the same */ }
  if (steps.length) timeline();
}
function nextTheme() { const names = Object.keys(THEMES); theme(names[(names.indexOf($("theme").dataset.name) + 1) % names.length]); }
function help() { if (!$("help").open) $("help").showModal(); }

const ACTS = {
  ArrowLeft: () => move(-1), ArrowRight: () => move(1), ArrowUp: () => move(-1), ArrowDown: () => move(1), j: () => move(1), k: () => move(-1),
  Home: () => go(shown[0] ?? 0), End: () => go(shown.at(-1) ?? steps.length - 1), PageDown: () => go(chosen + 10), PageUp: () => go(chosen - 10),
  e: () => notable(1), E: () => notable(-1), " ": () => show(view.mode === "before" ? "after" : "before"),
  b: () => show("before"), a: () => show("after"), s: () => show("slider"), 2: () => show("both"), d: () => show("difference"),
  "[": () => divide(view.divide - .05), "]": () => divide(view.divide + .05), m: () => toggle("marks"), c: () => toggle("changes"),
  "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), 0: () => { view.scale = null; place(); }, 1: () => zoom("whole"),
  p: play, "/": () => { $("search").focus(); $("search").select(); }, n: () => hit(1), N: () => hit(-1), t: bySpread,
  i: () => pick(tab === "run" ? "step" : "run"), l: nextTheme, "?": help,
};
addEventListener("keydown", (event) => {
  if (event.target === $("search") || event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  const scrolls = event.target === $("details") && ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "].includes(event.key);
  if (scrolls || (event.key === " " && ["BUTTON", "SUMMARY"].includes(event.target.tagName)) || !Object.hasOwn(ACTS, event.key)) return;
  event.preventDefault();
  ACTS[event.key]();
});
for (const button of document.querySelectorAll("[data-mode]")) button.addEventListener("click", () => show(button.dataset.mode));
for (const [id, act] of Object.entries({ back: () => move(-1), next: () => move(1), play, marks: () => toggle("marks"), changes: () => toggle("changes"), larger: ACTS["+"], smaller: ACTS["-"], fit: ACTS[0], whole: ACTS[1], theme: nextTheme, keys: help })) $(id).addEventListener("click", act);
addEventListener("hashchange", linked);
new ResizeObserver(() => { if (document.querySelector(".plane")) place(); }).observe($("stage"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => timeline());
let kept = null;
try { kept = localStorage.getItem("screenwright-theme"); } catch { /* as above */ }
spread();
heading();
notices();
legend();
listAgain();
theme(kept in THEMES ? kept : "auto");
linked();
