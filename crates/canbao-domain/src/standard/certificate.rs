//! 证件类型: which certificates carry a citizen number, and what the numbers of the others look like.

use std::sync::LazyLock;

use serde::Deserialize;

use super::table::{Entry, fold, fold_char};

/// What the type of a certificate says about its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Blank, or a type that the table does not know.
    Unstated,
    /// Carries a citizen number: 居民身份证, 户口簿, 社会保障卡, 残疾人证.
    Citizen,
    /// Carries a number of its own: passports, permits, 军官证.
    Other,
}

/// One type of certificate.
#[derive(Clone, Copy, Debug)]
pub struct CertificateType {
    entry: &'static Entry,
    carries: Certificate,
}

impl CertificateType {
    /// The code of the element 证件类型 (AAC058).
    pub fn code(&self) -> &str {
        self.entry.code()
    }

    /// The Chinese name.
    pub fn name(&self) -> &str {
        self.entry.name()
    }

    /// Whether it carries a citizen number.
    pub const fn carries(&self) -> Certificate {
        self.carries
    }
}

/// A shape that numbers of other certificates have: some letters, then some digits, then perhaps letters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    #[serde(rename = "name")]
    _name: String,
    letters: [usize; 2],
    digits: [usize; 2],
    #[serde(default)]
    letters_after: [usize; 2],
    #[serde(default)]
    unless_date: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "shape")]
    shapes: Vec<Shape>,
    marks: Vec<String>,
}

struct Certificates {
    types: Vec<CertificateType>,
    file: File,
    /// Folded code, name or alias → place in `types`, sorted.
    index: Vec<(String, usize)>,
}

static CERTIFICATES: LazyLock<Certificates> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
    let file: File = toml::from_str(include_str!("../../standard/certificate_shapes.toml"))
        .expect("the embedded file is well formed");
    let entries = super::certificate_types().entries();
    let carries =
        |entry: &Entry| if entry.group() == Some("citizen") { Certificate::Citizen } else { Certificate::Other };
    let types = entries.iter().map(|entry| CertificateType { entry, carries: carries(entry) }).collect();
    let mut index: Vec<_> =
        entries.iter().enumerate().flat_map(|(at, entry)| entry.written().map(move |text| (fold(text), at))).collect();
    index.sort();
    Certificates { types, file, index }
});

/// Every type of certificate that the table knows.
pub fn types() -> &'static [CertificateType] {
    &CERTIFICATES.types
}

/// The type that a department wrote, as a code or in words; width, case and spaces do not count. No allocation.
pub fn find(text: &str) -> Option<&'static CertificateType> {
    let folded = || text.chars().filter_map(fold_char);
    folded().next()?;
    let at = CERTIFICATES.index.binary_search_by(|(known, _)| known.chars().cmp(folded())).ok()?;
    let (_, kind) = CERTIFICATES.index.get(at)?;
    CERTIFICATES.types.get(*kind)
}

/// What the type that a department wrote says about the number beside it.
pub fn read(text: &str) -> Certificate {
    find(text).map_or(Certificate::Unstated, CertificateType::carries)
}

/// Whether a folded number field has the shape of another certificate's number. `plain` has its other characters
/// still (军字第…号), `core` is letters and digits alone.
pub(crate) fn has_shape_of_other(plain: &str, core: &[u8]) -> bool {
    let file = &CERTIFICATES.file;
    if !plain.is_ascii() && file.marks.iter().any(|mark| plain.contains(mark.as_str())) {
        return true;
    }
    let letters = core.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let rest = core.get(letters..).unwrap_or_default();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let after = rest.get(digits..).unwrap_or_default();
    if !after.iter().all(u8::is_ascii_uppercase) {
        return false;
    }
    let holds = |range: [usize; 2], count: usize| {
        let [least, most] = range;
        (least..=most).contains(&count)
    };
    file.shapes.iter().any(|shape| {
        holds(shape.letters, letters)
            && holds(shape.digits, digits)
            && holds(shape.letters_after, after.len())
            && !(shape.unless_date && is_date(rest))
    })
}

/// Whether eight digits are a day of 1900 to 2099: a birth date in the wrong column, rather than a permit.
fn is_date(digits: &[u8]) -> bool {
    std::str::from_utf8(digits)
        .ok()
        .filter(|text| text.len() == 8 && (text.starts_with("19") || text.starts_with("20")))
        .and_then(crate::date::Date::parse)
        .is_some()
}
