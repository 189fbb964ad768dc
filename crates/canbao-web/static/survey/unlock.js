// Opening what is on this device: first set-up, the password without a line, and after the time has run out.

import { fill, h } from "./dom.js";
import { nameOf, vaultNames, Vault } from "./vault.js";
import { whenOf } from "./words.js";

const ASK_MS = 4000;

/** What this device is called in the list of devices. */
function deviceName() {
  const model = /\(([^)]*)\)/.exec(navigator.userAgent);
  return (model ? model[1] : "浏览器").split(";").map((part) => part.trim()).filter((part) => part && part !== "K" && !/^(Linux|U|wv)$/.test(part)).join(" ").slice(0, 60);
}

/** Who is logged in: { me } or { me: null }; { offline: true } where there is no line. */
async function ask(line) {
  try {
    const me = await line.me(ASK_MS);
    return me && me.lost ? { lost: true } : { me };
  } catch (fault) {
    return { offline: true };
  }
}

async function openAll(names, clock) {
  const vaults = [];
  for (const name of names) {
    const vault = await Vault.open(name, clock);
    const condition = await vault.tick();
    if (condition === "deleted") continue;
    if (condition === "new") vault.close();
    else vaults.push(vault);
  }
  return vaults;
}

/** What can be opened here, and who asks. */
export async function look(line, clock) {
  const asked = await ask(line);
  const names = await vaultNames();
  if (asked.me) {
    const name = await nameOf(asked.me.login);
    const vaults = names.includes(name) ? await openAll([name], clock) : [];
    return { ...asked, vaults, name };
  }
  return { ...asked, vaults: await openAll(names, clock) };
}

const frame = (...children) => h("main", { id: "main", tabindex: "-1" }, h("p.brand-alone", null, "全民参保登记 · 入户调查"), children);

function passwordForm(words, action, submit) {
  const input = h("input", { id: "password", type: "password", autocomplete: "current-password", maxlength: 200, required: true, "aria-describedby": "told" });
  const told = h("div", { id: "told", role: "alert" });
  const button = h("button.btn.primary", null, action);
  const form = h("form.one", {
    onsubmit: async (event) => {
      event.preventDefault();
      if (!input.value || button.disabled) return;
      button.disabled = true;
      fill(told);
      input.removeAttribute("aria-invalid");
      const fault = await submit(input.value).catch(() => "没有打开。请关掉别的程序，再试一次。");
      button.disabled = false;
      if (!fault) return;
      fill(told, h("p.err", null, fault));
      input.setAttribute("aria-invalid", "true");
      input.select();
    },
  }, h("div.field", null, h("label", { for: "password" }, words), input, told), button);
  return form;
}

// The server takes the password, and the vault opens by its secret.
async function prove(app, vault, me, password) {
  const device = await vault.device(() => app.uuid());
  let answer;
  try {
    answer = await app.line.register(device, deviceName(), password);
  } catch (fault) {
    return "没有信号，现在不能验证密码。到有信号的地方再试。";
  }
  const { status, json } = answer;
  if (status === 410) return app.lost(vault);
  if (status === 401) return "登录已经结束，请先重新登录。";
  if (status !== 200) return (json && json.says) || "密码没有通过，请重新输入。";
  await vault.putPlain({ keep: me.keep || 14 });
  if (!(await vault.openBySecret(json.secret, password, json.hours || me.hours || 72))) return "手机里的数据不是这台设备锁的，打不开。请告诉管理员。";
  return app.opened(vault, me);
}

function setUpPage(app, found) {
  return frame(h("h1", null, "再输入一次登录密码"),
    h("p.sub", null, `${found.me.name}，${found.me.areaName}。以后没有信号，也用这个密码打开。`),
    passwordForm("登录密码", "在这台手机上启用", async (password) => prove(app, await Vault.open(found.name, app.clock), found.me, password)),
    h("p.tiny", null, "名册和填写的内容加密存在手机里。只在自己的手机上启用；手机丢了，马上告诉管理员。"));
}

async function lockedPage(app, found) {
  const unlock = await found.vaults[0].plain("unlock");
  const open = async (password) => {
    for (const vault of found.vaults) {
      if (await vault.openByPassword(password)) return app.opened(vault, found.me);
    }
    // changed since: the server knows the new one
    if (found.me) return prove(app, found.vaults[0], found.me, password);
    return "密码不对。是登录系统用的密码，注意大小写。";
  };
  return frame(h("h1", null, "打开手机里的名册"),
    h("p.sub", null, found.offline ? "没有信号也能打开。" : "", unlock ? `${whenOf(unlock.until, app.clock())} 以前都能打开，联一次网就往后延。` : ""),
    passwordForm("登录密码", "打开", open));
}

async function expiredPage(app, found) {
  const unsent = (await Promise.all(found.vaults.map((vault) => vault.unsent()))).reduce((sum, count) => sum + count, 0);
  const left = unsent ? `手机里还有 ${unsent} 项没有交，都在，没有丢。` : "";
  if (found.me) {
    return frame(h("h1", null, "要联网验证一次密码"), h("p.sub", null, `太久没有联网，手机里的数据锁上了。${left}`),
      passwordForm("登录密码", "打开", (password) => prove(app, found.vaults[0], found.me, password)));
  }
  return frame(h("h1", null, "数据锁上了"), h("div.notice", null, h("p", null, `太久没有联网。${left}到有信号的地方登录，就能打开。`)),
    h("p", null, h("a.btn.primary.whole", { href: app.loginHref() }, "登录")), h("p", null, again()));
}

const again = () => h("button.btn.whole", { type: "button", onclick: () => window.location.reload() }, "再试一次");

function nothingPage(app, found) {
  if (found.offline) {
    return frame(h("h1", null, "这台手机还没有启用"), h("p.sub", null, "第一次要联网：登录、输一次密码，名册下到手机里。以后没有信号也能用。"), h("p", null, again()));
  }
  return frame(h("h1", null, "先登录"), h("p.sub", null, "登录以后，在这台手机上启用入户调查。"), h("p", null, h("a.btn.primary.whole", { href: app.loginHref() }, "登录")));
}

/** The page before anything is open. */
export async function unlockPage(app) {
  const found = await look(app.line, app.clock);
  if (found.lost) {
    for (const vault of found.vaults) await vault.destroy();
    return lostPage();
  }
  const open = [];
  for (const vault of found.vaults) if ((await vault.condition()) === "locked") open.push(vault);
  if (open.length) return lockedPage(app, { ...found, vaults: open });
  if (found.vaults.length) return expiredPage(app, found);
  return found.me ? setUpPage(app, found) : nothingPage(app, found);
}

export function lostPage() {
  return frame(h("h1", null, "这台设备已报失"), h("p.sub", null, "手机里的名册、填写和照片都删除了。找回了手机，请找管理员解除。"));
}

export function leftPage(kept) {
  return frame(h("h1", null, "已退出"), h("p.sub", null, kept ? "没有交的锁在手机里，再登录就能接着交。" : "手机里的数据都删除了。"), h("p", null, again()));
}
