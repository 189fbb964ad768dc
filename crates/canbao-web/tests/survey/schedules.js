// Random schedules of several devices on a line that loses, repeats and reorders, with the program killed between any two
// awaits; and what must hold after them. The server is any real call: `connect(device)` gives one for each device.
//
//   import { Sync } from ".../sync.js"; import { Store, MemoryBacking } from ".../store.js";
//   await runSchedules({ Sync, Store, MemoryBacking }, { from: 1, count: 1000, connect });
//
// connect(index, seed) → { device, call(method, path, body) → { status, json }, village, disturb?(random) }: a registered
// device's id, a call that reaches the server for sure, a village's code, (where there is one) what the town does meanwhile, and
// `judges` where the server refuses forms that are not filled.

class Killed extends Error {}

/** Numbers that depend on the seed alone (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { below, chance: (share) => next() < share, one: (list) => list[below(list.length)], bytes: (count) => Uint8Array.from({ length: count }, () => below(256)) };
}

const turns = async (count) => { for (let turn = 0; turn < count; turn += 1) await Promise.resolve(); };
const fail = (text) => { throw new Error(text); };
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** A line that carries what `call` does, or not: loses the request or the answer, sends it twice, or later than it should. */
export function lossy(call, random, loss) {
  const held = [];
  return async (method, path, body) => {
    await turns(random.below(20));
    if (!random.chance(loss)) return call(method, path, body);
    const fate = random.below(5);
    if (fate === 1) await call(method, path, body);
    if (fate === 2) held.push(() => call(method, path, body));
    if (fate === 3) {
      const first = await call(method, path, body);
      const second = await call(method, path, body);
      return random.chance(0.5) ? first : second;
    }
    if (fate === 4 && held.length) await held.splice(random.below(held.length), 1)[0]();
    throw new Error("lost");
  };
}

// A backing under which the program dies when its time has come, before or after what it was about to do.
function mortal(backing, life, random) {
  const once = (work) => async (...given) => {
    if (life.left <= 0) throw new Killed();
    life.left -= 1;
    if (life.left === 0 && random.chance(0.5)) throw new Killed();
    const result = await work(...given);
    if (life.left <= 0) throw new Killed();
    return result;
  };
  return Object.fromEntries(["revision", "load", "read", "commit"].map((name) => [name, once((...given) => backing[name](...given))]));
}

class Device {
  constructor(parts, link, random, checks) {
    Object.assign(this, { parts, link, random, checks, backing: new parts.MemoryBacking(), tabs: [], running: [] });
    this.clock = { at: 1480000000000 + random.below(100000) };
    this.loss = 0.4;
  }

  // What goes over the line is written down: operations must never change, numbers never come twice.
  seen(method, path, body) {
    if (path === "/survey/sync") body.ops.forEach((op) => this.checks.sent(this.link.device, op));
    return this.link.call(method, path, body);
  }

  tab() {
    const life = { left: this.random.chance(0.4) ? 1 + this.random.below(120) : Infinity };
    const { Sync, Store } = this.parts;
    const carry = lossy((...given) => this.seen(...given), this.random, this.loss);
    const line = async (...given) => {
      if (life.left <= 0) throw new Killed();
      const answer = await carry(...given);
      if (life.left <= 0) throw new Killed();
      return answer;
    };
    const sync = new Sync({
      store: new Store(mortal(this.backing, life, this.random)), line, device: this.link.device,
      clock: () => { this.clock.at += 1 + this.random.below(500); return this.clock.at; },
      random: (count) => this.random.bytes(count), digest: this.parts.digest, chunk: 100,
    });
    return { sync, life };
  }

  // One of two tabs; a killed one is opened again on the same records.
  open() {
    const at = this.random.below(2);
    if (!this.tabs[at] || this.tabs[at].life.left <= 0) this.tabs[at] = this.tab();
    return this.tabs[at];
  }

  async attempt(work) {
    const tab = this.open();
    try {
      return await work(tab.sync);
    } catch (fault) {
      if (fault instanceof Killed) return undefined;
      throw fault;
    }
  }

