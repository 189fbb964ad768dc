// The entry page of a survey form: shows what is to be filled by the answers so far, as a phone does. Without it all items stand
// there, and the server judges.
import { judge } from "/survey/files/{{version}}/form.js";

const form = document.querySelector("form.entry");
const [definition, facts] = [JSON.parse(form.dataset.form), JSON.parse(form.dataset.facts)];
const fields = Array.from(form.querySelectorAll("[data-item]"));
const input = (field) => field.querySelector("input, select, textarea");

function answers() {
  const given = {};
  for (const field of form.elements) if (field.name && field.name !== "csrf" && field.name !== "visited") given[field.name] = field.value.trim();
  return given;
}

function draw() {
  const days = new Set(Array.from(form.elements.visited, (one) => one.value.trim()).filter(Boolean));
  const told = { ...facts, visits: String(days.size), days: String(days.size) };
  const verdict = judge(definition, answers(), told, form.dataset.today);
  const shown = new Set(verdict.shown);
  for (const field of fields) {
    const id = field.dataset.item;
    field.hidden = !shown.has(id);
    const required = field.querySelector("[data-required]");
    if (required) required.hidden = !verdict.missing.includes(id);
    const verify = verdict.faults.find((fault) => fault.item === id && fault.level === "verify");
    const why = field.querySelector("[data-why]");
    const explained = why.querySelector("input").value.trim();
    why.hidden = !verify && !explained;
    if (verify) why.querySelector("label").textContent = verify.says;
  }
}

form.addEventListener("input", draw);
form.addEventListener("change", draw);
// a code is typed and the cursor goes on, as clerks are used to
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !["INPUT", "SELECT"].includes(event.target.tagName)) return;
  event.preventDefault();
  const open = Array.from(form.querySelectorAll("input, select, textarea, button")).filter((one) => one.type !== "hidden" && one.offsetParent !== null);
  const next = open[open.indexOf(event.target) + 1];
  if (next) next.focus();
});
draw();
const first = fields.find((field) => !field.hidden && !input(field).value);
if (first) input(first).focus();
