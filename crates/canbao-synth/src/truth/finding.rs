//! Kinds of finding.

use canbao_domain::source::SourceKind;

use crate::city::person::NONE;

/// A kind of finding; the names are the contract's.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    DuplicatePension,
    DuplicateMedical,
    DuplicateBenefit,
    DeceasedEnrolled,
    MovedOutEnrolled,
    SeveralNumbers,
    SharedNumber,
    AssistedUninsured,
    DuplicateRow,
    NumberOfAnother,
    NameDiffers,
    BirthDiffers,
    SexDiffers,
    FieldMissing,
    RowUnresolved,
    RowRejected,
    UnitUninsured,
    UnitUnregistered,
}

impl Kind {
    /// The contract's name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Kind::DuplicatePension => "duplicate-pension",
            Kind::DuplicateMedical => "duplicate-medical",
            Kind::DuplicateBenefit => "duplicate-benefit",
            Kind::DeceasedEnrolled => "deceased-enrolled",
            Kind::MovedOutEnrolled => "moved-out-enrolled",
            Kind::SeveralNumbers => "several-numbers",
            Kind::SharedNumber => "shared-number",
            Kind::AssistedUninsured => "assisted-uninsured",
            Kind::DuplicateRow => "duplicate-row",
            Kind::NumberOfAnother => "number-of-another",
            Kind::NameDiffers => "name-differs",
            Kind::BirthDiffers => "birth-differs",
            Kind::SexDiffers => "sex-differs",
            Kind::FieldMissing => "field-missing",
            Kind::RowUnresolved => "row-unresolved",
            Kind::RowRejected => "row-rejected",
            Kind::UnitUninsured => "unit-uninsured",
            Kind::UnitUnregistered => "unit-unregistered",
        }
    }
}

/// A finding: of a person, of a row, or of an employer.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) kind: Kind,
    /// Whose; [`NONE`] where nobody can know, and of employers.
    pub(crate) person: u32,
    pub(crate) source: Option<SourceKind>,
    /// 1-based data row; 0 of a person.
    pub(crate) row: u32,
    /// The employer; [`NONE`] of others.
    pub(crate) unit: u32,
}

impl Finding {
    /// Of a person.
    pub(crate) fn person(kind: Kind, person: u32) -> Self {
        Finding { kind, person, source: None, row: 0, unit: NONE }
    }
}

/// Somebody to visit: a person, or an insurance row of nobody known.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Visit {
    /// [`NONE`] where nobody can know.
    pub(crate) person: u32,
    pub(crate) category: &'static str,
    /// The row, of an unresolved one and of a person without a readable number.
    pub(crate) source: Option<SourceKind>,
    pub(crate) row: u32,
}
