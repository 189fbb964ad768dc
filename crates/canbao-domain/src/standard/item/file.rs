//! The items' file: read, and checked as a whole.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;

use super::check::{Check, Rule};
use super::{Form, Group, Item, Items, Owner, Record, Wins};
use crate::date::Date;
use crate::source::{Field, SourceKind};
use crate::standard::{StandardError, Table};

const FILE: &str = "items.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    version: String,
    valid_from: String,
    #[serde(rename = "owner")]
    owners: Vec<OwnerFile>,
    #[serde(rename = "group")]
    groups: Vec<GroupFile>,
    #[serde(rename = "check", default)]
    checks: Vec<CheckFile>,
    #[serde(rename = "item")]
    items: Vec<ItemFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnerFile {
    code: String,
    name: String,
    #[serde(default)]
    sources: Vec<String>,
    remark: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    code: String,
    name: String,
    record: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckFile {
    code: String,
    name: String,
    shapes: Option<Vec<String>>,
    rule: Option<String>,
    from: Option<String>,
    to: Option<String>,
    least: Option<i64>,
    most: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemFile {
    group: String,
    field: String,
    name: String,
    element: Option<String>,
    from: Option<Vec<String>>,
    r#type: String,
    #[serde(default)]
    many: bool,
    width: Option<usize>,
    table: Option<String>,
    owner: String,
    wins: String,
    #[serde(default)]
    personal: bool,
    #[serde(default)]
    counts: bool,
    #[serde(default)]
    checks: Vec<String>,
    definition: String,
}

impl Items {
    /// Reads the items (TOML text, laid out as `standard/items.toml`), coded by some of `tables`.
    ///
    /// # Errors
    /// Where the text is no such file; an owner, group, table or check is none; or an item stands twice.
    pub(in crate::standard) fn parse(text: &str, tables: &[Cow<'_, Table>]) -> Result<Self, StandardError> {
        let file: File = toml::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| StandardError::toml(FILE, text, &error))?;
        let owners = file.owners.into_iter().map(owner).collect::<Result<Vec<_>, _>>()?;
        let groups = file.groups.into_iter().map(group).collect::<Result<Vec<_>, _>>()?;
        let checks = file.checks.into_iter().map(check).collect::<Result<Vec<_>, _>>()?;
        each_once("归口部门", owners.iter().map(|owner| owner.code.clone()))?;
        each_once("分组", groups.iter().map(|group| group.code.clone()))?;
        each_once("校验", checks.iter().map(|check| check.code().to_owned()))?;
        let known = Known { owners: &owners, groups: &groups, checks: &checks, tables };
        let items = file.items.into_iter().map(|file| item(file, &known)).collect::<Result<Vec<_>, _>>()?;
        each_once("项目", items.iter().map(|item| format!("{}.{}", item.record.as_str(), item.field)))?;
        Ok(Self {
            title: file.title,
            version: file.version,
            valid_from: date("valid_from", &file.valid_from)?,
            owners,
            groups,
            checks,
            items,
        })
    }
}

/// What an item may name.
struct Known<'a> {
    owners: &'a [Owner],
    groups: &'a [Group],
    checks: &'a [Check],
    tables: &'a [Cow<'a, Table>],
}

fn owner(file: OwnerFile) -> Result<Owner, StandardError> {
    let place = format!("归口部门“{}”", file.code);
    let source = |text: &String| one(&place, "sources", text, &SourceKind::ALL, SourceKind::as_str);
    let sources = file.sources.iter().map(source).collect::<Result<_, _>>()?;
    Ok(Owner { code: file.code, name: file.name, sources, remark: file.remark })
}

fn group(file: GroupFile) -> Result<Group, StandardError> {
    let record = one(&format!("分组“{}”", file.code), "record", &file.record, Record::ALL, Record::as_str)?;
    Ok(Group { code: file.code, name: file.name, record })
}

