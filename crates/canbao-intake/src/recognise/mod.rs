//! What a file is, and what its columns mean.

pub(crate) mod format;
pub(crate) mod layout;
pub(crate) mod sample;

pub use format::Format;
pub(crate) use layout::Layout;
