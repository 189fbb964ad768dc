// A small server after the interface between device and server, all in memory: what schedules run against in one page,
// and what the tests of the pages talk to. It keeps what it was told in plain sight.

import { randomOf } from "./schedules.js";

const CLOSED = { approved: "镇里已通过，不再改。", exempt: "此人不用走访了。" };

export class Reference {
  constructor({ clock = Date.now, forms = [], villages = [], keep = 14, hours = 72, fickle = () => false } = {}) {
    // fickle(op): whether an operation is put off although nothing is missing
    Object.assign(this, { clock, forms, villages, keep, hours, fickle, seq: 0 });
    Object.assign(this, { devices: new Map(), ops: new Map(), tasks: new Map(), households: new Map(), photos: new Map(), keysAt: new Map() });
  }

  // 1 What the town does ------------------------------------------------------

  addHousehold(household) {
    this.households.set(household.key, { form: "household", added: false, head: "", address: "", people: 0, ...household, versions: new Map(), named: new Set(), at: this.next() });
  }

  addTask(login, task) {
    const plain = { form: "person", version: 1, state: "open", due: null, round: 3, added: false, known: {}, notes: [], facts: {}, mark: "", returned: null };
    this.tasks.set(task.key, { ...plain, ...task, login, versions: new Map(), named: new Set(), visits: [], at: this.next() });
    this.keysAt.set(login, this.next());
  }

  move(key, login) {
    const task = this.tasks.get(key);
    this.keysAt.set(task.login, this.next());
    task.login = login;
    task.at = this.next();
    this.keysAt.set(login, this.seq);
  }

  change(key, part) { Object.assign(this.tasks.get(key), part, { at: this.next() }); }

  next() { this.seq += 1; return this.seq; }

  // 2 Calls --------------------------------------------------------------------

  /** login: who calls; → { status, json } */
  call(login, method, path, body) {
    const url = new URL(path, "http://survey.example");
    if (url.pathname === "/survey/device") return this.register(login, body);
    const id = url.pathname === "/survey/sync" ? body.device : url.searchParams.get("device");
    const device = this.devices.get(id);
    if (device && device.lost) return { status: 410, json: { lost: true } };
    if (url.pathname === "/survey/sync") return device ? this.sync(device, body) : { status: 403, json: { says: "这台设备没有登记。" } };
    const photo = /^\/survey\/photo\/([0-9a-f-]+)$/.exec(url.pathname);
    if (photo && method === "POST") return this.chunk(device, photo[1], Number(url.searchParams.get("at")), body);
    return { status: 404, json: { says: "没有这一页。" } };
  }

  register(login, { device }) {
    if (!this.devices.has(device)) this.devices.set(device, { id: device, login, count: { ops: 0, photos: 0, whole: 0 } });
    return { status: 200, json: { hours: this.hours } };
  }

  sync(device, { since, ops, forms }) {
    const results = ops.map((op) => ({ id: op.id, ...this.take(device, op) }));
    const limit = 100;
    const mine = Array.from(this.tasks.values()).filter((task) => task.login === device.login);
    const homes = new Set(mine.map((task) => task.household));
    const changed = [...mine, ...Array.from(this.households.values()).filter((home) => homes.has(home.key) || home.login === device.login)]
      .filter((record) => record.at > since).sort((one, other) => one.at - other.at);
    const page = changed.slice(0, limit);
    const more = changed.length > limit;
    const answer = {
      now: this.clock(), results, more, cursor: more ? page[page.length - 1].at : this.seq, hours: this.hours,
      tasks: page.filter((record) => record.login && record.household).map((task) => this.told(task, device)),
      households: page.filter((record) => !record.household).map((home) => this.told(home, device)),
      forms: this.forms.filter((form) => (forms || {})[form.id] !== form.version), counts: { ...device.count },
    };
    if ((this.keysAt.get(device.login) || 0) > since || since === 0) answer.keys = mine.map((task) => task.key);
    return JSON.parse(JSON.stringify({ status: 200, json: answer }));
  }

  told(record, device) {
    const { versions, named, login, ...plain } = record;
    const items = {};
    versions.forEach(({ item, ...version }, op) => {
      if (!named.has(op)) (items[item] = items[item] || []).push({ op, ...version, here: version.here === device.id });
    });
    const photos = Array.from(this.photos.values()).filter((photo) => photo.task === record.key && !photo.gone)
      .map(({ id, item, bytes, whole }) => ({ id, item, bytes, whole }));
    return { ...plain, items, photos };
  }

