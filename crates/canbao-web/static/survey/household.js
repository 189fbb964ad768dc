// One household: its people, and what is asked about itself.

import { fill, h, say, tag } from "./dom.js";
import { judge, factsOf } from "./form.js";
import { addressOf, dayOf, dueTag, factTags, headOf, inOrder, nameOfTask, stageOf, whoIs } from "./words.js";

// By the first digit of GB/T 4761.
const RELATION = ["户主", "配偶", "子", "女", "孙辈", "父母", "祖辈", "兄弟姐妹", "其他", "其他"];

function person(task, today, waiting) {
  const stage = stageOf(task);
  const due = dueTag(task, today);
  const tags = [task.mark && tag(task.mark, "red"), ...factTags(task).map((word) => tag(word)), due && tag(due.word, due.colour)].filter(Boolean);
  const line = [RELATION[String((task.known && task.known.relation) || "").slice(0, 1)], whoIs(task)].filter(Boolean).join("，");
  return h("li", null, h("a", { href: `#/visit/${task.key}` },
    h("span.who", null, h("b", null, nameOfTask(task)), line ? h("span.sub", null, line) : null, tags.length ? h("span.tags", null, tags.flatMap((one) => [one, " "])) : null,
      task.state === "returned" && task.returned ? h("span.err", null, `镇里说：${task.returned.says}`) : null,
      task.state === "exempt" && task.why ? h("span.sub", null, task.why) : null),
    h("span.marks", null, tag(stage.word, stage.colour), waiting.has(task.key) && tag("待同步"))));
}

// How much is still missing about the household itself.
async function ownLine(app, home) {
  const form = await app.form(home);
  if (!form) return null;
  const { missing, complete } = judge(form, home.values, factsOf(home, 0, 0), dayOf(app.clock()));
  const words = complete ? "填全了" : missing.length ? `还差 ${missing.length} 项` : "有要核对的";
  return h("ul.homes", null, h("li", null, h("a", { href: `#/home/${home.key}/form` },
    h("span.who", null, h("b", null, form.title || "本户情况"), h("span.sub", null, "户主、地址、家里共几口人等")), h("span.marks", null, tag(words, complete ? "green" : "amber")))));
}

/** #/home/KEY */
export async function householdPage(app, key) {
  const heading = h("h1");
  const address = h("p.sub");
  const [people, own] = [h("div"), h("div")];
  let home = null;
  const refresh = async () => {
    const view = await app.sync.view();
    const members = inOrder(view.tasks.filter((task) => task.household === key));
    const found = view.households.find((one) => one.key === key);
    if (!found && !members.length) return false;
    home = found || { key, values: {}, head: nameOfTask(members[0]), address: (members[0].known && members[0].known.address) || "", village: members[0].village };
    say(heading, home.head || home.values.head ? `${headOf(home)}户` : "新增户");
    say(address, [addressOf(home), home.no && `户号 ${home.no}`].filter(Boolean).join(" · "));
    const known = home.people ? `名册上 ${home.people} 人，要走访 ${members.length} 人` : `要走访 ${members.length} 人`;
    fill(people, h("h2", null, members.length ? known : "还没有人"),
      members.length ? h("ul.homes", null, members.map((task) => person(task, dayOf(app.clock()), view.waiting)))
        : h("p.empty", null, "把这户住的人一个一个加进来，户不漏人。"));
    fill(own, found ? await ownLine(app, found) : null);
    return true;
  };
  if (!(await refresh())) return app.gone();
  const add = h("button.btn.whole", {
    type: "button",
    onclick: async () => {
      add.disabled = true;
      app.go(`#/visit/${await app.sync.addPerson(key)}`);
    },
  }, "加一个人（名册上没有的）");
  return {
    title: "一户", back: { href: "#/", text: "返回名册" }, sub: app.villageName(home.village),
    main: [heading, address, people, h("p.more", null, add), own], refresh,
  };
}
