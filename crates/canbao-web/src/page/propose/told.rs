//! What a procedure would make of whose record, in figures and item by item, masked.

use canbao_domain::code::{Benefit, Status};
use canbao_domain::source::SourceKind;
use canbao_domain::standard::{self, Table};
use canbao_registry::area::Areas;
use canbao_registry::change::Touched;
use canbao_registry::person::{Enrolment, NumberKind, Whole};

use crate::page::line::{named, place};
use crate::say;

/// An item that would be another.
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// A record, and what would become of it.
pub(crate) struct Record {
    pub(crate) title: String,
    pub(crate) lines: Vec<Line>,
}

/// All of it in a sentence, with figures.
pub(crate) fn sentence(touched: &[Touched]) -> String {
    let new = touched.iter().filter(|one| one.before.is_none()).count();
    let changed = touched.len() - new;
    let mut parts = Vec::new();
    if changed > 0 {
        parts.push(format!("改变 {changed} 条记录"));
    }
    if new > 0 {
        parts.push(format!("新建 {new} 条记录"));
    }
    let rows: usize = touched.iter().map(|one| enrolments(one).len()).sum();
    if rows > 0 {
        parts.push(format!("改变 {rows} 条参保记录"));
    }
    let mut counts: std::collections::BTreeMap<&str, i64> = std::collections::BTreeMap::new();
    for one in touched {
        let counted = |whole: &Whole| whole.record.state == canbao_registry::person::State::Current;
        if let Some(before) = one.before.as_ref().filter(|whole| counted(whole)) {
            *counts.entry(before.derived.category.chinese()).or_default() -= 1;
        }
        if counted(&one.after) {
            *counts.entry(one.after.derived.category.chinese()).or_default() += 1;
        }
    }
    let moved: Vec<String> = counts
        .into_iter()
        .filter(|(_, by)| *by != 0)
        .map(|(category, by)| format!("{category} {}{} 人", if by > 0 { "+" } else { "−" }, by.abs()))
        .collect();
    parts.push(if moved.is_empty() { "各类别的人数不变".to_owned() } else { moved.join("、") });
    format!("{}。", parts.join("，"))
}

/// Each record with what would change of it.
pub(crate) fn records(touched: &[Touched], areas: &Areas) -> Vec<Record> {
    touched
        .iter()
        .map(|one| {
            let name = named(one.before.as_ref().unwrap_or(&one.after).record.name.as_deref());
            let title = match one.before {
                Some(_) => format!("{name}（第 {} 号记录）", one.after.person),
                None => format!("{name}（新建的记录）"),
            };
            Record { title, lines: lines(one, areas) }
        })
        .collect()
}

fn lines(one: &Touched, areas: &Areas) -> Vec<Line> {
    let (before, after) = (one.before.as_ref(), &one.after);
    let mut lines = Vec::new();
    let mut put = |what: &str, was: String, is: String| {
        if was != is {
            let blank = |text: String| if text.is_empty() { "没有".to_owned() } else { text };
            let was = if before.is_none() { String::new() } else { blank(was) };
            lines.push(Line { what: what.to_owned(), before: was, after: blank(is) });
        }
    };
    let was = |read: &dyn Fn(&Whole) -> String| before.map(read).unwrap_or_default();
    let mut item = |what: &str, read: &dyn Fn(&Whole) -> String| put(what, was(read), read(after));
    let table = |table: &'static Table, code: Option<&str>| {
        let code = code.unwrap_or_default();
        table.find(code).map_or_else(|| code.to_owned(), |entry| entry.name().to_owned())
    };
    item("在册状态", &|whole| whole.record.state.chinese().to_owned());
    item("姓名", &|whole| whole.record.name.clone().unwrap_or_default());
    item("性别", &|whole| say::sex(&whole.record.sex).to_owned());
    item("出生日期", &|whole| whole.record.birth.map(say::birth).unwrap_or_default());
    item("所在村（社区）", &|whole| place(&whole.record.area, areas));
    item("户号", &|whole| whole.record.household.clone().unwrap_or_default());
    item("与户主关系", &|whole| table(standard::relations(), whole.record.relation.as_deref()));
    item("民族", &|whole| table(standard::ethnic_groups(), whole.record.ethnic.as_deref()));
    item("人口类别", &|whole| whole.record.population.chinese().to_owned());
    item("生存和迁移", &|whole| {
        let since = whole.record.life_date.map_or_else(String::new, |day| format!("，{day}"));
        format!("{}{since}", whole.record.life.chinese())
    });
    item("养老", &|whole| whole.derived.pension.chinese().to_owned());
    item("医疗", &|whole| whole.derived.medical.chinese().to_owned());
    item("类别", &|whole| whole.derived.category.chinese().to_owned());
    item("待核问题", &|whole| match whole.findings.len() {
        0 => String::new(),
        count => format!("{count} 项"),
    });
    // told, but not shown
    for (what, read) in [
        ("住址", (|whole: &Whole| whole.record.address.clone()) as fn(&Whole) -> Option<String>),
        ("电话", |whole| whole.record.phone.clone()),
    ] {
        let (old, new) = (before.and_then(read), read(after));
        if old != new {
            let said = |value: &Option<String>| if value.is_some() { "已登记" } else { "没有" };
            let after = if old.is_some() && new.is_some() { "改为新的" } else { said(&new) };
            lines.push(Line { what: what.to_owned(), before: said(&old).to_owned(), after: after.to_owned() });
        }
    }
    lines.extend(numbers(one));
    lines.extend(enrolments(one));
    lines
}

