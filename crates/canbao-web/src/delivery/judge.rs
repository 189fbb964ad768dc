//! What must be settled or explained of a delivery before it is handed over, and handing it over.

use canbao_domain::code::{Benefit, Life, Status};
use canbao_domain::date::{Date, Month};
use canbao_domain::delivery::{Alarm, DeliveryPlan};
use canbao_domain::source::{Field, SourceKind};
use canbao_registry::delivery::{Checked, Delivery, DeliveryState, Found};
use canbao_registry::{Registry, RegistryError};

use super::problem::short;
use super::report::Report;
use super::settings::Settings;
use crate::say;

/// Words that somebody is asked about, at most.
pub(crate) const ASKED: usize = 20;
/// Characters of an explanation, at least.
const EXPLAINED: usize = 4;
/// What is said of a word whose meaning nobody knows.
pub(crate) const UNCLEAR: &str = "unclear";

/// A word that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unsettled {
    /// Its place in the report.
    pub(crate) at: usize,
    pub(crate) field: String,
    pub(crate) word: String,
    pub(crate) rows: u64,
}

/// The words that somebody must be asked about before it is handed over.
pub(crate) fn unsettled(report: &Report, settings: &Settings) -> Vec<Unsettled> {
    let all = report.unknown.iter().enumerate().map(|(at, (field, word, rows))| Unsettled {
        at,
        field: field.clone(),
        word: word.clone(),
        rows: *rows,
    });
    let asked = all.filter(|one| is_asked(&one.field, &one.word) && !settings.knows(&one.field, &one.word));
    asked.take(ASKED).collect()
}

/// Whether somebody is asked what a word of a field means. One that may be somebody's number is nobody's code.
pub(crate) fn is_asked(field: &str, word: &str) -> bool {
    [Field::Status, Field::Benefit].iter().any(|asked| asked.as_str() == field) && short(word) == word
}

/// The codes that a word of a field may mean: word, what a clerk calls it.
pub(crate) fn codes(kind: SourceKind, field: &str) -> Vec<(&'static str, &'static str)> {
    let all: Vec<(&'static str, &'static str)> = if field == Field::Benefit.as_str() {
        Benefit::ALL.iter().map(|code| (code.as_str(), code.chinese())).collect()
    } else if kind.is_population() {
        Life::ALL.iter().map(|code| (code.as_str(), code.chinese())).collect()
    } else {
        Status::ALL.iter().map(|code| (code.as_str(), code.chinese())).collect()
    };
    let known = all.into_iter().filter(|(code, _)| !matches!(*code, "" | "unknown"));
    known.chain([(UNCLEAR, "不清楚，按有疑处理")]).collect()
}

/// What differs so much from the delivery before that it must be explained.
pub(crate) fn alarms(report: &Report, found: &Found, alarm: &Alarm) -> Vec<String> {
    let mut told = Vec::new();
    let much = |part: i64, whole: i64, percent: u32| part > 0 && whole > 0 && part * 100 >= whole * i64::from(percent);
    if found.rows == 0 {
        told.push("没有一行数据".to_owned());
    }
    if let Some(before) = report.before {
        let fewer = before.rows - found.rows;
        if much(fewer, before.rows, alarm.rows_fewer) {
            told.push(format!("比上一份少 {} 行（{}）", say::count(fewer), say::share(fewer, before.rows)));
        }
        if much(before.gone, before.people, alarm.people_gone) {
            let share = say::share(before.gone, before.people);
            told.push(format!("上一份里约 {} 人不见了（{share}）", say::count(before.gone)));
        }
    }
    if much(found.unreadable, found.rows, alarm.unreadable) {
        let share = say::share(found.unreadable, found.rows);
        told.push(format!("{} 行读不出（{share}）", say::count(found.unreadable)));
    }
    told
}

/// Why it may be another kind of extract than its source's; blank where nothing speaks for that.
pub(crate) fn looks_like(report: &Report, kind: SourceKind) -> String {
    let other = report.looks_like.as_deref().and_then(|word| word.parse::<SourceKind>().ok());
    let status = |column: &super::report::Column| column.field.as_deref() == Some(Field::Status.as_str());
    if other.is_none() && kind.is_scheme() && !report.columns.is_empty() && !report.columns.iter().any(status) {
        return "没有一列是参保状态，比对时不能确定这些人是否参保。请核对是不是选错了文件，或在下面指明是哪一列。"
            .to_owned();
    }
    other.map_or_else(String::new, |other| {
        format!("各列看上去更像“{}”，不像“{}”。请核对是不是选错了文件。", other.chinese(), kind.chinese())
    })
}

