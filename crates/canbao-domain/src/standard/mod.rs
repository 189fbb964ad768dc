//! The data standard, as data: code tables and items, `standard/*.toml`, compiled in.
//!
//! What a department writes differs by system, so a table is a default: a profile or a city file may map a source's
//! own codes onto it, and a city may put edited files over the built-in ones ([`Standard::with`]).

pub mod certificate;
mod error;
mod item;
mod load;
pub(crate) mod placeholder;
mod table;

use std::sync::LazyLock;

pub use error::StandardError;
pub use item::{Breach, Check, Form, Group, Item, Items, Owner, Record, Unknowns, Verdict, Wins};
pub use load::Standard;
pub(crate) use table::fold;
pub use table::{Change, Codes, Difference, EditError, Entry, Line, Move, Table};

/// The items that the program comes with.
pub fn items() -> &'static Items {
    Standard::embedded().items()
}

/// Whether a value is one that an item of the built-in standard may have; see [`Standard::check`].
pub fn check<'a>(item: &'a Item, value: &str) -> Verdict<'a> {
    Standard::embedded().check(item, value)
}

/// Declares the embedded tables; a table is called as its file.
macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $(
            $(#[$doc])*
            pub fn $name() -> &'static Table {
                static TABLE: LazyLock<Table> = LazyLock::new(|| {
                    Table::embedded(
                        stringify!($name),
                        include_str!(concat!("../../standard/", stringify!($name), ".toml")),
                    )
                });
                &TABLE
            }
        )+

        /// Every table that the program comes with, in the order of the dictionary.
        pub fn tables() -> [&'static Table; [$(stringify!($name)),+].len()] {
            [$($name()),+]
        }
    };
}

tables! {
    /// 性别, GB/T 2261.1.
    sexes;
    /// 民族, GB/T 3304-1991.
    ethnic_groups;
    /// 证件类型 (AAC058), grouped by whether the number is a citizen number.
    certificate_types;
    /// 户口性质 (AAC009).
    hukou;
    /// 与户主关系, GB/T 4761-2008.
    relations;
    /// 人口状态 of a row of a population file: [`Life`](crate::code::Life).
    population_statuses;
    /// 数据种类: [`SourceKind`](crate::source::SourceKind), grouped by who supplies them.
    source_kinds;
    /// 险种 (AAE140), grouped by insurance.
    schemes;
    /// 参保状态 (AAC008): [`Status`](crate::code::Status).
    statuses;
    /// 待遇状态: [`Benefit`](crate::code::Benefit).
    benefits;
    /// 中断终止原因 (AAE160), grouped by what follows.
    interruptions;
    /// 单位类型 (AAB019).
    unit_types;
    /// 单位登记状态: [`Status`](crate::code::Status) of an employer.
    unit_statuses;
    /// 人口类别: [`Population`](crate::rules::Population).
    populations;
    /// 生存状态: [`PersonLife`](crate::rules::PersonLife).
    lives;
    /// 参保情况: [`InsuranceState`](crate::rules::InsuranceState).
    insurance_states;
    /// 人员类别: [`Category`](crate::rules::Category).
    categories;
    /// Why a person is not confirmed: codes and texts of [`Reason`](crate::rules::Reason).
    reasons;
    /// 单位类别: [`UnitCategory`](crate::rules::UnitCategory).
    unit_categories;
    /// 问题种类 of a run's findings.
    finding_kinds;
    /// 入户核实结果, a city's own.
    survey_outcomes;
    /// 未参保原因, a city's own.
    uninsured_reasons;
    /// Former codes of counties (GB/T 2260); the group is the code of today.
    area_changes;
}