/// Numbers, in which equal digits stay masked.
fn numbers(one: &Touched) -> Vec<Line> {
    let of = |whole: &Whole, kind: NumberKind| -> Vec<String> {
        whole.numbers.iter().filter(|number| number.kind == kind).map(|number| number.value.clone()).collect()
    };
    let mut lines = Vec::new();
    for (kind, what) in
        [(NumberKind::Current, "身份证号"), (NumberKind::Former, "曾用号码"), (NumberKind::Certificate, "其他证件")]
    {
        let old = one.before.as_ref().map(|whole| of(whole, kind)).unwrap_or_default();
        let new = of(&one.after, kind);
        if old == new {
            continue;
        }
        let (before, after) = match (old.as_slice(), new.as_slice()) {
            ([old], [new]) => (say::number_beside(old, new), say::number_beside(new, old)),
            _ => {
                let all = |numbers: &[String]| {
                    numbers.iter().map(|number| say::number(number)).collect::<Vec<_>>().join("、")
                };
                (all(&old), all(&new))
            }
        };
        let blank = |text: String| if text.is_empty() { "没有".to_owned() } else { text };
        let before = if one.before.is_none() { String::new() } else { blank(before) };
        lines.push(Line { what: what.to_owned(), before, after: blank(after) });
    }
    lines
}

/// Insurance rows that would be others.
fn enrolments(one: &Touched) -> Vec<Line> {
    let none = Vec::new();
    let old = one.before.as_ref().map_or(&none, |whole| &whole.enrolments);
    let new = &one.after.enrolments;
    let mut gone: Vec<&Enrolment> = old.iter().filter(|row| !new.contains(row)).collect();
    let mut lines = Vec::new();
    for row in new.iter().filter(|row| !old.contains(row)) {
        let before = gone.iter().position(|before| before.scheme == row.scheme).map(|at| gone.remove(at));
        let before = before.map_or_else(|| "没有".to_owned(), enrolment);
        lines.push(Line { what: "参保记录".to_owned(), before, after: enrolment(row) });
    }
    for row in gone {
        lines.push(Line {
            what: "参保记录".to_owned(), before: enrolment(row), after: "不在这条记录里".to_owned()
        });
    }
    lines
}

/// An insurance row in a line: 城乡居民养老保险，正常参保，2016-01-01 起.
pub(crate) fn enrolment(row: &Enrolment) -> String {
    let scheme = row.scheme.parse::<SourceKind>().map_or_else(|_| row.scheme.clone(), |kind| kind.chinese().to_owned());
    let status = row.status.as_deref().map_or(Status::Blank, |word| Status::from_word(word).unwrap_or(Status::Unknown));
    let drawing = row.benefit.as_deref().and_then(Benefit::from_word) == Some(Benefit::Drawing);
    let reason = row.reason.as_deref().map(|code| {
        standard::interruptions().find(code).map_or_else(|| code.to_owned(), |entry| entry.name().to_owned())
    });
    let day = if row.reason.is_some() { Some(row.effective.clone()) } else { row.since.map(|day| day.to_string()) };
    let parts = [
        Some(scheme),
        row.unit_name.clone(),
        Some(if drawing { "领取待遇".to_owned() } else { status.chinese().to_owned() }),
        reason,
        day.map(|day| format!("{day} 起")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("，")
}
