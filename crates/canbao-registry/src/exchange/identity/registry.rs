//! Which office it is.

use super::IdentityError;

/// A registry as its card names it: an office, never a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    id: String,
    name: String,
    area: String,
}

impl Registry {
    /// A registry of an id (1 to 64 of `a-z`, `0-9`, `-`), a name (1 to 100 characters) and the code of its area
    /// (GB/T 2260 or GB/T 10114: 6, 9 or 12 digits).
    ///
    /// # Errors
    /// [`IdentityError::Registry`] where one of them is not so.
    pub fn new(id: &str, name: &str, area: &str) -> Result<Self, IdentityError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=64).contains(&id.len()) || !id.bytes().all(plain) {
            return Err(IdentityError::Registry("标识"));
        }
        if !is_name(name) {
            return Err(IdentityError::Registry("名称"));
        }
        if !is_area(area) {
            return Err(IdentityError::Registry("区划代码"));
        }
        Ok(Self { id: id.to_owned(), name: name.to_owned(), area: area.to_owned() })
    }

    /// The id that the registry chose for itself.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The office's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The code of the area that it is responsible for.
    #[must_use]
    pub fn area(&self) -> &str {
        &self.area
    }
}

/// A name without what would end a quoted value, turn the direction of a line or hide in it.
fn is_name(text: &str) -> bool {
    let bad = |c: char| {
        c.is_control()
            || matches!(c, '"' | '\\' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    (1..=100).contains(&text.chars().count()) && text.trim() == text && !text.chars().any(bad)
}

fn is_area(text: &str) -> bool {
    matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|byte| byte.is_ascii_digit())
}
