// The form of one person (or of a household): what is asked, what was answered, what is still missing.

import { fill, h, say, tag } from "./dom.js";
import { factsOf, isBlank, judge } from "./form.js";
import { Explanations, toldOf, viewOf } from "./items.js";
import { PhotoGroup, Pictures } from "./photo.js";
import { FOUND, addressOf, clockOf, dayOf, dueTag, factTags, headOf, inOrder, isClosed, nameOfTask, stageOf, whoIs, whenOf } from "./words.js";

const SEAL_AFTER_MS = 3000;
const COUNTS_VISITS = /"item":"(visits|days)"/;

/** What is put in at first: what is registered, where the form says so and it is not masked. */
function prefilled(form, task) {
  const answers = {};
  for (const item of form.items) {
    const known = item.prefill && item.known && (task.known || {})[item.known];
    if (known && !task.heads[item.id] && !(typeof known === "string" && known.includes("*"))) answers[item.id] = known;
  }
  return answers;
}

/** The page's part that edits: keeps answers, stores each change, judges, and tells its views. */
class Sheet {
  constructor(app, key, form, task) {
    Object.assign(this, { app, key, form, task, answers: {}, storing: 0, timers: new Map(), tried: false, savedAt: null, fault: "" });
    this.pictures = new Pictures(app);
    this.explanations = new Explanations(this);
    this.saved = h("span.saved", { role: "status" });
    this.lacking = h("button.btn.bare.lacking", { type: "button", onclick: () => this.showMissing() });
    this.take(task);
    this.views = this.makeViews();
  }

  // 1 Views -----------------------------------------------------------------------

  makeViews() {
    const views = [];
    const titles = new Map((this.form.sections || []).map((section) => [section.id, section.title]));
    for (const item of this.form.items) {
      const last = views[views.length - 1];
      if (item.kind !== "photo") views.push({ section: item.section, view: viewOf(item, this) });
      else if (last && last.photos && last.section === item.section) last.photos.push(item);
      else views.push({ section: item.section, photos: [item] });
    }
    for (const one of views) {
      if (one.photos) one.view = new PhotoGroup(one.photos, titles.size > 1 && titles.get(one.section) && /照/.test(titles.get(one.section)) ? titles.get(one.section) : "照片", this);
    }
    return views;
  }

  /** Views in order, with headings of sections where there are several, and the visits after what asks for them. */
  elements(visits) {
    const titles = new Map((this.form.sections || []).map((section) => [section.id, section.title]));
    const asking = this.views.find(({ view }) => this.asksForVisits(view)) || (visits && this.views[0]);
    this.headings = [];
    let section = null;
    return this.views.flatMap((one) => {
      const parts = [];
      if (titles.size > 1 && one.section !== section && titles.has(one.section)) {
        this.headings.push({ section: one.section, element: h("h2.part", null, titles.get(one.section)) });
        parts.push(this.headings[this.headings.length - 1].element);
      }
      section = one.section;
      parts.push(one.view.element);
      if (one === asking && visits) parts.push(visits);
      return parts;
    });
  }

  asksForVisits(view) {
    return (this.form.checks || []).some((check) => view.ids.includes(check.item) && COUNTS_VISITS.test(JSON.stringify(check.when)));
  }

  // 2 Answers ------------------------------------------------------------------------

  take(task) {
    this.task = task;
    this.first = prefilled(this.form, task);
    this.answers = { ...this.first, ...task.values };
  }

  locked() { return this.task.state === "submitted" || isClosed(this.task); }

  now() { return this.app.clock(); }

  signHref(item) { return `#/sign/${this.key}/${encodeURIComponent(item.id)}`; }

  async change(item, value) {
    this.answers = { ...this.answers, [item.id]: value };
    const answers = { ...this.first, [item.id]: value };
    this.first = {};
    clearTimeout(this.timers.get(item.id));
    this.timers.set(item.id, setTimeout(() => this.leave(item), SEAL_AFTER_MS));
    this.redraw();
    await this.store(() => this.app.sync.set(this.key, answers));
  }

