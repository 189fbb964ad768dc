// The list of households: nobody is to be missed (查不漏户、户不漏人).

import { fill, h, say, tag } from "./dom.js";
import { addressOf, dayOf, dueTag, headOf, nameOfTask, sortable, stageOf, stageOfHome } from "./words.js";

const FILTERS = [["", "全部"], ["new", "未入户"], ["begun", "未填完"], ["submitted", "已提交"], ["returned", "退回"]];
const COLOUR = { new: "", begun: "amber", submitted: "green", returned: "red" };
const WORD = { new: "未入户", begun: "未填完", submitted: "已提交", returned: "退回" };
/** So many rows are drawn at first; the others when they are asked for. */
const ROWS = 200;

/** Households with their people. A task whose household is not here makes one of its own. */
function homesOf(view) {
  const homes = new Map(view.households.map((home) => [home.key, { home, tasks: [] }]));
  for (const task of view.tasks) {
    if (!homes.has(task.household)) {
      const home = { key: task.household, village: task.village, head: nameOfTask(task), address: (task.known && task.known.address) || "", values: {}, begun: false };
      homes.set(task.household, { home, tasks: [] });
    }
    homes.get(task.household).tasks.push(task);
  }
  const all = Array.from(homes.values()).filter(({ home, tasks }) => tasks.length || home.added);
  for (const one of all) one.stage = stageOfHome(one.tasks, one.home);
  const places = new Intl.Collator("zh", { numeric: true });
  for (const one of all) one.place = [one.home.village, sortable(addressOf(one.home)), one.home.no || "", headOf(one.home)].join(" ");
  return all.sort((one, other) => places.compare(one.place, other.place));
}

const earliest = (tasks, today) => tasks.filter((task) => dueTag(task, today)).sort((one, other) => (one.due < other.due ? -1 : 1))[0];

function row({ home, tasks, stage }, today, waiting) {
  const done = tasks.filter((task) => stageOf(task).id === "submitted").length;
  const due = earliest(tasks, today);
  const dueWords = due && dueTag(due, today);
  const unsent = waiting.has(home.key) || tasks.some((task) => waiting.has(task.key));
  const people = tasks.length ? done ? `${tasks.length} 人，办完 ${done} 人` : `${tasks.length} 人要走访` : "还没有加人";
  return h("li", null, h("a", { href: `#/home/${home.key}` },
    h("span.who", null, h("b", null, headOf(home)), h("span.sub", null, addressOf(home)), h("span.sub", null, people)),
    h("span.marks", null, tag(WORD[stage], COLOUR[stage]), dueWords && tag(dueWords.word, dueWords.colour), unsent && tag("待同步"))));
}

function progress(visited, all) {
  const share = all ? Math.round((visited / all) * 100) : 0;
  const bar = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const part = (className, width) => {
    const rectangle = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of Object.entries({ class: className, width: `${width}%`, height: "100%" })) rectangle.setAttribute(name, value);
    return rectangle;
  };
  bar.setAttribute("class", "walked");
  bar.setAttribute("aria-hidden", "true");
  bar.append(part("d1", 100), part("d5", share));
  return bar;
}

/** Names and addresses, without what was typed beside them. */
function found(one, query) {
  if (!query) return true;
  return [headOf(one.home), addressOf(one.home), ...one.tasks.map(nameOfTask)].some((text) => text.includes(query));
}

class List {
  constructor(app, filter) {
    Object.assign(this, { app, filter, rows: ROWS });
    this.title = h("h1");
    this.walked = h("div");
    this.search = h("input", { id: "q", type: "search", placeholder: "姓名、组", autocomplete: "off", maxlength: 40, value: app.query || "" });
    this.search.addEventListener("input", () => { app.query = this.search.value.trim(); this.rows = ROWS; this.draw(); });
    this.filters = h("ul.chips");
    this.list = h("div");
    this.notices = h("div.notices");
  }

  async refresh() {
    this.view = await this.app.sync.view();
    this.homes = homesOf(this.view);
    this.draw();
  }

