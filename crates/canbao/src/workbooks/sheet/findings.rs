//! 重复参保, 数据有误, 其他疑点: what somebody must look at.

use canbao_paper::{Book, Cell, Column, Kind, ListPlan};

use super::super::findings::Finding;
use super::super::words::Sheet;
use super::{Context, WorkbookError, source_name};

/// What a column shows of a finding.
#[derive(Clone, Copy)]
enum Show {
    Number,
    Problem,
    Name,
    PersonId,
    Town,
    Village,
    Phone,
    Source,
    Place,
    OtherSource,
    OtherPlace,
    WrittenNumber,
    WrittenName,
    WrittenBirth,
    Detail,
    Done,
}

impl Show {
    fn column(self) -> Column {
        let (title, kind) = match self {
            Self::Number => ("序号", Kind::Count),
            Self::Problem => ("问题", Kind::Text),
            Self::Name => ("姓名", Kind::Text),
            Self::PersonId => ("社会保障号码", Kind::Text),
            Self::Town => ("镇（街道）", Kind::Text),
            Self::Village => ("村（社区）", Kind::Text),
            Self::Phone => ("联系电话", Kind::Text),
            Self::Source => ("数据来源", Kind::Text),
            Self::Place => ("所在位置", Kind::Long),
            Self::OtherSource => ("另一来源", Kind::Text),
            Self::OtherPlace => ("另一位置", Kind::Long),
            Self::WrittenNumber => ("原写号码", Kind::Text),
            Self::WrittenName => ("原写姓名", Kind::Text),
            Self::WrittenBirth => ("原写出生日期", Kind::Text),
            Self::Detail => ("说明", Kind::Long),
            Self::Done => ("处理结果", Kind::ToFill),
        };
        Column::new(title, kind)
    }
}

/// 重复参保
pub(super) fn duplicates(book: &mut Book, context: &Context<'_>) -> Result<u64, WorkbookError> {
    use Show::{Detail, Done, Name, Number, OtherPlace, OtherSource, PersonId, Place, Problem, Source, Town, Village};
    let show = [Number, Problem, Name, PersonId, Town, Village, Source, Place, OtherSource, OtherPlace, Detail, Done];
    let note = "同一人在两个险种或两个统筹区同时参保、重复领取待遇、重复记录。请经办机构核对后保留一处。";
    write(book, context, Sheet::Duplicates, "重复参保", note, &show)
}

/// 数据有误
pub(super) fn wrong_data(book: &mut Book, context: &Context<'_>) -> Result<u64, WorkbookError> {
    use Show::{
        Detail, Done, Name, Number, PersonId, Place, Problem, Source, Town, Village, WrittenBirth, WrittenName,
        WrittenNumber,
    };
    let show = [
        Number,
        Problem,
        Name,
        PersonId,
        Town,
        Village,
        Source,
        Place,
        WrittenNumber,
        WrittenName,
        WrittenBirth,
        Detail,
        Done,
    ];
    let note = "原写内容与本人信息不一致、缺项，或无法确认是谁。请按“数据来源”和“所在位置”找到原始记录核对更正。";
    write(book, context, Sheet::WrongData, "数据有误", note, &show)
}

/// 其他疑点
pub(super) fn doubts(book: &mut Book, context: &Context<'_>) -> Result<u64, WorkbookError> {
    use Show::{Detail, Done, Name, Number, PersonId, Phone, Place, Problem, Source, Town, Village};
    let show = [Number, Problem, Name, PersonId, Town, Village, Phone, Source, Place, Detail, Done];
    let note = "已死亡或迁出仍在参保，低保、五保、残疾人员未参保。请核实后办理停保、转移或参保。";
    write(book, context, Sheet::Doubts, "其他疑点", note, &show)
}

fn write(
    book: &mut Book,
    context: &Context<'_>,
    sheet: Sheet,
    name: &str,
    note: &str,
    show: &[Show],
) -> Result<u64, WorkbookError> {
    let findings = &context.material.findings;
    let lines = findings.in_order(context.county, sheet);
    let mut list = book.list(ListPlan {
        name: name.to_owned(),
        title: format!("{}{name}名单", context.name),
        note: format!("截至{}，共 {} 条。{note}", context.as_of(), lines.len()),
        columns: show.iter().map(|show| show.column()).collect(),
        group: None,
        empty: "没有这类问题，不必处理。".to_owned(),
    })?;
    for (number, (kind, place)) in (1..).zip(lines) {
        let finding = findings.finding(kind, place);
        let places = [context.row(finding.row), context.row(finding.other)];
        let cells: Vec<Cell<'_>> = show.iter().map(|show| cell(*show, number, &finding, &places, context)).collect();
        list.row(&cells)?;
    }
    Ok(list.end()?)
}

fn cell<'a>(
    show: Show,
    number: i64,
    finding: &Finding<'a>,
    [place, other_place]: &'a [String; 2],
    context: &'a Context<'_>,
) -> Cell<'a> {
    let text = match show {
        Show::Number => return Cell::Count(number),
        Show::Problem => Some(finding.kind),
        Show::Name => finding.name,
        Show::PersonId => finding.person_id,
        Show::Town => context.area(finding.town),
        Show::Village => context.area(finding.village),
        Show::Phone => finding.phone,
        Show::Source => Some(source_name(finding.row)),
        Show::Place => Some(place.as_str()),
        Show::OtherSource => Some(source_name(finding.other)),
        Show::OtherPlace => Some(other_place.as_str()),
        Show::WrittenNumber => finding.written_number,
        Show::WrittenName => finding.written_name,
        Show::WrittenBirth => finding.written_birth,
        Show::Detail => finding.detail,
        Show::Done => None,
    };
    Cell::maybe(text)
}