fn check(file: CheckFile) -> Result<Check, StandardError> {
    let dates = file.from.is_some() || file.to.is_some();
    let numbers = file.least.is_some() || file.most.is_some();
    let day = |key, text: Option<&String>| text.map(|text| date(key, text)).transpose();
    let rule = match (&file.shapes, file.rule.as_deref(), dates, numbers) {
        (Some(shapes), None, false, false) if !shapes.is_empty() => Rule::Shapes(shapes.clone()),
        (None, Some(rule), false, false) => {
            let all = [Rule::CitizenNumber, Rule::CreditCode, Rule::RegistrationNumber];
            let place = format!("校验“{}”", file.code);
            let at = one(&place, "rule", rule, &[0, 1, 2], |at| all.get(at).map_or("", Rule::word))?;
            all.into_iter().nth(at).unwrap_or(Rule::CitizenNumber)
        }
        (None, None, true, false) => {
            Rule::Dates { from: day("from", file.from.as_ref())?, to: day("to", file.to.as_ref())? }
        }
        (None, None, false, true) => Rule::Numbers { least: file.least, most: file.most },
        _ => {
            let what = format!("校验“{}”不知道查什么", file.code);
            let hint = "请写 shapes、rule、from/to、least/most 四种中的一种。";
            return Err(StandardError::unsound(FILE, what, hint));
        }
    };
    Ok(Check::new(file.code, file.name, rule))
}

fn item(file: ItemFile, known: &Known<'_>) -> Result<Item, StandardError> {
    let place = format!("项目“{}”（{}）", file.field, file.name);
    let named = |key, word: &str, all: Vec<&str>| {
        if all.contains(&word) {
            return Ok(());
        }
        let known = all.join("、");
        Err(StandardError::Word { file: FILE.to_owned(), place: place.clone(), key, word: word.to_owned(), known })
    };
    named("group", &file.group, known.groups.iter().map(|group| group.code.as_str()).collect())?;
    named("owner", &file.owner, known.owners.iter().map(|owner| owner.code.as_str()).collect())?;
    for check in &file.checks {
        named("checks", check, known.checks.iter().map(Check::code).collect())?;
    }
    if let Some(table) = &file.table {
        named("table", table, known.tables.iter().map(|table| table.name()).collect())?;
    }
    let form = one(&place, "type", &file.r#type, Form::ALL, Form::as_str)?;
    if (form == Form::Code) != file.table.is_some() {
        let what = format!("{place}的 type 与 table 不符");
        return Err(StandardError::unsound(FILE, what, "type = \"code\" 的项目要写 table，其他的不写。"));
    }
    if form == Form::Code && file.personal {
        let what = format!("{place}是代码，又是个人信息");
        return Err(StandardError::unsound(FILE, what, "有代码表的项目不是个人信息，表外的值要能统计。"));
    }
    if file.definition.trim().is_empty() || file.name.trim().is_empty() || file.field.trim().is_empty() {
        let what = format!("{place}没有写全");
        return Err(StandardError::unsound(FILE, what, "field、name、definition 都要写。"));
    }
    // without `from`, what an extract calls the same
    let from = file.from.clone().unwrap_or_else(|| {
        Field::ALL
            .into_iter()
            .filter(|field| field.as_str() == file.field)
            .map(|field| field.as_str().to_owned())
            .collect()
    });
    let from =
        from.iter().map(|text| one(&place, "from", text, &Field::ALL, Field::as_str)).collect::<Result<_, _>>()?;
    let record = known.groups.iter().find(|group| group.code == file.group).map_or(Record::Person, Group::record);
    Ok(Item {
        record,
        wins: one(&place, "wins", &file.wins, Wins::ALL, Wins::as_str)?,
        group: file.group,
        field: file.field,
        name: file.name,
        element: file.element,
        from,
        form,
        many: file.many,
        width: file.width,
        table: file.table,
        owner: file.owner,
        personal: file.personal,
        counts: file.counts,
        checks: file.checks,
        definition: file.definition,
    })
}

fn date(key: &'static str, text: &str) -> Result<Date, StandardError> {
    Date::parse(text).ok_or_else(|| StandardError::Date { file: FILE.to_owned(), key, text: text.to_owned() })
}

/// The value of a word.
fn one<T: Copy>(
    place: &str,
    key: &'static str,
    text: &str,
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> Result<T, StandardError> {
    all.iter().copied().find(|value| word(*value) == text).ok_or_else(|| StandardError::Word {
        file: FILE.to_owned(),
        place: place.to_owned(),
        key,
        word: text.to_owned(),
        known: all.iter().map(|value| word(*value)).collect::<Vec<_>>().join("、"),
    })
}

fn each_once(what: &str, names: impl Iterator<Item = String>) -> Result<(), StandardError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if seen.contains(&name) {
            return Err(StandardError::unsound(
                FILE,
                format!("{what}“{name}”写了两次"),
                "删去其中一个，或改正它的名字。",
            ));
        }
        seen.insert(name);
    }
    Ok(())
}
