// What is here and what the system has; what it did not take; leaving this device.

import { fill, h, say } from "./dom.js";
import { byTask, subjectOf } from "./versions.js";
import { headOf, nameOfTask, opInWords, whenOf } from "./words.js";

const OUTCOME = {
  quiet: "都同步好了。", waiting: "大部分发出去了，还有几项在等前面的，过一会儿再发。", busy: "另一个窗口正在同步。",
  offline: "没有信号，都存在手机里。有了信号会自己发。", unwell: "系统暂时没有回应，过一会儿会自己再发。",
  login: "要重新登录才能发。手机里的都在。", running: "正在同步…",
};

export const outcomeWords = (outcome) => (outcome ? (outcome.state === "fault" ? `系统说：${outcome.says}${outcome.hint || ""}` : OUTCOME[outcome.state] || "") : "");

function countsTable(view) {
  const { state, unsent } = view;
  const counts = state.counts || { ops: 0, photos: 0, whole: 0 };
  const here = state.taken + unsent.ops;
  const differs = unsent.ops === 0 && unsent.photos === 0 && state.counts && (counts.ops !== state.taken || counts.whole !== state.whole);
  const line = (label, mine, theirs) => h("tr", null, h("th", { scope: "row" }, label), h("td.n", null, mine), h("td.n", null, theirs));
  return [
    h("table.both", null, h("caption.vh", null, "手机里的和系统收到的"),
      h("thead", null, h("tr", null, h("td"), h("th.n", { scope: "col" }, "手机里"), h("th.n", { scope: "col" }, "系统收到"))),
      h("tbody", null, line("填写和走访，项", here, counts.ops), line("照片和签名，张", state.whole + unsent.photos, counts.whole))),
    differs ? h("div.notice.red", null, h("p", null, h("b", null, "两边的数不一样。"), "不要退出，不要清除手机里的数据，请把这一页告诉管理员。")) : null,
  ];
}

function nameOf(view, key) {
  const task = view.tasks.find((one) => one.key === key);
  const home = view.households.find((one) => one.key === key);
  return task ? nameOfTask(task) : home ? `${headOf(home)}户` : "已不在手机里的人";
}

const labelOf = (view, item) => {
  const found = view.forms.flatMap((form) => form.items).find((one) => one.id === String(item).replace(/\.why$/, ""));
  return found ? found.label : "";
};

function toldList(app, view) {
  const part = (state, title, words) => {
    const groups = byTask(view.told.filter((entry) => entry.state === state), subjectOf);
    if (!groups.size) return null;
    return h("section", null, h("h2", null, title), h("p.sub", null, words), h("ul.told-list", null, Array.from(groups, ([key, entries]) => h("li", null,
      h("b", null, nameOf(view, key)), line(entries),
      state === "kept" ? h("button.btn", { type: "button", onclick: () => app.sync.read(entries.map((entry) => entry.id)) }, "知道了") : null))));
  };
  const line = (entries) => Array.from(byTask(entries, (entry) => entry.says || "系统没有说为什么。"), ([says, ones]) => [
    h("span.sub", null, ones.map((entry) => `${opInWords(entry.op, labelOf(view, entry.op.item))}，${whenOf(entry.op.at, app.clock())}`).join("；")), h("span.err", null, says)]);
  return [
    part("refused", "没有被接受", "这些留在手机里，不会丢。照系统说的改，或者告诉镇里。"),
    part("kept", "系统收下了，没有改名册", "这些人已经不归你办，系统留了你写的。"),
  ];
}

function waitingList(view) {
  const homes = new Set(view.households.map((home) => home.key));
  const link = (key) => h("li", null, h("a", { href: homes.has(key) ? `#/home/${key}` : `#/visit/${key}` }, h("b", null, nameOf(view, key))));
  if (!view.waiting.size) return null;
  return h("section", null, h("h2", null, `待同步 ${view.waiting.size} 人`), h("ul.homes.slim", null, Array.from(view.waiting, link)));
}

/** #/sync */
export async function talkPage(app) {
  const [outcome, counts, told, waiting] = [h("p.sub", { role: "status" }), h("div"), h("div"), h("div")];
  const heading = h("h1");
  const button = h("button.btn.primary", { type: "button", onclick: () => app.talk() }, "现在同步");
  const refresh = async () => {
    const view = await app.sync.view();
    const left = view.unsent.ops + view.unsent.photos;
    say(heading, left ? `${view.waiting.size} 人待同步` : "手机里的都交了");
    const last = view.state.contact ? `上次同步 ${whenOf(view.state.contact, app.clock())}。` : "还没有同步过。";
    // what a talk brought about holds until something else is done
    const stale = left > 0 && app.outcome && app.outcome.state === "quiet";
    say(outcome, `${last}${stale ? "刚写的马上就发。" : outcomeWords(app.outcome)}`);
    button.disabled = Boolean(app.outcome && app.outcome.state === "running");
    fill(counts, countsTable(view));
    fill(told, toldList(app, view));
    fill(waiting, waitingList(view));
  };
  await refresh();
  const login = h("p.more", null, h("a.btn.whole", { href: app.loginHref() }, "重新登录"));
  return {
    title: "同步", back: { href: "#/", text: "返回名册" }, sub: app.me ? app.me.name : "",
    main: [heading, outcome, counts, told, waiting, h("section", null, h("h2", null, "这台手机"),
      h("p.sub", null, app.untilWords()), login, h("p.more", null, h("a.btn.whole", { href: "#/out" }, "从这台手机退出")))],
    bar: [h("span", null, "有信号时会自己同步"), button], refresh,
  };
}

/** #/out: what will happen, before it does. */
export async function outPage(app) {
  const view = await app.sync.view();
  const left = view.unsent.ops + view.unsent.photos;
  const refused = view.told.filter((entry) => entry.state === "refused").length;
  const leave = async () => {
    button.disabled = true;
    await app.leave(left + refused === 0);
  };
  const words = left ? "锁上并退出" : "退出，删除手机里的数据";
  const button = h("button.btn.primary", { type: "button", onclick: leave }, refused && !left ? "锁上并退出" : words);
  const kept = "这些会锁在手机里，只有你再登录才能打开、接着交。";
  return {
    title: "退出", back: { href: "#/sync", text: "不退出" }, sub: "从这台手机退出",
    main: [h("h1", null, left ? `还有 ${left} 项没有交` : "从这台手机退出"),
      left ? h("div.notice", null, h("p", null, h("b", null, [`${view.waiting.size} 人`, view.unsent.ops && `${view.unsent.ops} 项填写`, view.unsent.photos && `${view.unsent.photos} 张照片`].filter(Boolean).join("，")), `还没有交。${kept}`),
        h("p", null, "最好先到有信号的地方，", h("a", { href: "#/sync" }, "同步完再退出"), "。"))
        : refused ? h("div.notice", null, h("p", null, `有 ${refused} 项系统没有接受。${kept}`))
          : h("p.say", null, "手机里的都交了。退出后，手机里的名册、填写和照片全部删除；再登录，会重新下来。")],
    bar: [h("span", null, left + refused ? "数据不删" : "都交了"), button],
  };
}
