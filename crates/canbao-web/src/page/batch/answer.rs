//! The answers as rows of a file, beside what was asked, in its order.

use std::borrow::Cow;

use canbao_domain::rules::{Category, InsuranceState};
use canbao_intake::{Roll, RollContent, RollLine};
use canbao_registry::area::Areas;
use canbao_registry::query::{Answer, Verdict};

use crate::page::find::county;

/// The verdict of a row that could not be read.
pub(super) const UNREADABLE: &str = "无法读取";

/// The columns of the file, with their widths.
pub(super) const COLUMNS: [(&str, f64); 12] = [
    ("工作表", 10.0),
    ("行", 8.0),
    ("号码", 22.0),
    ("姓名", 10.0),
    ("结果", 14.0),
    ("养老", 10.0),
    ("医疗", 10.0),
    ("类别", 10.0),
    ("区划", 28.0),
    ("在保险种和统筹区", 36.0),
    ("说明", 36.0),
    ("原文（读不出的行）", 30.0),
];

/// What is to be done about an answer.
pub(super) const fn next_step(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Insured | Verdict::Uninsured => "",
        Verdict::Unknown => "登记库里没有人用这个号码，请核对号码",
        Verdict::Elsewhere => "请向登记他的县（市、区）核实",
        Verdict::NameDiffers => "登记库里用这个号码的人是另一个姓名，请核对证件",
        Verdict::Shared => "登记库里有几个人用这个号码，请补上姓名再查",
        Verdict::InvalidNumber => "不是有效的证件号码，请核对证件",
    }
}

/// Where a row stands, as a clerk says it.
pub(super) fn place(roll: &Roll, line: &RollLine) -> String {
    match roll.sheet(line) {
        "" => format!("第 {} 行", line.line),
        sheet => format!("工作表“{sheet}”第 {} 行", line.line),
    }
}

/// All rows of the list, each once. Answers stand for those that were asked.
pub(super) fn rows<'a>(
    roll: &'a Roll,
    answers: &'a [Answer],
    areas: &'a Areas,
) -> impl Iterator<Item = Vec<Cow<'a, str>>> {
    let mut answers = answers.iter();
    roll.lines.iter().map(move |line| {
        let lead = [Cow::Borrowed(roll.sheet(line)), line.line.to_string().into()];
        let rest: [Cow<'a, str>; 10] = match &line.content {
            RollContent::Asked { number, name } => {
                let [verdict, pension, medical, category, area, places, step] = told(answers.next(), areas);
                let [number, name] = [number, name].map(|text| Cow::Borrowed(text.as_str()));
                [number, name, verdict, pension, medical, category, area, places, step, "".into()]
            }
            RollContent::Unreadable { text, reason } => {
                let mut cells: [Cow<'a, str>; 10] = std::array::from_fn(|_| Cow::Borrowed(""));
                let [_, _, verdict, _, _, _, _, _, why, verbatim] = &mut cells;
                (*verdict, *why, *verbatim) = (UNREADABLE.into(), reason.into(), text.into());
                cells
            }
        };
        lead.into_iter().chain(rest).collect()
    })
}

fn told<'a>(answer: Option<&'a Answer>, areas: &Areas) -> [Cow<'a, str>; 7] {
    let Some(answer) = answer else { return std::array::from_fn(|_| Cow::Borrowed("")) };
    let state = |state: Option<InsuranceState>| Cow::Borrowed(state.map_or("", InsuranceState::chinese));
    let places = answer.places.iter().map(|place| match areas.get(&place.pooling_area) {
        Some(area) => format!("{}（{}）", place.scheme.chinese(), area.name),
        None if place.pooling_area.is_empty() => place.scheme.chinese().to_owned(),
        None => format!("{}（{}）", place.scheme.chinese(), place.pooling_area),
    });
    let area = match answer.verdict {
        Verdict::Elsewhere => county(areas, &answer.area),
        _ => areas.full_name(&answer.area),
    };
    [
        answer.verdict.chinese().into(),
        state(answer.pension),
        state(answer.medical),
        answer.category.map_or("", Category::chinese).into(),
        area.into(),
        places.collect::<Vec<_>>().join("；").into(),
        next_step(answer.verdict).into(),
    ]
}
