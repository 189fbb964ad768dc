//! The form's judge on the phone and the one of the server say the same, word for word, of forms filled at random.

use std::collections::BTreeMap;

use canbao_domain::date::Date;
use canbao_domain::number::check_char;
use canbao_survey::form::{Answer, Answers, Facts, Form, Forms, Item, Kind, judge, why};
use serde_json::{Value, json};

use super::FILES;
use super::line::Line;
use crate::browser::day::Day;
use crate::support::folder::fresh;
use crate::support::kill::Moments;

/// Forms of each kind.
const FORMS: usize = 1_500;
/// Sent to the page at once.
const A_BATCH: usize = 250;

const SAME: &str = "const { judge } = await import(`${files}/form.js`); const wrong = []; \
    for (const { form, answers, facts, today, verdict } of given[1]) { \
        const said = judge(given[0][form], answers, facts, today); \
        for (const fault of said.faults) fault.why = Boolean(fault.why); \
        const [mine, theirs] = [said, verdict].map((one) => JSON.stringify([one.shown, one.faults.map((at) => [at.item, at.level, at.says, at.why]), one.missing, one.complete])); \
        if (mine !== theirs) wrong.push({ mine, theirs, answers, facts, today }); \
    } \
    return wrong.slice(0, 3);";

pub(super) async fn judged(day: &Day, line: &Line) {
    let browser = day.phone(&line.address, &fresh("browser-survey-alike")).await;
    browser.go("/survey/app").await;
    browser.find(".brand-alone").await;
    let forms = Forms::embedded();
    let told: BTreeMap<&str, &Form> = forms.iter().map(|form| (form.id.as_str(), form)).collect();
    let mut dice = Dice(Moments::new("forms"));
    let (mut complete, mut faulty) = (0, 0);
    for form in forms.iter() {
        for _ in 0..FORMS / A_BATCH {
            let mut cases = Vec::with_capacity(A_BATCH);
            for _ in 0..A_BATCH {
                let (answers, facts) = (answers(form, &mut dice), facts(&mut dice));
                let today = Date::parse(dice.of(&["2016-11-30", "2017-02-28", "2016-02-29"])).unwrap();
                let verdict = judge(form, &answers, &facts, today);
                complete += usize::from(verdict.complete);
                faulty += usize::from(!verdict.faults.is_empty());
                cases.push(json!({
                    "form": form.id, "answers": answers, "facts": flat(&facts), "today": today.to_string(), "verdict": verdict,
                }));
            }
            let wrong = browser.hand(FILES, SAME, vec![json!(told), json!(cases)]).await;
            assert_eq!(wrong, json!([]), "the phone judges {} otherwise", form.id);
        }
    }
    assert!(complete > 0 && faulty > FORMS / 2, "{complete} complete, {faulty} with faults: the forms say too little");
    browser.close().await;
}

struct Dice(Moments);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        (self.0.draw() % limit as u64) as usize
    }

    fn of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len())]
    }
}

const DATES: [&str; 16] = [
    "1975-03-02",
    "2016-11-30",
    "2016-12-01",
    "2016-02-29",
    "2015-02-29",
    "1899-12-31",
    "1900-01-01",
    "2100-01-01",
    "2016-13-01",
    "2016-1-1",
    "1986-11-30",
    "1986-12-01",
    "2000-11-31",
    "0000-01-01",
    "9999-12-31",
    "二〇一六",
];
const NUMBERS: [&str; 8] = [
    "610902198503120017",
    "61090219850312001x",
    "11010519491231002X",
    "11010519491231002x",
    "110105194912310021",
    "440524188001010014",
    "990105194912310021",
    "１１０１０５",
];
const PHONES: [&str; 12] = [
    "13900005207",
    "139 0000 5207",
    "139\u{3000}00005207",
    "12900005207",
    "0915-3212345",
    "09153212345",
    "0915-321-234",
    "010-62345678",
    "01062345678",
    "0915\u{2003}3212345",
    "无",
    "0",
];
const MONTHS: [&str; 8] = ["2014-06", "1899-12", "1900-01", "2016-13", "2016-6", "2016", "2016-00", "二〇"];
const TEXTS: [&str; 10] = ["张滩村三组", "𬉼𠅤", "0", "41", "5", "-3", "040", "罗承志", "罗 承志", "a{name}b"];