  async store(work) {
    this.storing += 1;
    try {
      await work();
      this.savedAt = this.now();
      this.fault = "";
    } catch (fault) {
      this.fault = "没有存上：手机空间可能满了。先同步，再接着填。";
    }
    this.storing -= 1;
    if (this.storing === 0) await this.refresh();
    else this.redraw();
  }

  /** A field was left: what stands in it is final. */
  async leave(item) {
    clearTimeout(this.timers.get(item.id));
    this.timers.delete(item.id);
    await this.app.sync.sealed(this.key, item.id);
  }

  async photo(item, bytes, media, instead) {
    await this.app.sync.photo(this.key, item.id, bytes, media, instead);
    this.savedAt = this.now();
    await this.refresh();
  }

  async unphoto(photo) { await this.store(() => this.app.sync.unphoto(this.key, photo.id)); }

  async visit(found) { await this.store(() => this.app.sync.visit(this.key, found)); }

  /** What is stored may have changed: by this page, or by what the system sent. */
  async refresh() {
    const task = await this.app.sync.standing(this.key);
    if (task && this.storing === 0) this.take(task);
    this.redraw();
  }

  // 3 Judging --------------------------------------------------------------------------

  judged() {
    const { task } = this;
    const days = new Set((task.visits || []).map((visit) => dayOf(visit.at)));
    return judge(this.form, this.answers, factsOf(task, (task.visits || []).length, days.size), dayOf(this.now()));
  }

  model() {
    const judged = this.judged();
    const returned = new Map(((this.task.state === "returned" && this.task.returned && this.task.returned.items) || []).map((one) => [one.item, one.says]));
    const faultsOf = (id) => judged.faults.filter((fault) => fault.item === id);
    const model = {
      judged, faultsOf, task: this.task, values: this.answers, heads: this.task.heads, photos: this.task.photos, tried: this.tried, locked: this.locked(),
      shown: new Set(judged.shown), missing: new Set(judged.missing), isReturned: (id) => returned.get(id),
    };
    model.told = (item) => toldOf(item, model, this);
    model.explain = (item, after) => this.explanations.show(item, faultsOf(item.id), this.answers[`${item.id}.why`], after, model.locked);
    return model;
  }

  redraw() {
    const model = this.model();
    let number = 1;
    for (const { view } of this.views) {
      view.element.hidden = !view.ids.some((id) => model.shown.has(id));
      if (view.element.hidden) continue;
      view.update(model, number);
      number += 1;
    }
    for (const { section, element } of this.headings || []) {
      element.hidden = !this.views.some((one) => one.section === section && !one.view.element.hidden);
    }
    this.drawState(model);
    if (this.drawn) this.drawn(model);
  }

  drawState({ judged, locked }) {
    say(this.saved, this.fault || (this.savedAt ? `${clockOf(this.savedAt)} 已存在手机里` : locked ? stageOf(this.task).word : "边填边存在手机里"));
    this.saved.classList.toggle("err", Boolean(this.fault));
    const words = locked ? "" : this.lackingWords(judged);
    say(this.lacking, words || (locked ? "" : "都填全了"));
    this.lacking.disabled = !words;
    this.lacking.hidden = locked;
  }

  label(id) { return this.form.items.find((item) => item.id === id).label; }

  lackingWords({ missing, faults }) {
    const wrong = new Set(faults.filter((fault) => fault.level !== "inform" && !fault.why && !missing.includes(fault.item)).map((fault) => fault.item));
    const named = (ids) => (ids.length > 3 ? `${ids.slice(0, 3).map((id) => this.label(id)).join("、")}等` : ids.map((id) => this.label(id)).join("、"));
    return [missing.length && `还差 ${missing.length} 项：${named(missing)}`, wrong.size && `要核对 ${wrong.size} 项：${named([...wrong])}`].filter(Boolean).join("；");
  }

