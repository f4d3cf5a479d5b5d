// The picture on the canvas, what is drawn over it, and how large it is.

const SVG = "http://www.w3.org/2000/svg";
const HEADER = 17, JPEG = 1, VIDEO = 2, VIDEO_HEADER = 11;

export class Picture {
  constructor(stage, canvas, marks, drawn) {
    this.stage = stage; this.canvas = canvas; this.marks = marks; this.drawn = drawn;
    this.context = canvas.getContext("2d", { alpha: false });
    this.frame = 0;       // the number of the picture that is seen
    this.video = false;   // whether it is one of the video
    this.decoder = null; this.shape = "";
    this.size = { width: canvas.width, height: canvas.height };  // of the picture as it came
    this.kept = null;     // the last frame of the video, to be drawn again when the window is resized
    this.halves = [];     // canvases on the way from a large frame to a small canvas
    this.count = 0;       // pictures drawn since the page was opened
    this.planned = null;  // what an agent is about to do
    this.queue = Promise.resolve();
    this.epoch = 0;       // pictures of an older connection are not drawn
    new ResizeObserver(() => this.fit()).observe(stage);
  }

  begin() {
    this.epoch += 1;
    this.frame = 0;
    this.canvas.dataset.frame = "0";
    this.endVideo();
    this.queue = Promise.resolve();
  }

  take(buffer) {
    const epoch = this.epoch;
    // decoding takes its time, and patches are right in one order only
    this.queue = this.queue.then(() => epoch === this.epoch && this.draw(buffer)).catch((error) => this.failed(error));
  }

