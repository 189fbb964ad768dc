// How things are called and written on these pages.

const two = (number) => String(number).padStart(2, "0");

/** The day of a time, here: `2016-11-30`. */
export function dayOf(ms) {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export function clockOf(ms) {
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `11-30 10:42`; today only the time. */
export function whenOf(ms, now) {
  return dayOf(ms) === dayOf(now) ? clockOf(ms) : `${dayOf(ms).slice(5)} ${clockOf(ms)}`;
}

export const sizeOf = (bytes) => (bytes < 1000 ? `${bytes} 字节` : `${Math.round(bytes / 1000)} KB`);

const text = (value) => (typeof value === "string" ? value : "");

/** What somebody is called: by the list, or by what was written here. */
export const nameOfTask = (task) => task.name || text(task.values.name) || text(task.known && task.known.name) || "新增的人";

/** A household's head. */
export const headOf = (home) => home.head || text(home.values.head) || "新增户";

export const addressOf = (home) => home.address || text(home.values.address) || "地址未填";

const SEX = { 1: "男", 2: "女" };

/** `男，41 岁`; what is not known is left out. */
export function whoIs(task) {
  const sex = SEX[text(task.values.sex) || text(task.known && task.known.sex)];
  const age = task.facts && task.facts.age;
  return [sex, age && `${age} 岁`].filter(Boolean).join("，");
}

export const FOUND = { met: "见到了", absent: "没见到", phone: "打了电话" };

/** How far a task is: the word and its colour. */
export function stageOf(task) {
  switch (task.state) {
    case "returned": return { id: "returned", word: "退回", colour: "red" };
    case "submitted": return { id: "submitted", word: "已提交", colour: "green" };
    case "approved": return { id: "submitted", word: "已通过", colour: "green" };
    case "exempt": return { id: "submitted", word: "不用走访", colour: "" };
    default: return task.begun ? { id: "begun", word: "未填完", colour: "amber" } : { id: "new", word: "未入户", colour: "" };
  }
}

/** How far a household is: as its people are, the most urgent first. Who need not be visited does not make it visited. */
export function stageOfHome(tasks, home) {
  const stages = tasks.map((task) => stageOf(task).id);
  if (stages.includes("returned")) return "returned";
  if (tasks.length && stages.every((stage) => stage === "submitted")) return "submitted";
  const visited = tasks.some((task) => task.state !== "exempt" && stageOf(task).id !== "new");
  return home.begun || home.added || visited ? "begun" : "new";
}

export const isClosed = (task) => task.state === "approved" || task.state === "exempt";

/** When it is due: `12-10 前`, and whether that has passed. */
export function dueTag(task, today) {
  if (!task.due || stageOf(task).id === "submitted") return null;
  const day = task.due.slice(5);
  return task.due < today ? { word: `${day} 已过期`, colour: "red" } : { word: `${day} 前`, colour: "" };
}

const isSo = (value) => value !== undefined && value !== null && value !== "" && value !== "0";

/** What is to be minded about somebody. */
export function factTags(task) {
  const facts = task.facts || {};
  return [isSo(facts.subsistence) && "低保对象", isSo(facts.disability) && "残疾人", task.added && "名册外"].filter(Boolean);
}

/** An address to sort by: 二组 before 十组. */
export const sortable = (address) => address.replace(/[一二三四五六七八九十]/g, (digit) => "一二三四五六七八九十".indexOf(digit) + 1);

/** An answer in words. */
export function inWords(item, value) {
  const names = new Map((item.options || []).map((option) => [option.code, option.name]));
  const words = (Array.isArray(value) ? value : [value]).filter((one) => one !== "").map((one) => names.get(one) || one);
  return words.length ? words.join("、") : "空白";
}

/** A kind of operation in words, for the list of what was not accepted. */
export function opInWords(op, label) {
  const kinds = {
    set: `填写“${label}”`, visit: "走访记录", photo: `照片“${label}”`, unphoto: "去掉照片", household: "加一户", person: "加一个人", submit: "提交", reopen: "收回",
  };
  return kinds[op.kind] || op.kind;
}

/** People of a household: as the register has them, then those who are on no list. */
export const inOrder = (tasks) => [...tasks].sort((one, other) => (one.added ? 1 : 0) - (other.added ? 1 : 0)
  || String((one.known && one.known.relation) || "99").localeCompare(String((other.known && other.known.relation) || "99")) || (one.key < other.key ? -1 : 1));
