// One item of a form on the page: its control, what is told beside it, and what is wrong with it.

import { fill, h, tag } from "./dom.js";
import { isBlank, textOf } from "./form.js";
import { unspaced } from "./format.js";
import { thumb } from "./photo.js";
import { inWords, whenOf } from "./words.js";

/** From so many options on it is a list to pull down. */
const LONG = 8;
/** Options longer than this stand one below the other. */
const WIDE = 8;

/** A date as it is often typed, in the way it is kept: 19750302, 1975.3.2, 1975年3月2日. */
export function tidyDate(text, parts) {
  const digits = /^[0-9]{6,8}$/.test(text) ? [text.slice(0, 4), text.slice(4, 6), text.slice(6)] : text.split(/[^0-9]+/).filter(Boolean);
  const all = digits.filter(Boolean);
  if (all.length !== parts || all[0].length !== 4 || all.slice(1).some((part) => part.length > 2)) return text;
  return all.map((part) => part.padStart(2, "0")).join("-");
}

const TIDY = {
  number: (text) => unspaced(text).toUpperCase(),
  date: (text) => tidyDate(unspaced(text), 3),
  month: (text) => tidyDate(unspaced(text), 2),
};

const KEYBOARD = {
  number: { autocapitalize: "characters", maxlength: 24 },
  phone: { type: "tel", inputmode: "tel" },
  date: { inputmode: "numeric", placeholder: "例如 1975-03-02" },
  month: { inputmode: "numeric", placeholder: "例如 2014-06" },
};

class ItemView {
  constructor(item, page) {
    Object.assign(this, { item, page, ids: [item.id], id: `f-${item.id}`, toldId: `${item.id}-told`, drawn: "" });
    this.heading = h("span");
    this.mark = h("span.marks");
    this.told = h("div.told", { id: this.toldId });
  }

  legend(name, properties) {
    return h(name, properties, this.heading, this.mark);
  }

  update(model, number) {
    const { item } = this;
    this.heading.textContent = `${number}　${item.label}`;
    const faults = model.faultsOf(item.id);
    const missing = model.missing.has(item.id);
    const must = faults.some((fault) => fault.level === "must") || (missing && model.tried) || Boolean(model.isReturned(item.id));
    fill(this.mark, this.markOf(faults, missing, must, model));
    this.setValue(model.values[item.id], model.locked);
    this.setInvalid(must);
    // The explanation is typed into what is told: it is drawn anew only where something else is told.
    const nodes = model.told(item);
    const key = nodes.map((node) => node.dataset.key || node.textContent).join("|");
    if (key !== this.drawn) fill(this.told, nodes);
    this.drawn = key;
    model.explain(item, this.told);
  }

  markOf(faults, missing, must, model) {
    if (model.isReturned(this.item.id)) return tag("退回", "red");
    if (missing) return tag("必填", must ? "red" : "");
    if (faults.some((fault) => fault.level === "must")) return tag("要改", "red");
    const verify = faults.find((fault) => fault.level === "verify");
    return verify ? tag(verify.why ? "已说明" : "核实", "amber") : null;
  }

  setInvalid(invalid) {
    if (invalid) this.control.setAttribute("aria-invalid", "true");
    else this.control.removeAttribute("aria-invalid");
  }

  focus() {
    const first = this.element.querySelector("input:not(:disabled), select, textarea, button");
    this.element.scrollIntoView({ block: "center" });
    if (first) first.focus({ preventScroll: true });
  }
}

class TextView extends ItemView {
  constructor(item, page) {
    super(item, page);
    const plain = { id: this.id, autocomplete: "off", "aria-describedby": this.toldId, spellcheck: "false" };
    this.control = item.kind === "note" ? h("textarea", { ...plain, rows: 3 }) : h("input", { type: "text", ...plain, ...KEYBOARD[item.kind] });
    this.control.addEventListener("input", () => page.change(item, this.control.value.trim()));
    this.control.addEventListener("change", () => this.tidy());
    this.control.addEventListener("blur", () => page.leave(item));
    this.element = h("div.field", { id: `item-${item.id}` }, this.legend("label.legend", { for: this.id }), this.control, this.told);
  }

  tidy() {
    const tidy = TIDY[this.item.kind];
    const text = tidy ? tidy(this.control.value) : this.control.value;
    if (text === this.control.value) return;
    this.control.value = text;
    this.page.change(this.item, text);
  }

