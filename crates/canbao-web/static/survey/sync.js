// The talk with the server: sends the log and the pictures, receives tasks. No DOM, no storage and no network of its own.
//
// It may be cut off between any two lines. Whatever was not confirmed is sent again, the server applies it once; a response
// that comes twice, late or never changes nothing that a later one would not set right. Two talks at once do no harm either:
// a lock merely spares the line.

import { Log, stateIn } from "./log.js";
import { byTask, isUnsent, isUnsentPhoto, subjectOf } from "./versions.js";

const MOST_OPS = 200;
const CHUNK = 128 * 1024;
const PAUSES = [1, 2, 5, 15, 60];
/** Answers that are about one picture, not about the line. */
const OF_ONE_PHOTO = [400, 404, 409, 413, 415, 422];
/** A picture that the server takes no bytes of is left for the next time. */
const MOST_STUCK = 3;

/** Seconds until the next try after so many faults in a row. */
export const pauseAfter = (faults) => PAUSES[Math.min(Math.max(faults, 1), PAUSES.length) - 1];

/** Why a talk ended before its end. */
class Ended extends Error {
  constructor(outcome) {
    super(outcome.state);
    this.outcome = outcome;
  }
}

export class Sync extends Log {
  /**
   * As Log, and line(method, path, body) → { status, json }, which throws where the network does not carry it (body: an object,
   * sent as JSON, or bytes); device: this device's id; locks: as navigator.locks, or absent; chunk: most bytes of a picture at once.
   */
  constructor(parts) {
    super(parts);
    Object.assign(this, { line: parts.line, device: parts.device, locks: parts.locks, chunk: parts.chunk || CHUNK, carried: 0 });
  }

  /**
   * Sends and receives until both sides have the same.
   * → { state: "quiet" | "waiting" (something needs what is not there yet) | "busy" (another tab is at it) | "offline" |
   *     "unwell" (the server is) | "login" | "lost" | "fault", says?, hint?, moved (whether anything got through) }
   */
  async run() {
    if (!this.locks) return this.talk();
    return this.locks.request(`canbao-survey-${this.device}`, { ifAvailable: true }, (lock) => (lock ? this.talk() : { state: "busy" }));
  }

  async talk() {
    const before = this.carried;
    const outcome = await this.talkThrough();
    return { ...outcome, moved: this.carried > before };
  }

  async talkThrough() {
    try {
      await this.sealed();
      await this.exchangeAll();
      await this.sendPhotos();
      // once more: what the pictures changed, and both sides' counts
      await this.exchangeAll();
      return { state: (await this.isQuiet()) ? "quiet" : "waiting" };
    } catch (fault) {
      if (fault instanceof Ended) return fault.outcome;
      throw fault;
    }
  }

  isQuiet() {
    return this.store.atomically(async (step) =>
      !(await step.all("ops")).some((entry) => entry.state === "unsent") && !(await step.all("photos")).some(isUnsentPhoto));
  }

  async call(path, body, known = []) {
    let answer;
    try {
      answer = await this.line("POST", path, body);
    } catch (fault) {
      // A fault of the network says nothing about what arrived.
      throw new Ended({ state: "offline" });
    }
    const { status, json } = answer;
    if ((status >= 200 && status < 300) || known.includes(status)) {
      this.carried += 1;
      return answer;
    }
    if (status === 401) throw new Ended({ state: "login" });
    if (status === 410 && json && json.lost) throw new Ended({ state: "lost" });
    if (status >= 500) throw new Ended({ state: "unwell" });
    throw new Ended({ state: "fault", says: (json && json.says) || "系统没有接受这次同步。", hint: json && json.hint });
  }

  // 1 Operations and tasks -------------------------------------------------------

