//! Damaged citizen numbers (GB 11643-1999): how a written text differs from a number, and which numbers it may have been.

mod compare;
mod repair;

pub use compare::compare;
pub use repair::{repairs, repairs_pair, repairs_two};

/// How a written text relates to a number, from the same to nothing; the order is total and the numbers are stable.
///
/// "Digit" includes the check character. A text that is itself a valid number is compared by its 17-digit body, since
/// its check character follows from it: it is `BirthDigits`, `AreaDigits`, `Sequence` or less, never `OneDigit`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum NumberAgreement {
    /// The same number, also as its 15-digit form or with something written behind it.
    Equal = 0,
    /// Only the check character differs.
    CheckOnly = 1,
    /// One digit of the body differs.
    OneDigit = 2,
    /// Two neighbouring digits are swapped.
    Swap = 3,
    /// A spreadsheet's or program's loss: the first 15 or more digits are the same and zeros, nothing, or the nearest
    /// floating-point number follow.
    Truncated = 4,
    /// One digit was lost or added.
    Shortened = 5,
    /// Differs within the birth date only (positions 7 to 14).
    BirthDigits = 6,
    /// Differs within the area only (positions 1 to 6).
    AreaDigits = 7,
    /// Two digits differ, elsewhere or in different parts.
    TwoDigits = 8,
    /// A valid number of the same area and birth date with another sequence: more likely somebody else's.
    Sequence = 9,
    /// Only the birth date is the same.
    SameBirth = 10,
    /// Nothing in common.
    Unrelated = 11,
    /// Nothing was written.
    Missing = 12,
}

impl NumberAgreement {
    /// Every agreement, in order.
    pub const ALL: [Self; 13] = [
        Self::Equal,
        Self::CheckOnly,
        Self::OneDigit,
        Self::Swap,
        Self::Truncated,
        Self::Shortened,
        Self::BirthDigits,
        Self::AreaDigits,
        Self::TwoDigits,
        Self::Sequence,
        Self::SameBirth,
        Self::Unrelated,
        Self::Missing,
    ];
}