  setValue(value, locked) {
    this.control.readOnly = locked;
    const text = textOf(value);
    if (document.activeElement !== this.control && this.control.value !== text) this.control.value = text;
  }
}

class SelectView extends ItemView {
  constructor(item, page) {
    super(item, page);
    const options = (item.options || []).map((option) => h("option", { value: option.code }, option.name));
    this.control = h("select", { id: this.id, "aria-describedby": this.toldId }, h("option", { value: "" }, "请选择"), options);
    this.control.addEventListener("change", () => { page.change(item, this.control.value); page.leave(item); });
    this.element = h("div.field", { id: `item-${item.id}` }, this.legend("label.legend", { for: this.id }), this.control, this.told);
  }

  setValue(value, locked) {
    this.control.disabled = locked;
    if (this.control.value !== textOf(value)) this.control.value = textOf(value);
  }
}

class ChoiceView extends ItemView {
  constructor(item, page) {
    super(item, page);
    const options = item.options || [];
    const type = item.kind === "choices" ? "checkbox" : "radio";
    this.inputs = options.map((option) => h("input", { type, name: this.id, value: option.code, onchange: () => this.pick() }));
    const wide = options.some((option) => option.name.length > WIDE);
    const labels = options.map((option, at) => h("label", null, this.inputs[at], h("span", null, option.name)));
    this.control = h("fieldset", { id: `item-${item.id}`, role: type === "radio" ? "radiogroup" : "group", "aria-labelledby": this.id, "aria-describedby": this.toldId },
      this.legend("legend", { id: this.id }), h(wide ? "div.opts.one" : "div.opts", null, labels), this.told);
    this.element = this.control;
    this.clear = h("button.btn.bare.small", { type: "button", onclick: () => { page.change(item, ""); page.leave(item); } }, "不选");
  }

  pick() {
    const codes = this.inputs.filter((input) => input.checked).map((input) => input.value);
    this.page.change(this.item, this.item.kind === "choices" ? codes : codes[0]);
    this.page.leave(this.item);
  }

  setValue(value, locked) {
    const codes = Array.isArray(value) ? value : [textOf(value)];
    for (const input of this.inputs) {
      input.checked = codes.includes(input.value);
      input.disabled = locked;
      // for browsers that do not know :has()
      input.parentNode.classList.toggle("on", input.checked);
    }
    // A radio button that was pressed by mistake cannot be let go; where nothing has to be chosen, this does it.
    const loose = this.item.kind === "choice" && !this.item.required && !locked && !isBlank(value);
    if (loose && !this.clear.isConnected) this.mark.after(this.clear);
    if (!loose) this.clear.remove();
  }

  setInvalid(invalid) {
    this.element.classList.toggle("bad", invalid);
    if (this.item.kind === "choice") super.setInvalid(invalid);
  }
}

class SignatureView extends ItemView {
  constructor(item, page) {
    super(item, page);
    this.control = h("div");
    this.shown = null;
    this.element = h("div.field", { id: `item-${item.id}` }, this.legend("span.legend", { id: this.id }), this.control, this.told);
  }

  update(model, number) {
    this.photo = model.photos.filter((photo) => photo.item === this.item.id).pop();
    super.update(model, number);
  }

  setValue(value, locked) {
    const key = `${this.photo ? this.photo.id : ""} ${locked}`;
    if (key === this.shown) return;
    this.shown = key;
    const words = this.photo ? "重签" : `请${this.item.label.replace(/签名$/, "")}在屏幕上签名`;
    fill(this.control, this.photo ? thumb(this.page.pictures, this.photo, this.item.label) : null,
      locked ? null : h("a.btn.whole", { href: this.page.signHref(this.item), "aria-describedby": this.id }, words));
  }

  setInvalid(invalid) { this.control.classList.toggle("bad", invalid); }
}

class PositionView extends ItemView {
  constructor(item, page) {
    super(item, page);
    this.words = h("p.sub", { role: "status" });
    this.button = h("button.btn", { type: "button", "aria-describedby": this.id, onclick: () => this.locate() });
    this.control = h("div");
    this.control.append(this.button, this.words);
    this.element = h("div.field", { id: `item-${item.id}` }, this.legend("span.legend", { id: this.id }), this.control, this.told);
  }

