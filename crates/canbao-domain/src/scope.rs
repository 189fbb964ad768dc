//! Who may see whom: permissions as types.

/// The areas that somebody answers for, by the reporting tree of the day. Every query of the registry takes one, so what
/// is out of reach cannot be asked for by mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(Reach);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reach {
    City,
    Under(Vec<String>),
}

impl Scope {
    /// The whole city, people of no known area too: the machine's user, the city's office.
    pub const fn city() -> Self {
        Self(Reach::City)
    }

    /// Some areas and all that is under them; none at all is a scope in which there is nobody.
    pub fn under(codes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut codes: Vec<String> = codes.into_iter().map(Into::into).collect();
        codes.sort_unstable();
        codes.dedup();
        Self(Reach::Under(codes))
    }

    /// The areas, where it is not the whole city.
    pub fn areas(&self) -> Option<&[String]> {
        match &self.0 {
            Reach::City => None,
            Reach::Under(codes) => Some(codes),
        }
    }
}
