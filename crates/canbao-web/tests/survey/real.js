// Schedules against a real server: each as another collector, in whose village nothing was issued.

import { runSchedule } from "./schedules.js";

const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

const csrfIn = (page) => new DOMParser().parseFromString(page, "text/html").querySelector("input[name=csrf]").value;

/** Logs in, for the first time; → the password that is their own from then on. */
async function enter(login, given) {
  const answer = await fetch("/login", { method: "POST", body: new URLSearchParams({ login, password: given }) });
  if (!answer.url.endsWith("/password")) throw new Error(`${login} cannot log in: ${answer.status}`);
  const own = `${given}-桥头`;
  const changed = await fetch("/password", { method: "POST", body: new URLSearchParams({ csrf: csrfIn(await answer.text()), old: given, new: own, again: own }) });
  if (!changed.ok || changed.url.endsWith("/password")) throw new Error(`${login} got no password of their own: ${changed.status}`);
  return own;
}

/** One schedule; `files`: where the app's own modules are. */
export async function runReal(files, { seed, login, given, steps }) {
  const [{ Sync }, { Store, MemoryBacking }] = await Promise.all(["sync.js", "store.js"].map((name) => import(`${files}/${name}`)));
  const password = await enter(login, given);
  const me = await (await fetch("/survey/me", { cache: "no-store" })).json();
  const call = async (method, path, body) => {
    const bytes = body instanceof Uint8Array;
    const headers = { "X-Canbao-Token": me.token, "Content-Type": bytes ? "application/octet-stream" : "application/json" };
    const answer = await fetch(path, { method, headers, body: bytes ? body : JSON.stringify(body), cache: "no-store", redirect: "manual" });
    const text = await answer.text();
    return { status: answer.status, json: text ? JSON.parse(text) : null };
  };
  const connect = async (index) => {
    const device = `00000000-0000-4000-8000-${String(seed).padStart(8, "0")}${String(index).padStart(4, "0")}`;
    const known = await call("POST", "/survey/device", { device, name: `第 ${index} 台`, password });
    if (known.status !== 200) throw new Error(`device ${index}: ${known.status}`);
    // a form that is not filled is not taken in
    return { device, call, village: me.villages[0].code, judges: true };
  };
  const digest = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));
  return runSchedule({ Sync, Store, MemoryBacking, digest }, { seed, connect, steps });
}
