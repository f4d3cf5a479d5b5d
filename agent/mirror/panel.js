// The agent's side of the page: what it does, what it asks, and the buttons that steer it.

const $ = (id) => document.getElementById(id);
const MODES = {
  running: "running", paused: "paused", person: "you have it", over: "ended",
};

export class Panel {
  constructor(send, plan) {
    this.plan = plan; this.about = null; this.number = 0; this.shown = ""; this.over = false;
    for (const button of document.querySelectorAll("#panel [data-order]")) {
      button.addEventListener("click", () => {
        const order = { do: button.dataset.order };
        if (order.do === "approve" || order.do === "deny") order.about = this.about;
        send(order);
      });
    }
    $("question-answer").addEventListener("submit", (event) => {
      event.preventDefault();
      send({ do: "answer", about: this.about, text: $("answer").value });
      $("answer").value = "";
    });
  }

  show(agent) {
    this.over = agent.mode === "over";
    $("panel").hidden = agent.mode === "alone";
    if (agent.mode === "alone") return this.plan(null);
    $("task").textContent = agent.task;
    this.badge(agent);
    this.buttons(agent);
    this.question(agent.question);
    this.next(agent);
    this.outcome(agent.outcome);
    this.steps(agent.steps);
    return this.plan((agent.question ?? agent.next)?.marks ?? null);
  }

  badge(agent) {
    const badge = $("mode"), failed = agent.outcome && agent.outcome.status !== "done";
    const kind = agent.mode === "over" ? (failed ? "failed" : "done") : agent.stopping ? "stopping" : agent.question ? "asked" : agent.mode;
    badge.className = "badge " + kind;
    const said = { stopping: "stopping", asked: "asks you", done: "done", failed: (agent.outcome?.status ?? "").replace("_", " ") };
    const elsewhere = agent.mode === "person" && agent.by && !agent.by.includes("touched the picture");
    if (elsewhere) said.person = `someone at the machine (${agent.by})`;
    badge.textContent = said[kind] ?? (MODES[agent.mode] + (agent.mode === "paused" && !agent.waiting ? " (finishing)" : ""));
  }

  buttons(agent) {
    const mode = agent.stopping ? "over" : agent.mode;
    const there = {
      pause: mode === "running", resume: mode === "paused", step: mode === "running" || mode === "paused",
      take: mode === "running" || mode === "paused", back: mode === "person", stop: mode !== "over",
      approve: Boolean(agent.question), deny: Boolean(agent.question),
    };
    const focused = document.activeElement?.dataset?.order;
    for (const button of document.querySelectorAll("#panel [data-order]")) button.hidden = !there[button.dataset.order];
    // a button that was pressed with a key and went leaves the focus to what came in its place
    const next = { pause: "resume", resume: "pause", take: "back", back: "take", step: "step" }[focused];
    if (next && !there[focused]) document.querySelector(`#panel [data-order="${next}"]:not([hidden])`)?.focus();
  }

  question(question) {
    $("question").hidden = !question;
    this.about = question?.about ?? null;
    if (!question) return;
    const approve = question.kind === "approve";
    $("question-head").textContent = approve ? "May it do this?" : "It asks you";
    $("question-words").textContent = question.words;
    $("question-thought").textContent = question.thought ?? "";
    const why = [[question.rule, question.reason].filter(Boolean).join(": "), question.window && `in the window “${question.window}”`];
    $("question-why").textContent = approve ? why.filter(Boolean).join(", ") : "";
    $("question-yesno").hidden = !approve;
    $("question-answer").hidden = approve;
  }

  next(agent) {
    const next = agent.question ? null : agent.next;
    $("next").hidden = !next;
    if (!next) return;
    $("next-words").textContent = next.words;
    $("next-thought").textContent = next.thought;
  }

  outcome(outcome) {
    $("outcome").hidden = !outcome;
    if (!outcome) return;
    const steps = outcome.steps + (outcome.steps === 1 ? " step" : " steps");
    const said = [`${outcome.status.replace("_", " ")} after ${steps}`, outcome.message, outcome.answer && outcome.answer !== outcome.message ? `Answer: ${outcome.answer}` : ""];
    $("outcome").textContent = said.filter(Boolean).join("\n");
  }

  steps(steps) {
    const key = JSON.stringify([steps.length, steps.at(-1)]);
    if (key === this.shown) return;
    this.shown = key;
    const make = (name, text) => Object.assign(document.createElement("span"), { className: name, textContent: text });
    $("steps").replaceChildren(...steps.map((step) => {
      const row = document.createElement("li");
      row.append(make("number", step.number), make("what", step.words));
      for (const said of [step.thought, step.message]) if (said) row.append(make("said", said));
      if (!step.ok) row.classList.add("failed");
      return row;
    }));
    $("steps").scrollTop = $("steps").scrollHeight;
  }
}
