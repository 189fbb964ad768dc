//! Tasks: a list, and one with what was said and what became of it.

use canbao_registry::instant;
use canbao_registry::survey::{Event, Judge as _, State, Subject, TaskFilter, Version};
use canbao_survey::form::Form;
use canbao_survey::known::notes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Which;
use crate::App;
use crate::api::areas::Place;
use crate::api::frame::call::Ask;
use crate::api::frame::caller::Caller;
use crate::api::frame::problem::Problem;
use crate::api::frame::{Told, word};
use crate::page::survey::task::told;
use crate::page::survey::tasks::{in_state, placed};
use crate::page::survey::{Who, keeper};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TasksAsked)]
pub(super) struct Asked {
    /// 办到哪里；不写是全部
    #[schema(value_type = Option<word::TaskStand>)]
    stand: Option<String>,
    /// 人还是单位；不写是人
    #[schema(value_type = Option<word::TaskForm>)]
    form: Option<String>,
    /// 批次；不写是全部
    #[schema(value_type = Option<word::Id>)]
    round: Option<i64>,
    /// 结果的代码；不写是全部
    #[schema(min_length = 1, max_length = 8, pattern = "^[0-9A-Za-z]{1,8}$")]
    outcome: Option<String>,
    /// 区划；不写是所负责的区域
    #[schema(value_type = Option<word::AreaCode>)]
    area: Option<String>,
    #[schema(value_type = Option<word::TaskCursor>)]
    cursor: Option<String>,
    #[schema(value_type = Option<word::Limit>)]
    limit: Option<i64>,
}

/// 列表中的一个任务，号码已遮盖
#[derive(Serialize, ToSchema)]
#[schema(as = TaskInList)]
pub(super) struct Line {
    /// 标识
    mark: String,
    #[schema(value_type = word::TaskForm)]
    form: String,
    /// 姓名或单位名称
    name: String,
    /// 号码或代码，已遮盖
    number: String,
    /// 人员编号；还没有记录的没有
    person: Option<i64>,
    area: Option<Place>,
    /// open、returned、submitted、approved、exempt
    state: &'static str,
    /// 镇里核对过
    checked: bool,
    /// 结果的代码；还没有提交的没有
    outcome: Option<String>,
    /// 为什么要入户
    category: String,
    /// 期限
    #[schema(value_type = Option<word::Day>)]
    due: Option<String>,
}

impl Line {
    fn of(app: &App, subject: &Subject, caller: &Caller) -> Self {
        let (task, who) = (&subject.task, Who::of(app, subject, &caller.areas));
        Self {
            mark: who.mark,
            form: task.form.clone(),
            name: who.name,
            number: who.number,
            person: task.person,
            area: Place::of(&caller.areas, &task.area),
            state: task.state.as_str(),
            checked: task.checker.is_some(),
            outcome: Some(task.outcome.clone()).filter(|outcome| !outcome.is_empty()),
            category: who.tag,
            due: task.due.clone(),
        }
    }

    fn sample() -> Value {
        json!({
            "mark": "q0Jm3l8sQ2e1Tn5yB7uXaw", "form": "person", "name": "罗承志", "number": "610902 **** **** 0017", "person": 30418,
            "area": {"code": "610902001001", "name": "汉滨区 江北街道 张滩村"}, "state": "submitted", "checked": false, "outcome": "11",
            "category": "未参保", "due": "2016-12-10",
        })
    }
}

/// 一页任务
#[derive(Serialize, ToSchema)]
#[schema(as = TasksPage)]
pub(super) struct List {
    /// 一共几个，所有页
    total: i64,
    tasks: Vec<Line>,
    /// 下一页的位置；最后一页没有
    next: Option<String>,
}

impl Told for List {
    fn example() -> Value {
        json!({"total": 214, "tasks": [Line::sample()], "next": "610902001001.7.31"})
    }
}

pub(super) async fn list(ask: Ask<Asked>) -> Result<List, Problem> {
    let (caller, asked) = (&ask.caller, &ask.given);
    let area = caller.area(asked.area.as_deref())?;
    let filter = TaskFilter {
        area: caller.asked(area),
        form: asked.form.clone().unwrap_or_else(|| "person".to_owned()),
        round: asked.round,
        outcome: asked.outcome.clone().unwrap_or_default(),
        ..in_state(asked.stand.as_deref().unwrap_or_default())
    };
    let total = ask.registry.survey_task_count(&caller.scope, &filter).await?;
    let after = asked.cursor.as_deref().and_then(placed);
    let asker = caller.asker("入户任务");
    let page = ask.registry.survey_tasks(&asker, &filter, after.as_ref(), asked.limit.unwrap_or(50)).await?;
    Ok(List {
        total,
        tasks: page.lines.iter().map(|subject| Line::of(&ask.app, subject, caller)).collect(),
        next: page.next.map(|(area, household, id)| format!("{area}.{household}.{id}")),
    })
}

