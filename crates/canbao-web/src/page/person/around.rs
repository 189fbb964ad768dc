//! What is wrong with a record, what is to be done about it, and who lives in the same household.

use canbao_domain::date::Date;
use canbao_domain::standard;
use canbao_registry::change::RequestState;
use canbao_registry::person::Whole;
use canbao_registry::query::Dossier;

use super::item::covered;
use crate::page::line::named;
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
