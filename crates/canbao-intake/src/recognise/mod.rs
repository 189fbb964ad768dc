//! What a file is, and what its columns mean.

pub(crate) mod content;
pub(crate) mod format;
pub(crate) mod layout;
pub(crate) mod look;
pub(crate) mod plan;
pub(crate) mod sample;
pub(crate) mod table;

pub use format::Format;
pub(crate) use layout::Layout;