  talk() {
    const run = this.attempt((sync) => sync.run());
    this.running.push(run);
    return this.random.chance(0.5) ? run : turns(this.random.below(200));
  }
}

/** What was sent and what was typed, to compare with what stands in the end. */
class Checks {
  constructor() { Object.assign(this, { ops: new Map(), numbers: new Map(), typed: new Map() }); }

  sent(device, op) {
    const text = JSON.stringify(op);
    const before = this.ops.get(op.id);
    if (before && before.text !== text) fail("an operation changed after it was sent");
    this.ops.set(op.id, { text, device, op: JSON.parse(text) });
    const numbers = this.numbers.get(device) || this.numbers.set(device, new Map()).get(device);
    if (numbers.has(op.n) && numbers.get(op.n) !== op.id) fail("a running number was used twice");
    numbers.set(op.n, op.id);
  }

  // Typed, and either stored for sure, or the program died over it.
  async typing(device, key, item, value, work) {
    const place = `${device}/${key}/${item}`;
    const typed = this.typed.get(place) || { may: [], stored: false };
    this.typed.set(place, { may: [...typed.may, value], stored: typed.stored });
    await work();
    this.typed.set(place, { may: [value], stored: true });
  }

  heads(key) {
    const sets = Array.from(this.ops.values()).map(({ op }) => op).filter((op) => op.kind === "set" && op.task === key);
    const named = new Set(sets.flatMap((op) => op.bases));
    return sets.filter((op) => !named.has(op.id)).map((op) => `${op.item} ${op.id} ${op.value}`).sort();
  }

  // The last that a device sent of an item is the last that was typed there.
  nothingLost() {
    const last = new Map();
    for (const { device, op } of this.ops.values()) {
      const place = `${device}/${op.task}/${op.item}`;
      if (op.kind === "set" && !(last.has(place) && last.get(place).n > op.n)) last.set(place, op);
    }
    for (const [place, { may, stored }] of this.typed) {
      const op = last.get(place);
      if (!op && stored) fail("what was typed was never sent");
      if (op && !may.includes(op.value)) fail("the last that was sent is not the last that was typed");
    }
  }
}

async function act(device, random, checks, serial) {
  const { link } = device;
  await device.attempt(async (sync) => {
    const view = await sync.view();
    if (view.households.length === 0 || random.chance(0.03)) return sync.addHousehold(link.village);
    if (view.tasks.length < 2 || random.chance(0.05)) return sync.addPerson(random.one(view.households).key);
    const task = random.one(view.tasks).key;
    const kind = random.below(14);
    if (kind < 8) {
      const [item, value] = [random.one(["phone", "outcome", "note"]), `v${serial}`];
      return checks.typing(link.device, task, item, value, () => sync.set(task, { [item]: value }));
    }
    if (kind === 8) return sync.visit(task, random.one(["met", "absent", "phone"]));
    if (kind === 9) return sync.photo(task, "photo.card", random.bytes(1 + random.below(400)), "image/jpeg");
    if (kind === 10) return photoAway(sync, task, random);
    if (kind === 11) return sync.submit(task);
    if (kind === 12) return sync.reopen(task);
    return sync.sealed(task);
  });
}

async function photoAway(sync, task, random) {
  const standing = await sync.standing(task);
  if (standing && standing.photos.length) await sync.unphoto(task, random.one(standing.photos).id);
}

async function quiet(devices) {
  for (const device of devices) {
    await Promise.all(device.running);
    device.loss = 0;
    device.random = { ...device.random, chance: () => false };
    device.tabs = [];
  }
  for (let round = 0; round < 4; round += 1) {
    for (const device of devices) {
      const outcome = await device.tab().sync.run();
      // what was put off at first goes with a later round
      const may = round < 2 ? ["quiet", "waiting"] : ["quiet"];
      if (!may.includes(outcome.state)) fail(`a quiet talk ended as ${outcome.state}`);
    }
  }
}

