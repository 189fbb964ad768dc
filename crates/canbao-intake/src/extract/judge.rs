//! Which rows of a page are data.
//!
//! Titles, headers (repeated ones too) and blank lines are none; totals, notes at the end, and rows that
//! cannot be read or placed are rejected. Data rows and rejected ones count on together.

use canbao_domain::source::Field;

use super::chunk::Rejected;
use super::footer::is_footer;
use super::read::PartTotals;
use super::reader::How;
use crate::page::{Page, RowMark, Span, is_blank};
use crate::recognise::plan::Plan;

/// Judges the rows of one part.
pub(crate) struct Judge {
    part: u32,
    /// The last row number given.
    row: i64,
    header_row: i64,
    headers: Vec<String>,
    /// Whether cells have their places by separators, so that a wrong count of them makes the row unsure.
    delimited: bool,
    width: usize,
    /// The column that tells a data row from a total: the number, else the name.
    key: Option<usize>,
    /// A short row is a row if it reaches beyond this column.
    needed: usize,
    /// Short rows read so far: the file leaves out trailing blanks.
    short: u64,
    /// What was counted so far.
    pub(crate) totals: PartTotals,
    /// The data rows of the last page.
    pub(crate) kept: Vec<Kept>,
}

/// A row that was read.
#[derive(Clone, Copy)]
pub(crate) struct Kept {
    /// Index of its first cell in the page, and how many it has.
    pub(crate) first: u32,
    pub(crate) cells: u32,
    pub(crate) row: i64,
    pub(crate) line: i64,
}

impl Kept {
    /// Its cell in a column; blank beyond its last.
    pub(crate) fn cell<'a>(&self, page: &'a Page, column: usize) -> &'a str {
        if column as u32 >= self.cells {
            return "";
        }
        page.cells.get(self.first as usize + column).map_or("", |cell| cell.of(&page.text))
    }
}

/// What a row of a page is.
enum Verdict {
    Data,
    Header,
    Bad(String),
}

impl Judge {
    /// `row` is the last row number of the parts before.
    pub(crate) fn new(part: u32, row: i64, plan: &Plan) -> Self {
        let layout = &plan.layout;
        let key = [Field::Number, Field::CreditCode, Field::RegistrationNumber, Field::Name];
        let names = [Field::Number, Field::Name, Field::CreditCode];
        Self {
            part,
            row,
            header_row: layout.header_row,
            headers: layout.headers.clone(),
            delimited: matches!(plan.how, How::Text { .. }),
            width: layout.headers.len(),
            key: key.into_iter().find_map(|field| layout.column_of(field)),
            needed: names.into_iter().filter_map(|field| layout.column_of(field)).max().unwrap_or(0),
            short: 0,
            totals: PartTotals::default(),
            kept: Vec::new(),
        }
    }

    /// Sorts the rows of a page: its data rows are in `kept`, the rejected ones come back.
    pub(crate) fn sort(&mut self, page: &Page) -> Vec<Rejected> {
        let mut rejected = Vec::new();
        self.kept.clear();
        for (index, mark) in page.rows.iter().enumerate() {
            match self.judge(page, index, mark) {
                Verdict::Header => self.totals.headers += 1,
                Verdict::Data => {
                    self.row += 1;
                    let cells = page.cells_of(index).len() as u32;
                    self.kept.push(Kept { first: mark.first, cells, row: self.row, line: mark.line });
                }
                Verdict::Bad(reason) => {
                    self.row += 1;
                    let (row, part, line) = (self.row, self.part, mark.line);
                    rejected.push(Rejected { row, part, line, text: page.verbatim(index), reason });
                }
            }
        }
        self.totals.blank += page.blank;
        self.totals.rows += (self.kept.len() + rejected.len()) as u64;
        self.totals.rejected += rejected.len() as u64;
        rejected
    }

    fn judge(&mut self, page: &Page, index: usize, mark: &RowMark) -> Verdict {
        if mark.line <= self.header_row {
            return Verdict::Header;
        }
        if let Some(reason) = page.reason_of(mark) {
            return Verdict::Bad(reason.to_owned());
        }
        let cells = page.cells_of(index);
        let key = self.key_of(page, cells);
        // Only a row without a whole number can be a total, a repeated header or half of a torn row.
        let whole = is_whole(key);
        if !whole || cells.len() != self.width {
            if self.is_header_again(page, cells) {
                return Verdict::Header;
            }
            let first = cells.iter().map(|cell| cell.of(&page.text)).find(|cell| !is_blank(cell));
            if !whole && first.is_some_and(is_footer) {
                return Verdict::Bad("合计或表尾说明，不是数据行".to_owned());
            }
            if self.delimited
                && let Some(reason) = self.wrong_width(page, index, cells)
            {
                return Verdict::Bad(reason);
            }
        }
        Verdict::Data
    }

    fn key_of<'a>(&self, page: &'a Page, cells: &[Span]) -> &'a str {
        self.key.and_then(|column| cells.get(column)).map_or("", |cell| cell.of(&page.text))
    }

    fn is_header_again(&self, page: &Page, cells: &[Span]) -> bool {
        let mut same = 0;
        for (cell, header) in cells.iter().zip(&self.headers) {
            let cell = cell.of(&page.text).trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            if !cell.is_empty() {
                if cell != header {
                    return false;
                }
                same += 1;
            }
        }
        same > 0
    }

    fn wrong_width(&mut self, page: &Page, index: usize, cells: &[Span]) -> Option<String> {
        let (have, want) = (cells.len(), self.width);
        if have > want {
            let extra = cells.get(want..).unwrap_or(&[]);
            let blank = extra.iter().all(|cell| is_blank(cell.of(&page.text)));
            return (!blank).then(|| format!("有{have}格，表头只有{want}列，内容里可能混入了分隔符"));
        }
        if have == want {
            return None;
        }
        // Two short lines that make one row, the second without a number of its own.
        let halves = |first: Option<usize>, second: usize| {
            let cells = |index: usize| page.cells_of(index).len();
            first.is_some_and(|first| {
                cells(first) < want && cells(second) < want && cells(first) + cells(second) == want + 1
            }) && !is_whole(self.key_of(page, page.cells_of(second)))
        };
        let reason = format!("只有{have}格，表头有{want}列");
        if halves(index.checked_sub(1), index) || index + 1 < page.rows.len() && halves(Some(index), index + 1) {
            return Some(format!("{reason}，像是被换行拆成了两行"));
        }
        if page.torn && index + 1 == page.rows.len() && self.short == 0 {
            return Some(format!("{reason}，文件在这一行中间断了"));
        }
        if have <= self.needed {
            return Some(reason);
        }
        self.short += 1;
        None
    }
}

/// Whether a key cell holds a number as long as a citizen's or a unit's.
fn is_whole(key: &str) -> bool {
    key.len() >= 15 && key.is_ascii()
}
