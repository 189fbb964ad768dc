//! `canbao registry query`: who is it, insured or not.

mod unit;

use std::io::Read as _;

use canbao_domain::rules::{Category, InsuranceState};
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::person::{NumberKind, Whole};
use canbao_registry::query::Asker;
use serde_json::json;

use super::{Database, actor, done, runtime};
use crate::commands::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

/// Find people by number, name, household or phone, and employers
///
/// A value of `-` is read from standard input, so that it stands in no process list. Each look is on the log before
/// anything is shown. An employer is found by its credit code, its registration number, the code that enrolments have for
/// it, or its name, however brackets and spaces are written; --members lists, page by page, who has a live enrolment there.
#[derive(clap::Args)]
#[group(id = "by", required = true, multiple = false, args = ["number", "name", "household", "phone", "unit"])]
pub(super) struct Arguments {
    /// A social security number, current or former, or another certificate's
    #[arg(long, value_name = "N")]
    number: Option<String>,
    /// A name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A household's number
    #[arg(long, value_name = "N")]
    household: Option<String>,
    /// A phone number
    #[arg(long, value_name = "N")]
    phone: Option<String>,
    /// An employer's code or name
    #[arg(long, value_name = "CODE|NAME")]
    unit: Option<String>,
    /// List the people with a live enrolment through the employer
    #[arg(long, requires = "unit")]
    members: bool,
    /// From this cursor on: the one that the page before ended with
    #[arg(long, value_name = "CURSOR", requires = "members")]
    after: Option<i64>,
    /// Lines on a page
    #[arg(long, value_name = "N", default_value_t = 50, requires = "members",
          value_parser = clap::value_parser!(i64).range(1..=500))]
    limit: i64,
    /// Show the numbers of members in full
    #[arg(long, requires = "members")]
    full: bool,
    /// Only people in this area or under it
    #[arg(long, value_name = "CODE", conflicts_with = "unit")]
    area: Option<String>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    // clap lets `requires` go where what is required excludes what is given
    if arguments.unit.is_none() && arguments.members {
        return Err(Failure::new("--members 只能与 --unit 一起使用。").hint("请用 --unit 写出单位的代码或名称。"));
    }
    let purpose = if arguments.full { "registry query full" } else { "registry query" };
    let asker = Asker { actor: actor(), scope: Scope::city(), purpose: purpose.into() };
    if let Some(unit) = &arguments.unit {
        print(&unit::asked(arguments, unit, &asker, language)?, language)?;
        return Ok(Outcome::Done);
    }
    let found = runtime(async {
        let registry = arguments.database.open().await?;
        let found = if let Some(number) = &arguments.number {
            registry.by_number(&asker, &value(number)?).await
        } else if let Some(name) = &arguments.name {
            registry.by_name(&asker, &value(name)?, arguments.area.as_deref()).await
        } else if let Some(household) = &arguments.household {
            registry.by_household(&asker, &value(household)?).await
        } else {
            registry.by_phone(&asker, &value(arguments.phone.as_deref().unwrap_or_default())?).await
        };
        let found = done(found);
        registry.close().await;
        found
    })?;
    let text = if arguments.json {
        format!("{}\n", json!({ "persons": found.iter().map(told).collect::<Vec<_>>() }))
    } else if found.is_empty() {
        language.pick("登记库中没有这个人。\n", "The registry knows nobody like that.\n").to_owned()
    } else {
        found.iter().map(|whole| shown(whole, language)).collect::<Vec<_>>().join("\n")
    };
    print(&text, language)?;
    Ok(Outcome::Done)
}

/// The value of an option; `-` is read from standard input.
fn value(given: &str) -> Result<String, Failure> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut text = String::new();
    let read = std::io::stdin().lock().take(1_000).read_to_string(&mut text);
    read.map_err(|_| Failure::new("标准输入读不出文字。").hint("请写入一个号码或姓名，用 UTF-8。"))?;
    Ok(text.trim().to_owned())
}

fn told(whole: &Whole) -> serde_json::Value {
    let (record, derived) = (&whole.record, &whole.derived);
    json!({
        "person": whole.person,
        "state": record.state.as_str(),
        "merged_into": record.merged_into,
        "number": whole.number(),
        "certificate_type": record.certificate_type,
        "certificate": whole.certificate(),
        "former_numbers": whole.numbers.iter().filter(|number| number.kind == NumberKind::Former)
            .map(|number| json!({ "number": number.value, "evidence": number.evidence })).collect::<Vec<_>>(),
        "name": record.name,
        "sex": record.sex,
        "birth_date": record.birth.map(|date| date.to_string()),
        "ethnic": record.ethnic,
        "hukou": record.hukou,
        "household": record.household,
        "relation": record.relation,
        "area": record.area,
        "address": record.address,
        "phone": record.phone,
        "population": record.population.as_str(),
        "life": record.life.as_str(),
        "pension": derived.pension.as_str(),
        "medical": derived.medical.as_str(),
        "subsistence": record.subsistence,
        "disability": record.disability,
        "category": derived.category.as_str(),
        "reasons": derived.reasons.iter().collect::<Vec<_>>(),
        "enrolments": whole.enrolments.iter().map(|row| json!({
            "scheme": row.scheme, "insurance": row.insurance.as_str(), "status": row.status, "benefit": row.benefit,
            "unit_code": row.unit_code, "unit_name": row.unit_name, "pooling_area": row.pooling_area,
            "since": row.since.map(|date| date.to_string()), "origin": row.origin.as_str(),
        })).collect::<Vec<_>>(),
        "findings": whole.findings.iter()
            .map(|finding| json!({ "kind": finding.kind, "detail": finding.detail })).collect::<Vec<_>>(),
        "effective": whole.effective,
    })
}

fn shown(whole: &Whole, language: Language) -> String {
    let l = language;
    let (record, derived) = (&whole.record, &whole.derived);
    let mut out = String::new();
    let mut line = |title: &str, text: &str| {
        if !text.is_empty() {
            out.push_str(&format!("  {title}{}{text}\n", l.pick("：", ": ")));
        }
    };
    let state = |state: InsuranceState| l.pick(state.chinese(), state.as_str());
    let category: Category = derived.category;
    line(l.pick("姓名", "name"), record.name.as_deref().unwrap_or_default());
    line(l.pick("社会保障号码", "number"), whole.number().unwrap_or_default());
    line(l.pick("其他证件号码", "certificate"), whole.certificate().unwrap_or_default());
    for number in whole.numbers.iter().filter(|number| number.kind == NumberKind::Former) {
        line(l.pick("曾用号码", "former number"), &format!("{}（{}）", number.value, number.evidence));
    }
    line(l.pick("区划", "area"), &record.area);
    line(l.pick("状态", "state"), l.pick(record.state.chinese(), record.state.as_str()));
    line(l.pick("类别", "category"), l.pick(category.chinese(), category.as_str()));
    line(l.pick("养老保险", "pension"), state(derived.pension));
    line(l.pick("医疗保险", "medical"), state(derived.medical));
    for row in &whole.enrolments {
        let scheme =
            row.scheme.parse::<SourceKind>().map_or_else(|_| row.scheme.clone(), |kind| kind.chinese().to_owned());
        let parts =
            [row.status.as_deref(), row.benefit.as_deref(), row.unit_name.as_deref(), row.pooling_area.as_deref()];
        line(&scheme, &parts.into_iter().flatten().collect::<Vec<_>>().join(" "));
    }
    for finding in &whole.findings {
        line(l.pick("问题", "finding"), &format!("{} {}", finding.kind, finding.detail.as_deref().unwrap_or_default()));
    }
    out
}
