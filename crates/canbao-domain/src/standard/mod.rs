//! The code tables of the field, as data: `standard/*.toml`, compiled in.
//!
//! What a department writes differs by system, so a table is a default: a profile or a city file may map a source's
//! own codes onto it.

pub mod certificate;
pub(crate) mod placeholder;
mod table;

use std::sync::LazyLock;

pub(crate) use table::fold;
pub use table::{Entry, Table};

/// Declares the embedded tables.
macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident = $file:literal;)+) => {
        $(
            $(#[$doc])*
            pub fn $name() -> &'static Table {
                static TABLE: LazyLock<Table> = LazyLock::new(|| {
                    Table::embedded(include_str!(concat!("../../standard/", $file)))
                });
                &TABLE
            }
        )+

        /// Every table with its file's name.
        pub fn tables() -> [(&'static str, &'static Table); [$($file),+].len()] {
            [$(($file, $name())),+]
        }
    };
}

tables! {
    /// 性别, GB/T 2261.1.
    sexes = "sexes.toml";
    /// 民族, GB/T 3304-1991.
    ethnic_groups = "ethnic_groups.toml";
    /// 户口性质 (AAC009).
    hukou = "hukou.toml";
    /// 与户主关系, GB/T 4761-2008.
    relations = "relations.toml";
    /// 险种 (AAE140), grouped by insurance.
    schemes = "schemes.toml";
    /// 单位类型 (AAB019).
    unit_types = "unit_types.toml";
    /// 中断终止原因 (AAE160), grouped by what follows.
    interruptions = "interruptions.toml";
    /// Former codes of counties (GB/T 2260); the group is the code of today.
    area_changes = "area_changes.toml";
    /// Why a person is not confirmed: codes and texts of [`Reason`](crate::rules::Reason).
    reasons = "reasons.toml";
}
