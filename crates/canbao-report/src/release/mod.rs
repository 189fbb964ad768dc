//! What leaves the office (对外发布): counts of few are withheld, and so is what would give them away.

mod distance;
mod exchange;
mod lay;
mod pattern;
mod scene;
mod table;

pub use pattern::Pattern;
pub use scene::{Node, Scene, Unit};
pub use table::{BY, Release, Told};
