//! `canbao registry list`: who is of an area, category, scheme, finding; how many.

use canbao_domain::rules::Category;
use canbao_domain::scope::Scope;
use canbao_domain::source::SourceKind;
use canbao_registry::query::{Asker, Filter, Line, Page};
use serde_json::json;

use super::{Database, actor, done, runtime};
use crate::commands::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};
use crate::output::{figure, print};

const EXAMPLES: &str = "\
Examples:
  canbao registry list --area 610902001 --category uninsured          a town's uninsured, the first 50
  canbao registry list --area 610902001 --after 610902001003:1024     the next page, from the cursor of the one before
  canbao registry list --finding duplicate-medical --count            how many, exactly";

/// List current people by area, category, scheme and finding, page by page; or count them
///
/// In the order of area and identifier. All that is given must hold. Numbers are masked unless --full is given; each page
/// is a look on the log, which tells whether numbers were shown in full. A cursor is an area's code and an identifier,
/// nothing personal.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// In this area or under it, by who reports to whom
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// Of this category: uninsured, partial, interrupted, information, confirmed, deceased, moved-out, outside
    #[arg(long, value_name = "CATEGORY")]
    category: Option<String>,
    /// With a live row of this scheme, such as resident-pension
    #[arg(long, value_name = "SCHEME")]
    scheme: Option<String>,
    /// With a finding of this kind, such as duplicate-medical
    #[arg(long, value_name = "KIND")]
    finding: Option<String>,
    /// From this cursor on: the one that the page before ended with
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// Lines on a page
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=500))]
    limit: i64,
    /// Tell how many there are, and list nobody
    #[arg(long, conflicts_with_all = ["after", "full"])]
    count: bool,
    /// Show numbers in full
    #[arg(long)]
    full: bool,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let filter = filter(arguments)?;
    let after = arguments.after.as_deref().map(cursor).transpose()?;
    let purpose = if arguments.full { "registry list full" } else { "registry list" };
    let asker = Asker { actor: actor(), scope: Scope::city(), purpose: purpose.into() };
    let (count, page) = runtime(async {
        let registry = arguments.database.open().await?;
        let count = registry.count(&asker.scope, &filter).await;
        let page = if arguments.count {
            Ok(Page { lines: Vec::new(), next: None })
        } else {
            registry.list(&asker, &filter, after.as_ref(), arguments.limit).await
        };
        registry.close().await;
        Ok((done(count)?, done(page)?))
    })?;
    print(&told(arguments, count, &page, language), language)?;
    Ok(Outcome::Done)
}

fn filter(arguments: &Arguments) -> Result<Filter, Failure> {
    let category = arguments.category.as_deref().map(|word| {
        Category::from_word(word)
            .ok_or_else(|| Failure::new(format!("没有“{word}”这个类别。")).hint("加上 --help 可以看到全部类别的写法。"))
    });
    let scheme = arguments.scheme.as_deref().map(|word| {
        let kind = word.parse::<SourceKind>().ok().filter(|kind| kind.is_scheme());
        kind.ok_or_else(|| {
            Failure::new(format!("没有“{word}”这个险种。"))
                .hint("如 employee-pension、resident-pension、employee-medical、resident-medical、rural-medical。")
        })
    });
    Ok(Filter {
        area: arguments.area.clone(),
        category: category.transpose()?,
        scheme: scheme.transpose()?,
        finding: arguments.finding.clone(),
        ..Filter::default()
    })
}

/// `CODE:ID`.
fn cursor(text: &str) -> Result<(String, i64), Failure> {
    let parts = text.split_once(':').and_then(|(area, person)| Some((area, person.parse::<i64>().ok()?)));
    match parts.filter(|(area, _)| area.bytes().all(|byte| byte.is_ascii_digit())) {
        Some((area, person)) => Ok((area.to_owned(), person)),
        None => {
            Err(Failure::new(format!("“{text}”不是一页末尾给出的位置。"))
                .hint("请照抄上一页末尾的 --after 后面的内容。"))
        }
    }
}

/// All but the first six and the last characters hidden.
pub(super) fn masked(number: &str) -> String {
    let length = number.chars().count();
    number.chars().enumerate().map(|(at, c)| if at < 6.min(length / 3) || at + 1 == length { c } else { '*' }).collect()
}

fn told(arguments: &Arguments, count: i64, page: &Page, language: Language) -> String {
    let l = language;
    let number = |line: &Line| {
        let number = line.number.as_deref().unwrap_or_default();
        if arguments.full { number.to_owned() } else { masked(number) }
    };
    let next = page.next.as_ref().map(|(area, person)| format!("{area}:{person}"));
    if arguments.json {
        if arguments.count {
            return format!("{}\n", json!({ "count": count }));
        }
        let persons = page.lines.iter().map(|line| {
            json!({
                "person": line.person, "area": line.area, "name": line.name, "number": number(line),
                "birth_date": line.birth.map(|day| day.to_string()), "category": line.category,
            })
        });
        return format!("{}\n", json!({ "count": count, "persons": persons.collect::<Vec<_>>(), "next": next }));
    }
    let all = figure::count(u64::try_from(count).unwrap_or_default());
    let all = l.pick(format!("共 {all} 人。\n"), format!("{all} people in all.\n"));
    if arguments.count {
        return all;
    }
    let mut table = Table::new([
        (l.pick("记录", "record"), Side::Right),
        (l.pick("区划", "area"), Side::Left),
        (l.pick("姓名", "name"), Side::Left),
        (l.pick("社会保障号码", "number"), Side::Left),
        (l.pick("类别", "category"), Side::Left),
    ]);
    for line in &page.lines {
        let category = Category::from_word(&line.category);
        let category = category.map_or("", |category| l.pick(category.chinese(), category.as_str()));
        let name = line.name.clone().unwrap_or_default();
        table.row([line.person.to_string(), line.area.clone(), name, number(line), category.to_owned()]);
    }
    let end = match next {
        Some(next) => l.pick(format!("下一页：--after {next}\n"), format!("The next page: --after {next}\n")),
        None => l.pick("没有下一页了。\n", "There is no further page.\n").to_owned(),
    };
    table.render() + &all + &end
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_masked_number_tells_its_area_alone() {
        assert_eq!(masked("610902198503120018"), "610902***********8");
        assert_eq!(masked("E1234567"), "E1*****7");
        assert_eq!(masked(""), "");
    }

    #[test]
    fn a_cursor_is_an_area_and_an_identifier() {
        assert_eq!(cursor("610902001:17").unwrap(), ("610902001".to_owned(), 17));
        assert_eq!(cursor(":17").unwrap(), (String::new(), 17));
        for wrong in ["", "17", "610902", "610902:x", "王:17"] {
            assert!(cursor(wrong).is_err(), "{wrong}");
        }
    }
}
