//! What is to be done about an employer.

use super::Rules;
use super::category::words;
use crate::credit::{CreditCode, RegistrationNumber};
use crate::standard;

/// What is known of an employer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitFacts<'a> {
    /// Whether it stands in the business register.
    pub registered: bool,
    /// Whether the business register says that it is cancelled (注销).
    pub cancelled: bool,
    /// Whether it stands among the insured units.
    pub insured: bool,
    /// Its valid credit code.
    pub credit_code: Option<CreditCode>,
    /// Its old registration number.
    pub registration_number: Option<RegistrationNumber>,
    /// Its type, as written.
    pub unit_type: Option<&'a str>,
}

words! {
    /// What is to be done about an employer, first that holds.
    UnitCategory {
        /// Cancelled in the business register.
        Closed = "closed", "已注销";
        /// Insured, of a kind that the business register holds, and not in it.
        Unregistered = "unregistered", "参保但未登记";
        /// No valid code or number.
        Information = "information", "信息待核实";
        /// Exempt by the rule file.
        NotRequired = "not-required", "不要求参保";
        /// Registered and not insured.
        Uninsured = "uninsured", "未参保";
        /// Registered and insured.
        Confirmed = "confirmed", "已参保";
    }
}

impl Rules {
    /// Decides an employer's category.
    pub fn classify_unit(&self, unit: &UnitFacts) -> UnitCategory {
        if unit.cancelled {
            UnitCategory::Closed
        } else if unit.insured && !unit.registered && self.is_registrable(unit) {
            UnitCategory::Unregistered
        } else if unit.credit_code.is_none() && unit.registration_number.is_none() {
            UnitCategory::Information
        } else if unit.unit_type.is_some_and(|text| self.is_exempt(text)) {
            UnitCategory::NotRequired
        } else if !unit.insured {
            UnitCategory::Uninsured
        } else {
            UnitCategory::Confirmed
        }
    }

    /// Whether the business register holds employers of this kind.
    fn is_registrable(&self, unit: &UnitFacts) -> bool {
        match unit.credit_code {
            Some(code) => self.units.register_kinds.contains(&code.kind()),
            None => self.units.registration_numbers && unit.registration_number.is_some(),
        }
    }

    /// Whether employers of a type need not insure anybody.
    pub fn is_exempt(&self, unit_type: &str) -> bool {
        let folded = standard::fold(unit_type);
        self.units.exempt_types.contains(&folded)
    }
}
