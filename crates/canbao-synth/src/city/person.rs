//! A person of the city, as they really are.

use canbao_domain::code::{Benefit, Status};
use canbao_domain::date::Date;
use canbao_domain::source::SourceKind;

use super::name::Name;
use super::place::{NO_POOL, NOWHERE};

/// No person, no household, no employer.
pub(crate) const NONE: u32 = u32::MAX;

/// What became of somebody.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Life {
    #[default]
    Alive,
    Dead,
    MovedOut,
}

/// Which population file holds somebody.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Register {
    /// The household register.
    #[default]
    Household,
    /// The file of residents without hukou here.
    Nonlocal,
    /// Both: hukou in one county, home in another.
    Both,
    /// Neither: insured here only.
    Neither,
}

/// What somebody is to the head of their household.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Relation {
    #[default]
    Head,
    Spouse,
    Son,
    Daughter,
    Father,
    Mother,
    DaughterInLaw,
    Grandson,
    Granddaughter,
}

impl Relation {
    /// As the register writes it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Relation::Head => "户主",
            Relation::Spouse => "配偶",
            Relation::Son => "子",
            Relation::Daughter => "女",
            Relation::Father => "父亲",
            Relation::Mother => "母亲",
            Relation::DaughterInLaw => "儿媳",
            Relation::Grandson => "孙子",
            Relation::Granddaughter => "孙女",
        }
    }
}

/// The certificate that somebody holds.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// A citizen number.
    #[default]
    Citizen,
    Passport,
    HongKong,
    Taiwan,
    Foreigner,
}

impl Certificate {
    /// As files write the type.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Certificate::Citizen => "居民身份证",
            Certificate::Passport => "外国护照",
            Certificate::HongKong => "港澳居民来往内地通行证",
            Certificate::Taiwan => "台湾居民来往大陆通行证",
            Certificate::Foreigner => "外国人永久居留身份证",
        }
    }
}

/// One enrolment.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The scheme.
    pub(crate) kind: SourceKind,
    pub(crate) status: Status,
    pub(crate) benefit: Benefit,
    /// The county of the pooling area, where the source has a column for it.
    pub(crate) pool: u8,
    /// The village under which the scheme has the person.
    pub(crate) village: u16,
    /// The employer's index, or [`NONE`].
    pub(crate) unit: u32,
    /// Months since year 0.
    pub(crate) since: u16,
}

impl Slot {
    /// Live: normal, or drawing the benefit.
    pub(crate) fn is_live(&self) -> bool {
        self.status == Status::Normal || self.benefit == Benefit::Drawing
    }
}

/// Bits of [`Person::traits`].
pub(crate) mod traits {
    /// One of twins.
    pub(crate) const TWIN: u16 = 1;
    /// Shares a number with somebody else.
    pub(crate) const SHARED: u16 = 1 << 1;
    /// No file holds a readable number.
    pub(crate) const NUMBERLESS: u16 = 1 << 2;
    /// Somebody else has the same name and birthday.
    pub(crate) const NAMESAKE: u16 = 1 << 3;
    /// On subsistence, on the five guarantees, disabled.
    pub(crate) const SUBSISTENCE: u16 = 1 << 5;
    pub(crate) const FIVE_GUARANTEES: u16 = 1 << 6;
    pub(crate) const DISABLED: u16 = 1 << 7;
    /// Other insurances of employees.
    pub(crate) const UNEMPLOYMENT: u16 = 1 << 8;
    pub(crate) const WORK_INJURY: u16 = 1 << 9;
    pub(crate) const MATERNITY: u16 = 1 << 10;
    /// Insured elsewhere, says the upper level: pension, medical.
    pub(crate) const PENSION_ELSEWHERE: u16 = 1 << 11;
    pub(crate) const MEDICAL_ELSEWHERE: u16 = 1 << 12;
}

/// A person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// The citizen number's first 17 digits; 0 for holders of other certificates.
    pub(crate) body: u64,
    /// The same of a former or second number, else 0.
    pub(crate) former: u64,
    pub(crate) name: Name,
    /// A former given name, else `'\0'`.
    pub(crate) former_given: [char; 2],
    pub(crate) birth: Date,
    pub(crate) household: u32,
    /// A relative in the same household, or [`NONE`].
    pub(crate) kin: u32,
    /// Where the hukou is (of nonlocal residents: the home).
    pub(crate) village: u16,
    /// Where somebody who stands in both population files lives.
    pub(crate) seat: u16,
    /// 1 male, 2 female (GB/T 2261.1).
    pub(crate) sex: u8,
    /// Index into the list of ethnic groups.
    pub(crate) ethnic: u8,
    /// Rural hukou (农业)?
    pub(crate) rural: bool,
    pub(crate) certificate: Certificate,
    pub(crate) relation: Relation,
    pub(crate) register: Register,
    pub(crate) life: Life,
    pub(crate) traits: u16,
    pub(crate) pension: [Option<Slot>; 2],
    pub(crate) medical: [Option<Slot>; 2],
}

impl Default for Person {
    fn default() -> Self {
        Person {
            body: 0,
            former: 0,
            name: Name::default(),
            former_given: ['\0'; 2],
            birth: Date(0),
            household: NONE,
            kin: NONE,
            village: NOWHERE,
            seat: NOWHERE,
            sex: 1,
            ethnic: 0,
            rural: true,
            certificate: Certificate::Citizen,
            relation: Relation::Head,
            register: Register::Household,
            life: Life::Alive,
            traits: 0,
            pension: [None; 2],
            medical: [None; 2],
        }
    }
}

impl Person {
    /// Does the person have all of these traits?
    pub(crate) fn is(&self, traits: u16) -> bool {
        self.traits & traits == traits
    }

    /// Holds a certificate that is no citizen number.
    pub(crate) fn is_foreign(&self) -> bool {
        self.certificate != Certificate::Citizen
    }

    /// Stands in a population file, alive and present.
    pub(crate) fn is_present(&self) -> bool {
        self.life == Life::Alive && self.register != Register::Neither
    }

    /// All enrolments.
    pub(crate) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.pension.iter().chain(&self.medical).flatten()
    }
}

impl Default for Slot {
    fn default() -> Self {
        Slot {
            kind: SourceKind::ResidentPension,
            status: Status::Normal,
            benefit: Benefit::Blank,
            pool: NO_POOL,
            village: NOWHERE,
            unit: NONE,
            since: 2010 * 12,
        }
    }
}
