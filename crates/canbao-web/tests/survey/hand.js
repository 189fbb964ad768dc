// A hand that works the app's pages as a collector does: looks what is asked, answers it, presses what is to be pressed.
// Run as a script on the page, for without a line nothing can be fetched; the last line that is put behind it says what to do.

const nap = (ms) => new Promise((done) => setTimeout(done, ms));

/** What `look` finds, as soon as it finds something. */
async function until(look, what, patience = 20000) {
  const end = Date.now() + patience;
  for (;;) {
    const found = look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} never came; the page says: ${document.body.innerText.slice(0, 600)}`);
    await nap(20);
  }
}

const one = (selector) => document.querySelector(selector);
const many = (selector) => [...document.querySelectorAll(selector)];
const byId = (id) => document.getElementById(id);

function type(field, text) {
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.blur();
}

/** Answers one item by its id: a code for what is chosen, else a text. */
function answer(item, value) {
  const field = byId(`f-${item}`);
  const choice = byId(`item-${item}`);
  if (choice && choice.tagName === "FIELDSET") {
    const radio = [...choice.querySelectorAll("input")].find((input) => input.value === value);
    if (!radio) throw new Error(`${item} has no ${value}`);
    if (!radio.checked) radio.click();
  } else if (field) type(field, value);
  else throw new Error(`${item} is not on the page`);
}

const shown = (element) => Boolean(element) && element.checkVisibility();

/** What an item that nobody said anything of is answered. */
function anything(element) {
  const radios = [...element.querySelectorAll("input[type=radio], input[type=checkbox]")];
  if (radios.length) return radios[0].click();
  const select = element.querySelector("select");
  if (select) return type(select, select.options[1].value);
  const field = element.querySelector("input, textarea");
  if (field.placeholder.includes("1975")) return type(field, "1980-05-06");
  if (field.placeholder.includes("2014")) return type(field, "2014-06");
  return type(field, "照实填写");
}

/** To a page of the app; its main part is drawn anew. */
async function open(hash) {
  if (location.hash === hash) return;
  const before = one("main#main").firstElementChild;
  location.hash = hash;
  await until(() => one("main#main").firstElementChild !== before, hash);
}

const primary = () => one(".save .primary");

/** Presses the main button; what it leads to is drawn then. */
async function pressed(what) {
  const before = one("main#main").firstElementChild;
  primary().click();
  await until(() => one("main#main").firstElementChild !== before, what);
}

/** Fills the form that is open: what is said, then whatever is still asked, until it can be handed in (`done`: its button's word). */
async function fillIn(said, done) {
  await until(() => one("main form"), "the form");
  const left = new Map(Object.entries(said));
  for (let round = 0; round < 60; round += 1) {
    for (const [item, value] of left) {
      if (!shown(byId(`item-${item}`))) continue;
      answer(item, value);
      left.delete(item);
      await nap(15);
    }
    const asked = many("main form .field, main form fieldset").filter(shown).find((element) => [...element.querySelectorAll(".marks .tag")].some((tag) => tag.textContent === "必填"));
    if (asked) anything(asked);
    for (const why of many("main form .why input")) if (shown(why) && !why.value) type(why, "问过本人，属实");
    await nap(15);
    const state = one(".save .state").innerText;
    if (!left.size && /都填全了/.test(state) && primary().textContent.startsWith(done)) break;
    if (round === 59) throw new Error(`not filled: ${state}; left: ${[...left.keys()]}; ${one("main").innerText}`);
  }
  await until(() => /已存在手机里/.test(one(".save .saved").textContent), "stored");
}

/** A picture of many colours, put where the camera's would be. */
async function shoot(item) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1800, 1300];
  const pen = canvas.getContext("2d");
  for (let at = 0; at < 500; at += 1) {
    pen.fillStyle = `hsl(${(at * 47) % 360} 60% ${30 + (at * 13) % 50}%)`;
    pen.fillRect((at * 379) % 1800, (at * 211) % 1300, 90, 70);
  }
  pen.font = "120px serif";
  pen.fillText(`${item} ${Math.random()}`, 100, 600);
  const blob = await new Promise((given) => canvas.toBlob(given, "image/jpeg", 0.92));
  const files = new DataTransfer();
  files.items.add(new File([blob], "camera.jpg", { type: "image/jpeg" }));
  const input = byId(`shot-${item}`);
  if (!input) throw new Error(`no camera for ${item}`);
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  const cell = () => { const button = byId(`shot-${item}`); return button && button.closest(".shot").querySelector(".thumb img"); };
  await until(cell, `the picture of ${item}`);
}

/** One visit: opens the form, fills it, takes pictures, hands it in. */
async function visit(key, said, photos) {
  await open(`#/visit/${key}`);
  await until(() => byId("item-outcome"), "the form of a person");
  await nap(60);
  for (const [item, value] of Object.entries(said)) if (item === "outcome") answer(item, value);
  for (const item of photos) {
    await until(() => byId(`shot-${item}`), item);
    await shoot(item);
  }
  await fillIn(said, "提交");
  await pressed("the next page");
  return true;
}

/** A household that is on no list, with one person in it. → its key and the person's */
async function addHome(home, said) {
  await open("#/add");
  await pressed("the household's form");
  const form = await until(() => /#\/home\/([\w-]+)\/form$/.exec(location.hash), "the household's form");
  await fillIn(home, "存好");
  await pressed("the household");
  const add = await until(() => many("main button").find((button) => button.textContent.startsWith("加一个人")), "the button to add somebody");
  add.click();
  const person = await until(() => /#\/visit\/([\w-]+)$/.exec(location.hash), "the form of somebody new");
  await until(() => byId("item-outcome"), "the form of a person");
  await fillIn(said, "提交");
  await pressed("the page after");
  return { home: form[1], person: person[1] };
}

/** Presses until both sides have the same. */
async function synced(patience = 170000) {
  const end = Date.now() + patience;
  // once in any case: the other side may have something new
  await open("#/sync");
  await until(() => primary() && !primary().disabled, "the button");
  primary().click();
  await nap(500);
  await until(() => !primary() || !primary().disabled, "the end of the talk", patience);
  for (;;) {
    if (location.hash !== "#/sync") await open("#/sync");
    const text = one("main").innerText;
    if (text.includes("手机里的都交了") && text.includes("都同步好了")) return text;
    if (Date.now() > end) throw new Error(`not in sync: ${text}`);
    const button = primary();
    if (button && !button.disabled) button.click();
    await nap(250);
  }
}

/** All texts that lie readable in this browser's databases. */
async function readable() {
  const texts = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((given) => { const request = indexedDB.open(name); request.onsuccess = () => given(request.result); });
    for (const store of database.objectStoreNames) {
      const records = await new Promise((given) => { const request = database.transaction(store).objectStore(store).getAll(); request.onsuccess = () => given(request.result); });
      const told = (value) => {
        if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
        if (value && typeof value === "object") return Object.entries(value).map(([name, part]) => `${name}=${told(part)}`).join(" ");
        return String(value);
      };
      texts.push(...records.map(told));
    }
    database.close();
  }
  for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) texts.push(request.url);
  return texts.join("\n");
}
