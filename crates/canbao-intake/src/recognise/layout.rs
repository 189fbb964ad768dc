//! Where the header stands, and which column is which field.

use std::collections::BTreeMap;

use canbao_domain::source::Field;

use super::sample::SampleRow;
use crate::page::is_blank;
use crate::profile::{Header, Profile, word};

/// How a part's rows are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The 1-based line of the header's last row; rows up to it are no data. 0: no header.
    pub(crate) header_row: i64,
    /// The header of each column, as written.
    pub(crate) headers: Vec<String>,
    /// The field of each column.
    pub(crate) fields: Vec<Option<Field>>,
    /// Whether the birth dates are a worksheet's bare serial numbers.
    pub(crate) serials: bool,
}

/// Rows among which the header is looked for: titles and notes above it are few.
const HEADER_ROWS: usize = 60;

impl Layout {
    /// The column of a field.
    pub(crate) fn column_of(&self, field: Field) -> Option<usize> {
        self.fields.iter().position(|known| *known == Some(field))
    }

    /// How many columns have a field.
    pub(crate) fn known(&self) -> usize {
        self.fields.iter().flatten().count()
    }

    /// Whether a row can be told by it: it has a name or a number.
    pub(crate) fn is_usable(&self) -> bool {
        [Field::Number, Field::Name, Field::CreditCode, Field::RegistrationNumber]
            .into_iter()
            .any(|field| self.column_of(field).is_some())
    }
}

/// What a source's own settings say of columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) header_row: Option<u32>,
    pub(crate) columns: &'a BTreeMap<String, Field>,
    /// Whether headers may be cut at ten bytes, as in a DBF.
    pub(crate) cut: bool,
}

/// The layout of a part by its header; `None` where no row looks like one.
pub(crate) fn by_header(profile: &Profile, wish: Wish<'_>, sample: &[SampleRow]) -> Option<Layout> {
    if wish.header_row == Some(0) {
        return None;
    }
    if let Some(row) = wish.header_row {
        let at = sample.iter().position(|sampled| sampled.line == i64::from(row))?;
        return Some(map(profile, wish, sample, at, 1)).filter(Layout::is_usable);
    }
    let mut best: Option<(usize, Layout)> = None;
    for at in 0..sample.len().min(HEADER_ROWS) {
        for rows in 1..=2 {
            let Some(last) = sample.get(at + rows - 1) else { break };
            if last.cells.iter().any(|cell| looks_like_value(cell)) {
                break;
            }
            let layout = map(profile, wish, sample, at + rows - 1, rows);
            let known = layout.known();
            let filled = layout.headers.iter().filter(|header| !is_blank(header)).count();
            let enough = layout.is_usable() && (known >= 2 || filled <= 2);
            if enough && best.as_ref().is_none_or(|(most, _)| known > *most) {
                best = Some((known, layout));
            }
        }
    }
    best.map(|(_, layout)| layout)
}

/// A header holds words; a citizen number, or a longer number by itself, is a value.
fn looks_like_value(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    digits >= 14 || digits >= 6 && digits == cell.trim().len()
}

/// Maps the columns of the header that ends at sample row `at` and has `rows` rows.
fn map(profile: &Profile, wish: Wish<'_>, sample: &[SampleRow], at: usize, rows: usize) -> Layout {
    let mut headers: Vec<String> = Vec::new();
    for row in sample.iter().take(at + 1).skip(at + 1 - rows) {
        headers.resize(headers.len().max(row.cells.len()), String::new());
        for (header, cell) in headers.iter_mut().zip(&row.cells) {
            // Of two rows the lower is the finer, unless the cells are merged.
            if !is_blank(cell) {
                cell.trim().clone_into(header);
            }
        }
    }
    let header_row = sample.get(at).map_or(0, |row| row.line);
    let fields = assign(profile, wish, &headers);
    Layout { header_row, headers, fields, serials: false }
}

/// Gives each field its surest column.
pub(crate) fn assign(profile: &Profile, wish: Wish<'_>, headers: &[String]) -> Vec<Option<Field>> {
    let mut candidates = Vec::new();
    let parsed: Vec<Header> = headers.iter().map(|header| Header::new(header)).collect();
    for (column, header) in parsed.iter().enumerate() {
        if let Some(field) = wished(wish.columns, header, column) {
            candidates.push((0, column, field));
            continue;
        }
        for (field, rank) in profile.lookup(header) {
            candidates.push((rank + 1, column, *field));
        }
        if wish.cut
            && profile.lookup(header).is_empty()
            && let Some((field, rank)) = profile.lookup_cut(header)
        {
            candidates.push((rank + 1, column, field));
        }
    }
    candidates.sort_unstable();
    let mut fields = vec![None; headers.len()];
    for (_, column, field) in candidates {
        if let Some(slot) = fields.get(column)
            && slot.is_none()
            && !fields.contains(&Some(field))
            && let Some(slot) = fields.get_mut(column)
        {
            *slot = Some(field);
        }
    }
    pair(profile, &parsed, &mut fields);
    fields
}

/// What the city file says of a column: by its header, or by its place.
fn wished(columns: &BTreeMap<String, Field>, header: &Header, column: usize) -> Option<Field> {
    let found = columns.iter().find(|(key, _)| header.words().any(|known| known == word(key)));
    found.map(|(_, field)| *field).or_else(|| wished_at(columns, column))
}

/// What the city file says of a column by its place (`第3列`).
pub(crate) fn wished_at(columns: &BTreeMap<String, Field>, column: usize) -> Option<Field> {
    columns.get(&format!("第{}列", column + 1)).copied()
}

/// Where no column holds the person's own number, the number and name of the one who stands for them.
fn pair(profile: &Profile, headers: &[Header], fields: &mut [Option<Field>]) {
    if fields.contains(&Some(Field::Number)) {
        return;
    }
    let find = |words: &[String]| {
        headers.iter().position(|header| header.words().any(|known| words.iter().any(|word| word == known)))
    };
    for together in &profile.together {
        let (Some(number), Some(name)) = (find(&together.number), find(&together.name)) else { continue };
        for slot in fields.iter_mut().filter(|slot| **slot == Some(Field::Name)) {
            *slot = None;
        }
        for (column, field) in [(number, Field::Number), (name, Field::Name)] {
            if let Some(slot) = fields.get_mut(column) {
                *slot = Some(field);
            }
        }
        return;
    }
}