fn answers(form: &Form, dice: &mut Dice) -> Answers {
    let mut answers = Answers::new();
    // of forms where hardly anything is left out, some are complete
    let blank = dice.of(&["1", "4", "8"]).parse().unwrap();
    let wild = dice.of(&["0", "3"]).parse::<usize>().unwrap();
    for item in &form.items {
        if dice.below(10) < blank {
            continue;
        }
        answers.insert(item.id.clone(), answer(item, dice, wild));
        if dice.below(3) == 0 {
            answers.insert(why(&item.id), Answer::from(dice.of(&["问过本人", ""])));
        }
    }
    answers
}

fn answer(item: &Item, dice: &mut Dice, wild: usize) -> Answer {
    if dice.below(10) < wild {
        return Answer::from(dice.of(&["", "无", "不知道", "99", "2016-11-30"]));
    }
    match item.kind {
        Kind::Choice => Answer::One(item.options[dice.below(item.options.len())].code.clone()),
        Kind::Choices => {
            let many = item.options.iter().filter(|_| dice.below(2) == 0).map(|option| option.code.clone());
            Answer::Several(many.collect())
        }
        Kind::Number if dice.below(2) == 0 => {
            let year = dice.of(&["1799", "1849", "1850", "1899", "1985", "2016", "2017", "2099"]);
            let body = format!(
                "{}{year}{}001",
                dice.of(&["610902", "010902", "990902"]),
                dice.of(&["0312", "1131", "1201", "0229"])
            );
            let last = check_char(body.as_bytes()).map_or('0', char::from);
            Answer::One(format!("{body}{last}"))
        }
        Kind::Number => Answer::from(dice.of(&NUMBERS)),
        Kind::Phone => Answer::from(dice.of(&PHONES)),
        Kind::Date => Answer::from(dice.of(&DATES)),
        Kind::Month => Answer::from(dice.of(&MONTHS)),
        Kind::Text | Kind::Note if dice.below(12) == 0 => Answer::One(TEXTS[1].repeat(60)),
        Kind::Text | Kind::Note => Answer::from(dice.of(&TEXTS)),
        Kind::Photo => Answer::Several(vec!["picture".to_owned()]),
        Kind::Signature | Kind::Position => Answer::from(dice.of(&["", "32.1,109.2,12"])),
    }
}

fn facts(dice: &mut Dice) -> Facts {
    let mut facts = Facts::default();
    for (item, values) in [
        ("name", &["罗承志", "罗　承志", "𬉼𠅤"][..]),
        ("sex", &["1", "2"]),
        ("phone", &["139 **** 5207"]),
        ("birth_date", &["1975-**-**"]),
        ("number", &["610902********0017"]),
        ("head", &["罗承志"]),
        ("address", &["张滩村三组"]),
    ] {
        if dice.below(2) == 0 {
            facts.known.insert(item.to_owned(), dice.of(values).to_owned());
        }
    }
    for (name, values) in [
        ("age", &["3", "8", "15", "16", "41", "59", "60", "101"][..]),
        ("born", &DATES),
        ("category", &["uninsured", "partial", "information"]),
        ("subsistence", &["0", "1"]),
        ("disability", &["", "1"]),
        ("count.phone", &["0", "2", "3", "12"]),
        ("count.number", &["0", "1"]),
    ] {
        if dice.below(3) > 0 {
            facts.told.insert(name.to_owned(), Answer::from(dice.of(values)));
        }
    }
    let lacks = ["pension", "medical"].iter().filter(|_| dice.below(2) == 0).map(|lack| (*lack).to_owned()).collect();
    facts.told.insert("lacks".to_owned(), Answer::Several(lacks));
    for _ in 0..dice.below(5) {
        facts.visits.push(Date::parse(dice.of(&["2016-11-28", "2016-11-29", "2016-11-30"])).unwrap());
    }
    facts
}

/// Facts as a phone has them: in one list, and the visits as counts.
fn flat(facts: &Facts) -> BTreeMap<String, Value> {
    let mut flat: BTreeMap<String, Value> =
        facts.told.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    flat.extend(facts.known.iter().map(|(name, value)| (format!("known.{name}"), json!(value))));
    let mut days = facts.visits.clone();
    days.sort_unstable();
    days.dedup();
    flat.insert("visits".to_owned(), json!(facts.visits.len().to_string()));
    flat.insert("days".to_owned(), json!(days.len().to_string()));
    flat
}