  showMissing() {
    this.tried = true;
    this.redraw();
    const { missing, faults } = this.judged();
    const open = new Set([...missing, ...faults.filter((fault) => fault.level !== "inform" && !fault.why).map((fault) => fault.item)]);
    const first = this.views.find(({ view }) => view.ids.some((id) => open.has(id)));
    if (!first) return;
    if (first.view.focus) first.view.focus();
    else first.view.element.scrollIntoView({ block: "center" });
  }

  async end() {
    this.timers.forEach((timer) => clearTimeout(timer));
    await this.app.sync.sealed(this.key);
    await this.pictures.release();
  }
}

// A line of what is known: `养老：…`.
function knownList(notes) {
  if (!notes || !notes.length) return null;
  return h("dl.kv.known", null, notes.map((line) => {
    const at = line.indexOf("：");
    return at > 0 && at < 6 ? [h("dt", null, line.slice(0, at)), h("dd", null, line.slice(at + 1))] : [h("dt", null, "已知"), h("dd", null, line)];
  }));
}

function headOfPerson(task, home, today) {
  const number = task.known && task.known.number;
  const parts = [whoIs(task), home ? addressOf(home) : task.villageName].filter(Boolean).join(" · ");
  const due = dueTag(task, today);
  const stage = stageOf(task);
  const tags = [
    task.mark && tag(task.mark, "red"), ...factTags(task).map((word) => tag(word)), due && tag(due.word, due.colour),
    stage.id === "returned" || stage.id === "submitted" ? tag(stage.word, stage.colour) : null,
  ].filter(Boolean);
  return [
    h("h1", null, nameOfTask(task)),
    h("p.sub", null, parts, number ? [parts ? " · " : "", h("span.id", null, number)] : null),
    tags.length ? h("p.tags", null, tags.flatMap((one) => [one, " "])) : null,
  ];
}

function returnedNotice(sheet) {
  const { task } = sheet;
  if (task.state !== "returned" || !task.returned) return null;
  const shown = (task.returned.items || []).filter((one) => sheet.form.items.some((item) => item.id === one.item));
  const go = (id) => () => {
    const found = sheet.views.find(({ view }) => view.ids.includes(id));
    if (found && found.view.focus) found.view.focus();
    else if (found) found.view.element.scrollIntoView({ block: "center" });
  };
  return h("div.notice.red", null, h("p", null, h("b", null, "镇里退回"), task.returned.by ? `（${task.returned.by}）` : "", `：${task.returned.says}`),
    shown.length ? h("ul.plain", null, shown.map((one) => h("li", null, h("button.btn.bare", { type: "button", onclick: go(one.item) }, `${sheet.label(one.item)}：${one.says}`)))) : null);
}

function closedNotice(sheet, app) {
  const { task } = sheet;
  if (task.state === "submitted") {
    return h("div.notice.green", null, h("p", null, h("b", null, "已提交"), "，镇里还没有审。要改，先收回。"),
      h("button.btn", { type: "button", onclick: async () => { await app.sync.reopen(sheet.key); await app.reload(); } }, "收回来改"));
  }
  if (!isClosed(task)) return null;
  return h("div.notice", null, h("p", null, h("b", null, stageOf(task).word), task.why ? `：${task.why}` : "。"));
}

// Attempts to meet somebody: three on the way make 三次没见到.
function visitsBox(sheet) {
  const words = h("p.sub", { role: "status" });
  const list = h("p.sub");
  const press = (found, text) => h("button.btn", { type: "button", onclick: () => sheet.visit(found) }, text);
  const buttons = h("div.pair", null, press("absent", "记没见到"), press("phone", "记打电话"));
  const element = h("div.visits", { role: "group", "aria-label": "走访记录" }, words, buttons, list);
  const draw = () => {
    const visits = sheet.task.visits || [];
    say(words, visits.length ? `走访 ${visits.length} 次` : "没见到人？");
    say(list, visits.map((visit) => `${whenOf(visit.at, sheet.now())} ${FOUND[visit.found] || visit.found}`).join("、"));
    list.hidden = !visits.length;
    buttons.hidden = sheet.locked();
    element.hidden = sheet.locked() && !visits.length;
  };
  return { element, draw };
}