/// The day that the data stand for: as it was said, else by the names of the files, else the last day of the month before.
pub(crate) fn guessed(delivery: &Delivery, settings: &Settings) -> Date {
    if let Some(typed) = settings.as_of.as_deref().and_then(Date::parse) {
        return typed;
    }
    let named = delivery.files.iter().find_map(|file| month_in(&file.name));
    let today = say::today();
    let last = |month: Month| Month(month.0 + 1).first_day().map(|day| Date(day.0 - 1));
    let said = named.and_then(last).filter(|day| *day <= today);
    said.or_else(|| last(Month(Month::of(today).0 - 1))).unwrap_or(today)
}

/// `2016年10月参合名册.csv`, `201610.xls`, `2016-10-31.csv`: the month.
fn month_in(name: &str) -> Option<Month> {
    let digits: Vec<char> = name.chars().collect();
    (0..digits.len()).find_map(|at| {
        let number = |from: usize, to: usize| {
            let part: String = digits.get(from..to)?.iter().collect();
            part.parse::<u32>().ok().filter(|_| part.chars().all(|c| c.is_ascii_digit()))
        };
        let year = number(at, at + 4).filter(|year| (2000..2100).contains(year))?;
        let after = at + 4 + usize::from(matches!(digits.get(at + 4), Some('年' | '-' | '.' | '_')));
        let month = number(after, after + 2).or_else(|| number(after, after + 1))?;
        Month::from_ym(i32::try_from(year).ok()?, month)
    })
}

/// Hands a delivery over. `as_of` and `note` as they were typed.
///
/// # Errors
/// As [`Registry::send_delivery`]; where a word is not settled, or a large difference not explained. A refusal names the
/// item that it is about: `as_of`, `note`.
pub(crate) async fn send(
    registry: &Registry,
    login: &str,
    delivery: &Delivery,
    plan: &DeliveryPlan,
    as_of: &str,
    note: &str,
) -> Result<(), RegistryError> {
    let refused = |item, sentence: String, hint| Err(RegistryError::Refused { sentence, hint, item });
    let note = note.trim();
    let Some(as_of) = Date::parse(as_of) else {
        return refused("as_of", "数据截止日期看不懂。".to_owned(), "请写成 2016-10-31 的样子。");
    };
    if delivery.state == DeliveryState::Open && delivery.checked == Checked::Sound {
        let report = Report::read(&registry.delivery_report(delivery.id).await?);
        let open = unsettled(&report, &Settings::read(&delivery.settings));
        if !open.is_empty() {
            let sentence = format!("还有 {} 处要您定，没有报送。", open.len());
            return refused("", sentence, "请写明每个不认识的代码是什么意思，不知道就选“不清楚”。");
        }
        if !alarms(&report, &delivery.found, &plan.alarm).is_empty() && note.chars().count() < EXPLAINED {
            let sentence = "这份数据与上一份差别大，要写明原因才能报送。".to_owned();
            return refused("note", sentence, "请写明差别从哪里来，如：两个镇已划归高新区。");
        }
    }
    match registry.send_delivery(login, delivery.id, as_of, note, say::today()).await {
        // what the registry refuses is the day, but for what is not read yet
        Err(RegistryError::Refused { sentence, hint, item: "" }) => refused("as_of", sentence, hint),
        other => other,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_month_of_a_file_is_read_from_its_name() {
        for (name, told) in [
            ("2016年10月参合名册.csv", Some((2016, 10))),
            ("参合201609.xls", Some((2016, 9))),
            ("2016-10-31.csv", Some((2016, 10))),
            ("2016年9月.csv", Some((2016, 9))),
            ("名册.csv", None),
            ("201613.csv", None),
            ("610902.csv", None),
        ] {
            assert_eq!(month_in(name), told.map(|(year, month)| Month::from_ym(year, month).unwrap()), "{name}");
        }
    }
}