  async draw(buffer) {
    const view = new DataView(buffer);
    if (view.getUint8(0) === VIDEO) return this.decode(view, buffer);
    if (view.getUint8(0) !== JPEG) return undefined;
    const [width, height, x, y] = [5, 7, 9, 11].map((at) => view.getUint16(at));
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(buffer, HEADER)], { type: "image/jpeg" }));
    if (this.decoder) this.endVideo();
    this.resize(width, height);
    this.context.drawImage(bitmap, x, y);
    bitmap.close();
    return this.seen(view.getUint32(1), false);
  }

  // an encoded picture of the video; what comes before one that a decoder can begin with is passed over
  decode(view, buffer) {
    const [serial, width, height] = [view.getUint32(1), view.getUint16(5), view.getUint16(7)];
    const key = view.getUint8(9) === 1, data = VIDEO_HEADER + view.getUint8(10);
    const codec = String.fromCharCode(...new Uint8Array(buffer, VIDEO_HEADER, view.getUint8(10)));
    const shape = `${codec} ${width} ${height}`;
    if (key && (shape !== this.shape || this.decoder?.state !== "configured")) this.configure(codec, shape);
    if (!this.decoder) return;
    const type = key ? "key" : "delta";
    this.decoder.decode(new EncodedVideoChunk({ type, timestamp: serial, data: new Uint8Array(buffer, data) }));
  }

  configure(codec, shape) {
    this.endVideo();
    const epoch = this.epoch;
    this.shape = shape;
    this.decoder = new VideoDecoder({
      output: (frame) => {
        if (epoch !== this.epoch) return frame.close();
        this.kept?.close();
        this.kept = frame;
        this.resize(frame.displayWidth, frame.displayHeight);
        this.paint();
        return this.seen(frame.timestamp, true);
      },
      error: (error) => this.failed(error),
    });
    this.decoder.configure({ codec, optimizeForLatency: true });
  }

  endVideo() {
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.decoder = null;
    this.shape = "";
    this.kept?.close();
    this.kept = null;
  }

  // The video is as large as the device. A browser that shows it smaller skips pixels, and thin strokes of letters
  // with them: so it is halved, which counts each pixel, until it is less than twice as large as what is shown.
  paint() {
    const { width, height } = this.canvas;
    let [source, wide, high] = [this.kept, this.size.width, this.size.height];
    for (let step = 0; wide >= 2 * width && high >= 2 * height; step += 1) {
      const half = this.halves[step] ??= new OffscreenCanvas(1, 1);
      [wide, high] = [wide >> 1, high >> 1];
      if (half.width !== wide || half.height !== high) Object.assign(half, { width: wide, height: high });
      half.getContext("2d", { alpha: false }).drawImage(source, 0, 0, wide, high);
      source = half;
    }
    this.context.imageSmoothingQuality = "high";  // setting a canvas's size sets it back
    this.context.drawImage(source, 0, 0, width, height);
  }

  failed(error) { this.endVideo(); this.broken?.(error); }

  seen(number, video) {
    this.frame = number;
    this.video = video;
    this.count += 1;
    this.canvas.dataset.frame = String(number);
    this.canvas.dataset.video = String(video);
    this.canvas.dataset.size = `${this.size.width}x${this.size.height}`;
    this.drawn(number, video);
  }

  // which picture is seen, as a wish says it
  get shown() { return this.video ? { frame: this.frame, video: true } : { frame: this.frame }; }

  resize(width, height) {
    if (this.size.width !== width || this.size.height !== height) {
      this.size = { width, height };
      this.stage.style.setProperty("--aspect", String(width / height));
      this.fit();
    }
    if (!this.kept) this.back(width, height);
  }

  // how many pixels the canvas has; whether that is new, and it is empty
  back(width, height) {
    if (this.canvas.width === width && this.canvas.height === height) return false;
    Object.assign(this.canvas, { width, height });
    return true;
  }

  // as large as the stage allows, in whole pixels of the screen
  fit() {
    const { width, height } = this.size, room = this.stage.getBoundingClientRect(), dense = devicePixelRatio;
    const [most_x, most_y] = [room.width * dense, room.height * dense];
    const scale = Math.min(most_x / width, most_y / height);
    let [wide, high] = [Math.max(1, Math.floor(width * scale)), Math.max(1, Math.floor(height * scale))];
    // a picture that was made for this place may be a pixel smaller than it: it is shown as it is
    if (width <= most_x && height <= most_y && wide - width < 3 && high - height < 3) [wide, high] = [width, height];
    if (this.kept && this.back(Math.min(wide, width), Math.min(high, height))) this.paint();
    const shown = [wide / dense, high / dense];
    for (const node of [this.canvas, this.marks]) {
      node.style.width = shown[0] + "px";
      node.style.height = shown[1] + "px";
    }
    this.marks.style.left = (room.width - shown[0]) / 2 + "px";
    this.marks.style.top = (room.height - shown[1]) / 2 + "px";
    this.marks.setAttribute("viewBox", `0 0 ${shown[0]} ${shown[1]}`);
    this.plan(this.planned);
    this.fitted?.(wide);
  }

  // where an event is, in fractions of the picture
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const inside = (value) => Math.min(1, Math.max(0, value));
    return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
  }

  on([x, y]) { return [x * parseFloat(this.marks.style.width), y * parseFloat(this.marks.style.height)]; }

  make(name, attributes, text) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  }

  ripple(place) {
    const [cx, cy] = this.on(place);
    const node = this.make("circle", { cx, cy, r: 4, class: "ripple" });
    node.addEventListener("animationend", () => node.remove());
    this.marks.append(node);
  }

  // one lasting mark of a kind (the finger, the cross); null takes it away
  put(kind, ...nodes) {
    this.marks.querySelectorAll(`[data-kind="${kind}"]`).forEach((node) => node.remove());
    for (const node of nodes) { node.dataset.kind = kind; this.marks.append(node); }
  }

  line(a, b, width, arrow) {
    const [x1, y1] = a, [x2, y2] = b, nodes = [];
    const common = { x1, y1, x2, y2, "stroke-linecap": "round" };
    nodes.push(this.make("line", { ...common, stroke: "#fff", "stroke-width": width * 2.2, opacity: .8 }));
    nodes.push(this.make("line", { ...common, stroke: "var(--mark)", "stroke-width": width, class: "line" }));
    if (arrow) {
      const turn = Math.atan2(y2 - y1, x2 - x1), wing = width * 4;
      const at = (angle) => `${x2 - wing * Math.cos(turn + angle)},${y2 - wing * Math.sin(turn + angle)}`;
      nodes.push(this.make("polygon", { points: `${x2},${y2} ${at(.5)} ${at(-.5)}`, fill: "var(--mark)", stroke: "#fff" }));
    }
    return nodes;
  }

  aim(at, kind) {
    const [cx, cy] = this.on(at);
    return [
      this.make("circle", { cx, cy, r: 17, fill: "none", stroke: "#fff", "stroke-width": 7, opacity: .8 }),
      this.make("circle", { cx, cy, r: 17, fill: "none", stroke: "var(--mark)", "stroke-width": 3, class: kind }),
      this.make("circle", { cx, cy, r: 3.5, fill: "var(--mark)", stroke: "#fff" }),
    ];
  }

  // what the agent is about to do, drawn where it will be done
  plan(marks) {
    this.planned = marks;
    if (!marks) return this.put("plan");
    const nodes = [];
    if (marks.from) nodes.push(...this.line(this.on(marks.from), this.on(marks.at), 4, true));
    if (marks.at) nodes.push(...this.aim(marks.at, "aim"));
    if (marks.turn && marks.at) {
      const [x, y] = this.on(marks.at), size = 54;
      nodes.push(...this.line([x, y], [x + Math.sign(marks.turn[0]) * size, y + Math.sign(marks.turn[1]) * size], 4, true));
    }
    if (marks.text) nodes.push(...this.caption(marks.text));
    return this.put("plan", ...nodes);
  }

  caption(text) {
    const short = [...text.replace(/\n/g, "⏎").replace(/\t/g, "⇥")];
    const said = "⌨ " + (short.length > 40 ? short.slice(0, 40).join("") + "…" : short.join(""));
    const width = parseFloat(this.marks.style.width), height = parseFloat(this.marks.style.height);
    return [
      this.make("rect", { x: 0, y: height - 34, width, height: 34, fill: "#000", opacity: .7 }),
      this.make("text", { x: width / 2, y: height - 11, fill: "#fff", "font-size": 16, "text-anchor": "middle", class: "caption" }, said),
    ];
  }
}
