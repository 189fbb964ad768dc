// A form's judgement: what is shown, what is wrong, what is missing. Pure, and literally what the server does too.

import { fits, isDate, unspaced, yearsBetween } from "./format.js";

const SAYS = {
  number: "号码有误：应为 18 位，末位是校验码，请与证件核对。",
  phone: "电话号码不对：手机 11 位，座机请带区号。",
  date: "日期不存在或没有写全，例如 1975-03-02。",
  month: "月份没有写全，例如 2014-06。",
  choice: "请从选项中选择。",
};
const FORMAT_OF_KIND = { number: "citizen-number", phone: "phone", date: "date", month: "month" };
const WHY = ".why";

/** Missing, an empty text, an empty list. */
export const isBlank = (value) => value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

const listOf = (value) => (isBlank(value) ? [] : Array.isArray(value) ? value.map(String) : [String(value)]);

/** A value as one text; a list's parts with 、 between them. */
export const textOf = (value) => listOf(value).join("、");

/** How long a text is: characters, also where a rare one takes two units of UTF-16. */
export const lengthOf = (text) => Array.from(text).length;

// By code points, as bytes of UTF-8 compare: a rare character comes after all of the first plane.
function compareTexts(one, other) {
  const [left, right] = [Array.from(one), Array.from(other)];
  const at = left.findIndex((character, place) => character !== right[place]);
  if (at < 0) return left.length - right.length;
  return right[at] === undefined ? 1 : left[at].codePointAt(0) - right[at].codePointAt(0);
}

function compare(one, other) {
  const whole = /^-?[0-9]{1,15}$/;
  return whole.test(one) && whole.test(other) ? Number(one) - Number(other) : compareTexts(one, other);
}

/** A task's facts in one flat list of names: its own, `known.…`, and the visits so far. */
export function factsOf(task, visits, days) {
  const facts = { ...task.facts };
  for (const [name, value] of Object.entries(task.known || {})) {
    if (typeof value === "string") facts[`known.${name}`] = value;
  }
  return { ...facts, visits: String(visits), days: String(days) };
}

class Judge {
  constructor(form, answers, facts, today) {
    Object.assign(this, { form, answers, facts, today });
    this.items = new Map(form.items.map((item) => [item.id, item]));
    this.shown = new Map();
  }

  isShown(item) {
    if (!item.show) return true;
    // An item that is asked about while it is being looked at counts as hidden: a circle ends.
    if (!this.shown.has(item.id)) {
      this.shown.set(item.id, false);
      this.shown.set(item.id, this.holds(item.show));
    }
    return this.shown.get(item.id);
  }

  answer(id) {
    const item = this.items.get(id);
    return item && this.isShown(item) ? this.answers[id] : undefined;
  }

  value(name) {
    if (this.items.has(name)) return this.answer(name);
    if (name.endsWith(WHY) && this.items.has(name.slice(0, -WHY.length))) {
      return this.isShown(this.items.get(name.slice(0, -WHY.length))) ? this.answers[name] : undefined;
    }
    if (name === "today") return this.today;
    if (name === "age") return this.age();
    return Object.prototype.hasOwnProperty.call(this.facts, name) ? this.facts[name] : undefined;
  }

  age() {
    const born = [textOf(this.answer("birth_date")), textOf(this.facts.born)].find((date) => isDate(date) && date <= this.today);
    return born ? String(yearsBetween(born, this.today)) : this.facts.age;
  }

  holds(condition) {
    return condition.every((clause) => (clause.any ? clause.any.some((part) => this.holds(part)) : this.clauseHolds(clause)));
  }

  clauseHolds(clause) {
    const value = this.value(clause.item);
    const [filled, text] = [!isBlank(value), textOf(value)];
    const other = (name) => textOf(this.value(name));
    const bound = (limit) => (limit === "today" ? this.today : String(limit));
    const among = (values) => listOf(value).some((one) => values.map(String).includes(one));
    if ("in" in clause) return among(clause.in);
    if ("not_in" in clause) return filled && !among(clause.not_in);
    if ("blank" in clause) return filled !== clause.blank;
    if ("at_least" in clause) return filled && compare(text, bound(clause.at_least)) >= 0;
    if ("at_most" in clause) return filled && compare(text, bound(clause.at_most)) <= 0;
    if ("is_not" in clause) return filled && !fits(clause.is_not, text, this.today);
    if ("differs_from" in clause) return filled && other(clause.differs_from) !== "" && unspaced(text) !== unspaced(other(clause.differs_from));
    if ("same_as" in clause) return filled && other(clause.same_as) !== "" && unspaced(text) === unspaced(other(clause.same_as));
    return false;
  }

  says(text) {
    return text.replace(/\{([^{}]+)\}/g, (_, name) => textOf(this.value(name)));
  }

  // What the kind of an item asks of its answer.
  ofKind(item) {
    const value = this.answer(item.id);
    if (isBlank(value)) return null;
    const format = FORMAT_OF_KIND[item.kind];
    if (format) return fits(format, textOf(value), this.today) ? null : SAYS[item.kind];
    if (item.kind === "choice" || item.kind === "choices") {
      const codes = (item.options || []).map((option) => option.code);
      return listOf(value).every((code) => codes.includes(code)) ? null : SAYS.choice;
    }
    const limited = (item.kind === "text" || item.kind === "note") && item.most;
    return limited && lengthOf(textOf(value)) > item.most ? `最多 ${item.most} 个字。` : null;
  }

  faultsOf(item) {
    const own = this.ofKind(item);
    const faults = own ? [{ item: item.id, level: "must", says: own }] : [];
    for (const check of this.form.checks || []) {
      if (check.item !== item.id || !this.holds(check.when)) continue;
      const fault = { item: item.id, level: check.level, says: this.says(check.says) };
      // an explanation settles it
      if (check.level === "verify" && !isBlank(this.answers[item.id + WHY])) fault.why = true;
      faults.push(fault);
    }
    return faults;
  }

  judge() {
    const items = this.form.items.filter((item) => this.isShown(item));
    const missing = items.filter((item) => item.required && this.holds(item.required) && isBlank(this.answer(item.id)));
    const faults = items.flatMap((item) => this.faultsOf(item));
    const open = faults.some((fault) => fault.level === "must" || (fault.level === "verify" && !fault.why));
    return {
      shown: items.map((item) => item.id),
      faults,
      missing: missing.map((item) => item.id),
      complete: missing.length === 0 && !open,
    };
  }
}

/**
 * Judges answers by a form. `facts` is flat, as `factsOf` makes it; `today` is `2016-11-30`.
 * A hidden item's answer counts as blank. → { shown, faults: [{ item, level, says, why? }], missing, complete }
 */
export function judge(form, answers, facts, today) {
  return new Judge(form, answers, facts, today).judge();
}
