//! 未参保单位: employers that must be asked.

use canbao_domain::rules::UnitCategory;
use canbao_paper::{Book, Cell, Column, Kind, ListPlan};

use super::super::units::{
    ADDRESS, CREDIT_CODE, INSURED, INSURED_PEOPLE, LISTED, NAME, REGISTERED, REGISTRATION, TYPE,
};
use super::{Context, WorkbookError};

const COLUMNS: [Column; 11] = [
    Column::new("序号", Kind::Count),
    Column::new("类别", Kind::Text),
    Column::new("单位名称", Kind::Long),
    Column::new("统一社会信用代码", Kind::Text),
    Column::new("注册号", Kind::Text),
    Column::new("类型", Kind::Text),
    Column::new("地址", Kind::Long),
    Column::new("工商登记", Kind::Text),
    Column::new("参保登记", Kind::Text),
    Column::new("参保人数", Kind::Count),
    Column::new("核实结果", Kind::ToFill),
];

pub(super) fn write(book: &mut Book, context: &Context<'_>) -> Result<u64, WorkbookError> {
    let units = &context.material.units;
    let table = &units.table;
    let lines = units.in_order(context.county);
    let counts: Vec<String> = LISTED
        .iter()
        .zip(units.categories(context.county))
        .map(|(category, count)| format!("{} {count} 户", category.chinese()))
        .collect();
    let mut list = book.list(ListPlan {
        name: "未参保单位".to_owned(),
        title: format!("{}未参保单位名单", context.name),
        note: format!("截至{}，{}。请核实是否营业、有无雇工，督促参保登记。", context.as_of(), counts.join("，")),
        columns: COLUMNS.to_vec(),
        group: None,
        empty: "没有需要核实的单位，不必办理。".to_owned(),
    })?;
    let yes = |place, column| Cell::Text(if table.flag(place, column) { "有" } else { "无" });
    for (number, (category, place)) in (1..).zip(lines) {
        let text = |column| Cell::maybe(table.text(place, column));
        list.row(&[
            Cell::Count(number),
            Cell::maybe(LISTED.get(category).copied().map(UnitCategory::chinese)),
            text(NAME),
            text(CREDIT_CODE),
            text(REGISTRATION),
            text(TYPE),
            text(ADDRESS),
            yes(place, REGISTERED),
            yes(place, INSURED),
            Cell::Count(table.int(place, INSURED_PEOPLE).unwrap_or_default()),
            Cell::Blank,
        ])?;
    }
    Ok(list.end()?)
}
