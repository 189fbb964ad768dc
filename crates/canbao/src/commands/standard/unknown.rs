//! `canbao standard unknown`: values of a run that stand in no code table.

use std::collections::HashMap;
use std::path::PathBuf;

use arrow::array::AsArray as _;
use canbao_domain::standard::{Item, Record, Standard, Unknowns, Verdict};
use canbao_run::{RunError, RunReader};
use serde_json::json;

use super::Whose;
use crate::output::failure::Failure;
use crate::output::figure::count;
use crate::output::language::Language;
use crate::output::print;
use crate::output::table::{Side, Table};
use crate::output::width::cut;

const EXAMPLES: &str = "\
Examples:
  canbao standard unknown run-2016-11
  canbao standard unknown run-2016-11 --city city.toml --json";

/// Each record's table in a run.
const TABLES: [(Record, &str); 4] = [
    (Record::Person, "persons"),
    (Record::Enrolment, "enrolments"),
    (Record::Employer, "units"),
    (Record::Finding, "findings"),
];

/// Columns of the terminal that a value may take.
const WIDE: usize = 32;

/// Count the values of a run that stand in no code table
///
/// Such values are kept as they were written. Put them into a table as other ways of writing (`canbao standard export`
/// and `import`); of states, benefits and sexes, the source's own mapping (`codes` in city.toml) does as well. Of coded items only; what
/// may be somebody's number is counted and not shown.
///
/// Memory: a few MB, whatever the size of the run.
///
/// Exit codes: 0 done, whatever was found; 2 the run cannot be read.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Folder of a comparison run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    #[command(flatten)]
    whose: Whose,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<(), Failure> {
    let standard = arguments.whose.load(language)?;
    let found = RunReader::open(&arguments.run).and_then(|run| {
        let mut found = Unknowns::default();
        for (record, table) in TABLES {
            collect(&run, table, &standard, record, &mut found)?;
        }
        Ok(found)
    });
    let found = found.map_err(|error| Failure::new(&error).hints(error.hint().map(str::to_owned)))?;
    let text = if arguments.json { told(&found) } else { shown(&found, &standard, language) };
    print(&text, language)
}

/// Counts the unknown values of one table, column by column.
fn collect(
    run: &RunReader,
    table: &str,
    standard: &Standard,
    record: Record,
    found: &mut Unknowns,
) -> Result<(), RunError> {
    let columns = canbao_run::schema::all().into_iter().find(|(name, _)| *name == table).map(|(_, schema)| schema);
    let held = |item: &&Item| columns.as_ref().is_some_and(|columns| columns.column_with_name(item.field()).is_some());
    for item in standard.items().of(record).filter(|item| item.table().is_some()).filter(held) {
        // few values make up a column: each is looked up once a batch
        for batch in run.scan(table, &[item.field()])? {
            let batch = batch?;
            let Some(column) = batch.columns().first() else { continue };
            let values = column.as_list_opt::<i32>().map_or(column, |list| list.values());
            let Some(texts) = values.as_string_opt::<i32>() else { continue };
            let mut counts: HashMap<&str, u64> = HashMap::new();
            for text in texts.iter().flatten() {
                *counts.entry(text).or_default() += 1;
            }
            // what comes first of too many different values must not depend on the map
            let mut counts: Vec<_> = counts.into_iter().collect();
            counts.sort_unstable();
            for (text, times) in counts {
                if matches!(standard.check(item, text), Verdict::UnknownCode) {
                    found.add_many(item, text, times);
                }
            }
        }
    }
    Ok(())
}

fn told(found: &Unknowns) -> String {
    let one = |(record, field, value, count): (Record, &str, Option<&str>, u64)| json!({ "record": record.as_str(), "field": field, "value": value, "count": count });
    format!("{}\n", json!({ "total": found.total(), "values": found.iter().map(one).collect::<Vec<_>>() }))
}

fn shown(found: &Unknowns, standard: &Standard, l: Language) -> String {
    if found.is_empty() {
        return l.pick("所有的值都在代码表里。\n", "Every value stands in its code table.\n").to_owned();
    }
    let mut table = Table::new([
        (l.pick("记录", "record"), Side::Left),
        (l.pick("项目", "item"), Side::Left),
        (l.pick("表外的写法", "value"), Side::Left),
        (l.pick("条数", "count"), Side::Right),
    ]);
    for (record, field, value, times) in found.iter() {
        let name = standard.items().get(record, field).map_or(field, Item::name);
        table.row([
            l.pick(record.chinese(), record.as_str()).to_owned(),
            l.pick(name, field).to_owned(),
            value.map_or_else(|| l.pick("（不显示）", "(not shown)").to_owned(), |value| cut(value, WIDE)),
            count(times),
        ]);
    }
    table.total([l.pick("合计", "total").to_owned(), String::new(), String::new(), count(found.total())]);
    table.render()
        + l.pick(
            "这些值照原样保留。要认出它们，可加为代码表的别名（canbao standard export、import），状态、待遇、性别也可在城市文件的 codes 里写明。\n",
            "They are kept as written. To have them recognised, add them to a table (canbao standard export, import); of states, benefits and sexes, codes in the city file do as well.\n",
        )
}
