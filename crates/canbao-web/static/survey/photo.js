// Pictures: made small on the device before they are stored, and shown from what is stored.

import { fill, h } from "./dom.js";
import { sizeOf } from "./words.js";

const MOST_PIXELS = 1600;
const MOST_BYTES = 200 * 1024;
const QUALITIES = [0.82, 0.7, 0.6, 0.5];

const blobOf = (canvas, media, quality) => new Promise((resolve) => canvas.toBlob(resolve, media, quality));

export async function bytesOf(canvas, media, quality) {
  const blob = await blobOf(canvas, media, quality);
  return new Uint8Array(await new Response(blob).arrayBuffer());
}

function drawn(picture, most) {
  const scale = Math.min(1, most / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: Math.max(1, Math.round(picture.width * scale)), height: Math.max(1, Math.round(picture.height * scale)) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** A picture from the camera as JPEG, at most 1600 px wide and high and about 200 KB. Nothing else of the file is kept, such as where it was taken. */
export async function shrunk(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    for (let most = MOST_PIXELS; ; most = Math.round(most * 0.8)) {
      const canvas = drawn(picture, most);
      for (const quality of QUALITIES) {
        const bytes = await bytesOf(canvas, "image/jpeg", quality);
        if (bytes.length <= MOST_BYTES || most < 600) return bytes;
      }
    }
  } finally {
    picture.close();
  }
}

/** Addresses of pictures for one page; given back when it is left. */
export class Pictures {
  constructor(app) { Object.assign(this, { app, urls: new Map() }); }

  async url(photo) {
    if (!this.urls.has(photo.id)) this.urls.set(photo.id, this.load(photo));
    return this.urls.get(photo.id);
  }

  async load(photo) {
    const own = await this.app.sync.picture(photo.id);
    const blob = own ? new Blob([own], { type: photo.media || "image/jpeg" }) : await this.app.line.picture(photo.id);
    return blob && URL.createObjectURL(blob);
  }

  async release() {
    for (const loading of this.urls.values()) {
      const url = await loading;
      if (url) URL.revokeObjectURL(url);
    }
    this.urls.clear();
  }
}

/** A picture as it is seen on the page; a press shows it whole. */
export function thumb(pictures, photo, label) {
  const button = h("button.thumb", { type: "button", "aria-expanded": "false", "aria-label": `${label}：看大图` });
  button.addEventListener("click", () => button.setAttribute("aria-expanded", String(button.classList.toggle("large"))));
  pictures.url(photo).then((url) => fill(button, url ? h("img", { src: url, alt: label }) : h("span.sub", null, "要有信号才能看")));
  return button;
}

/** Pictures that stand together under one number, as in the mock: one button for each item. */
export class PhotoGroup {
  constructor(items, title, page) {
    Object.assign(this, { items, title, page, ids: items.map((item) => item.id), drawn: "", busy: new Set(), faults: new Map() });
    this.heading = h("span");
    this.count = h("span.sub");
    this.cells = h("div.opts.shots");
    this.told = h("div", { id: `${this.ids[0]}-told` });
    this.element = h("fieldset", { id: `item-${this.ids[0]}`, "aria-describedby": `${this.ids[0]}-told` }, h("legend", null, this.heading, this.count), this.cells, this.told);
  }

  update(model, number) {
    const shown = this.items.filter((item) => model.shown.has(item.id));
    const photos = model.photos.filter((photo) => this.ids.includes(photo.item));
    this.heading.textContent = `${number}　${this.title}`;
    const lacking = shown.filter((item) => model.missing.has(item.id)).length;
    this.count.textContent = [photos.length && `拍好 ${photos.length} 张`, lacking && `还差 ${lacking} 张`].filter(Boolean).join("，");
    // drawn anew only where something is another: a button that is pressed must not go away under the finger
    const key = JSON.stringify([shown.map((item) => item.id), photos.map((photo) => photo.id), model.locked, Array.from(this.busy), Array.from(this.faults)]);
    if (key !== this.drawn) {
      fill(this.cells, shown.map((item) => this.cell(item, photos.filter((photo) => photo.item === item.id), model)));
    }
    this.drawn = key;
    fill(this.told, shown.map((item) => model.told(item)));
    shown.forEach((item) => model.explain(item, this.told));
  }

  cell(item, photos, model) {
    const more = photos.length > 0 && photos.length < (item.most || 1);
    return h("div.shot", null,
      photos.map((photo) => h("div.taken", null, thumb(this.page.pictures, photo, item.label),
        model.locked ? null : h("button.btn.bare", { type: "button", "aria-label": `去掉${item.label}`, onclick: () => this.page.unphoto(photo) }, "去掉"))),
      model.locked ? (photos.length ? null : h("p.sub", null, `${item.label}：没有拍`)) : this.button(item, photos, more),
      this.faults.has(item.id) ? h("p.err", null, this.faults.get(item.id)) : null);
  }

  button(item, photos, more) {
    const last = photos[photos.length - 1];
    const words = this.busy.has(item.id) ? "正在存…" : last ? `已拍，${sizeOf(last.bytes)}` : "没有拍";
    const input = h("input.vh", { type: "file", accept: "image/*", capture: "environment", id: `shot-${item.id}` });
    input.addEventListener("change", () => input.files[0] && this.take(item, input.files[0], more || !last ? undefined : last.id));
    return h("label.btn", null, input, h("span", null, `${more ? "再拍一张" : last ? "重拍" : "拍"}${item.label}`, h("small", null, words)));
  }

  async take(item, file, instead) {
    this.busy.add(item.id);
    this.faults.delete(item.id);
    this.page.redraw();
    try {
      await this.page.photo(item, await shrunk(file), "image/jpeg", instead);
    } catch (fault) {
      this.faults.set(item.id, "这张照片没有存上，请再拍一次。手机空间不够时，先同步再拍。");
    }
    this.busy.delete(item.id);
    this.page.redraw();
  }
}
