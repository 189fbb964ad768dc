//! What a file is an extract of, where nobody says it.

use std::path::Path;

use canbao_domain::source::SourceKind;
use canbao_intake::{Profiles, SourceSpec};

use crate::output::failure::Failure;
use crate::output::language::Language;

/// The kind whose columns the file has most of.
///
/// # Errors
/// Where the file cannot be read, or has no column of any kind.
pub(super) fn guess(file: &Path, profiles: &Profiles, language: Language) -> Result<SourceKind, Failure> {
    let mut best: Option<(usize, SourceKind)> = None;
    let mut refusal = None;
    for kind in SourceKind::ALL {
        match canbao_intake::open(&SourceSpec::of_file(kind, file.to_owned()), profiles) {
            Ok(extract) => {
                let columns = extract.parts().iter().flat_map(|part| &part.columns);
                let known = columns.filter(|column| column.field.is_some()).count();
                if best.is_none_or(|(most, _)| known > most) {
                    best = Some((known, kind));
                }
            }
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    match (best, refusal) {
        (Some((_, kind)), _) => Ok(kind),
        (None, Some(error)) => Err(super::refused(&error)),
        (None, None) => Err(Failure::new(language.pick("看不出这是哪一种数据。", "This is no known kind of extract."))),
    }
}
