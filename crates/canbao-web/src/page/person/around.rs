//! What is wrong with a record, what is to be done about it, and who lives in the same household.

use canbao_domain::date::Date;
use canbao_domain::standard;
use canbao_registry::change::RequestState;
use canbao_registry::person::Whole;
use canbao_registry::query::Dossier;
use canbao_registry::survey::State;
use canbao_survey::form::Forms;

use super::item::covered;
use crate::page::line::{named, place};
use crate::page::survey::state_tag;
use crate::page::word::Tag;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

pub(super) struct Problem {
    pub(super) what: String,
    pub(super) detail: String,
    pub(super) path: String,
}

pub(super) struct Todo {
    pub(super) what: String,
    pub(super) who: String,
    pub(super) from: String,
    pub(super) state: Tag,
    pub(super) path: String,
}

pub(super) struct Member {
    pub(super) person: i64,
    pub(super) name: String,
    pub(super) relation: String,
    pub(super) number: String,
    pub(super) age: String,
    pub(super) pension: &'static str,
    pub(super) medical: &'static str,
    pub(super) category: Tag,
    pub(super) own: bool,
}

pub(super) fn problems(whole: &Whole, leads: bool) -> Vec<Problem> {
    let kinds = standard::finding_kinds();
    whole
        .findings
        .iter()
        .map(|finding| Problem {
            what: kinds.find(&finding.kind).map_or_else(|| finding.kind.clone(), |kind| kind.name().to_owned()),
            detail: finding.detail.as_deref().map(covered).unwrap_or_default(),
            path: if leads { format!("/finding/{}", finding.id) } else { String::new() },
        })
        .collect()
}

pub(super) fn todos(dossier: &Dossier, visitor: &Visitor, who: impl Fn(&str) -> String) -> Vec<Todo> {
    let pending = dossier.requests.iter().filter(|request| request.state == RequestState::Pending);
    let visits = dossier.visits.iter().filter(|task| !matches!(task.state, State::Approved | State::Exempt));
    let visits = visits.map(|task| {
        let opens = visitor.may(Right::Survey) && visitor.reaches(&task.area);
        Todo {
            what: "入户登记".to_owned(),
            who: place(&task.area, &visitor.areas),
            from: task.due.as_ref().map_or_else(String::new, |due| format!("{due} 前")),
            state: state_tag(task),
            path: if opens { format!("/survey/task/{}", task.mark) } else { String::new() },
        }
    });
    pending
        .map(|request| {
            let what = request.procedure.as_ref().map_or("变更", |procedure| procedure.chinese());
            Todo {
                what: format!("{what}，{} 起", request.effective),
                who: format!("{} 提出", who(&request.maker)),
                from: say::time(request.made_at),
                state: Tag::new("等待复核", "amber"),
                path: if visitor.may(Right::Propose) { format!("/change/{}", request.id) } else { String::new() },
            }
        })
        .chain(visits)
        .collect()
}

pub(super) struct Heard {
    pub(super) label: String,
    pub(super) said: String,
    pub(super) on: String,
}

/// What approved forms say of somebody beside their record.
pub(super) fn heard(dossier: &Dossier, forms: &Forms) -> Vec<Heard> {
    let form = forms.get("person");
    let label =
        |item: &str| form.and_then(|form| form.item(item)).map_or_else(|| item.to_owned(), |item| item.label.clone());
    dossier
        .told
        .iter()
        .map(|(item, _, told, on)| Heard { label: label(item), said: told.clone(), on: on.clone() })
        .collect()
}

pub(super) fn family(dossier: &Dossier, today: Date) -> Vec<Member> {
    let relations = standard::relations();
    let member = |whole: &Whole| {
        let record = &whole.record;
        let relation = record.relation.as_deref().unwrap_or_default();
        Member {
            person: whole.person,
            name: named(record.name.as_deref()),
            relation: relations.find(relation).map_or_else(|| relation.to_owned(), |entry| entry.name().to_owned()),
            number: whole.number().or(whole.certificate()).map(say::number).unwrap_or_default(),
            age: record.birth.map_or_else(String::new, |birth| birth.age_on(today).max(0).to_string()),
            pension: whole.derived.pension.chinese(),
            medical: whole.derived.medical.chinese(),
            category: Tag::category(whole.derived.category),
            own: whole.person == dossier.whole.person,
        }
    };
    if dossier.family.len() > 1 { dossier.family.iter().map(member).collect() } else { Vec::new() }
}