// Who sets an item again names all that was seen: one value is left.
async function agree(devices, checks) {
  const { sync } = devices[0].tab();
  const keys = (await sync.view()).tasks.map((task) => task.key);
  for (const key of keys) await checks.typing(devices[0].link.device, key, "phone", "agreed", () => sync.set(key, { phone: "agreed" }));
  await quiet(devices);
  if (keys.some((key) => checks.heads(key).filter((head) => head.startsWith("phone ")).length !== 1)) fail("a value that was settled is still in doubt");
}

const headsSeen = (task) => Object.entries(task.heads).flatMap(([item, versions]) => versions.map((version) => `${item} ${version.op} ${version.value}`)).sort();

async function judgeDevice(device, checks) {
  const view = await device.tab().sync.view();
  const { state } = view;
  const numbers = checks.numbers.get(device.link.device) || new Map();
  if (numbers.size !== state.n || Math.max(0, ...numbers.keys()) !== state.n) fail("a running number is missing");
  if (view.unsent.ops || view.unsent.photos) fail("something was left unsent");
  const wrongly = (entry) => entry.state === "refused" && !(device.link.judges && entry.op.kind === "submit");
  if (view.told.some(wrongly)) fail("something was refused");
  const taken = state.n - view.told.filter((entry) => entry.state === "refused").length;
  if (state.counts.ops !== taken || state.taken !== taken) fail(`counts differ: ${state.n} made, ${state.taken} confirmed, ${state.counts.ops} taken in`);
  if (state.counts.photos !== state.photos || state.counts.whole !== state.whole) fail("counts of pictures differ");
  if (state.keys && !same([...state.keys].sort(), view.tasks.map((task) => task.key).sort())) fail("the device has other tasks than it should");
  for (const subject of [...view.tasks, ...view.households]) {
    if (!same(headsSeen(subject), checks.heads(subject.key))) fail("heads differ from what was sent");
    if (subject.photos.some((photo) => !photo.whole)) fail("a picture is not whole");
  }
  return new Map([...view.tasks, ...view.households].map((subject) =>
    [subject.key, JSON.stringify([headsSeen(subject), subject.state, subject.visits.map((visit) => visit.op), subject.photos.map((photo) => photo.id).sort()])]));
}

function judgeTogether(views) {
  const all = new Map();
  for (const view of views) {
    for (const [key, text] of view) {
      if (all.has(key) && all.get(key) !== text) fail("two devices see the same task differently");
      all.set(key, text);
    }
  }
}

/** One schedule; throws where something does not hold. → figures of what happened */
export async function runSchedule(parts, { seed, connect, steps = 60 }) {
  const random = randomOf(seed);
  const checks = new Checks();
  const links = await Promise.all(Array.from({ length: 2 + random.below(2) }, (_, index) => connect(index, seed)));
  const devices = links.map((link, index) => new Device(parts, link, randomOf(seed * 31 + index), checks));
  for (let step = 0; step < steps; step += 1) {
    const device = random.one(devices);
    if (random.chance(0.35)) await device.talk();
    else await act(device, random, checks, step);
    if (device.link.disturb && random.chance(0.05)) await device.link.disturb(random);
  }
  await quiet(devices);
  if (random.chance(0.5)) await agree(devices, checks);
  const views = [];
  for (const device of devices) views.push(await judgeDevice(device, checks));
  judgeTogether(views);
  checks.nothingLost();
  return { ops: checks.ops.size, devices: devices.length };
}

/** Schedules of seeds from, from + 1 …; throws with the seed of the first that fails. */
export async function runSchedules(parts, { from = 1, count, connect, steps, progress = () => {} }) {
  const done = { schedules: 0, ops: 0 };
  for (let seed = from; seed < from + count; seed += 1) {
    try {
      done.ops += (await runSchedule(parts, { seed, connect, steps })).ops;
    } catch (fault) {
      throw new Error(`schedule ${seed}: ${fault.message}`);
    }
    done.schedules += 1;
    progress(done);
  }
  return done;
}
