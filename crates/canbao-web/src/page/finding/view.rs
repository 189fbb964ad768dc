//! What is shown of a finding, to a clerk and to a program alike: the two sides field by field, masked, what each says for
//! their being one, and what may be answered.

use canbao_registry::area::Areas;
use canbao_registry::evidence::{Candidate, Clue, Step, compare};
use canbao_registry::finding::{Case, Question, Stand, Verdict};
use canbao_registry::person::Whole;

use super::side::{self, Piece, Sides};
use crate::page::line::{named, place};
use crate::page::person::covered;

/// The probability above which the comparison links by itself, as it is told, and its odds in bits.
pub(crate) const SURE: (&str, f64) = ("99 %", 6.63);
/// No probability is told as surer than this.
const SUREST: f64 = 0.99999;

/// A field of the two sides. Masked, but for what differs.
pub(crate) struct Line {
    /// The field's name.
    pub(crate) field: &'static str,
    pub(crate) label: &'static str,
    pub(crate) row: Vec<Piece>,
    pub(crate) record: Vec<Piece>,
    /// How they agree, in a few words.
    pub(crate) said: String,
    /// What that says for their being one, in bits; none where it was not weighed.
    pub(crate) weight: Option<f64>,
}

/// A finding beside one of those whom it may mean.
pub(crate) struct View<'a> {
    pub(crate) case: &'a Case,
    /// Who is compared.
    pub(crate) whose: Option<&'a Whole>,
    /// How sure the comparison is of them.
    pub(crate) candidate: Option<&'a Candidate>,
}

impl<'a> View<'a> {
    /// Beside somebody, or the likeliest who was not said to be another.
    pub(crate) fn new(case: &'a Case, with: i64) -> Self {
        let whose = case.people.iter().find(|whole| whole.person == with);
        let likely = || case.people.iter().find(|whole| !case.is_out(whole.person)).or(case.people.first());
        let whose = whose.or_else(likely);
        Self { case, whose, candidate: whose.and_then(|whole| candidate_of(case, whole.person)) }
    }

    /// Whether it asks whose a row is, and who is compared has no number that is certain.
    pub(crate) fn is_nameless(&self) -> bool {
        self.case.question() == Question::Whose && self.whose.is_some_and(|whole| whole.number().is_none())
    }

    /// What is asked, a sentence.
    pub(crate) fn question(&self) -> String {
        let name = self.whose.map(|whole| named(whole.record.name.as_deref()));
        let sure = self.candidate.map(|one| say_sure(one.confidence));
        match (self.case.question(), &name, &sure) {
            (Question::Whose, Some(name), _) if self.is_nameless() => format!("{name}的身份证号无法确认"),
            (Question::Whose, Some(name), Some(sure)) if self.case.line.person.is_none() => {
                format!("这一行是不是{name}？把握 {sure}，不到自动认定的 {}", SURE.0)
            }
            (Question::Whose, Some(name), Some(sure)) => format!("这一行是不是{name}？比对认定是，把握 {sure}"),
            (Question::Whose, Some(name), None) => format!("这一行是不是{name}？"),
            (Question::Whose, None, _) => "这一行是谁？没有找到相近的人".to_owned(),
            (question, ..) => question.chinese().to_owned(),
        }
    }

    /// Why, as the comparison says it; else what the finding says.
    pub(crate) fn sentence(&self) -> String {
        let said = self.case.row.as_ref().map(|clue| clue.sentence.clone()).filter(|sentence| !sentence.is_empty());
        said.unwrap_or_else(|| self.case.line.detail.as_deref().map(covered).unwrap_or_default())
    }

    /// The two sides.
    pub(crate) fn lines(&self, areas: &Areas) -> Vec<Line> {
        match (self.case.question(), &self.case.row, &self.case.other, self.whose) {
            (Question::Twice, Some(clue), Some(other), _) => both(clue, other),
            (_, Some(clue), _, Some(whole)) => self.beside(clue, whole, areas),
            (_, Some(clue), ..) => alone(clue, areas),
            _ => Vec::new(),
        }
    }

    /// Whether the lines are the steps of a sum.
    pub(crate) fn weighed(&self) -> Option<&Candidate> {
        let is_twice = self.case.question() == Question::Twice && self.case.other.is_some();
        self.candidate.filter(|_| self.case.row.is_some() && !is_twice)
    }

    fn beside(&self, clue: &Clue, whole: &Whole, areas: &Areas) -> Vec<Line> {
        let mut lines: Vec<Line> =
            compare(clue, whole, self.candidate).iter().map(|step| line(step, self.candidate, areas)).collect();
        if let Some(candidate) = self.candidate {
            // others whom the row may mean, and somebody unknown, take their share
            let rest = bits(candidate) - lines.iter().filter_map(|line| line.weight).sum::<f64>();
            lines.push(Line {
                field: "others",
                label: "别的可能",
                row: Vec::new(),
                record: Vec::new(),
                said: "其他候选人和不在册的人，也要分去一些可能".to_owned(),
                weight: Some(rest),
            });
        }
        lines
    }

