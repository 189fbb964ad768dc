// A signature, written with a finger or a pen.

import { fill, h } from "./dom.js";
import { bytesOf } from "./photo.js";
import { nameOfTask } from "./words.js";

const WIDTH = 900;
const INK = "#1a2230";

class Pad {
  constructor(changed) {
    this.canvas = h("canvas.pad", { width: WIDTH, height: 500, role: "img", "aria-label": "签名的地方，用手指写" });
    this.pen = this.canvas.getContext("2d");
    this.strokes = 0;
    this.last = null;
    this.changed = changed;
    this.wipe();
    this.canvas.addEventListener("pointerdown", (event) => this.start(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => { this.last = null; });
  }

  wipe() {
    this.pen.fillStyle = "#fff";
    this.pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
    Object.assign(this.pen, { strokeStyle: INK, fillStyle: INK, lineWidth: 7, lineCap: "round", lineJoin: "round" });
    this.strokes = 0;
    this.changed(this.strokes);
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: ((event.clientX - box.left) * this.canvas.width) / box.width, y: ((event.clientY - box.top) * this.canvas.height) / box.height };
  }

  start(event) {
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.last = this.place(event);
    this.pen.beginPath();
    this.pen.arc(this.last.x, this.last.y, this.pen.lineWidth / 2, 0, 2 * Math.PI);
    this.pen.fill();
    this.strokes += 1;
    this.changed(this.strokes);
  }

  move(event) {
    if (!this.last) return;
    const all = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const one of all.length ? all : [event]) this.line(this.place(one));
  }

  line(to) {
    this.pen.beginPath();
    this.pen.moveTo(this.last.x, this.last.y);
    this.pen.lineTo(to.x, to.y);
    this.pen.stroke();
    this.last = to;
  }
}

export async function signPage(app, key, itemId) {
  const task = await app.sync.standing(key);
  const form = task && (await app.form(task));
  const item = form && form.items.find((one) => one.id === itemId);
  if (!item) return app.gone();
  const save = h("button.btn.primary", { type: "button", disabled: true }, "存好签名");
  const told = h("span", { role: "status" });
  const pad = new Pad((strokes) => { save.disabled = strokes === 0; });
  save.addEventListener("click", async () => {
    save.disabled = true;
    const before = task.photos.filter((photo) => photo.item === itemId).pop();
    try {
      await app.sync.photo(key, itemId, await bytesOf(pad.canvas, "image/png"), "image/png", before && before.id);
      app.back(`#/visit/${key}`);
    } catch (fault) {
      fill(told, "没有存上，请再按一次。");
      save.disabled = false;
    }
  });
  return {
    title: item.label, back: { href: `#/visit/${key}`, text: "不签了" }, sub: nameOfTask(task),
    main: [h("h1", null, item.label), h("p.sub", null, `${nameOfTask(task)}，请在框里写下姓名。`), pad.canvas,
      h("button.btn", { type: "button", onclick: () => pad.wipe() }, "重写")],
    bar: [told, save],
  };
}
