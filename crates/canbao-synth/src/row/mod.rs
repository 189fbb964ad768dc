//! Rows as departments hand them over: what is written of a person, and how it is damaged.

pub(crate) mod birth;
pub(crate) mod damage;
pub(crate) mod hand;
pub(crate) mod mend;
pub(crate) mod name;
pub(crate) mod number;
pub(crate) mod order;

use canbao_domain::code::{Benefit, Status};
use canbao_domain::source::SourceKind;

use crate::city::person::NONE;
use crate::city::place::{NO_POOL, NOWHERE};
use crate::random::Random;

/// How the number is written.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum NumberForm {
    #[default]
    Plain,
    LowerX,
    FullWidth,
    Spaces,
    Quote,
    Fifteen,
    /// 残疾人证号: the number and two digits.
    Disability,
    OneDigit,
    Swapped,
    Blank,
    Placeholder,
    Float,
    Exponent,
    CheckOnly,
    TwoDigits,
    BirthPart,
    AreaPart,
    Length,
    Relative,
    Former,
    /// The name stands here, and the number in the name's column.
    Columns,
}

impl NumberForm {
    /// Reads as the person's own number.
    pub(crate) fn is_readable(self) -> bool {
        matches!(
            self,
            NumberForm::Plain
                | NumberForm::LowerX
                | NumberForm::FullWidth
                | NumberForm::Spaces
                | NumberForm::Quote
                | NumberForm::Fifteen
                | NumberForm::Disability
        )
    }

    /// Says nothing, or next to nothing, about the number.
    pub(crate) fn is_lost(self) -> bool {
        matches!(
            self,
            NumberForm::Blank
                | NumberForm::Placeholder
                | NumberForm::Exponent
                | NumberForm::Float
                | NumberForm::Columns
        )
    }
}

/// How the name is written.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum NameForm {
    #[default]
    Plain,
    Spaces,
    /// Another of the middle dots.
    Dot,
    Variant,
    Homophone,
    MissingCharacter,
    Question,
    PrivateUse,
    Pinyin,
    /// The name before it changed.
    Former,
    Reversed,
    /// 王某
    Anonymous,
    Placeholder,
    Blank,
    /// The number stands here.
    Columns,
}

impl NameForm {
    /// The person's own name once it is normalised.
    pub(crate) fn is_right(self) -> bool {
        matches!(self, NameForm::Plain | NameForm::Spaces | NameForm::Dot | NameForm::Variant)
    }

    /// No name at all.
    pub(crate) fn is_blank(self) -> bool {
        matches!(self, NameForm::Blank | NameForm::Placeholder)
    }
}

/// How the birth date is written.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum BirthForm {
    #[default]
    Plain,
    /// By the lunar calendar.
    Lunar,
    /// Off by one or ten days.
    Day,
    /// Off by a year or ten.
    Year,
    /// Day and month swapped.
    DayMonth,
    /// As the former number has it.
    Former,
    Blank,
}

/// Bits of [`Row::flags`].
pub(crate) mod flags {
    pub(crate) const NO_SEX: u16 = 1;
    pub(crate) const WRONG_SEX: u16 = 1 << 1;
    /// The village's code is none any more.
    pub(crate) const GONE: u16 = 1 << 2;
    /// Nothing is left by which to find the person.
    pub(crate) const HOPELESS: u16 = 1 << 3;
    /// Too few, too many columns.
    pub(crate) const SHORT: u16 = 1 << 4;
    pub(crate) const LONG: u16 = 1 << 5;
    /// A comma or line break in the address.
    pub(crate) const ODD_ADDRESS: u16 = 1 << 6;
    /// Of `elsewhere`: medical, not pension.
    pub(crate) const MEDICAL: u16 = 1 << 7;
}

/// A data row of a person source.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Row {
    pub(crate) person: u32,
    /// 1-based within its source.
    pub(crate) number: u32,
    pub(crate) unit: u32,
    /// As written; [`NOWHERE`] where blank.
    pub(crate) village: u16,
    pub(crate) since: u16,
    pub(crate) flags: u16,
    pub(crate) kind: SourceKind,
    /// Which file or sheet of the source.
    pub(crate) part: u8,
    /// Tells rows of one person in one source apart.
    pub(crate) copy: u8,
    /// The county in the pooling area's column; [`NO_POOL`] where the source has none.
    pub(crate) pool: u8,
    pub(crate) form: NumberForm,
    pub(crate) name: NameForm,
    pub(crate) birth: BirthForm,
    pub(crate) status: Status,
    pub(crate) benefit: Benefit,
}

impl Row {
    /// A clean row.
    pub(crate) fn new(person: u32, kind: SourceKind) -> Self {
        Row {
            person,
            number: 0,
            unit: NONE,
            village: NOWHERE,
            since: 0,
            flags: 0,
            kind,
            part: 0,
            copy: 0,
            pool: NO_POOL,
            form: NumberForm::Plain,
            name: NameForm::Plain,
            birth: BirthForm::Plain,
            status: Status::Normal,
            benefit: Benefit::Blank,
        }
    }

    /// Has the row any of these flags?
    pub(crate) fn has(&self, flags: u16) -> bool {
        self.flags & flags != 0
    }

    /// Cannot be read: too few or too many columns.
    pub(crate) fn is_ragged(&self) -> bool {
        self.has(flags::SHORT | flags::LONG)
    }

    /// The row's own stream of draws; `salt` tells uses apart. It depends on whose row it is,
    /// not on where it stands: next month's extract has the same slips.
    pub(crate) fn random(&self, seed: u64, salt: u64) -> Random {
        let stream = 1000 + (salt << 16) + (u64::from(self.kind.code()) << 8) + u64::from(self.copy);
        Random::of(seed, stream, u64::from(self.person))
    }
}

/// Has the source a column for the birth date?
pub(crate) fn has_birth(kind: SourceKind) -> bool {
    !matches!(kind, SourceKind::Subsistence | SourceKind::Disability | SourceKind::Elsewhere)
}

/// Has the source a column for the sex?
pub(crate) fn has_sex(kind: SourceKind) -> bool {
    has_birth(kind)
}

/// Has the source a column for the village's code?
pub(crate) fn has_village(kind: SourceKind) -> bool {
    matches!(
        kind,
        SourceKind::ResidentPension
            | SourceKind::ResidentMedical
            | SourceKind::RuralMedical
            | SourceKind::HouseholdRegister
            | SourceKind::NonlocalResidents
            | SourceKind::Subsistence
            | SourceKind::Disability
    )
}

/// Has the source a column for the pooling area?
pub(crate) fn has_pool(kind: SourceKind) -> bool {
    matches!(
        kind,
        SourceKind::EmployeePension
            | SourceKind::EmployeeMedical
            | SourceKind::Unemployment
            | SourceKind::WorkInjury
            | SourceKind::Maternity
    )
}

/// Is the source a text file, whose rows can be ragged?
pub(crate) fn is_text(kind: SourceKind) -> bool {
    matches!(
        kind,
        SourceKind::EmployeePension
            | SourceKind::ResidentPension
            | SourceKind::EmployeeMedical
            | SourceKind::ResidentMedical
            | SourceKind::HouseholdRegister
            | SourceKind::Disability
    )
}
