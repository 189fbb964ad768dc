//! Whether a cell is what its field should be.

use std::collections::BTreeMap;

use canbao_domain::credit::CreditCode;
use canbao_domain::date::{Date, Month};
use canbao_domain::number::{NumberForm, read_number};
use canbao_domain::source::Field;

use crate::page::is_blank;
use crate::profile::{CodeTable, UNKNOWN};

/// Distinct unknown words of a column that are kept.
const WORDS_MAX: usize = 200;

/// Counts what a column holds.
pub(super) struct Check {
    pub(super) field: Option<Field>,
    table: Option<CodeTable>,
    pub(super) blank: u64,
    pub(super) invalid: u64,
    pub(super) forms: BTreeMap<&'static str, u64>,
    pub(super) unknown: BTreeMap<String, u64>,
}

impl Check {
    pub(super) fn new(field: Option<Field>, table: Option<CodeTable>) -> Self {
        Self { field, table, blank: 0, invalid: 0, forms: BTreeMap::new(), unknown: BTreeMap::new() }
    }

    /// Counts a cell.
    pub(super) fn add(&mut self, cell: &str) {
        if is_blank(cell) {
            self.blank += 1;
            return;
        }
        if let Some(table) = &mut self.table {
            if table.read(cell) == UNKNOWN {
                self.invalid += 1;
                if self.unknown.len() < WORDS_MAX || self.unknown.contains_key(cell) {
                    *self.unknown.entry(cell.to_owned()).or_insert(0) += 1;
                }
            }
            return;
        }
        if self.field == Some(Field::Number) {
            let form = read_number(cell, None).form;
            *self.forms.entry(form_name(form)).or_insert(0) += 1;
            let sound = matches!(
                form,
                NumberForm::Exact | NumberForm::Normalised | NumberForm::Upgraded | NumberForm::OtherCertificate
            );
            self.invalid += u64::from(!sound);
        } else if self.field.is_some_and(|field| !is_sound(field, cell)) {
            self.invalid += 1;
        }
    }
}

fn is_sound(field: Field, cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    match field {
        Field::BirthDate => Date::parse(cell).is_some(),
        Field::Since => Month::parse(cell).is_some(),
        Field::AreaCode => matches!(cell.trim().len(), 6 | 9 | 12) && digits == cell.trim().len(),
        Field::Phone => (7..=24).contains(&digits),
        Field::CreditCode => CreditCode::read(cell).is_some(),
        _ => true,
    }
}

fn form_name(form: NumberForm) -> &'static str {
    match form {
        NumberForm::Blank => "空白",
        NumberForm::Placeholder => "占位（无、0等）",
        NumberForm::Exact => "正确",
        NumberForm::Normalised => "去除空格、全角等后正确",
        NumberForm::Upgraded => "15位",
        NumberForm::Truncated => "被表格软件截断",
        NumberForm::Damaged => "有错",
        NumberForm::OtherCertificate => "其他证件",
    }
}
