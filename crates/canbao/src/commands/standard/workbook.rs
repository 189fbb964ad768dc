//! The standard as workbooks, styled as those of a run.

use std::path::Path;

use canbao_domain::date::Date;
use canbao_domain::standard::{Item, Standard, Table};
use canbao_paper::{About, Book, Cell, Column, Kind, ListPlan, PaperError};

use super::sheet::{ALIASES, CODE, GROUP, NAME, REMARK};
use crate::output::failure::Failure;

const ITEM_COLUMNS: [Column; 16] = [
    Column::new("序号", Kind::Count),
    Column::new("记录", Kind::Text),
    Column::new("分组", Kind::Text),
    Column::new("项目", Kind::Text),
    Column::new("字段", Kind::Text),
    Column::new("指标代码", Kind::Text),
    Column::new("类型", Kind::Text),
    Column::new("最多字数", Kind::Count),
    Column::new("代码表", Kind::Text),
    Column::new("归口部门", Kind::Text),
    Column::new("以谁为准", Kind::Text),
    Column::new("个人信息", Kind::Text),
    Column::new("计入完整性", Kind::Text),
    Column::new("校验", Kind::Long),
    Column::new("来源字段", Kind::Text),
    Column::new("定义", Kind::Long),
];

const TABLE_COLUMNS: [Column; 5] = [
    Column::new(CODE, Kind::Text),
    Column::new(NAME, Kind::Long),
    Column::new(ALIASES, Kind::Long),
    Column::new(GROUP, Kind::Text),
    Column::new(REMARK, Kind::Long),
];

const INDEX_COLUMNS: [Column; 7] = [
    Column::new("代码表", Kind::Text),
    Column::new("工作表", Kind::Text),
    Column::new("依据", Kind::Long),
    Column::new("代码来源", Kind::Text),
    Column::new("版本", Kind::Text),
    Column::new("适用日期", Kind::Date),
    Column::new("代码个数", Kind::Count),
];

/// Items, an index of the tables, and a sheet for each table.
pub(super) fn dictionary(path: &Path, standard: &Standard) -> Result<(), PaperError> {
    let mut book = begin(path, standard.items().title(), standard.items().valid_from())?;
    items(&mut book, standard)?;
    index(&mut book, standard)?;
    for table in standard.tables() {
        sheet(&mut book, table)?;
    }
    book.save()
}

/// A sheet for each table, to be edited and brought back.
pub(super) fn tables(path: &Path, tables: &[&Table], date: Date) -> Result<(), PaperError> {
    let mut book = begin(path, "代码表", date)?;
    for table in tables {
        sheet(&mut book, table)?;
    }
    book.save()
}

/// What could not be written.
pub(super) fn failed(error: PaperError) -> Failure {
    Failure::new(&error).hints(error.hint().map(str::to_owned))
}

fn begin(path: &Path, title: &str, date: Date) -> Result<Book, PaperError> {
    let (year, month, day) = date.ymd();
    // a date outside a workbook's calendar is told by the library
    let small = |number: u32| u8::try_from(number).unwrap_or(0);
    let date = (u16::try_from(year).unwrap_or(0), small(month), small(day));
    Book::create(path, About { title: title.to_owned(), author: "全民参保登记".to_owned(), date })
}

