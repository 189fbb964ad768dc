// The collectors' pages on a phone: opens what is stored, draws a page for each address, and talks when there is a line.
// Addresses hold keys only, never a name or a number.

import { fill, h, say } from "./dom.js";
import { householdPage } from "./household.js";
import { Line } from "./line.js";
import { addHomePage, listPage } from "./list.js";
import { signPage } from "./sign.js";
import { Sync, pauseAfter } from "./sync.js";
import { outPage, outcomeWords, talkPage } from "./talk.js";
import { leftPage, lostPage, unlockPage } from "./unlock.js";
import { homeFormPage, visitPage } from "./visit.js";
import { whenOf } from "./words.js";

const TICK_MS = 60000;
const SOON_MS = 4000;
/** Without anything to send it asks so often what is new. */
const IDLE_MS = 300000;
const RARE = /[\u3400-\u4dbf\u9fa6-\u9fef]|[\ud840-\ud88d][\udc00-\udfff]/;

const ROUTES = [
  [/^#?\/?$/, (app) => listPage(app)],
  [/^#\/list\/([a-z]+)$/, (app, filter) => listPage(app, filter)],
  [/^#\/home\/([\w-]+)$/, (app, key) => householdPage(app, key)],
  [/^#\/home\/([\w-]+)\/form$/, (app, key) => homeFormPage(app, key)],
  [/^#\/visit\/([\w-]+)$/, (app, key) => visitPage(app, key)],
  [/^#\/sign\/([\w-]+)\/([^/]+)$/, (app, key, item) => signPage(app, key, decodeURIComponent(item))],
  [/^#\/add$/, (app) => addHomePage(app)],
  [/^#\/sync$/, (app) => talkPage(app)],
  [/^#\/out$/, (app) => outPage(app)],
];

const random = (count) => crypto.getRandomValues(new Uint8Array(count));

class App {
  constructor() {
    Object.assign(this, { clock: () => Date.now(), line: new Line(), sync: null, vault: null, me: null, page: null, outcome: null, faults: 0, timer: 0, drawing: 0, scrolls: new Map(), query: "" });
  }

  // 1 Start and end -------------------------------------------------------------------

  async start() {
    window.addEventListener("hashchange", () => this.show());
    window.addEventListener("online", () => this.soon(0));
    window.addEventListener("offline", () => this.drawStatus());
    window.addEventListener("unhandledrejection", ({ reason }) => {
      // another tab deleted what is open here
      if (this.vault && reason && reason.name === "InvalidStateError") window.location.reload();
    });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.tick().catch(() => {}));
    setInterval(() => this.tick().catch(() => {}), TICK_MS);
    if ("serviceWorker" in navigator) navigator.serviceWorker.register("/survey/sw.js", { scope: "/survey/" }).catch(() => {});
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
    await this.closed();
  }

  uuid() { return new Sync({ random, clock: this.clock }).uuid(); }

  loginHref() { return `/login?next=${encodeURIComponent("/survey/app")}`; }

  alone(main) {
    document.body.className = "alone survey";
    fill(document.body, main);
    document.title = "入户调查";
    const first = main.querySelector("input");
    if (first) first.focus();
  }

  /** The page before anything is open. */
  async closed() {
    clearTimeout(this.timer);
    await this.leavePage().catch(() => {});
    Object.assign(this, { sync: null, vault: null, me: null, page: null, outcome: null });
    this.alone(await unlockPage(this));
  }

  async opened(vault, me) {
    const device = await vault.device(() => this.uuid());
    Object.assign(this, { vault });
    this.sync = new Sync({
      store: vault.store, line: (...call) => this.carry(...call), clock: this.clock, random, device, locks: navigator.locks,
      changed: () => this.changed(),
    });
    if (me) await vault.store.put("meta", "me", { login: me.login, name: me.name, areaName: me.areaName, villages: me.villages || [] });
    this.me = me || (await vault.store.get("meta", "me")) || null;
    this.line.login = this.me && this.me.login;
    this.unlock = await vault.plain("unlock");
    this.frame();
    await this.show();
    this.soon(0);
    return null;
  }

  async tick() {
    if (!this.vault) return;
    const condition = await this.vault.tick();
    if (condition !== "open") await this.closed();
    else if (document.visibilityState === "visible" && this.page && this.page.refresh) await this.page.refresh();
  }

  /** This device was reported lost: everything goes. */
  async lost(vault = this.vault) {
    clearTimeout(this.timer);
    await this.leavePage().catch(() => {});
    if (vault) await vault.destroy();
    Object.assign(this, { sync: null, vault: null, page: null });
    this.alone(lostPage());
    return null;
  }

  /** Leaves this device: with everything handed in nothing stays, else it is kept and locked. */
  async leave(all) {
    const { vault } = this;
    await this.leavePage();
    clearTimeout(this.timer);
    Object.assign(this, { sync: null, vault: null });
    if (all) await vault.destroy();
    else {
      await vault.putPlain({ unlock: null });
      vault.close();
    }
    window.history.replaceState(null, "", "#/");
    await this.line.leave().catch(() => {});
    this.alone(leftPage(!all));
  }

  // 2 Words for pages ----------------------------------------------------------------------

  areaName() { return (this.me && this.me.areaName) || ""; }

  villages() { return (this.me && this.me.villages) || []; }

  villageName(code) {
    const found = this.villages().find((village) => village.code === code);
    return found ? found.name : this.areaName();
  }

  untilWords() {
    return this.unlock ? `没有信号，${whenOf(this.unlock.until, this.clock())} 以前也能用密码打开；联一次网就往后延。` : "";
  }

  async form(subject) {
    const forms = await this.sync.store.all("forms");
    const named = forms.filter((form) => form.id === subject.form).sort((one, other) => other.version - one.version);
    return named.find((form) => form.version === subject.version) || named[0];
  }

  gone() {
    return { title: "不在手机里", back: { href: "#/", text: "返回名册" }, sub: "", main: [h("h1", null, "已经不在这台手机里"), h("p.sub", null, "镇里可能改派了别人。你写过的已经交上去了。")] };
  }

  noForm(href) {
    return { title: "还没有表", back: { href, text: "返回" }, sub: "", main: [h("h1", null, "登记表还没有下来"), h("p.sub", null, "联上网同步一次，再填。")] };
  }

  // 3 Pages ----------------------------------------------------------------------------------

  frame() {
    document.body.className = "phone survey";
    Object.assign(this, {
      top: h("header.top"), status: h("div.offline", { role: "status", hidden: true }), main: h("main", { id: "main", tabindex: "-1" }), bar: h("div.save", { role: "region", "aria-label": "保存" }),
    });
    fill(document.body, h("a.skip", { href: "#main", onclick: (event) => { event.preventDefault(); this.main.focus(); } }, "跳到正文"), this.top, this.status, this.main, this.bar);
  }

  go(href) {
    if (window.location.hash === href) this.show();
    else window.location.hash = href;
  }

  replace(href) {
    window.history.replaceState(null, "", href);
  }

  /** To the page that this one was opened from; where it was opened by its address, in its place. */
  async back(href) {
    if (this.before === href) window.history.back();
    else {
      this.replace(href);
      await this.show();
    }
  }

  reload() { return this.show(true); }

  async leavePage() {
    const { page } = this;
    this.page = null;
    if (page && page.leave) await page.leave();
  }

  async show(stay = false) {
    if (!this.sync) return;
    const hash = window.location.hash;
    this.drawing += 1;
    const turn = this.drawing;
    if (this.shown !== undefined) this.scrolls.set(this.shown, window.scrollY);
    const at = stay ? window.scrollY : 0;
    await this.leavePage();
    const [pattern, make] = ROUTES.find(([one]) => one.test(hash)) || ROUTES[0];
    const page = await make(this, ...(pattern.exec(hash) || []).slice(1));
    // gone elsewhere meanwhile
    if (turn !== this.drawing || !this.sync) {
      if (page.leave) await page.leave();
      return;
    }
    Object.assign(this, { page, shown: hash, before: this.shown === hash ? this.before : this.shown });
    this.draw(page);
    // back to a list: where it was left
    window.scrollTo(0, stay ? at : page.brand ? this.scrolls.get(hash) || 0 : 0);
    if (turn > 1) this.main.focus({ preventScroll: true });
    await this.drawStatus();
  }

  draw(page) {
    document.title = `${page.title} · 全民参保登记`;
    fill(this.top, page.brand ? h("b.brand", null, page.brand) : h("a", { href: page.back.href }, page.back.text), h("span.sub", null, page.sub),
      page.end ? h("a.end", { href: page.end.href }, page.end.text) : null);
    fill(this.main, page.main);
    fill(this.bar, page.bar || null);
    this.bar.hidden = !page.bar;
    document.body.classList.toggle("no-bar", !page.bar);
  }

  // 4 The line ---------------------------------------------------------------------------------

  async carry(...call) {
    const { vault } = this;
    const answer = await this.line.call(...call);
    if (answer.status === 200 && vault && call[1] === "/survey/sync") await vault.contacted(answer.json.hours || 72).catch(() => {});
    return answer;
  }

  /** Sends and receives now. */
  async talk() {
    const { sync } = this;
    if (!sync || (this.outcome && this.outcome.state === "running")) return;
    clearTimeout(this.timer);
    this.outcome = { state: "running" };
    if (this.page && this.page.refresh) await this.page.refresh();
    const outcome = await sync.run().catch(() => ({ state: "offline" }));
    if (this.sync !== sync) return;
    this.outcome = outcome;
    if (outcome.state === "lost") return void (await this.lost());
    await this.afterTalk(outcome);
  }

  async afterTalk({ state, moved }) {
    const failed = !["quiet", "waiting", "busy"].includes(state);
    // a line that breaks off but carries something is tried again at once
    this.faults = failed ? (moved ? 1 : this.faults + 1) : 0;
    if (!failed) await this.learn();
    const view = await this.sync.view();
    const left = view.unsent.ops + view.unsent.photos;
    if (!this.page && !window.location.hash) await this.show();
    else if (this.page && this.page.refresh) await this.page.refresh();
    await this.drawStatus();
    this.soon(failed ? pauseAfter(this.faults) * 1000 : left ? SOON_MS : IDLE_MS);
  }

  // What the session tells beside the lists; the fonts that names here need while there is a line.
  async learn() {
    const { mine } = this.line;
    if (mine && this.me && mine.login === this.me.login && JSON.stringify(mine.villages) !== JSON.stringify(this.me.villages)) {
      this.me = { login: mine.login, name: mine.name, areaName: mine.areaName, villages: mine.villages || [] };
      await this.sync.store.put("meta", "me", this.me);
    }
    this.unlock = await this.vault.plain("unlock");
    const view = await this.sync.view();
    const rare = new Set([...view.tasks, ...view.households].flatMap((one) => Array.from(`${one.name || ""}${one.head || ""}${one.address || ""}`)).filter((character) => RARE.test(character)));
    if (rare.size && document.fonts) document.fonts.load('16px "Canbao Rare"', Array.from(rare).join("")).catch(() => {});
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.talk().catch(() => {}), wait);
  }

  /** Something was stored here. */
  changed() {
    const running = this.outcome && this.outcome.state === "running";
    clearTimeout(this.redrawing);
    this.redrawing = setTimeout(() => this.afterChange().catch(() => {}), 300);
    if (!running && this.faults === 0) this.soon(SOON_MS);
  }

  async afterChange() {
    if (!this.sync) return;
    if (this.page && this.page.refresh && !this.main.querySelector("form")) await this.page.refresh();
    await this.drawStatus();
  }

  async drawStatus() {
    if (!this.sync) return;
    const view = await this.sync.view();
    const state = (this.outcome && this.outcome.state) || "";
    const words = { offline: "没有信号", unwell: "系统没有回应", login: "要重新登录", fault: "没有同步成" };
    const word = navigator.onLine === false ? words.offline : words[state];
    if (state === "running" && navigator.onLine !== false && !this.faults) return;
    const shown = state === "running" ? this.status.hidden === false : Boolean(word);
    this.status.hidden = !shown;
    if (!shown || !word) return;
    const key = `${word}${view.waiting.size}${state}`;
    if (this.statusKey === key) return;
    this.statusKey = key;
    const rest = state === "fault" ? outcomeWords(this.outcome) : view.waiting.size ? `都存在手机里，${view.waiting.size} 人待同步` : "都存在手机里，没有待同步的";
    fill(this.status, h("b", null, word), h("span", null, rest), state === "login" ? h("a", { href: this.loginHref() }, "登录") : h("a", { href: "#/sync" }, "查看"));
  }
}

new App().start();
