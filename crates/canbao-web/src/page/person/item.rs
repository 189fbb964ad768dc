//! What is known of somebody, each item under its label.

use canbao_domain::standard;
use canbao_registry::area::Areas;
use canbao_registry::person::NumberKind;
use canbao_registry::query::Dossier;

use crate::page::line::place;
use crate::page::word;
use crate::say;

/// A label and what stands beside it.
pub(super) struct Item {
    pub(super) label: &'static str,
    pub(super) value: String,
    /// Its word in the address under which it is revealed; blank where nothing is masked.
    pub(super) masked: &'static str,
    pub(super) note: String,
}

pub(super) fn items(dossier: &Dossier, areas: &Areas) -> Vec<Vec<Item>> {
    let whole = &dossier.whole;
    let record = &whole.record;
    let plain = |label, value: String| Item { label, value, masked: "", note: String::new() };
    let or_none = |value: Option<&str>| value.filter(|value| !value.is_empty()).unwrap_or("没有登记").to_owned();
    let mut who = Vec::new();
    let current: Vec<_> = whole.numbers.iter().filter(|number| number.kind == NumberKind::Current).collect();
    for number in &current {
        who.push(Item {
            label: "身份证号", value: say::number(&number.value), masked: "number", note: String::new()
        });
    }
    for number in whole.numbers.iter().filter(|number| number.kind == NumberKind::Certificate) {
        who.push(Item {
            label: "其他证件", value: say::number(&number.value), masked: "number", note: String::new()
        });
    }
    if who.is_empty() {
        who.push(plain("身份证号", "没有登记".to_owned()));
    }
    for number in whole.numbers.iter().filter(|number| number.kind == NumberKind::Former) {
        let note = covered(&number.evidence);
        who.push(Item { label: "曾登记为", value: say::number(&number.value), masked: "", note });
    }
    match record.birth {
        Some(birth) => {
            who.push(Item { label: "出生日期", value: say::birth(birth), masked: "birth", note: String::new() })
        }
        None => who.push(plain("出生日期", "没有登记".to_owned())),
    }
    let table = |table: &'static standard::Table, code: Option<&str>| {
        let entry = code.and_then(|code| table.find(code));
        entry.map_or_else(|| or_none(code), |entry| entry.name().to_owned())
    };
    who.push(plain("民族", table(standard::ethnic_groups(), record.ethnic.as_deref())));
    match record.phone.as_deref().filter(|phone| !phone.is_empty()) {
        Some(phone) => {
            who.push(Item { label: "电话", value: say::phone(phone), masked: "phone", note: String::new() })
        }
        None => who.push(plain("电话", "没有登记".to_owned())),
    }
    let life = record.life_date.map_or_else(String::new, |day| format!("，{day}"));
    let lives = vec![
        plain("户籍地", place(&record.area, areas)),
        match record.address.as_deref().filter(|address| !address.is_empty()) {
            Some(_) => Item { label: "住址", value: "已登记".to_owned(), masked: "address", note: String::new() },
            None => plain("住址", "没有登记".to_owned()),
        },
        plain(
            "户口",
            match dossier.family.len() {
                0 => or_none(None),
                members => {
                    format!("{}，同户 {members} 人", table(standard::relations(), record.relation.as_deref()))
                }
            },
        ),
        plain("户口性质", table(standard::hukou(), record.hukou.as_deref())),
        plain("人口", format!("{}，{}{life}", record.population.chinese(), record.life.chinese())),
    ];
    let aid = word::assistance(record.subsistence, record.disability);
    let more = vec![
        plain("救助", if aid.is_empty() { "没有".to_owned() } else { aid.to_owned() }),
        plain("依据", {
            let reasons: Vec<&str> = whole.derived.reasons.chinese().collect();
            if reasons.is_empty() { "各项都已确认".to_owned() } else { reasons.join("；") }
        }),
    ];
    vec![who, lives, more]
}

/// A sentence of evidence with the numbers in it covered.
pub(crate) fn covered(evidence: &str) -> String {
    let mut said = String::with_capacity(evidence.len());
    let mut run = String::new();
    let flush = |run: &mut String, said: &mut String| {
        if run.chars().count() >= 15 {
            said.push_str(&say::number(run));
        } else {
            said.push_str(run);
        }
        run.clear();
    };
    for c in evidence.chars() {
        if c.is_ascii_alphanumeric() {
            run.push(c);
        } else {
            flush(&mut run, &mut said);
            said.push(c);
        }
    }
    flush(&mut run, &mut said);
    said
}
