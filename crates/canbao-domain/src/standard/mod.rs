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
    /// Why a person is not confirmed: codes and texts of [`Reason`](crate::rules::Reason).
    reasons = "reasons.toml";
}