  async exchangeAll() {
    let [after, moved, held] = [0, false, false];
    for (;;) {
      const sent = await this.request(after);
      const { json } = await this.call("/survey/sync", sent.body);
      const got = await this.change((step) => this.receive(step, sent, json));
      after = sent.body.ops.length ? sent.body.ops[sent.body.ops.length - 1].n : after;
      moved = moved || got.settled > 0;
      held = held || got.later > 0;
      if ((got.more && got.moved) || (await this.hasAfter(after))) continue;
      // What had to wait for something is tried again where anything else got through since.
      if (!held || !moved) return;
      [after, moved, held] = [0, false, false];
    }
  }

  hasAfter(after) {
    return this.store.atomically(async (step) => (await step.all("ops")).some((entry) => entry.state === "unsent" && entry.n > after));
  }

  request(after) {
    return this.store.atomically(async (step) => {
      const entries = await step.all("ops");
      const state = await stateIn(step);
      const due = entries.filter((entry) => entry.state === "unsent" && entry.n > after).sort((one, other) => one.n - other.n);
      return {
        body: { device: this.device, since: state.cursor, ops: due.slice(0, MOST_OPS).map((entry) => entry.op), forms: state.forms },
        // confirmed before this request was made: what it answers holds them
        held: entries.filter((entry) => entry.state === "done").map((entry) => entry.id),
        at: this.clock(),
      };
    });
  }

  async receive(step, sent, answer) {
    const settled = await this.settle(step, answer.results || []);
    const state = await stateIn(step);
    // Overtaken by a later answer: all that it tells is known.
    const late = answer.cursor < state.cursor;
    const next = { ...state, skew: this.skewBy(sent, answer) };
    if (!late) {
      next.cursor = answer.cursor;
      next.forms = await this.takeForms(step, state, answer.forms || []);
      next.keys = answer.keys || state.keys;
      next.counts = answer.counts || state.counts;
      await this.takeAll(step, "households", answer.households || []);
      await this.takeAll(step, "tasks", answer.tasks || []);
      await this.markWhole(step, answer.tasks || [], next);
    }
    next.taken += settled.taken;
    next.photos += settled.photos;
    next.contact = this.clock();
    step.put("meta", "state", next);
    if (!late && !answer.more) {
      sent.held.forEach((id) => step.delete("ops", id));
      await this.clear(step, next);
    }
    const moved = settled.count > 0 || answer.cursor > state.cursor;
    return { more: Boolean(answer.more) && !late, moved, settled: settled.count, later: settled.later };
  }

  // The server's clock is taken to have been read halfway between question and answer.
  skewBy(sent, answer) {
    return typeof answer.now === "number" ? Math.round(answer.now - (sent.at + this.clock()) / 2) : 0;
  }

  async settle(step, results) {
    const settled = { count: 0, later: 0, taken: 0, photos: 0 };
    for (const { id, state, says } of results) {
      const entry = await step.get("ops", id);
      if (!entry || entry.state !== "unsent") continue;
      if (state === "later") settled.later += 1;
      if (!["done", "kept", "refused"].includes(state)) continue;
      step.put("ops", id, { ...entry, state, says });
      settled.count += 1;
      if (state === "refused") await this.stopPhoto(step, entry);
      else settled.taken += 1;
      if (state !== "refused" && entry.op.kind === "photo") settled.photos += 1;
    }
    return settled;
  }

  // Nobody waits for the bytes of a picture that was refused; they stay here with it.
  async stopPhoto(step, { op }) {
    const photo = op.kind === "photo" && (await step.get("photos", op.photo));
    if (photo) step.put("photos", photo.id, { ...photo, stopped: true });
  }

  async takeForms(step, state, forms) {
    const versions = { ...state.forms };
    for (const form of forms) {
      step.put("forms", `${form.id}@${form.version}`, form);
      versions[form.id] = form.version;
    }
    return versions;
  }

  async takeAll(step, name, records) {
    for (const record of records) {
      const have = await step.get(name, record.key);
      if (!have || have.at <= record.at) step.put(name, record.key, record);
    }
  }