/// 一项填写
#[derive(Serialize, ToSchema)]
#[schema(as = TaskAnswer)]
struct Answer {
    /// 项目；.why 结尾的是它的说明
    item: String,
    /// 项目的名称
    label: String,
    /// 填的是什么，号码和电话已遮盖
    says: String,
    /// 谁填的：账号
    by: String,
    #[schema(value_type = word::Instant)]
    at: String,
}

/// 一次上门
#[derive(Serialize, ToSchema)]
#[schema(as = TaskVisit)]
struct Visited {
    /// met 见到，absent 没见到，phone 打电话
    found: String,
    /// 谁去的：账号
    by: String,
    #[schema(value_type = word::Instant)]
    at: String,
}

/// 一步办理
#[derive(Serialize, ToSchema)]
#[schema(as = TaskStep)]
struct Step {
    /// 办了什么
    what: String,
    /// 谁办的：账号
    by: String,
    #[schema(value_type = word::Instant)]
    at: String,
    /// 说明
    says: String,
}

/// 一个任务
#[derive(Serialize, ToSchema)]
#[schema(as = Task)]
pub(super) struct Shown {
    task: Line,
    /// 登记表的版本
    version: i64,
    /// 登记库里已知的
    known: Vec<String>,
    /// 填写；同一项有几种说法的，第一个算数
    answers: Vec<Answer>,
    visits: Vec<Visited>,
    /// 照片，张
    photos: usize,
    /// 要填而没有填、要改而没有改的；填全了的没有
    lacks: Option<String>,
    steps: Vec<Step>,
}

impl Told for Shown {
    fn example() -> Value {
        json!({
            "task": Line::sample(), "version": 1, "known": ["养老：没有参保记录"],
            "answers": [{"item": "outcome", "label": "见到人了吗", "says": "见到本人", "by": "village", "at": "2016-11-25T10:42:00+08:00"}],
            "visits": [{"found": "met", "by": "village", "at": "2016-11-25T10:40:00+08:00"}], "photos": 2, "lacks": null,
            "steps": [{"what": "submit", "by": "village", "at": "2016-11-25T10:43:00+08:00", "says": ""}],
        })
    }
}

fn answer(form: Option<&Form>, version: &Version) -> Answer {
    let item = version.item.strip_suffix(".why").unwrap_or(&version.item);
    let why = item.len() != version.item.len();
    let label = form.and_then(|form| form.item(item)).map_or_else(|| item.to_owned(), |item| item.label.clone());
    let said = version.value.as_str().unwrap_or_default();
    Answer {
        item: version.item.clone(),
        label: if why { format!("{label}（说明）") } else { label },
        says: form.filter(|_| !why).map_or_else(|| said.to_owned(), |form| told(form, item, &version.value)),
        by: version.actor.clone(),
        at: instant(version.at),
    }
}

pub(super) async fn show(ask: Ask<Which>) -> Result<Shown, Problem> {
    let (app, caller) = (&ask.app, &ask.caller);
    let (subject, events) = ask.registry.survey_task(&caller.asker("入户任务"), &ask.given.mark).await?;
    let keeper = keeper(app);
    let form = app.settings.survey.forms.get(&subject.task.form);
    let judged = keeper.judge(&subject);
    let begun = subject.task.state != State::Open || !subject.heads.is_empty();
    let step = |event: &Event| Step {
        what: event.kind.clone(),
        by: event.actor.clone(),
        at: instant(event.at),
        says: event.says.clone(),
    };
    Ok(Shown {
        version: subject.task.version,
        known: notes(&subject),
        answers: subject.heads.values().flatten().map(|version| answer(form, version)).collect(),
        visits: subject
            .visits
            .iter()
            .map(|visit| Visited { found: visit.found.clone(), by: visit.actor.clone(), at: instant(visit.at) })
            .collect(),
        photos: subject.photos.len(),
        lacks: Some(judged.says).filter(|says| begun && !judged.complete && !says.is_empty()),
        steps: events.iter().map(step).collect(),
        task: Line::of(app, &subject, caller),
    })
}
