//! `canbao registry query --unit`: employers, and who is insured through them.

use std::str::FromStr as _;

use canbao_domain::rules::UnitCategory;
use canbao_domain::source::SourceKind;
use canbao_registry::query::{Asker, Employer, Line, Members};
use serde_json::{Value, json};

use super::{Arguments, done, runtime, value};
use crate::commands::registry::list::masked;
use crate::output::failure::Failure;
use crate::output::figure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};

/// What is printed of the employers that `unit` names.
pub(super) fn asked(arguments: &Arguments, unit: &str, asker: &Asker, language: Language) -> Result<String, Failure> {
    let unit = value(unit)?;
    let (found, members) = runtime(async {
        let registry = arguments.database.open().await?;
        let found = if arguments.members {
            let members = registry.unit_members(asker, &unit, arguments.after, arguments.limit).await;
            done(members).map(|mut members| (std::mem::take(&mut members.units), Some(members)))
        } else {
            done(registry.by_unit(asker, &unit).await).map(|found| (found, None))
        };
        registry.close().await;
        found
    })?;
    if arguments.json {
        let mut told = json!({ "units": found.iter().map(told).collect::<Vec<_>>() });
        if let (Some(told), Some(members)) = (told.as_object_mut(), &members) {
            let persons: Vec<Value> = members.lines.iter().map(|line| person(line, arguments.full)).collect();
            told.insert("persons".to_owned(), persons.into());
            told.insert("count".to_owned(), members.people.into());
            told.insert("next".to_owned(), members.next.into());
        }
        return Ok(format!("{told}\n"));
    }
    if found.is_empty() {
        return Ok(language.pick("登记库中没有这个单位。\n", "The registry knows no such employer.\n").to_owned());
    }
    let mut out = found.iter().map(|employer| shown(employer, language)).collect::<Vec<_>>().join("\n");
    if let Some(members) = &members {
        out.push('\n');
        out.push_str(&listed(members, arguments.full, language));
    }
    Ok(out)
}

fn told(employer: &Employer) -> Value {
    json!({
        "unit": employer.unit, "credit_code": employer.credit_code,
        "registration_number": employer.registration_number, "name": employer.name, "type": employer.kind,
        "county": employer.county, "category": employer.category, "insured_people": employer.insured_people,
        "unit_codes": employer.codes, "people": employer.people, "enrolments": employer.live,
    })
}

fn number(line: &Line, full: bool) -> String {
    let number = line.number.as_deref().unwrap_or_default();
    if full { number.to_owned() } else { masked(number) }
}

fn person(line: &Line, full: bool) -> Value {
    json!({
        "person": line.person, "area": line.area, "name": line.name, "number": number(line, full),
        "birth_date": line.birth.map(|day| day.to_string()), "category": line.category,
    })
}

fn shown(employer: &Employer, l: Language) -> String {
    let mut out = String::new();
    let mut line = |title: &str, text: &str| {
        if !text.is_empty() {
            out.push_str(&format!("  {title}{}{text}\n", l.pick("：", ": ")));
        }
    };
    let count = |people: i64| figure::count(u64::try_from(people).unwrap_or_default());
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    line(l.pick("单位", "employer"), &text(&employer.name));
    line(l.pick("统一社会信用代码", "credit code"), &text(&employer.credit_code));
    line(l.pick("工商注册号", "registration number"), &text(&employer.registration_number));
    line(l.pick("类型", "type"), &text(&employer.kind));
    line(l.pick("所在县（区）", "county"), &text(&employer.county));
    line(l.pick("类别", "category"), category(employer.category.as_deref(), l));
    if let Some(people) = employer.insured_people {
        line(l.pick("上次比对的参保人数", "insured people by the last comparison"), &count(people));
    }
    line(l.pick("现在的参保人数", "people with live enrolments"), &count(employer.people));
    for (scheme, rows) in &employer.live {
        let scheme = SourceKind::from_str(scheme).map_or(scheme.as_str(), |kind| l.pick(kind.chinese(), kind.as_str()));
        line(&format!("  {scheme}"), &count(*rows));
    }
    let own = |code: &&String| {
        Some(*code) != employer.credit_code.as_ref() && Some(*code) != employer.registration_number.as_ref()
    };
    let codes: Vec<&str> = employer.codes.iter().filter(own).map(String::as_str).collect();
    line(l.pick("参保单位编码", "codes in enrolments"), &codes.join(l.pick("、", ", ")));
    out
}

fn category(word: Option<&str>, l: Language) -> &str {
    let Some(word) = word else { return l.pick("只见于参保记录", "known from enrolments alone") };
    let known = UnitCategory::ALL.iter().find(|category| category.as_str() == word);
    known.map_or(word, |category| l.pick(category.chinese(), category.as_str()))
}

fn listed(members: &Members, full: bool, l: Language) -> String {
    let mut table = Table::new([
        (l.pick("记录", "record"), Side::Right),
        (l.pick("区划", "area"), Side::Left),
        (l.pick("姓名", "name"), Side::Left),
        (l.pick("社会保障号码", "number"), Side::Left),
    ]);
    for line in &members.lines {
        let name = line.name.clone().unwrap_or_default();
        table.row([line.person.to_string(), line.area.clone(), name, number(line, full)]);
    }
    let all = figure::count(u64::try_from(members.people).unwrap_or_default());
    let all = l.pick(format!("共 {all} 人。\n"), format!("{all} people in all.\n"));
    let end = match members.next {
        Some(next) => l.pick(format!("下一页：--after {next}\n"), format!("The next page: --after {next}\n")),
        None => l.pick("没有下一页了。\n", "There is no further page.\n").to_owned(),
    };
    table.render() + &all + &end
}