  // 3 Operations ------------------------------------------------------------------

  take(device, op) {
    if (this.ops.has(op.id)) return this.ops.get(op.id).result;
    const result = this.fickle(op) ? { state: "later" } : this.apply(device, op);
    if (result.state === "later") return result;
    this.ops.set(op.id, { op, device: device.id, result });
    if (result.state !== "refused") device.count.ops += 1;
    return result;
  }

  apply(device, op) {
    if (op.kind === "household") {
      this.addHousehold({ key: op.household, village: op.village, added: true, login: device.login });
      return { state: "done" };
    }
    const subject = this.tasks.get(op.task) || this.households.get(op.task);
    if (op.kind === "person") return this.person(device, op, subject);
    if (!subject) return { state: "later" };
    if (op.kind === "photo" || op.kind === "unphoto") return this.photo(device, op, subject);
    if (CLOSED[subject.state]) return { state: "kept", says: CLOSED[subject.state] };
    if (op.kind === "set") this.set(device, op, subject);
    if (op.kind === "visit") subject.visits.push({ op: op.id, at: op.at, found: op.found, note: op.note });
    if (op.kind === "submit") Object.assign(subject, { state: "submitted", returned: null });
    if (op.kind === "reopen") subject.state = "open";
    subject.at = this.next();
    return { state: "done" };
  }

  person(device, op, there) {
    if (there) return { state: "refused", says: "这个人已经在名册上。" };
    if (!this.households.has(op.household)) return { state: "later" };
    this.addTask(device.login, { key: op.task, household: op.household, form: op.form, added: true, name: "", village: this.households.get(op.household).village });
    return { state: "done" };
  }

  set(device, op, subject) {
    subject.versions.set(op.id, { item: op.item, value: op.value, at: op.at, by: device.login, here: device.id });
    op.bases.forEach((base) => subject.named.add(base));
  }

  photo(device, op, subject) {
    if (op.kind === "unphoto" && !this.photos.has(op.photo)) return { state: "later" };
    if (op.kind === "unphoto") this.photos.get(op.photo).gone = true;
    else {
      this.photos.set(op.photo, { id: op.photo, task: op.task, item: op.item, bytes: op.bytes, sha256: op.sha256, device: device.id, have: [], whole: false });
      device.count.photos += 1;
    }
    subject.at = this.next();
    return { state: "done" };
  }

  chunk(device, id, at, body) {
    const photo = this.photos.get(id);
    if (!photo) return { status: 404, json: { says: "照片的登记还没有到。" } };
    if (at !== photo.have.length) return { status: 409, json: { have: photo.have.length } };
    for (const byte of body) photo.have.push(byte);
    if (!photo.whole && photo.have.length === photo.bytes) {
      photo.whole = true;
      device.count.whole += 1;
      this.tasks.get(photo.task).at = this.next();
    }
    return { status: 200, json: { have: photo.have.length, whole: photo.whole } };
  }
}

// 3 For schedules --------------------------------------------------------------

const HOME = "H".padEnd(22, "0");
const VILLAGE = "610902001003";

/** `connect` of schedules: a server of its own for each seed, with one household, on which tasks go from one to another. */
export function connector() {
  let [of, server] = [null, null];
  return async (index, seed) => {
    if (of !== seed) [of, server] = [seed, opened(seed)];
    const [login, device] = [index === 2 ? "b" : "a", `device-${seed}-${index}`];
    server.register(login, { device });
    return {
      device, village: VILLAGE,
      call: async (method, path, body) => server.call(login, method, path, body instanceof Uint8Array ? body : JSON.parse(JSON.stringify(body))),
      disturb: async (random) => server.move(random.one([...server.tasks.values()]).key, random.one(["a", "b"])),
    };
  };
}

function opened(seed) {
  const random = randomOf(seed + 7);
  const once = new Set();
  // one operation of ten is put off when it first comes
  const fickle = (op) => !once.has(op.id) && Boolean(once.add(op.id)) && random.chance(0.1);
  const server = new Reference({ clock: () => 1480000000000, fickle });
  server.addHousehold({ key: HOME, village: VILLAGE });
  for (let at = 0; at < 4; at += 1) server.addTask("a", { key: `T${at}`.padEnd(22, "0"), household: HOME, village: VILLAGE, name: "x" });
  return server;
}
