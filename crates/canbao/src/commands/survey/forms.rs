//! `canbao survey forms`.

use std::path::{Path, PathBuf};

use canbao_domain::scope::Scope;
use canbao_paper::print::Press;
use canbao_registry::query::Asker;
use canbao_survey::paper::{self, Heading};
use canbao_survey::{book, form::Forms};

use super::{forms_in, today};
use crate::commands::Outcome;
use crate::commands::registry::{Database, actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print};

/// A village's forms, filled in as far as is known: a PDF to be printed, or a workbook (.xlsx) to be filled in
///
/// Numbers and telephones stand in them whole: whoever has the file has the village's personal data.
///
/// Memory: 300 MB for a thousand pages.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The village's code
    #[arg(long, value_name = "CODE")]
    village: String,
    /// The file; what stands there is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Only who is still to be visited
    #[arg(long)]
    open: bool,
    /// Blank forms behind each household
    #[arg(long, value_name = "N", default_value_t = 0)]
    blanks: usize,
    /// Whose forms they are, as it stands on them
    #[arg(long, value_name = "NAME", default_value = "全民参保登记办公室")]
    office: String,
    /// The city's own template
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// A folder with fonts that come before the program's own
    #[arg(long, value_name = "DIR")]
    fonts: Vec<PathBuf>,
    /// A folder with the city's own forms
    #[arg(long, value_name = "DIR")]
    forms: Option<PathBuf>,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let forms = forms_in(arguments.forms.as_deref())?;
    let (areas, round, due, (households, units)) = runtime(async {
        let registry = arguments.database.open().await?;
        let asker = Asker { actor: actor(), scope: Scope::city(), purpose: "survey forms".into() };
        done(registry.survey_reconcile(&asker.actor, today()).await)?;
        let areas = done(registry.areas().await)?;
        if areas.get(&arguments.village).is_none() {
            let said = format!("没有代码为 {} 的村（社区）。", arguments.village);
            return Err(Failure::new(said).hint("请用 canbao registry area list 查看区划。"));
        }
        let rounds = done(registry.survey_rounds(&Scope::city()).await)?;
        let village = done(registry.survey_village(&asker, &arguments.village, arguments.open).await)?;
        registry.close().await;
        let first = village.0.iter().flat_map(|(_, subjects)| subjects).map(|subject| &subject.task).next();
        let round = first.and_then(|task| rounds.iter().find(|round| round.id == task.round));
        let (round, due) =
            (round.map(|round| round.name.clone()).unwrap_or_default(), first.and_then(|task| task.due.clone()));
        Ok((areas, round, due, village))
    })?;
    if households.is_empty() && units.is_empty() {
        return Err(Failure::new("这个村（社区）没有入户任务，没有可打印的登记表。")
            .hint("请先用 canbao survey assign 下发，或去掉 --open。"));
    }
    let count = |count: usize| figure::count(count as u64);
    let people: usize = households.iter().map(|(_, subjects)| subjects.len()).sum();
    if arguments.out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) {
        book::write(&arguments.out, &forms, &areas, &arguments.village, today(), &households, &units)
            .map_err(|error| Failure::new(&error))?;
        let text = language.pick(
            format!(
                "已写 {}：{} 户 {} 人，单位 {} 个。\n",
                arguments.out.display(),
                count(households.len()),
                count(people),
                count(units.len())
            ),
            format!(
                "{}: {} households, {} people, {} employers.\n",
                arguments.out.display(),
                count(households.len()),
                count(people),
                count(units.len())
            ),
        );
        print(&text, language)?;
        return Ok(Outcome::Done);
    }
    let template = template(arguments.template.as_deref())?;
    let pdf = printed(arguments, &forms, &areas, &round, due.as_deref(), &template, &households, &units)?;
    std::fs::write(&arguments.out, &pdf.bytes).map_err(|error| {
        Failure::new(format!("{} 写不成：{error}。", arguments.out.display())).hint("请检查路径、权限和磁盘空间。")
    })?;
    let (pages, households) = (count(pdf.pages), count(households.len()));
    let mut text = language.pick(
        format!("已印成 {}：{households} 户 {} 人，共 {pages} 页。\n", arguments.out.display(), count(people)),
        format!("{}: {households} households, {} people, {pages} pages.\n", arguments.out.display(), count(people)),
    );
    if !pdf.missing.is_empty() {
        text += &language.pick(
            format!(
                "这些字没有字体可用，印成了空框：{}。\n",
                pdf.missing.chars().map(|c| format!("U+{:04X}", c as u32)).collect::<Vec<_>>().join("、")
            ),
            format!(
                "No font has: {}.\n",
                pdf.missing.chars().map(|c| format!("U+{:04X}", c as u32)).collect::<Vec<_>>().join(", ")
            ),
        );
    }
    print(&text, language)?;
    Ok(Outcome::Done)
}

fn template(path: Option<&Path>) -> Result<String, Failure> {
    let Some(path) = path else { return Ok(paper::TEMPLATE.to_owned()) };
    std::fs::read_to_string(path).map_err(|error| Failure::new(format!("模板 {} 读不出来：{error}。", path.display())))
}

#[expect(clippy::too_many_arguments, reason = "what is printed")]
fn printed(
    arguments: &Arguments,
    forms: &Forms,
    areas: &canbao_registry::area::Areas,
    round: &str,
    due: Option<&str>,
    template: &str,
    households: &[(canbao_registry::survey::HouseholdSheet, Vec<canbao_registry::survey::Subject>)],
    units: &[canbao_registry::survey::Subject],
) -> Result<canbao_paper::print::Pdf, Failure> {
    let press = Press::new(&arguments.fonts).map_err(|error| Failure::new(&error))?;
    let heading = Heading {
        village: &arguments.village,
        areas,
        office: &arguments.office,
        round,
        due,
        printed: today(),
        blanks: arguments.blanks,
    };
    paper::print(&press, template, forms, &heading, households, units).map_err(|error| Failure::new(&error))
}
