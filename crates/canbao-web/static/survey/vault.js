// Records at rest: in IndexedDB, each sealed with AES-GCM under a data key that lies here only wrapped: once under the
// password, for a few days without a line, and once under a secret that the server gives to whoever proves the password.

import { Store } from "./store.js";

const ROUNDS = 600000;
const HOUR = 3600000;
const DAY = 24 * HOUR;
const PREFIX = "survey-";
const JSON_BYTE = 0;
const BYTES_BYTE = 1;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

const asked = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const finished = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = () => reject(transaction.error);
  transaction.onerror = () => reject(transaction.error);
});

/** What a login's database is called: nobody reads the login in it. */
export async function nameOf(login) {
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`canbao survey ${login}`));
  return PREFIX + hex(new Uint8Array(digest)).slice(0, 32);
}

/** The databases on this device. */
export async function vaultNames() {
  const all = await indexedDB.databases();
  return all.map((database) => database.name).filter((name) => name.startsWith(PREFIX));
}

// 1 Keys ---------------------------------------------------------------------------

async function passwordKey(password, salt) {
  const base = await crypto.subtle.importKey("raw", encoder.encode(password), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

async function secretKey(secret) {
  const base = await crypto.subtle.importKey("raw", fromBase64(secret), "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: encoder.encode("canbao survey device") };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

async function wrap(dataKey, under) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, key: await crypto.subtle.wrapKey("raw", dataKey, under, { name: "AES-GCM", iv }) };
}

/** The data key; null where it was wrapped under another. Only to be wrapped anew does it have to leave. */
async function unwrap(wrapped, under, leaves = false) {
  try {
    return await crypto.subtle.unwrapKey("raw", wrapped.key, under, { name: "AES-GCM", iv: wrapped.iv }, "AES-GCM", leaves, ["encrypt", "decrypt"]);
  } catch (fault) {
    return null;
  }
}

// 2 Sealed records -------------------------------------------------------------------

function packed(value) {
  const bytes = value instanceof Uint8Array ? value : encoder.encode(JSON.stringify(value));
  const all = new Uint8Array(bytes.length + 1);
  all[0] = value instanceof Uint8Array ? BYTES_BYTE : JSON_BYTE;
  all.set(bytes, 1);
  return all;
}

const unpacked = (all) => (all[0] === BYTES_BYTE ? all.slice(1) : JSON.parse(decoder.decode(all.subarray(1))));

/** The backing of a Store: see store.js. */
class SealedBacking {
  constructor(vault, dataKey) { Object.assign(this, { vault, dataKey }); }

  // A record belongs to its place: it cannot be put elsewhere.
  how(name, key, iv) { return { name: "AES-GCM", iv, additionalData: encoder.encode(`${name}/${key}`) }; }

  async seal({ name, key, value }) {
    if (value === undefined) return { store: name, key };
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { store: name, key, iv, sealed: await crypto.subtle.encrypt(this.how(name, key, iv), this.dataKey, packed(value)) };
  }

  async open({ store, key, iv, sealed }) {
    return unpacked(new Uint8Array(await crypto.subtle.decrypt(this.how(store, key, iv), this.dataKey, sealed)));
  }

  async revision() { return (await this.vault.plain("revision")) || 0; }

  async load(name) {
    const range = IDBKeyRange.bound([name], [name, []]);
    const records = await asked(this.vault.database.transaction("records").objectStore("records").getAll(range));
    return new Map(await Promise.all(records.map(async (record) => [record.key, await this.open(record)])));
  }

  async read(name, key) {
    const record = await asked(this.vault.database.transaction("records").objectStore("records").get([name, key]));
    return record && this.open(record);
  }

  // All is sealed first: a transaction of IndexedDB does not wait for anything else.
  async commit(revision, writes, notes) {
    const records = await Promise.all(writes.map((write) => this.seal(write)));
    const transaction = this.vault.database.transaction(["records", "plain"], "readwrite", { durability: "strict" });
    const done = finished(transaction);
    const [store, plain] = [transaction.objectStore("records"), transaction.objectStore("plain")];
    let passed = false;
    plain.get("revision").onsuccess = ({ target }) => {
      passed = ((target.result && target.result.value) || 0) === revision;
      if (!passed) return;
      records.forEach((record) => (record.sealed ? store.put(record) : store.delete([record.store, record.key])));
      notes.forEach((value, key) => plain.put({ key, value }));
      plain.put({ key: "revision", value: revision + 1 });
    };
    await done;
    return passed ? revision + 1 : null;
  }
}

// 3 The vault ---------------------------------------------------------------------------

/** One login's database on this device. What is not sealed in it: the wrapped keys, times, and how much is unsent. */
export class Vault {
  static async open(name, clock = Date.now) {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("records", { keyPath: ["store", "key"] });
      request.result.createObjectStore("plain", { keyPath: "key" });
    };
    return new Vault(name, await asked(request), clock);
  }

  constructor(name, database, clock) {
    Object.assign(this, { name, database, clock, store: null });
    // Another tab deletes it: this one must not hold it.
    database.onversionchange = () => this.close();
  }

  close() {
    this.store = null;
    this.database.close();
  }

  async plain(key) {
    const record = await asked(this.database.transaction("plain").objectStore("plain").get(key));
    return record && record.value;
  }

  async putPlain(values) {
    const transaction = this.database.transaction("plain", "readwrite", { durability: "strict" });
    const done = finished(transaction);
    Object.entries(values).forEach(([key, value]) => transaction.objectStore("plain").put({ key, value }));
    await done;
  }

  /** This device's id, made at the first question and kept before anybody is told. */
  async device(make) {
    const known = await this.plain("device");
    if (known) return known;
    const id = make();
    await this.putPlain({ device: id });
    return id;
  }

  // Turning the clock back does not lengthen anything.
  async now() { return Math.max(this.clock(), (await this.plain("seen")) || 0); }

  unsent() { return this.plain("unsent").then((count) => count || 0); }

  /** "new": never set up; "locked": the password opens it; "expired": only a log-in on the line does; "open". */
  async condition() {
    if (this.store) return "open";
    if (!(await this.plain("server"))) return "new";
    return (await this.plain("unlock")) ? "locked" : "expired";
  }

  /** At each start and every minute: what has run out goes. → "deleted" | "expired" | condition */
  async tick() {
    const [now, unlock, contact] = [await this.now(), await this.plain("unlock"), await this.plain("contact")];
    await this.putPlain({ seen: now });
    const keep = (await this.plain("keep")) || 14;
    if (contact && now > contact + keep * DAY && (await this.unsent()) === 0) {
      await this.destroy();
      return "deleted";
    }
    if (unlock && now > unlock.until) {
      await this.putPlain({ unlock: null });
      this.store = null;
    }
    return this.condition();
  }

  /** First set-up, and after expiry: the server has taken the password and given its secret. False: not this vault's secret. */
  async openBySecret(secret, password, hours) {
    const [under, wrapped] = [await secretKey(secret), await this.plain("server")];
    const dataKey = wrapped ? await unwrap(wrapped, under, true) : await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
    if (!dataKey) return false;
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const unlock = { ...(await wrap(dataKey, await passwordKey(password, salt))), salt, until: this.clock() + hours * HOUR };
    await this.putPlain({ server: wrapped || (await wrap(dataKey, under)), unlock, seen: this.clock(), contact: this.clock() });
    return this.openByPassword(password);
  }

  /** Without a line. False: the password is another, or the time has run out. */
  async openByPassword(password) {
    const unlock = await this.plain("unlock");
    if (!unlock || (await this.now()) > unlock.until) return false;
    const dataKey = await unwrap(unlock, await passwordKey(password, unlock.salt));
    if (!dataKey) return false;
    this.store = new Store(new SealedBacking(this, dataKey));
    return true;
  }

  /** The server answered somebody who is logged in: the time begins anew. */
  async contacted(hours) {
    const now = this.clock();
    const transaction = this.database.transaction("plain", "readwrite");
    const done = finished(transaction);
    const plain = transaction.objectStore("plain");
    // in one transaction: another tab may be wrapping the key anew
    plain.get("unlock").onsuccess = ({ target }) => {
      const unlock = target.result && target.result.value;
      if (unlock) plain.put({ key: "unlock", value: { ...unlock, until: now + hours * HOUR } });
    };
    plain.put({ key: "contact", value: now });
    plain.put({ key: "seen", value: now });
    await done;
  }

  lock() { this.store = null; }

  /** Deletes everything of this login on this device. */
  async destroy() {
    this.close();
    await asked(indexedDB.deleteDatabase(this.name));
  }
}
