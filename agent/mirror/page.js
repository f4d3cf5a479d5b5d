// The connection of the page, and what belongs to none of its parts.

import { Panel } from "./panel.js";
import { Picture } from "./picture.js";
import { Touch } from "./touch.js";

const $ = (id) => document.getElementById(id);
const AGAIN_MS = [250, 500, 1000, 2000, 4000], TRIES = 12, NOTICE_MS = 6000, GOING_AWAY = 1001;
let pointed = null, parted = false, socket = null, tries = 0, width = 0, owed = null, noticed = 0;

function send(wish) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(wish));
}

// a page that nobody sees asks for no more pictures
function drawn(frame, video) {
  owed = [frame, video];
  if (!document.hidden) { send({ do: "drawn", frame, video }); owed = null; }
}
document.addEventListener("visibilitychange", () => { if (!document.hidden && owed) drawn(...owed); });

const picture = new Picture($("stage"), $("picture"), $("marks"), drawn);
const touch = new Touch(picture, $("keys"), send);
const panel = new Panel(send, (marks) => picture.plan(marks));

let asked = 0;
picture.fitted = (px) => {
  clearTimeout(asked);
  asked = setTimeout(() => { if (px !== width) { width = px; send({ do: "canvas", width }); } }, 120);
};

function notice(words) {
  clearTimeout(noticed);
  $("notice").textContent = words;
  noticed = setTimeout(() => { $("notice").textContent = ""; }, NOTICE_MS);
}

function veil(words, retry = false) {
  $("veil").hidden = !words;
  $("veil-words").textContent = words || "";
  $("again").hidden = !retry;
}

function show(facts) {

  document.title = `${facts.device} – screenwright mirror`;
  $("device").textContent = facts.device;
  $("facts").textContent = facts.viewers === 1 ? "1 viewer" : `${facts.viewers} viewers`;
  const kinds = new Set(facts.kinds);
  touch.phone = kinds.has("press_button");
  for (const group of document.querySelectorAll(".phone")) group.hidden = !touch.phone;
  for (const button of document.querySelectorAll("[data-key]")) button.disabled = !kinds.has("press_keys");
  $("say").hidden = $("keyboard").hidden = !kinds.has("type_text");
  const pointer = kinds.has("move");
  if (pointed !== pointer) { pointed = pointer; $("follow").hidden = !pointer; follow(facts.own || !pointer); }
  touch.hovers = pointer && !["running", "paused"].includes(facts.agent.mode);
  veil(facts.lost);
  if (facts.video !== chosen) choose(facts.video);
  panel.show(facts.agent);
}

// the video where this browser can decode it: it needs a secure context, which a bare address in a network is not
let way = "pictures", chosen = false;
async function decodes() {
  if (!("VideoDecoder" in window)) return false;
  return (await VideoDecoder.isConfigSupported({ codec: "avc1.42E028" })).supported;
}
function take(wanted) {
  way = wanted;
  $("way").textContent = way === "video" ? "Video" : "Pictures";
  send({ do: "video", on: way === "video" });
}
async function choose(there) {
  chosen = there;
  $("way").hidden = !there || !(await decodes());
  if (chosen && !$("way").hidden) take("video");
  if (!chosen && way === "video") take("pictures");
}
picture.broken = (error) => { if (way === "video") { notice(`The video can't be decoded here: ${error.message}`); take("pictures"); } };
$("way").addEventListener("click", () => take(way === "video" ? "pictures" : "video"));

function connected(on, words) {
  $("dot").className = "dot " + (on ? "on" : parted ? "ended" : "off");
  $("link").textContent = words;
  if (!on) $("facts").textContent = "";
  for (const bar of document.querySelectorAll(".bar")) bar.inert = !on && parted;
}

function connect() {
  const address = new URL("live", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    tries = 0; owed = null; chosen = parted = false;
    picture.begin();
    touch.begin();
    connected(true, "live");
    veil("");
    if (width) send({ do: "canvas", width });
  };
  socket.onmessage = ({ data }) => {
    if (typeof data !== "string") return picture.take(data);
    const said = JSON.parse(data);
    if (said.say === "state") show(said);
    if (said.say === "refused") notice(said.why);
    if (said.say === "moved") touch.moved();
    return undefined;
  };
  socket.onclose = ({ code }) => {
    tries += 1;
    parted = parted || code === GOING_AWAY;
    connected(false, parted ? "ended" : "not connected");
    const over = tries > TRIES;
    const ended = panel.over ? "The run has ended, and this page with it." : "The mirror has ended.";
    veil(parted ? ended : over ? "The mirror has ended, or its address has changed." : "The connection is lost. Trying again…", over);
    if (!over) setTimeout(connect, AGAIN_MS[Math.min(tries - 1, AGAIN_MS.length - 1)]);
  };
}

for (const button of document.querySelectorAll("[data-press]")) {
  button.addEventListener("click", () => send({ do: "press", button: button.dataset.press }));
}
for (const button of document.querySelectorAll("[data-key]")) {
  button.addEventListener("click", () => send({ do: "keys", keys: [button.dataset.key] }));
}
function press(button, on) { $(button).setAttribute("aria-pressed", String(on)); }
function twice(on) { touch.twice = on; press("twice", on); }
function pointing(on) {
  touch.pointing = on;
  press("pointer", on);
  touch.drawCross();
  if (on) $("keys").focus({ preventScroll: true });
}
function follow(on) { touch.follows = on; press("follow", on); }
$("follow").addEventListener("click", () => follow(!touch.follows));
$("twice").addEventListener("click", () => twice(!touch.twice));
touch.tapped = () => twice(false);
$("pointer").addEventListener("click", () => pointing(!touch.pointing));
touch.ended = () => { pointing(false); $("pointer").focus(); };
$("keyboard").addEventListener("click", () => $("keys").focus({ preventScroll: true }));
$("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value;
  $("text").value = "";
  if (text) send({ do: "type", text });
});
$("again").addEventListener("click", () => { tries = 0; veil("Trying again…"); connect(); });

picture.fit();
connect();