/** The form on a page. `parts`: what stands above it; `bar`: the buttons below. */
function sheetPage(sheet, page, visits) {
  const elements = sheet.elements(visits && visits.element);
  sheet.drawn = () => { if (visits) visits.draw(); page.draw(sheet); };
  const form = h("form", { novalidate: true, autocomplete: "off", onsubmit: (event) => event.preventDefault() }, elements);
  sheet.redraw();
  return {
    ...page, main: [...page.above, form], bar: [h("span.state", null, sheet.saved, sheet.lacking), page.button],
    refresh: () => sheet.refresh(), leave: () => sheet.end(),
  };
}

/** #/visit/KEY */
export async function visitPage(app, key) {
  const task = await app.sync.standing(key);
  const form = task && (await app.form(task));
  if (!task) return app.gone();
  if (!form) return app.noForm(`#/home/${task.household}`);
  const view = await app.sync.view();
  const home = view.households.find((one) => one.key === task.household);
  const members = inOrder(view.tasks.filter((one) => one.household === task.household));
  const at = members.findIndex((one) => one.key === key);
  const next = members[at + 1];
  const onward = next ? `#/visit/${next.key}` : `#/home/${task.household}`;
  const sheet = new Sheet(app, key, form, task);
  const button = h("button.btn.primary", { type: "button" });
  button.addEventListener("click", async () => {
    button.disabled = true;
    if (!sheet.locked() && sheet.judged().complete) {
      if (Object.keys(sheet.first).length) await app.sync.set(key, sheet.first);
      await app.sync.submit(key);
    }
    app.go(onward);
  });
  const visits = visitsBox(sheet);
  const notices = h("div.notices");
  const stateKey = () => `${sheet.task.state}${sheet.task.returned ? sheet.task.returned.says : ""}`;
  let drawn = null;
  const draw = () => {
    const verb = !sheet.locked() && sheet.judged().complete ? "提交" : sheet.locked() ? "" : "存好";
    say(button, next ? (verb ? `${verb}，看下一人` : "看下一人") : verb ? `${verb}，回本户` : "回本户");
    if (drawn !== stateKey()) fill(notices, returnedNotice(sheet), closedNotice(sheet, app));
    drawn = stateKey();
  };
  return sheetPage(sheet, {
    title: "入户登记", back: { href: `#/home/${task.household}`, text: "返回本户" },
    sub: `${home ? headOf(home) : nameOfTask(members[0])}户，第 ${at + 1} 人，共 ${members.length} 人`,
    end: next ? { href: onward, text: "下一人" } : null,
    above: [...headOfPerson(task, home, dayOf(app.clock())), notices, knownList(task.notes)], button, draw,
  }, visits);
}

/** #/home/KEY/form: what is asked about the household itself. */
export async function homeFormPage(app, key) {
  const home = await app.sync.standing(key);
  const form = home && (await app.form(home));
  if (!home) return app.gone();
  if (!form) return app.noForm(`#/home/${key}`);
  const sheet = new Sheet(app, key, form, home);
  const button = h("button.btn.primary", { type: "button", onclick: () => app.go(`#/home/${key}`) }, "存好，回本户");
  const heading = h("h1");
  const draw = () => say(heading, home.added && isBlank(sheet.answers.head) ? "新增户" : `${headOf({ ...home, values: sheet.answers })}户`);
  return sheetPage(sheet, {
    title: "本户情况", back: { href: `#/home/${key}`, text: "返回本户" }, sub: form.title || "本户情况",
    above: [heading, h("p.sub", null, addressOf(home))], button, draw,
  }, null);
}
