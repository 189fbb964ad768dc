//! 入户调查名单: who must be visited, in the order in which a collector walks.

use canbao_domain::rules::{Category, Reason};
use canbao_paper::{Book, Cell, Column, Kind, ListPlan};

use super::super::survey::{
    ADDRESS, CATEGORY, HOUSEHOLD, KNOWN, NAME, PERSON, PERSON_ID, PHONE, REASONS, ROW, SOURCE, TOWN, VILLAGE,
};
use super::{Context, WorkbookError, source_name};

const COLUMNS: [Column; 13] = [
    Column::new("序号", Kind::Count),
    Column::new("镇（街道）", Kind::Text),
    Column::new("村（社区）", Kind::Text),
    Column::new("户号", Kind::Text),
    Column::new("姓名", Kind::Text),
    Column::new("社会保障号码", Kind::Text),
    Column::new("联系电话", Kind::Text),
    Column::new("住址", Kind::Long),
    Column::new("类别", Kind::Text),
    Column::new("核实原因", Kind::Long),
    Column::new("已知情况", Kind::Long),
    Column::new("核实结果", Kind::ToFill),
    Column::new("备注", Kind::ToFill),
];
/// The household's column.
const GROUP: usize = 3;

pub(super) fn write(book: &mut Book, context: &Context<'_>) -> Result<u64, WorkbookError> {
    let survey = &context.material.survey;
    let table = &survey.table;
    let lines = survey.in_order(context.county);
    let (people, rows) = survey.counts(context.county);
    let mut list = book.list(ListPlan {
        name: "入户调查名单".to_owned(),
        title: format!("{}入户调查名单", context.name),
        note: format!(
            "截至{}，共 {} 人需要入户核实，另有 {rows} 条参保记录无法确认是谁。按镇、村、户排列，同一户连在一起。",
            context.as_of(),
            people.values().sum::<i64>(),
        ),
        columns: COLUMNS.to_vec(),
        group: Some(GROUP),
        empty: "没有需要入户核实的人，不必办理。".to_owned(),
    })?;
    let (mut reasons, mut known) = (String::new(), String::new());
    for (number, place) in (1..).zip(lines) {
        let text = |column: usize| table.text(place, column);
        reasons.clear();
        for reason in table.texts(place, REASONS) {
            if !reasons.is_empty() {
                reasons.push('；');
            }
            reasons.push_str(Reason::from_code(reason).map_or(reason, |known| known.chinese()));
        }
        known.clear();
        known.push_str(text(KNOWN).unwrap_or(""));
        let row = text(SOURCE).zip(table.int(place, ROW));
        if table.int(place, PERSON).is_none() && row.is_some() {
            for part in [if known.is_empty() { "" } else { "；" }, source_name(row), "，", &context.row(row)] {
                known.push_str(part);
            }
        }
        let category = text(CATEGORY).map(|word| Category::from_word(word).map_or(word, |known| known.chinese()));
        list.row(&[
            Cell::Count(number),
            Cell::maybe(context.area(text(TOWN))),
            Cell::maybe(context.area(text(VILLAGE))),
            Cell::maybe(text(HOUSEHOLD)),
            Cell::maybe(text(NAME)),
            Cell::maybe(text(PERSON_ID)),
            Cell::maybe(text(PHONE)),
            Cell::maybe(text(ADDRESS)),
            Cell::maybe(category),
            Cell::Text(&reasons),
            Cell::Text(&known),
            Cell::Blank,
            Cell::Blank,
        ])?;
    }
    Ok(list.end()?)
}
