//! The outcome.

use std::fmt;

use canbao_domain::number::CitizenNumber;

/// Who of the asker's people is insured with the answerer. `Debug` shows counts only.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// Ascending.
    pub numbers: Vec<CitizenNumber>,
    /// How many people were asked about.
    pub asked: usize,
    /// How many insured people the answerer said it has.
    pub held: usize,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found")
            .field("found", &self.numbers.len())
            .field("asked", &self.asked)
            .field("held", &self.held)
            .finish()
    }
}
