//! What a comparison tells while it runs.

/// Listens to a comparison; the program shows bars, lines or JSON.
pub trait Progress: Sync {
    /// A stage begins: `read`, `identify`, `link`, `classify`, `write`; with its number of rows where known.
    fn stage(&self, name: &'static str, total: Option<u64>);
    /// So many more rows of the stage are done.
    fn advance(&self, rows: u64);
    /// The stage is over.
    fn done(&self);
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &'static str, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn done(&self) {}
}