  // The answer that said so may have been lost.
  async markWhole(step, tasks, state) {
    for (const told of tasks.flatMap((task) => task.photos || [])) {
      const photo = told.whole && (await step.get("photos", told.id));
      if (!photo || photo.whole) continue;
      step.put("photos", photo.id, { ...photo, whole: true, have: photo.bytes });
      state.whole += 1;
    }
  }

  // 2 What leaves the device ---------------------------------------------------------

  /** A task that is no longer this device's goes, once nothing of it is left to be sent. */
  async clear(step, { keys }) {
    if (!keys) return;
    const [here, entries, photos] = [new Set(keys), await step.all("ops"), await step.all("photos")];
    const held = new Set(entries.filter((entry) => isUnsent(entry) || entry.state === "done").map(subjectOf));
    photos.filter(isUnsentPhoto).forEach((photo) => held.add(photo.task));
    const homes = new Set();
    for (const task of await step.all("tasks")) {
      if (here.has(task.key) || held.has(task.key)) continue;
      step.delete("tasks", task.key);
      homes.add(task.household);
      this.clearPhotos(step, photos.filter((photo) => photo.task === task.key));
    }
    await this.clearHomes(step, homes, held);
  }

  // A refused picture is never thrown away.
  clearPhotos(step, photos) {
    for (const photo of photos.filter((one) => !one.stopped)) {
      step.delete("photos", photo.id);
      step.delete("blobs", photo.id);
    }
  }

  async clearHomes(step, homes, held) {
    const left = byTask(await step.all("tasks"), (task) => task.household);
    for (const home of homes) {
      if (!left.has(home) && !held.has(home)) step.delete("households", home);
    }
  }

  // 3 Pictures -------------------------------------------------------------------------

  async sendPhotos() {
    const due = await this.store.atomically(async (step) => {
      const waiting = new Set((await step.all("ops")).filter((entry) => entry.op.kind === "photo" && isUnsent(entry)).map((entry) => entry.op.photo));
      return (await step.all("photos")).filter((photo) => isUnsentPhoto(photo) && !waiting.has(photo.id));
    });
    for (const photo of due) await this.sendPhoto(photo);
  }

  async sendPhoto(photo) {
    const bytes = await this.store.atomically((step) => this.begin(step, photo.id));
    if (!bytes) return;
    let [have, stuck] = [photo.have, 0];
    while (stuck < MOST_STUCK) {
      const path = `/survey/photo/${photo.id}?at=${have}&device=${this.device}`;
      const { status, json } = await this.call(path, bytes.subarray(have, have + this.chunk), OF_ONE_PHOTO);
      // its operation has not arrived, or it is not as that said: the others go on
      if (status >= 400 && status !== 409) {
        await this.change((step) => this.giveUp(step, photo.id));
        return;
      }
      const got = Math.min(json.have, bytes.length);
      stuck = got > have && status !== 409 ? 0 : stuck + 1;
      have = got;
      await this.change((step) => this.progress(step, photo.id, have, Boolean(json.whole)));
      if (json.whole) return;
    }
  }

  // Its bytes, unless it was taken away before this.
  async begin(step, id) {
    const photo = await step.get("photos", id);
    if (!photo || !isUnsentPhoto(photo)) return undefined;
    if (!photo.begun) step.put("photos", id, { ...photo, begun: true });
    return step.get("blobs", id);
  }

  async giveUp(step, id) {
    const photo = await step.get("photos", id);
    if (!photo || !photo.dropped) return;
    step.put("photos", id, { ...photo, begun: false });
    step.delete("blobs", id);
  }

  async progress(step, id, have, whole) {
    const photo = await step.get("photos", id);
    if (!photo || photo.whole) return;
    step.put("photos", id, { ...photo, have, whole });
    if (!whole) return;
    if (photo.dropped) step.delete("blobs", id);
    const state = await stateIn(step);
    step.put("meta", "state", { ...state, whole: state.whole + 1 });
  }
}
