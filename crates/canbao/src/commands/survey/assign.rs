//! `canbao survey assign`.

use std::path::PathBuf;

use canbao_domain::rules::Category;
use canbao_domain::scope::Scope;
use canbao_registry::query::Asker;
use canbao_registry::survey::{Issue, Populations, Reach};
use serde_json::json;

use super::{forms_in, today};
use crate::commands::Outcome;
use crate::commands::registry::{Database, actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print};

/// Make tasks of everybody who must be visited, household by household
///
/// Who has a task already gets none. Where the record has changed since the last round, open tasks follow it first: who is
/// insured now, died or moved away need not be visited.
///
/// Memory: 100 MB for 600,000 tasks.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// What the round is called
    #[arg(long, value_name = "NAME")]
    name: String,
    /// For this area and those under it [default: the city]
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// People of this category; may be repeated [default: all four that are visited]
    #[arg(long, value_name = "CATEGORY", value_parser = ["uninsured", "partial", "interrupted", "information"])]
    category: Vec<String>,
    /// Whose place counts: all, registered (户籍地), resident (常住地)
    #[arg(long, value_name = "WHO", default_value = "all", value_parser = ["all", "registered", "resident"])]
    people: String,
    /// No employers
    #[arg(long)]
    no_units: bool,
    /// No rows that are nobody's
    #[arg(long)]
    no_rows: bool,
    /// Until when, yyyy-mm-dd
    #[arg(long, value_name = "DAY")]
    due: Option<String>,
    /// How far it is passed on at once
    #[arg(long, value_name = "LEVEL", default_value = "village", value_parser = ["county", "town", "village"])]
    to: String,
    /// A folder with the city's own forms
    #[arg(long, value_name = "DIR")]
    forms: Option<PathBuf>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let forms = forms_in(arguments.forms.as_deref())?;
    let version = |form: &str| forms.get(form).map_or(1, |form| form.version);
    let categories: Vec<Category> = if arguments.category.is_empty() {
        Category::VISITED.to_vec()
    } else {
        arguments.category.iter().filter_map(|word| Category::from_word(word)).collect()
    };
    let issue = Issue {
        name: arguments.name.clone(),
        area: arguments.area.clone(),
        categories,
        people: match arguments.people.as_str() {
            "registered" => Populations::Registered,
            "resident" => Populations::Resident,
            _ => Populations::All,
        },
        rows: !arguments.no_rows,
        units: !arguments.no_units,
        due: arguments.due.clone(),
        reach: match arguments.to.as_str() {
            "county" => Reach::County,
            "town" => Reach::Town,
            _ => Reach::Village,
        },
        versions: (version("person"), version("unit")),
    };
    let (reconciled, issued) = runtime(async {
        let registry = arguments.database.open().await?;
        let asker = Asker { actor: actor(), scope: Scope::city(), purpose: "survey assign".into() };
        let reconciled = done(registry.survey_reconcile(&asker.actor, today()).await)?;
        let issued = done(registry.survey_issue(&asker, &issue, today()).await)?;
        registry.close().await;
        Ok((reconciled, issued))
    })?;
    let exempt: i64 = reconciled.exempt.values().sum();
    if arguments.json {
        let told = json!({
            "round": issued.round, "tasks": issued.tasks, "households": issued.households,
            "reconciled": {
                "exempt": reconciled.exempt, "resumed": reconciled.resumed, "supplement": reconciled.supplement,
            },
        });
        print(&format!("{told}\n"), language)?;
        return Ok(Outcome::Done);
    }
    let count = |count: i64| figure::count(u64::try_from(count).unwrap_or_default());
    let mut text = String::new();
    if exempt + reconciled.resumed + reconciled.supplement > 0 {
        let (exempt, resumed, supplement) = (count(exempt), count(reconciled.resumed), count(reconciled.supplement));
        text += &language.pick(
            format!("按登记库的变化：免访 {exempt}，恢复 {resumed}，补充批次 {supplement}。\n"),
            format!("By what changed: {exempt} exempt, {resumed} resumed, {supplement} in a supplementary round.\n"),
        );
    }
    let (tasks, households) = (count(issued.tasks), count(issued.households));
    text += &if issued.round == 0 {
        language
            .pick("没有要下发的：符合条件的都已有任务。\n".to_owned(), "Nobody to issue: all have tasks.\n".to_owned())
    } else {
        language.pick(
            format!("第 {} 批已下发：{tasks} 个任务，新增 {households} 户。\n", issued.round),
            format!("Round {} is issued: {tasks} tasks, {households} new households.\n", issued.round),
        )
    };
    print(&text, language)?;
    Ok(Outcome::Done)
}
