/* What is known of a step, and of the run, in words and bars. */
let tab = "step";

function bar(parts, all) {
  const box = make("div", {}), strip = make("div", { class: "time", role: "img" }), key = make("div", { class: "key" });
  const said = [];
  for (const [part, seconds] of Object.entries(parts)) {
    const piece = make("span", { title: `${part} ${readable(seconds)}` });
    piece.style.width = 100 * seconds / (all || 1) + "%";
    piece.style.background = colour(part);
    strip.append(piece);
    if (seconds < .0005) continue;
    const dot = make("i");
    dot.style.background = colour(part);
    key.append(make("span", {}, dot, part, make("b", {}, readable(seconds))));
    said.push(`${part} ${readable(seconds)}`);
  }
  strip.setAttribute("aria-label", "time by part: " + said.join(", "));
  box.append(strip, key);
  return box;
}
/* What a model read and said: how much of it was new shows whether its cache was of use. */
function tokens(used) {
  if (!used || !used.prompt_tokens) return "";
  const fed = used.prompt_tokens - (used.cached_tokens || 0);
  const kept = used.cached_tokens ? `, ${fed.toLocaleString("en")} of them new` : "";
  return `read ${used.prompt_tokens.toLocaleString("en")}${kept}; said ${(used.reply_tokens || 0).toLocaleString("en")}`;
}
function adder(box) {
  return (name, content, tone) => {
    if (!content) return;
    const nodes = typeof content === "string" ? highlighted(content) : [content];
    box.append(make("div", {}, make("dt", {}, name), make("dd", tone ? { class: tone } : {}, ...nodes)));
  };
}
function folded(name, text, open, style) {
  const attributes = open ? { open: "" } : {};
  return make("details", attributes, make("summary", {}, name), make("pre", style ? { class: style } : {}, ...highlighted(text)));
}
function verdict(step) {
  const said = step.verdict;
  if (!said) return "";
  const who = said.ruling !== "ask" ? "" : said.asked === true ? "; the person said yes" : said.asked === false ? "; the person said no" : "; nobody was asked";
  const ruling = { allow: "allowed", ask: "ask", deny: "denied" }[said.ruling] || said.ruling;
  return ruling + who + (said.rule ? `\nrule: ${said.rule}` : "") + (said.reason ? `\nreason: ${said.reason}` : "");
}
function sure(step) {
  const box = make("span", {});
  const said = [step.source, step.rung ? "by " + step.rung : ""].filter(Boolean).join(", ");
  box.append(...highlighted(said));
  if (typeof step.confidence === "number") {
    const meter = make("span", { class: "meter", "aria-hidden": "true" }, make("i"));
    meter.firstChild.style.width = Math.max(0, Math.min(1, step.confidence)) * 100 + "%";
    box.append(said ? make("br") : "", meter, "confidence " + step.confidence.toFixed(2));
  }
  return said || typeof step.confidence === "number" ? box : "";
}
function ofStep(step) {
  const box = make("dl"), add = adder(box), chips = make("div", { class: "chips" });
  for (const name of step.marks) chips.append(make("span", { class: "chip " + FLAGS[name][0] }, flag(name), FLAGS[name][2]));
  add("thought", step.thought);
  const allowed = !step.verdict || step.verdict.allowed;
  add("guard", verdict(step), !step.verdict || step.verdict.ruling === "allow" ? "" : allowed ? "warn" : "bad");
  add("result", step.message && step.message !== step.action ? step.message : "", step.ok ? "" : "bad");
  add("effect", step.where === "unseen" ? "" : step.effect, step.where === "nothing" ? "warn" : "");
  if (spent(step)) add("time " + readable(spent(step)) + (total ? `, ${(100 * spent(step) / total).toFixed(1)} % of the run` : ""), bar(step.parts, spent(step)));
  add("decided by", sure(step));
  add("tokens", tokens(step.usage));
  add("window", [step.title, step.program].filter(Boolean).join(" — "));
  const link = make("a", { href: "#step-" + step.number, title: "link to this step" }, "#" + step.number);
  const nodes = [make("h2", {}, link, " ", ...highlighted(step.action))];
  if (step.marks.length) nodes.push(chips);
  nodes.push(box);
  if (step.reply) nodes.push(folded("raw reply", step.reply, true, "reply"));
  nodes.push(folded("as data", JSON.stringify({ action: step.json, usage: step.usage, verdict: step.verdict }, null, 1), false, "data"));
  return nodes;
}
function table(facts) {
  const box = make("table");
  for (const [name, value] of Object.entries(facts)) box.append(make("tr", {}, make("td", {}, name), make("td", {}, ...highlighted(String(value)))));
  return box;
}
function ofRun() {
  const box = make("dl"), add = adder(box), outcome = run.outcome;
  add("task", run.task);
  if (Object.keys(run.parameters).length) add("parameters", table(run.parameters));
  add("ended", outcome ? [outcome.status.replace("_", " "), outcome.message].filter(Boolean).join(": ") : "");
  add("answer", outcome && outcome.answer ? outcome.answer : "");
  if (outcome && Object.keys(outcome.variables || {}).length) add("remembered", table(outcome.variables));
  if (total) add("time by part, " + readable(total) + " in " + steps.length + (steps.length === 1 ? " step" : " steps"), bar(totals, total));
  const sum = (name) => steps.reduce((all, step) => all + ((step.usage || {})[name] || 0), 0);
  add("tokens", tokens({ prompt_tokens: sum("prompt_tokens"), cached_tokens: sum("cached_tokens"), reply_tokens: sum("reply_tokens") }));
  const by = {};
  for (const step of steps) if (step.source) by[step.source] = (by[step.source] || 0) + 1;
  if (Object.keys(by).length) add("decided by", table(Object.fromEntries(Object.entries(by).map(([who, count]) => [who, count + (count === 1 ? " step" : " steps")]))));
  add("about", table({ ...run.about, ...(run.started ? { started: run.started } : {}), ...(run.folder ? { folder: run.folder } : {}) }));
  if (run.damaged.length) add("damaged", run.damaged.join("\n"), "warn");
  return [make("h2", {}, ...highlighted(run.name)), box];
}
function describe() {
  const step = steps[chosen];
  for (const name of ["step", "run"]) $("tab-" + name).setAttribute("aria-selected", String(tab === name));
  $("details").setAttribute("aria-labelledby", "tab-" + tab);
  if (tab === "run" || !step) $("details").replaceChildren(...(step ? [] : [make("p", { class: "facts" }, "No step was recorded.")]), ...ofRun());
  else $("details").replaceChildren(...ofStep(step));
}
function pick(name) { tab = name; describe(); $("details").scrollTop = 0; }
for (const name of ["step", "run"]) $("tab-" + name).addEventListener("click", () => pick(name));
