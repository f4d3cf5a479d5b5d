/* Pictures. They stand behind the script as text and are decoded when they are looked at; most hold only what
   differs from another one, so a frame is put together out of several. */
const ROOM_PX = 40e6;
const wholes = new Map();

/* A piece may not have arrived yet: the page works while the rest of it is read. Its text is whole once
   something follows it. */
async function piece(number) {
  for (;;) {
    const node = $("piece-" + number);
    if (node && (node.nextSibling || document.readyState !== "loading")) return node.textContent;
    if (document.readyState !== "loading") return null;
    await new Promise((done) => setTimeout(done, 15));
  }
}
async function image(number) {
  const address = await piece(number);
  if (!address || !address.startsWith("data:image/")) throw new Error("a picture is missing in this page");
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return picture;
}
const ownSize = (frame) => frame.own || frame.size;

/* The whole picture of a frame, as a canvas that is not in the page. */
async function whole(number) {
  if (wholes.has(number)) return used(number);
  const chain = [];
  let at = number;
  while (at !== undefined && !wholes.has(at)) { chain.unshift(at); at = run.frames[at].base; }
  const parts = await Promise.all(chain.map((each) => Promise.all(run.frames[each].parts.map((part) => image(part[0])))));
  const [width, height] = ownSize(run.frames[number]);
  const canvas = make("canvas", { width, height });
  const pen = canvas.getContext("2d");
  if (at !== undefined && wholes.has(at)) pen.drawImage(wholes.get(at), 0, 0);
  else if (at !== undefined) return whole(number); // its base was let go of meanwhile
  chain.forEach((each, place) => run.frames[each].parts.forEach(([, x, y, w, h], index) => {
    pen.clearRect(x, y, w, h);
    pen.drawImage(parts[place][index], x, y, w, h);
  }));
  wholes.set(number, canvas);
  letGo();
  return canvas;
}
function used(number) {
  const canvas = wholes.get(number);
  wholes.delete(number);
  wholes.set(number, canvas);
  return canvas;
}
function letGo() {
  let held = 0;
  for (const canvas of wholes.values()) held += canvas.width * canvas.height;
  for (const [number, canvas] of wholes) {
    if (held <= ROOM_PX || wholes.size <= 3) break;
    held -= canvas.width * canvas.height;
    wholes.delete(number);
  }
}
async function shownIn(canvas, number) {
  const picture = await whole(number);
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d").drawImage(picture, 0, 0);
}
async function thumbIn(img, number) {
  const wanted = String(number);
  if (img.dataset.frame === wanted) return;
  img.dataset.frame = wanted;
  const address = await piece(run.frames[number].thumb);
  if (address && img.dataset.frame === wanted) img.src = address;
}