fn items(book: &mut Book, standard: &Standard) -> Result<(), PaperError> {
    let items = standard.items();
    let mut list = book.list(ListPlan {
        name: "指标项目".to_owned(),
        title: items.title().to_owned(),
        note: format!("版本 {}，{} 起适用，共 {} 个项目。", items.version(), items.valid_from(), items.all().len()),
        columns: ITEM_COLUMNS.to_vec(),
        group: Some(2),
        empty: "没有项目。".to_owned(),
    })?;
    let yes = |yes: bool| Cell::maybe(yes.then_some("是"));
    for (number, item) in (1..).zip(items.all()) {
        let group = items.groups().iter().find(|group| group.code() == item.group());
        let (checks, from) = (checks(standard, item), from(item));
        list.row(&[
            Cell::Count(number),
            Cell::Text(item.record().chinese()),
            Cell::maybe(group.map(|group| group.name())),
            Cell::Text(item.name()),
            Cell::Text(item.field()),
            Cell::maybe(item.element()),
            Cell::Text(if item.many() { "代码（可多个）" } else { item.form().chinese() }),
            item.width().and_then(|most| i64::try_from(most).ok()).map_or(Cell::Blank, Cell::Count),
            Cell::maybe(item.table().and_then(|name| standard.table(name)).map(Table::title)),
            Cell::maybe(items.owner(item.owner()).map(|owner| owner.name())),
            Cell::Text(item.wins().chinese()),
            yes(item.personal()),
            yes(item.counts()),
            Cell::Text(&checks),
            Cell::Text(&from),
            Cell::Text(item.definition()),
        ])?;
    }
    list.end().map(drop)
}

fn index(book: &mut Book, standard: &Standard) -> Result<(), PaperError> {
    let mut list = book.list(ListPlan {
        name: "代码表".to_owned(),
        title: "代码表目录".to_owned(),
        note: format!(
            "共 {} 个代码表，每个一张工作表。表外的值照原样保留、显示、计数，不自动换成别的代码。",
            standard.tables().count()
        ),
        columns: INDEX_COLUMNS.to_vec(),
        group: None,
        empty: "没有代码表。".to_owned(),
    })?;
    for table in standard.tables() {
        list.row(&[
            Cell::Text(table.name()),
            Cell::Text(table.title()),
            Cell::Text(table.standard()),
            Cell::Text(table.codes().chinese()),
            Cell::Text(table.version()),
            Cell::Date(table.valid_from().days()),
            i64::try_from(table.entries().len()).map_or(Cell::Blank, Cell::Count),
        ])?;
    }
    list.end().map(drop)
}

fn sheet(book: &mut Book, table: &Table) -> Result<(), PaperError> {
    let groups = groups(table).unwrap_or_default();
    let mut list = book.list(ListPlan {
        name: table.title().to_owned(),
        title: format!("{}（{}）", table.title(), table.name()),
        note: format!(
            "依据 {}，{}，版本 {}，{} 起适用。别名用“；”分开。{groups}{}",
            table.standard(),
            table.codes().chinese(),
            table.version(),
            table.valid_from(),
            table.remark().unwrap_or_default(),
        ),
        columns: TABLE_COLUMNS.to_vec(),
        group: None,
        empty: "没有代码。".to_owned(),
    })?;
    for line in table.lines() {
        list.row(&[&line.code, &line.name, &line.aliases, &line.group, &line.remark].map(|text| Cell::Text(text)))?;
    }
    list.end().map(drop)
}

/// What a table's groups are called, in a sentence; `None` of a table whose groups have no names.
fn groups(table: &Table) -> Option<String> {
    let mut named: Vec<String> = Vec::new();
    for group in table.entries().iter().filter_map(|entry| entry.group()) {
        let text = format!("{group} {}", table.group_name(group));
        if table.group_name(group) != group && !named.contains(&text) {
            named.push(text);
        }
    }
    (!named.is_empty()).then(|| format!("分组：{}。", named.join("，")))
}

/// What the checks of an item ask for, in Chinese.
pub(super) fn checks(standard: &Standard, item: &Item) -> String {
    let checks = item.checks().iter().filter_map(|code| standard.items().check(code));
    let coded = item.table().map(|_| "须在代码表内（表外的值保留并计数）");
    checks.map(|check| check.name()).chain(coded).collect::<Vec<_>>().join("；")
}

/// The fields of extracts that an item comes from, in Chinese.
pub(super) fn from(item: &Item) -> String {
    item.from().iter().map(|field| field.chinese()).collect::<Vec<_>>().join("、")
}