  locate() {
    if (!navigator.geolocation) return this.tell("这台手机不能定位。");
    this.tell("正在定位…");
    const found = ({ coords }) => {
      this.page.change(this.item, [coords.latitude.toFixed(6), coords.longitude.toFixed(6), Math.round(coords.accuracy)].join(","));
      this.page.leave(this.item);
    };
    const failed = () => this.tell("没有定到位。可以不填，或到屋外再试。");
    return navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 20000 });
  }

  tell(text) { this.words.textContent = text; }

  setValue(value, locked) {
    this.button.hidden = locked;
    this.button.textContent = isBlank(value) ? "记下这里的位置" : "重新记位置";
    if (!isBlank(value)) this.tell(`已记下，误差约 ${textOf(value).split(",")[2] || "?"} 米`);
    else if (this.words.textContent.startsWith("已记下")) this.tell("");
  }
}

/** The view of an item that is no photo. */
export function viewOf(item, page) {
  const long = (item.options || []).length > LONG;
  switch (item.kind) {
    case "choice": return long ? new SelectView(item, page) : new ChoiceView(item, page);
    case "choices": return new ChoiceView(item, page);
    case "signature": return new SignatureView(item, page);
    case "position": return new PositionView(item, page);
    default: return new TextView(item, page);
  }
}

const note = (name, key, ...children) => {
  const node = h(name, null, ...children);
  node.dataset.key = key;
  return node;
};

// What another device wrote, while nobody has settled it.
function conflict(item, heads, page, now) {
  const values = new Set(heads.map((version) => JSON.stringify(version.value)));
  if (values.size < 2) return null;
  const [mine, ...others] = heads;
  const other = others.find((version) => JSON.stringify(version.value) !== JSON.stringify(mine.value));
  const when = (version) => [version.here ? "" : version.by, whenOf(version.at, now)].filter(Boolean).join("，");
  const words = other.here ? `这台手机写的是“${inWords(item, other.value)}”（${when(other)}），另一台设备后来写的是“${inWords(item, mine.value)}”（${when(mine)}）。`
    : `另一台设备写的是“${inWords(item, other.value)}”（${when(other)}）。`;
  const settle = (value) => () => { page.change(item, value); page.leave(item); };
  return note("div.other", `${mine.op}${other.op}`,
    h("p.warn", null, words),
    h("div.pair", null,
      h("button.btn", { type: "button", onclick: settle(other.value) }, `改成“${inWords(item, other.value)}”`),
      h("button.btn", { type: "button", onclick: settle(mine.value) }, `留“${inWords(item, mine.value)}”`)));
}

/** What is told below an item: help, what is registered, the town's words, another device's value, faults. */
export function toldOf(item, model, page) {
  const known = item.known && model.task.known && model.task.known[item.known];
  const returned = model.isReturned(item.id);
  const faults = model.faultsOf(item.id).filter((fault) => fault.level !== "verify");
  return [
    item.help && note("p.sub", "help", item.help),
    known && typeof known === "string" && note("p.sub", "known", "登记的是 ", h("span.id", null, inWords(item, known))),
    returned && note("p.err", `r${returned}`, `镇里说：${returned}`),
    page.locked() ? null : conflict(item, model.heads[item.id] || [], page, page.now()),
    ...faults.map((fault) => note(fault.level === "must" ? "p.err" : "p.sub", fault.says, fault.says)),
    model.tried && model.missing.has(item.id) && !faults.length && note("p.err", "missing", "这一项要填。"),
  ].filter(Boolean);
}

/** A fault that an explanation settles: its words are the label of the field for it. */
export class Explanations {
  constructor(page) { Object.assign(this, { page, fields: new Map() }); }

  field(item) {
    if (this.fields.has(item.id)) return this.fields.get(item.id);
    const id = `f-${item.id}-why`;
    const why = { id: `${item.id}.why` };
    const input = h("input", { id, type: "text", autocomplete: "off", maxlength: 200 });
    input.addEventListener("input", () => this.page.change(why, input.value.trim()));
    input.addEventListener("blur", () => this.page.leave(why));
    const label = h("label.warn", { for: id });
    const made = { input, label, element: h("div.why", null, label, input) };
    this.fields.set(item.id, made);
    return made;
  }

  show(item, faults, value, after, locked) {
    const verify = faults.filter((fault) => fault.level === "verify");
    if (!verify.length) {
      if (this.fields.has(item.id)) this.fields.get(item.id).element.remove();
      return;
    }
    const { input, label, element } = this.field(item);
    label.textContent = verify.map((fault) => fault.says).join("");
    input.readOnly = locked;
    if (document.activeElement !== input && input.value !== textOf(value)) input.value = textOf(value);
    if (element.previousSibling !== after) after.after(element);
  }
}
