//! Names of people: one spelling for all, how two of them agree, and the keys under which they are looked up.
//!
//! A name comes from clerks who typed it by ear, from programs that had no rare character, and from reports that
//! padded it with spaces. [`normalise`] removes what is only form; [`compare`] says what is left between two names;
//! [`sound`], [`exact_key`], [`skeleton`] and [`deletion_keys`] let damaged names meet.

mod alike;
mod compare;
mod fold;
mod keys;
mod normalise;
mod placeholder;
mod sound;
mod surname;
mod token;
mod unit;

pub use alike::looks_alike;
pub use compare::compare;
pub use fold::fold;
pub use keys::{deletion_keys, exact_key, first_char, skeleton, sound, sound_of_name};
pub use normalise::normalise;
pub use placeholder::is_placeholder;
pub use sound::same_sound;
pub use surname::surname_chars;
pub use unit::unit_name;

/// How two names agree, from the best to none; the order is total and the numbers are stable.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum NameAgreement {
    /// The same characters.
    Equal = 0,
    /// The same but for variant characters (繁简、异体), dropped middle dots, or a mark set behind a namesake (张伟1, 张伟(小)).
    Variant = 1,
    /// The same length, and every differing character sounds alike (toneless, with common confusions) or is a known lookalike.
    Homophone = 2,
    /// One character is missing, or `?`, a private-use character, pinyin or component notation stands for it.
    Dropped = 3,
    /// The same characters or parts in another order (买买提·艾力 / 艾力·买买提).
    Reordered = 4,
    /// The same surname and length, and one given character of several differs, not by sound.
    OneOther = 5,
    /// Only the surname agrees.
    SurnameOnly = 6,
    /// Only the given name agrees.
    GivenOnly = 7,
    /// Two different names.
    Different = 8,
    /// One of the two is blank or a placeholder; it speaks neither for nor against.
    Missing = 9,
}

impl NameAgreement {
    /// Every agreement, in order.
    pub const ALL: [Self; 10] = [
        Self::Equal,
        Self::Variant,
        Self::Homophone,
        Self::Dropped,
        Self::Reordered,
        Self::OneOther,
        Self::SurnameOnly,
        Self::GivenOnly,
        Self::Different,
        Self::Missing,
    ];
}
