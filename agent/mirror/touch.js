// From pointer, wheel and keys to wishes. A wish holds fractions of the picture and the number of the picture
// that was seen when the finger came down.

const MOVED_PX = { mouse: 6, touch: 12, pen: 8 };
const HELD_MS = 550, NOTCH_PX = 100, TURN_MS = 50, NEAR_MS = 500;
// Tab is none of them: it goes on in the page, which has a button for it
const KEYS = {
  Enter: "enter", Backspace: "backspace", Delete: "delete", Escape: "escape", ArrowLeft: "left", ArrowRight: "right",
  ArrowUp: "up", ArrowDown: "down", Home: "home", End: "end", PageUp: "page_up", PageDown: "page_down", Insert: "insert",
};

export class Touch {
  constructor(picture, field, send) {
    this.picture = picture; this.field = field; this.send = send;
    this.phone = false; this.twice = false; this.pointing = false;
    this.follows = false;                      // whether the device's pointer goes along with this one
    this.hovers = false;                       // whether it does so with nothing pressed
    this.onTheWay = false; this.next = null;   // one place is on its way at a time; the newest that waits
    this.finger = null; this.turned = [0, 0]; this.turnAt = 0; this.nearAt = 0;
    this.cross = [.5, .5]; this.composing = false;
    const canvas = picture.canvas;
    const hear = (name, call) => canvas.addEventListener(name, call.bind(this), { passive: false });
    hear("pointerdown", this.down); hear("pointermove", this.move); hear("pointerup", this.up);
    hear("pointercancel", this.cancel); hear("wheel", this.wheel);
    hear("contextmenu", (event) => event.preventDefault());
    field.addEventListener("keydown", this.key.bind(this));
    field.addEventListener("compositionstart", () => { this.composing = true; });
    field.addEventListener("compositionend", () => { this.composing = false; this.type(); });
    field.addEventListener("input", () => { if (!this.composing) this.type(); });
    field.addEventListener("blur", () => { this.composing = false; field.value = ""; });
  }

  aimed(facts) { return { ...this.picture.shown, ...facts }; }

  down(event) {
    event.preventDefault();
    if (this.finger || !this.picture.frame) return;
    // a touch that focused the field would open the soft keyboard at every tap
    if (event.pointerType === "mouse") this.field.focus({ preventScroll: true });
    this.picture.canvas.setPointerCapture(event.pointerId);
    const at = this.picture.place(event);
    this.finger = {
      id: event.pointerId, button: event.button, at, now: at, from: [event.clientX, event.clientY], moved: false,
      held: false, began: performance.now(), shown: this.picture.shown, shift: event.shiftKey,
      timer: setTimeout(() => this.hold(), HELD_MS),
    };
    this.near();
  }

  hold() {
    const finger = this.finger;
    if (!finger || finger.moved || finger.button !== 0) return;
    finger.held = true;
    const [cx, cy] = this.picture.on(finger.at);
    this.picture.put("finger", this.picture.make("circle", { cx, cy, r: 24, class: "armed" }));
    navigator.vibrate?.(15);
  }

  move(event) {
    this.near();
    const finger = this.finger;
    if (!finger && this.follows && this.hovers && event.pointerType === "mouse" && this.picture.frame) {
      return this.follow("hover", this.picture.place(event));
    }
    if (!finger || event.pointerId !== finger.id) return;
    const far = Math.hypot(event.clientX - finger.from[0], event.clientY - finger.from[1]);
    if (far > (MOVED_PX[event.pointerType] ?? 8)) finger.moved = true;
    if (!finger.moved || finger.button !== 0) return;
    clearTimeout(finger.timer);
    finger.now = this.picture.place(event);
    if (!this.follows) {
      this.picture.put("finger", ...this.picture.line(this.picture.on(finger.at), this.picture.on(finger.now), 4, false));
      return;
    }
    const [cx, cy] = this.picture.on(finger.now);
    this.picture.put("finger", this.picture.make("circle", { cx, cy, r: 14, class: "armed" }));
    if (!finger.grabbed) {
      finger.grabbed = true;
      this.send({ do: "grab", ...finger.shown, x: finger.at[0], y: finger.at[1], held: finger.held });
    }
    this.follow("carry", finger.now);
  }

  follow(what, [x, y]) {
    this.next = { do: what, x, y };
    if (!this.onTheWay) this.moved();
  }

  // the last place has arrived
  moved() {
    this.onTheWay = Boolean(this.next);
    if (this.next) this.send(this.next);
    this.next = null;
  }

  // a new connection: what was on its way is not
  begin() { this.onTheWay = false; this.next = null; this.finger && this.release(); }

  release() {
    clearTimeout(this.finger.timer);
    this.finger = null;
    this.picture.put("finger");
  }