  draw() {
    const visited = this.homes.filter((one) => one.stage !== "new").length;
    say(this.title, this.homes.length ? `已走访 ${visited} 户，共 ${this.homes.length} 户` : "还没有要走访的户");
    fill(this.walked, this.homes.length ? progress(visited, this.homes.length) : null);
    fill(this.filters, FILTERS.map(([id, word]) => this.chip(id, word)));
    const told = this.view.told.length;
    fill(this.notices, told ? h("div.notice", null, h("p", null, `有 ${told} 项系统没有办，`, h("a", { href: "#/sync" }, "看是哪些"), "。")) : null);
    this.drawRows(this.homes.filter((one) => (!this.filter || one.stage === this.filter) && found(one, this.app.query)));
  }

  chip(id, word) {
    const count = id ? this.homes.filter((one) => one.stage === id).length : this.homes.length;
    return h("li", null, h("a", { href: id ? `#/list/${id}` : "#/", "aria-current": id === this.filter ? "true" : null }, word, h("span.count", null, ` ${count}`)));
  }

  drawRows(homes) {
    const today = dayOf(this.app.clock());
    const villages = new Map();
    homes.slice(0, this.rows).forEach((one) => villages.set(one.home.village, [...(villages.get(one.home.village) || []), one]));
    const several = new Set(this.homes.map((one) => one.home.village)).size > 1;
    fill(this.list,
      Array.from(villages, ([code, ones]) => [
        several ? h("h2", null, this.app.villageName(code)) : h("h2.vh", null, "户"),
        h("ul.homes", null, ones.map((one) => row(one, today, this.view.waiting))),
      ]),
      homes.length === 0 ? h("p.empty", null, this.emptyWords()) : null,
      homes.length > this.rows ? h("button.btn.whole", { type: "button", onclick: () => { this.rows += ROWS; this.draw(); } }, `再看 ${Math.min(ROWS, homes.length - this.rows)} 户`) : null);
  }

  emptyWords() {
    if (this.app.outcome && this.app.outcome.state === "running" && !this.homes.length) return "正在把名册下到手机里…";
    if (this.app.query) return `手机里没有叫“${this.app.query}”的。换一个字试试；名册上没有的，按下面加一户。`;
    if (this.filter) return "这一类现在没有。";
    return this.view.state.contact ? "镇里还没有给你派户。派了以后，联上网就会到手机里。" : "还没有同步过。联上网，名册就会到手机里。";
  }
}

/** #/ and #/list/FILTER */
export async function listPage(app, filter = "") {
  const list = new List(app, FILTERS.some(([id]) => id === filter) ? filter : "");
  await list.refresh();
  return {
    title: "入户调查", brand: "入户调查", sub: app.areaName(), end: { href: "#/sync", text: "同步" },
    main: [list.title, list.walked, list.notices,
      h("div.field.seek", { role: "search" }, h("label", { for: "q" }, "在手机里找"), list.search),
      h("nav", { "aria-label": "分类" }, list.filters), list.list,
      h("p.more", null, h("a.btn.whole", { href: "#/add" }, "加一户（名册上没有的）"))],
    refresh: () => list.refresh(),
  };
}

/** #/add: a household that is on no list. */
export async function addHomePage(app) {
  const villages = app.villages();
  const pick = h("select", { id: "village" }, villages.map((village) => h("option", { value: village.code }, village.name)));
  const add = h("button.btn.primary", {
    type: "button",
    onclick: async () => {
      add.disabled = true;
      const key = await app.sync.addHousehold(pick.value);
      app.replace(`#/home/${key}`);
      app.go(`#/home/${key}/form`);
    },
  }, "加这一户");
  return {
    title: "加一户", back: { href: "#/", text: "不加了" }, sub: "名册上没有的户",
    main: [h("h1", null, "加一户"), h("p.sub", null, "先在名册里找过，确实没有，再加。加了以后填户主和地址，再加人。"),
      villages.length ? h("form", { onsubmit: (event) => event.preventDefault() }, h("div.field", null, h("label.legend", { for: "village" }, "在哪个村"), pick))
        : h("p.empty", null, "手机里还没有村的名册。联上网同步一次，再加。")],
    bar: villages.length ? [h("span", null, "加了就存在手机里"), add] : null,
  };
}