    /// What may be answered just now.
    pub(crate) fn possible(&self) -> Vec<Verdict> {
        let question = self.case.question();
        let is_possible = |verdict: &Verdict| match verdict {
            // nothing can be said of somebody whom the next comparison cannot name
            Verdict::Same => question != Question::Whose || self.whose.is_some_and(|whole| whole.number().is_some()),
            Verdict::Ask => self.case.line.stand() == Stand::Open,
            Verdict::Different | Verdict::NotThis => true,
        };
        if self.case.line.stand() == Stand::Done {
            return Vec::new();
        }
        [Verdict::Same, Verdict::Different, Verdict::Ask].into_iter().filter(is_possible).collect()
    }

    /// What is left for nobody of those shown, where the row is nobody's yet.
    pub(crate) fn rest(&self) -> Option<f64> {
        let shown: f64 = self.case.row.iter().flat_map(|clue| &clue.candidates).map(|one| one.confidence).sum();
        (self.case.line.person.is_none() && shown > 0.0).then_some(1.0 - shown)
    }
}

/// How sure the comparison is of somebody whom a row may mean.
pub(crate) fn candidate_of(case: &Case, person: i64) -> Option<&Candidate> {
    case.row.as_ref()?.candidates.iter().find(|candidate| candidate.person == person)
}

/// The odds of a probability, in bits.
pub(crate) fn bits(candidate: &Candidate) -> f64 {
    let sure = candidate.confidence.clamp(1.0 - SUREST, SUREST);
    (sure / (1.0 - sure)).log2()
}

/// A probability in percent, never told as certain.
pub(crate) fn say_sure(probability: f64) -> String {
    format!("{:.1} %", (probability.clamp(0.0, 1.0) * 100.0).min(99.9))
}

fn line(step: &Step, candidate: Option<&Candidate>, areas: &Areas) -> Line {
    let (row, record) = sides(step.field, step.row.as_deref(), step.record.as_deref(), areas);
    let weight = candidate.map(|_| step.weight.unwrap_or(0.0));
    Line { field: step.field, label: step.label, row, record, said: step.said.clone(), weight }
}

fn sides(field: &str, row: Option<&str>, record: Option<&str>, areas: &Areas) -> Sides {
    let (row, record) = (row.unwrap_or_default(), record.unwrap_or_default());
    match field {
        // one side alone has nothing to compare with, and stays covered
        "number" if row.is_empty() || record.is_empty() => {
            let cover = |text: &str| if text.is_empty() { Vec::new() } else { side::plain(&crate::say::number(text)) };
            (cover(row), cover(record))
        }
        "number" => side::numbers(row, record),
        "phone" if row.is_empty() || record.is_empty() => {
            let cover = |text: &str| if text.is_empty() { Vec::new() } else { side::plain(&crate::say::phone(text)) };
            (cover(row), cover(record))
        }
        "phone" => side::phones(row, record),
        "birth_date" if row.is_empty() || record.is_empty() => (side::date(row), side::date(record)),
        "birth_date" => side::dates(row, record),
        "area_code" => {
            let name = |code: &str| if code.is_empty() { String::new() } else { place(code, areas) };
            side::texts(&name(row), &name(record))
        }
        _ if row.is_empty() || record.is_empty() => (side::plain(row), side::plain(record)),
        _ => side::texts(row, record),
    }
}

/// What a clerk calls the fields of an extract's row.
const LABELS: [(&str, &str); 13] = [
    ("number", "身份证号"),
    ("name", "姓名"),
    ("sex", "性别"),
    ("birth_date", "出生日期"),
    ("area_code", "区划"),
    ("address", "住址"),
    ("household", "户号"),
    ("unit_name", "单位"),
    ("phone", "电话"),
    ("status", "参保状态"),
    ("benefit", "待遇"),
    ("pooling_area", "统筹区"),
    ("since", "参保时间"),
];

/// Fields under their labels, in the order asked for.
fn labelled(fields: &'static [&'static str]) -> impl Iterator<Item = (&'static str, &'static str)> {
    fields.iter().filter_map(|field| LABELS.into_iter().find(|(known, _)| known == field))
}

/// A row that nobody is like.
fn alone(clue: &Clue, areas: &Areas) -> Vec<Line> {
    let fields =
        &["number", "name", "sex", "birth_date", "area_code", "address", "household", "unit_name", "phone", "status"];
    let shown = labelled(fields).filter_map(|(field, label)| {
        let (row, record) = sides(field, Some(clue.field(field)?), None, areas);
        Some(Line { field, label, row, record, said: String::new(), weight: None })
    });
    shown.collect()
}

/// Two rows of an extract, as they were written.
fn both(one: &Clue, other: &Clue) -> Vec<Line> {
    let fields = &[
        "number",
        "name",
        "sex",
        "birth_date",
        "area_code",
        "address",
        "phone",
        "status",
        "benefit",
        "unit_name",
        "pooling_area",
        "since",
    ];
    let areas = Areas::default();
    let shown = labelled(fields).filter_map(|(field, label)| {
        let (left, right) = (one.field(field), other.field(field));
        if left.is_none() && right.is_none() {
            return None;
        }
        // codes as they were written, which need not be known
        let (row, record) = sides(if field == "area_code" { "code" } else { field }, left, right, &areas);
        let said = if left == right { "相同" } else { "不同" };
        Some(Line { field, label, row, record, said: said.to_owned(), weight: None })
    });
    shown.collect()
}
