//! What a number field says.

use super::fold::Folded;
use super::{CitizenNumber, NumberText, shape};
use crate::standard::certificate::{self, Certificate};
use crate::standard::placeholder;

/// How a number field reads. The discriminants are codes in Arrow columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum NumberForm {
    /// Nothing is written.
    Blank = 0,
    /// Something that stands for nothing: 无, 0, -, 000000…, 不详 (the table `standard/placeholders.toml`).
    Placeholder = 1,
    /// A valid number, exactly as the standard writes it.
    Exact = 2,
    /// A valid number once width, case, spaces, quotes, dashes and the like are folded away.
    Normalised = 3,
    /// A valid number of 15 digits, upgraded to 18.
    Upgraded = 4,
    /// Cut by a spreadsheet to 15 or 16 sure digits: `612401198503120000`, `6.12401E+17`.
    Truncated = 5,
    /// Anything else that may have been a citizen number: wrong check character, impossible date, a digit lost or added.
    Damaged = 6,
    /// The number of a certificate that is no citizen number, by its type or shape. It is never repaired.
    OtherCertificate = 7,
}

impl NumberForm {
    /// The form of a code in an Arrow column.
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Blank,
            1 => Self::Placeholder,
            2 => Self::Exact,
            3 => Self::Normalised,
            4 => Self::Upgraded,
            5 => Self::Truncated,
            6 => Self::Damaged,
            7 => Self::OtherCertificate,
            _ => return None,
        })
    }

    /// The code in an Arrow column.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Whether the field holds a citizen number that is valid as it reads.
    pub const fn is_valid(self) -> bool {
        matches!(self, Self::Exact | Self::Normalised | Self::Upgraded)
    }

    /// What a clerk would say of it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Blank => "空白",
            Self::Placeholder => "占位内容",
            Self::Exact => "有效",
            Self::Normalised => "规范后有效",
            Self::Upgraded => "15位升18位",
            Self::Truncated => "被电子表格截断",
            Self::Damaged => "有误",
            Self::OtherCertificate => "其他证件",
        }
    }
}

/// A number field, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberReading {
    /// How it reads.
    pub form: NumberForm,
    /// The citizen number; only of the forms `Exact`, `Normalised` and `Upgraded`.
    pub number: Option<CitizenNumber>,
    /// What is written, normalised. Of a valid number its 18 characters (15 where it was upgraded);
    /// of a number in scientific notation its digits, filled with zeros.
    pub text: NumberText,
}

/// Reads a number field as a department wrote it. `certificate_type` is what stands beside it, a code or words
/// (the table `standard/certificate_types.toml`); one that the table does not know is left out of account.
///
/// A text that is a valid citizen number reads as one whatever the type beside it says. Nothing is guessed here:
/// a damaged number stays damaged, and who it belongs to is the linkage's question.
/// Called for every row of every extract: no allocation, and a few nanoseconds for 18 clean characters.
pub fn read_number(raw: &str, certificate_type: Option<&str>) -> NumberReading {
    if let Ok(clean) = <&[u8; 18]>::try_from(raw.as_bytes())
        && let Some(number) = CitizenNumber::parse(clean)
        && !placeholder::is_impossible_area(number.area())
    {
        return NumberReading { form: NumberForm::Exact, number: Some(number), text: NumberText::of_number(clean) };
    }
    read_folded(&Folded::read(raw), certificate_type.map_or(Certificate::Unstated, certificate::read))
}

fn read_folded(folded: &Folded, certificate: Certificate) -> NumberReading {
    let (plain, core) = (folded.plain(), folded.core());
    let of = |form, text| NumberReading { form, number: None, text };
    if plain.is_empty() {
        return of(if folded.marks { NumberForm::Placeholder } else { NumberForm::Blank }, core);
    }
    if placeholder::is_placeholder(plain, core.as_bytes(), certificate == Certificate::Other) {
        return of(NumberForm::Placeholder, core);
    }
    if let Some(number) = shape::whole(core.as_bytes()).or_else(|| shape::within(plain)) {
        return NumberReading { form: NumberForm::Normalised, number: Some(number), text: number.into() };
    }
    if certificate == Certificate::Other || certificate::has_shape_of_other(plain, core.as_bytes()) {
        return of(NumberForm::OtherCertificate, core);
    }
    let (digits, sure) = match shape::from_float(plain) {
        Some(float) => (float.digits, float.sure),
        None => (core, usize::MAX),
    };
    if sure < digits.len() {
        return of(NumberForm::Truncated, digits);
    }
    if let Some(number) = shape::whole(digits.as_bytes()) {
        return NumberReading { form: NumberForm::Normalised, number: Some(number), text: number.into() };
    }
    if let Some(number) = shape::upgrade(digits.as_bytes()) {
        return NumberReading { form: NumberForm::Upgraded, number: Some(number), text: digits };
    }
    of(if shape::is_truncated(digits.as_bytes()) { NumberForm::Truncated } else { NumberForm::Damaged }, digits)
}
