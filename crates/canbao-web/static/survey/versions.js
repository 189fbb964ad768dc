// What stands on this device: what the server told last, and over it what was done here and it has not told yet. Pure.

/** Operations that the server's tasks may not hold yet. What was kept or refused is not in force. */
const inForce = (entry) => entry.state === "draft" || entry.state === "unsent" || entry.state === "done";

/** Whether an entry of the log is still to be sent. */
export const isUnsent = (entry) => entry.state === "draft" || entry.state === "unsent";

/**
 * Whether a picture's bytes are still to be sent. One that was taken away is sent to its end where its sending has begun:
 * else nobody would know whether the last answer got lost.
 */
export const isUnsentPhoto = (photo) => !photo.whole && !photo.stopped && (!photo.dropped || Boolean(photo.begun));

const inOrder = (one, other) => (one.n || Infinity) - (other.n || Infinity) || one.op.at - other.op.at || (one.id < other.id ? -1 : 1);

// Greatest first; every device and the server find the same.
const greater = (one, other) => other.at - one.at || (other.op > one.op ? 1 : other.op < one.op ? -1 : 0);

/** The heads of each item, greatest first, by the server's heads and this device's own `set`s. */
export function headsOf(items, entries) {
  const sets = entries.filter((entry) => entry.op.kind === "set" && inForce(entry));
  const passed = new Set(sets.flatMap((entry) => entry.op.bases));
  const found = new Map();
  const add = (item, version) => {
    if (passed.has(version.op)) return;
    if (!found.has(item)) found.set(item, new Map());
    found.get(item).set(version.op, version);
  };
  for (const [item, versions] of Object.entries(items || {})) versions.forEach((version) => add(item, version));
  for (const { id, op } of sets) add(op.item, { op: id, value: op.value, at: op.at, here: true });
  const heads = {};
  found.forEach((versions, item) => { heads[item] = Array.from(versions.values()).sort(greater); });
  return heads;
}

function visitsOf(task, entries) {
  const told = task.visits || [];
  const known = new Set(told.map((visit) => visit.op));
  const own = entries.filter((entry) => entry.op.kind === "visit" && inForce(entry) && !known.has(entry.id));
  const visits = own.map(({ id, op }) => ({ op: id, at: op.at, found: op.found, note: op.note }));
  return [...told, ...visits].sort((one, other) => one.at - other.at || (one.op < other.op ? -1 : 1));
}

function photosOf(task, entries, own) {
  const gone = new Set(entries.filter((entry) => entry.op.kind === "unphoto" && inForce(entry)).map((entry) => entry.op.photo));
  const taken = new Set(entries.filter((entry) => entry.op.kind === "photo" && inForce(entry)).map((entry) => entry.op.photo));
  const photos = new Map((task.photos || []).map((photo) => [photo.id, { ...photo, mine: false }]));
  for (const photo of own) {
    const told = photos.get(photo.id);
    // one that the server knew and no longer tells was taken away elsewhere
    if (told || taken.has(photo.id)) photos.set(photo.id, { ...told, ...photo, whole: photo.whole || Boolean(told && told.whole), mine: true });
  }
  return Array.from(photos.values()).filter((photo) => !gone.has(photo.id));
}

function stateOf(task, entries) {
  return entries.filter(inForce).sort(inOrder).reduce((state, { op }) => {
    if (op.kind === "submit") return "submitted";
    return op.kind === "reopen" ? "open" : state;
  }, task.state);
}

/** A task (or a household, which has fewer parts) as it stands here. */
export function standing(task, entries, photos) {
  const heads = headsOf(task.items, entries);
  const taken = photosOf(task, entries, photos);
  const values = {};
  for (const [item, versions] of Object.entries(heads)) values[item] = versions[0].value;
  for (const photo of taken) values[photo.item] = (Array.isArray(values[photo.item]) ? values[photo.item] : []).concat(photo.id);
  const visits = visitsOf(task, entries);
  return {
    ...task, heads, values, visits, photos: taken, state: stateOf(task, entries),
    unsent: entries.filter(isUnsent).length + photos.filter(isUnsentPhoto).length,
    begun: visits.length > 0 || taken.length > 0 || Object.keys(heads).length > 0,
  };
}

/** Entries or photos by the key of their task. */
export function byTask(records, taskOf) {
  const groups = new Map();
  for (const record of records) {
    const key = taskOf(record);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(record);
  }
  return groups;
}

/** The key of the task or household that an entry is about. */
export const subjectOf = (entry) => entry.op.task || entry.op.household;
