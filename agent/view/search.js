/* Search over all texts of all steps: the steps that say all the words stay, and the words are marked. */
let words = [];
let said = null;

function texts() {
  said = said || steps.map((step) => [step.number, step.action, step.thought, step.reply, step.message, step.verdict ? step.verdict.said : "", step.effect, step.source, step.title, step.program, step.drawn && step.drawn.text, ...step.marks]
    .filter(Boolean).join("\n").toLowerCase());
  return said;
}
/* A text as nodes, with what was searched for marked. */
function highlighted(text) {
  if (!words.length || !text) return [text || ""];
  const lower = text.toLowerCase(), nodes = [];
  if (lower.length !== text.length) return [text]; // a letter that grows when it is made small
  let at = 0;
  while (at < text.length) {
    let next = -1, word = "";
    for (const each of words) {
      const place = lower.indexOf(each, at);
      if (place >= 0 && (next < 0 || place < next || (place === next && each.length > word.length))) [next, word] = [place, each];
    }
    if (next < 0) break;
    nodes.push(text.slice(at, next), make("mark", {}, text.slice(next, next + word.length)));
    at = next + word.length;
  }
  nodes.push(text.slice(at));
  return nodes;
}
function search() {
  words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const all = words.length ? texts() : null;
  shown = [];
  steps.forEach((_, index) => {
    fits[index] = !all || words.every((word) => all[index].includes(word));
    if (fits[index]) shown.push(index);
  });
  for (const name of ["previous-hit", "next-hit"]) $(name).hidden = !words.length || !shown.length;
  $("list").scrollTop = 0;
  listAgain();
  timeline();
  if (words.length && shown.length && !fits[chosen]) go(shown[0]);
  else { describe(); choose(); }
  hits();
}
function hits() {
  const place = shown.indexOf(chosen) + 1;
  $("hits").textContent = words.length ? (shown.length ? `${place || "–"} of ${shown.length}` : "no match") : "";
}
/* The next step that matches; behind the last comes the first. */
function hit(by) {
  if (!words.length || !shown.length) return;
  const place = shown.indexOf(chosen);
  const next = place >= 0 ? (place + by + shown.length) % shown.length : by > 0 ? 0 : shown.length - 1;
  go(shown[next]);
}
$("search").addEventListener("input", search);
$("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") { event.preventDefault(); hit(event.shiftKey ? -1 : 1); }
  if (event.key === "Escape") { $("search").value = ""; search(); $("list").focus(); }
});
$("previous-hit").addEventListener("click", () => hit(-1));
$("next-hit").addEventListener("click", () => hit(1));
