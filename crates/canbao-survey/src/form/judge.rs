//! Whether a form is filled as it should be: one function, which a phone has too, word for word.

use canbao_domain::date::Date;
use serde::Serialize;

use super::facts::Lookup;
use super::{Answer, Answers, Facts, Fate, Form, Format, Item, Kind, Level};

/// What is wrong with an answer, or to be explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The item.
    pub item: String,
    /// How grave.
    pub level: Level,
    /// What is said.
    pub says: String,
    /// Whether it was explained, where it is to be.
    pub why: bool,
}

/// What is to be said of a form's answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Items that are shown, in order.
    pub shown: Vec<String>,
    /// In the order of the form's items, and of its checks.
    pub faults: Vec<Fault>,
    /// Items that must be filled and are not, in order.
    pub missing: Vec<String>,
    /// Whether it can be handed in.
    pub complete: bool,
}

/// Under what an item's explanation stands.
pub fn why(item: &str) -> String {
    format!("{item}.why")
}

/// Judges answers. What is hidden counts as blank; it is kept, and judged no further.
pub fn judge(form: &Form, answers: &Answers, facts: &Facts, today: Date) -> Verdict {
    let mut lookup = Lookup::new(answers, form.items.iter().map(|item| item.id.as_str()), facts, today);
    let mut verdict = Verdict::default();
    for item in &form.items {
        if item.show.as_ref().is_none_or(|show| show.holds(&lookup)) {
            lookup.show(&item.id);
            verdict.shown.push(item.id.clone());
        }
    }
    let shown = |id: &str| verdict.shown.iter().any(|shown| shown == id);
    for item in form.items.iter().filter(|item| shown(&item.id)) {
        let answer = answers.get(&item.id).filter(|answer| !answer.is_blank());
        match answer {
            None if item.required.as_ref().is_some_and(|required| required.holds(&lookup)) => {
                verdict.missing.push(item.id.clone());
            }
            None => {}
            Some(answer) => {
                let says = of_kind(item, answer, today);
                verdict.faults.extend(says.map(|says| Fault {
                    item: item.id.clone(),
                    level: Level::Must,
                    says,
                    why: false,
                }));
            }
        }
        for check in form.checks.iter().filter(|check| check.item == item.id && check.when.holds(&lookup)) {
            let explained = answers.get(&why(&item.id)).is_some_and(|why| !why.is_blank());
            verdict.faults.push(Fault {
                item: item.id.clone(),
                level: check.level,
                says: filled(&check.says, &lookup),
                why: check.level == Level::Verify && explained,
            });
        }
    }
    let stops = |fault: &Fault| fault.level == Level::Must || fault.level == Level::Verify && !fault.why;
    verdict.complete = verdict.missing.is_empty() && !verdict.faults.iter().any(stops);
    verdict
}

/// What is wrong with an answer by its kind alone.
fn of_kind(item: &Item, answer: &Answer, today: Date) -> Option<String> {
    let text = answer.texts().first().map(String::as_str).unwrap_or_default();
    let unless = |format: Format, says: &str| (!format.fits(text, today)).then(|| says.to_owned());
    match item.kind {
        Kind::Number => unless(Format::CitizenNumber, "号码有误：应为 18 位，末位是校验码，请与证件核对。"),
        Kind::Phone => unless(Format::Phone, "电话号码不对：手机 11 位，座机请带区号。"),
        Kind::Date => unless(Format::Date, "日期不存在或没有写全，例如 1975-03-02。"),
        Kind::Month => unless(Format::Month, "月份没有写全，例如 2014-06。"),
        Kind::Choice | Kind::Choices => {
            let known = |text: &String| item.options.iter().any(|option| option.code == *text);
            (!answer.texts().iter().all(known)).then(|| "请从选项中选择。".to_owned())
        }
        Kind::Text | Kind::Note => {
            let most = item.most?;
            (text.chars().count() > most).then(|| format!("最多 {most} 个字。"))
        }
        Kind::Photo | Kind::Signature | Kind::Position => None,
    }
}

/// A sentence with its values put in.
fn filled(says: &str, lookup: &Lookup<'_>) -> String {
    let mut told = String::with_capacity(says.len());
    let mut rest = says;
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((name, after)) = behind.split_once('}') else { break };
        told.push_str(before);
        told.push_str(&lookup.texts(name).join("、"));
        rest = after;
    }
    told.push_str(rest);
    told
}

/// What becomes of a person by the first effect that holds, and on which day.
pub fn fate(form: &Form, answers: &Answers, facts: &Facts, today: Date) -> Option<(Fate, Option<Date>)> {
    let mut lookup = Lookup::new(answers, form.items.iter().map(|item| item.id.as_str()), facts, today);
    for item in &form.items {
        if item.show.as_ref().is_none_or(|show| show.holds(&lookup)) {
            lookup.show(&item.id);
        }
    }
    let effect = form.effects.iter().find(|effect| effect.when.holds(&lookup))?;
    let on = effect.on.as_deref().and_then(|item| lookup.texts(item).first().and_then(|text| Date::parse(text)));
    Some((effect.does, on))
}