  up(event) {
    const finger = this.finger;
    if (!finger || event.pointerId !== finger.id) return;
    this.release();
    const [x, y] = finger.at, seconds = (performance.now() - finger.began) / 1000, shown = finger.shown;
    if (finger.button !== 0) return this.other(finger);
    const [to_x, to_y] = this.picture.place(event);
    if (finger.grabbed) this.drop(to_x, to_y);
    else if (finger.moved) {
      this.send({ do: "pull", ...shown, x, y, to_x, to_y, seconds: Math.min(30, Math.max(.05, seconds)), held: finger.held });
    } else if (finger.held) {
      this.send({ do: "hold", ...shown, x, y, seconds: Math.min(10, Math.max(.8, seconds)) });
    } else {
      const twice = this.twice || finger.shift;
      this.send({ do: "tap", ...shown, x, y, count: twice ? 2 : 1 });
      if (this.twice) this.tapped?.();
    }
    this.picture.ripple(finger.moved ? finger.now : finger.at);
    return undefined;
  }

  // on a phone the other buttons of a mouse are Back and Home
  other(finger) {
    const [x, y] = finger.at;
    if (this.phone) return this.send({ do: "press", button: finger.button === 2 ? "back" : "home" });
    return this.send({ do: "tap", ...finger.shown, x, y, button: finger.button === 2 ? "right" : "middle" });
  }

  cancel(event) {
    const finger = this.finger;
    if (!finger || event.pointerId !== finger.id) return;
    this.release();
    if (finger.grabbed) this.drop(...finger.now);
  }

  drop(x, y) {
    this.next = null;
    this.send({ do: "drop", x, y });
  }

  near() {
    const now = performance.now();
    if (now - this.nearAt < NEAR_MS) return;
    this.nearAt = now;
    this.send({ do: "near" });
  }

  wheel(event) {
    event.preventDefault();
    const unit = [1, 33, 400][event.deltaMode], side = event.shiftKey && !event.deltaX;
    this.turned[0] += (side ? event.deltaY : event.deltaX) * unit;
    this.turned[1] += (side ? 0 : event.deltaY) * unit;
    this.place = this.picture.place(event);
    if (!this.turning) this.turning = setTimeout(() => this.turn(), TURN_MS);
  }

  turn() {
    this.turning = null;
    const notches = this.turned.map((px) => Math.max(-20, Math.min(20, Math.trunc(px / NOTCH_PX))));
    this.turned = this.turned.map((px, i) => px - notches[i] * NOTCH_PX);
    const [x, y] = this.place, [right, down] = notches;
    if (right || down) this.send(this.aimed({ do: "turn", x, y, down, right }));
  }

  type() {
    const text = this.field.value;
    this.field.value = "";
    if (text) this.send({ do: "type", text });
  }

  key(event) {
    if (event.isComposing || this.composing || event.key === "Process") return;
    if (this.pointing && this.point(event)) return event.preventDefault();
    const held = [["ctrlKey", "ctrl"], ["altKey", "alt"], ["metaKey", "super"]].filter(([flag]) => event[flag]).map(([, name]) => name);
    if (event.getModifierState("AltGraph")) return undefined;
    const named = KEYS[event.key] ?? (/^F\d{1,2}$/.test(event.key) ? event.key.toLowerCase() : null);
    const letter = held.length && [...event.key].length === 1 ? event.key.toLowerCase() : null;
    if (held.includes("ctrl") && letter === "v") return undefined;  // what is pasted comes as text
    if (!named && !letter) return undefined;
    event.preventDefault();
    if (event.shiftKey && (named || letter)) held.push("shift");
    return this.send({ do: "keys", keys: [...held, named ?? letter] });
  }

  // the picture without a mouse: a cross that the arrow keys move
  point(event) {
    const step = event.shiftKey ? .005 : .025, [x, y] = this.cross;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const move = moves[event.key];
    if (move) {
      this.cross = [x + move[0], y + move[1]].map((value) => Math.min(1, Math.max(0, value)));
      this.drawCross();
    } else if (event.key === "Enter") {
      this.send(this.aimed({ do: "tap", x, y, count: event.shiftKey ? 2 : 1 }));
      this.picture.ripple(this.cross);
    } else if (event.key === "h") {
      this.send(this.aimed({ do: "hold", x, y }));
    } else if (event.key === "Escape") {
      this.ended?.();
    } else return false;
    return true;
  }

  drawCross() {
    const [x, y] = this.picture.on(this.cross), far = 22;
    const nodes = this.pointing ? [
      ...this.picture.line([x - far, y], [x + far, y], 2, false), ...this.picture.line([x, y - far], [x, y + far], 2, false),
    ] : [];
    this.picture.put("cross", ...nodes);
  }
}
