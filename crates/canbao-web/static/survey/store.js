// Records by store name and key, changed a whole step at a time. Where they lie (memory, IndexedDB) is the backing's matter.
//
// A step (`atomically`) reads and writes as it likes; its writes are gathered and stored at once, or not at all. Two tabs
// may run steps at the same time: each backing counts its revisions, a step that began before another's end is run again.
// So a step must not do anything outside that it would not do twice. What is read must not be changed: put a new one.

/** Stores whose records are large: they are read one by one and never held in memory. */
const LARGE = new Set(["blobs"]);

class Step {
  constructor(cache, backing) {
    Object.assign(this, { cache, backing, writes: new Map(), notes: new Map(), loaded: false });
  }

  async records(name) {
    if (!this.cache.has(name)) {
      this.loaded = true;
      this.cache.set(name, await this.backing.load(name));
    }
    return this.cache.get(name);
  }

  async get(name, key) {
    const written = this.writes.get(`${name}/${key}`);
    if (written) return written.value;
    return LARGE.has(name) ? this.backing.read(name, key) : (await this.records(name)).get(key);
  }

  async all(name) {
    const records = new Map(await this.records(name));
    for (const write of this.writes.values()) {
      if (write.name !== name) continue;
      if (write.value === undefined) records.delete(write.key);
      else records.set(write.key, write.value);
    }
    return Array.from(records.values());
  }

  put(name, key, value) { this.writes.set(`${name}/${key}`, { name, key, value }); }

  delete(name, key) { this.put(name, key, undefined); }

  /** A figure that can be read while everything else is locked; nothing personal. */
  note(name, value) { this.notes.set(name, value); }
}

export class Store {
  constructor(backing) {
    Object.assign(this, { backing, cache: new Map(), revision: null, last: Promise.resolve() });
  }

  /** Runs a step after those before it; gives what it gives. */
  atomically(step) {
    const run = this.last.then(() => this.attempt(step));
    this.last = run.catch(() => {});
    return run;
  }

  async attempt(step) {
    for (;;) {
      const revision = await this.backing.revision();
      if (revision !== this.revision) this.cache.clear();
      this.revision = revision;
      const at = new Step(this.cache, this.backing);
      const given = await step(at);
      if (await this.finish(at)) return given;
      this.revision = null;
    }
  }

  async finish(step) {
    if (step.writes.size === 0 && step.notes.size === 0) return !step.loaded || (await this.backing.revision()) === this.revision;
    const writes = Array.from(step.writes.values());
    // Whatever goes wrong meanwhile, what is held in memory may no longer be what is stored.
    const before = this.revision;
    this.revision = null;
    const after = await this.backing.commit(before, writes, step.notes);
    if (after === null) return false;
    for (const { name, key, value } of writes) {
      const records = this.cache.get(name);
      if (records && value === undefined) records.delete(key);
      else if (records) records.set(key, value);
    }
    this.revision = after;
    return true;
  }

  get(name, key) { return this.atomically((step) => step.get(name, key)); }

  all(name) { return this.atomically((step) => step.all(name)); }

  put(name, key, value) { return this.atomically(async (step) => step.put(name, key, value)); }

  delete(name, key) { return this.atomically(async (step) => step.delete(name, key)); }
}

/** Records in memory, for tests; several stores on one of these are as several tabs on one database. */
export class MemoryBacking {
  constructor() {
    Object.assign(this, { count: 0, stores: new Map(), notes: new Map() });
  }

  records(name) {
    if (!this.stores.has(name)) this.stores.set(name, new Map());
    return this.stores.get(name);
  }

  async revision() { return this.count; }

  async load(name) { return new Map(this.records(name)); }

  async read(name, key) { return this.records(name).get(key); }

  async commit(revision, writes, notes) {
    if (revision !== this.count) return null;
    for (const { name, key, value } of writes) {
      if (value === undefined) this.records(name).delete(key);
      else this.records(name).set(key, value);
    }
    notes.forEach((value, name) => this.notes.set(name, value));
    this.count += 1;
    return this.count;
  }
}

/** A store in memory with the same interface. */
export const memoryStore = (backing = new MemoryBacking()) => new Store(backing);
