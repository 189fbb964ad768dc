// The log of what is done on this device. Every operation is stored before anything else happens; nothing here talks.

import { byTask, isUnsent, isUnsentPhoto, standing, subjectOf } from "./versions.js";

const START = {
  n: 0, cursor: 0, skew: 0, keys: null, forms: {}, counts: null, taken: 0, photos: 0, whole: 0, contact: null,
};

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function sha256(bytes) {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** The state of this device's talk with the server. */
export const stateIn = async (step) => (await step.get("meta", "state")) || START;

/** What is still to be sent, as a figure that can be read without the key. */
export async function noteUnsent(step) {
  const waiting = (await step.all("ops")).filter(isUnsent).length + (await step.all("photos")).filter(isUnsentPhoto).length;
  step.note("unsent", waiting);
}

export class Log {
  /**
   * store: see store.js; clock() → ms; random(n) → n random bytes; digest(bytes) → hex of SHA-256;
   * changed(): called after something was stored.
   */
  constructor({ store, clock, random, digest = sha256, changed = () => {} }) {
    Object.assign(this, { store, clock, random, digest, changed });
  }

  uuid() {
    const bytes = this.random(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  key() {
    return btoa(String.fromCharCode(...this.random(16))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  async change(step) {
    const given = await this.store.atomically(async (at) => {
      const result = await step(at);
      await noteUnsent(at);
      return result;
    });
    this.changed();
    return given;
  }

  // 1 Sealing ---------------------------------------------------------------

  // The next running number is taken in the same step that stores its operation: none is skipped, none is used twice.
  async seal(step, drafts) {
    const state = await stateIn(step);
    drafts.sort((one, other) => one.op.at - other.op.at || (one.id < other.id ? -1 : 1));
    drafts.forEach((entry, at) => {
      const n = state.n + at + 1;
      step.put("ops", entry.id, { ...entry, n, state: "unsent", op: { ...entry.op, n } });
    });
    if (drafts.length) step.put("meta", "state", { ...state, n: state.n + drafts.length });
  }

  async drafts(step, task, item) {
    const fits = ({ state, op }) => state === "draft" && (!task || op.task === task) && (!item || op.item === item);
    return (await step.all("ops")).filter(fits);
  }

  async now(step) { return this.clock() + (await stateIn(step)).skew; }

  async record(step, op) {
    const id = this.uuid();
    await this.seal(step, [{ id, n: 0, state: "draft", op: { id, n: 0, at: await this.now(step), ...op } }]);
    return id;
  }

  /** Seals what is being edited: of one field, of one task, or everything. */
  sealed(task, item) {
    return this.change(async (step) => this.seal(step, await this.drafts(step, task, item)));
  }

  // 2 What is done to a task ---------------------------------------------------

  async standingIn(step, key) {
    const subject = (await step.get("tasks", key)) || (await step.get("households", key));
    if (!subject) return undefined;
    const entries = (await step.all("ops")).filter((entry) => subjectOf(entry) === key);
    const photos = (await step.all("photos")).filter((photo) => photo.task === key);
    return standing(subject, entries, photos);
  }

  async setOne(step, key, item, value) {
    const heads = ((await this.standingIn(step, key)) || { heads: {} }).heads[item] || [];
    const [draft] = await this.drafts(step, key, item);
    const id = draft ? draft.id : this.uuid();
    const seen = heads.map((version) => version.op).filter((version) => version !== id);
    const bases = Array.from(new Set([...(draft ? draft.op.bases : []), ...seen]));
    const op = { id, n: 0, at: await this.now(step), kind: "set", task: key, item, value, bases };
    step.put("ops", id, { id, n: 0, state: "draft", op });
  }

  /** Answers of a task (or a household), { item: value }; stays a draft until it is sealed. */
  set(key, answers) {
    return this.change(async (step) => {
      for (const [item, value] of Object.entries(answers)) await this.setOne(step, key, item, value);
    });
  }

  /** An attempt to meet somebody: "met", "absent" or "phone". */
  visit(key, found, note = "") {
    return this.change((step) => this.record(step, { kind: "visit", task: key, found, note }));
  }

  /** A picture: its bytes, its record and its operation are stored together. `instead`: the picture that it replaces. */
  async photo(key, item, bytes, media, instead) {
    const sha256 = await this.digest(bytes);
    const id = this.uuid();
    await this.change(async (step) => {
      if (instead) await this.drop(step, key, instead);
      step.put("blobs", id, bytes);
      step.put("photos", id, { id, task: key, item, bytes: bytes.length, media, have: 0, whole: false });
      await this.record(step, { kind: "photo", task: key, item, photo: id, sha256, bytes: bytes.length, media });
    });
    return id;
  }

  async drop(step, key, id) {
    const own = await step.get("photos", id);
    if (own && own.dropped) return;
    if (own) step.put("photos", id, { ...own, dropped: true });
    if (!own || own.whole || !own.begun) step.delete("blobs", id);
    await this.record(step, { kind: "unphoto", task: key, photo: id });
  }

  /** Takes a picture away. */
  unphoto(key, id) {
    return this.change((step) => this.drop(step, key, id));
  }

  /** The bytes of a picture that was taken here. */
  picture(id) { return this.store.get("blobs", id); }

  /** A household that is on no list. → its key */
  addHousehold(village) {
    const key = this.key();
    return this.change(async (step) => {
      step.put("households", key, { key, village, head: "", address: "", added: true, at: -1, form: "household", items: {}, people: 0 });
      await this.record(step, { kind: "household", household: key, village });
      return key;
    });
  }

  /** Somebody who is on no list. → the new task's key */
  addPerson(household, form = "person") {
    const key = this.key();
    return this.change(async (step) => {
      const home = await step.get("households", household);
      const { forms } = await stateIn(step);
      step.put("tasks", key, {
        key, form, version: forms[form] || 1, household, village: home ? home.village : "", state: "open", due: null, added: true, at: -1,
        name: "", mark: "", known: {}, notes: [], facts: {}, items: {}, visits: [], photos: [], returned: null,
      });
      await this.record(step, { kind: "person", task: key, household, form });
      return key;
    });
  }

  /** Hands a task in, naming the versions that were seen. → false where it has left the device meanwhile */
  submit(key) {
    return this.change(async (step) => {
      const task = await this.standingIn(step, key);
      if (!task) return false;
      await this.seal(step, await this.drafts(step, key));
      const { heads } = task;
      const named = {};
      for (const [item, versions] of Object.entries(heads)) named[item] = versions.map((version) => version.op);
      await this.record(step, { kind: "submit", task: key, heads: named, complete: true });
      return true;
    });
  }

  /** Takes a submission back. */
  reopen(key) {
    return this.change((step) => this.record(step, { kind: "reopen", task: key }));
  }

  /** What the system told about operations was read: they leave the list. What was refused stays. */
  read(ids) {
    return this.change(async (step) => {
      for (const id of ids) {
        const entry = await step.get("ops", id);
        if (entry && entry.state === "kept") step.delete("ops", id);
      }
    });
  }

  // 3 Looking ------------------------------------------------------------------

  /** Everything as it stands: { state, tasks, households, forms, told (kept and refused), waiting (tasks), unsent }. */
  view() {
    return this.store.atomically(async (step) => {
      const [entries, photos] = [await step.all("ops"), await step.all("photos")];
      const [ofTask, photosOfTask] = [byTask(entries, subjectOf), byTask(photos, (photo) => photo.task)];
      const stand = (subject) => standing(subject, ofTask.get(subject.key) || [], photosOfTask.get(subject.key) || []);
      const unsent = entries.filter(isUnsent);
      const pictures = photos.filter(isUnsentPhoto);
      const waiting = new Set([...unsent.map(subjectOf), ...pictures.map((photo) => photo.task)]);
      return {
        state: await stateIn(step),
        tasks: (await step.all("tasks")).map(stand),
        households: (await step.all("households")).map(stand),
        forms: await step.all("forms"),
        told: entries.filter((entry) => entry.state === "kept" || entry.state === "refused"),
        waiting, unsent: { ops: unsent.length, photos: pictures.length },
      };
    });
  }

  /** One task or household as it stands here. */
  standing(key) { return this.store.atomically((step) => this.standingIn(step, key)); }
}
