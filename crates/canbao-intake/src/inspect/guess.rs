//! Which kind of extract a file is.

use std::path::Path;

use canbao_domain::source::SourceKind;

use crate::city::SourceSpec;
use crate::error::IntakeError;
use crate::extract::Readers;
use crate::profile::{Profile, Profiles};
use crate::recognise::Format;
use crate::recognise::layout::Wish;
use crate::recognise::look::{Seen, look};
use crate::recognise::plan::plan;

/// The likeliest kind of a file, and whether it is told: by a word in its name, or by columns that no other kind has.
pub(super) fn guess(path: &Path, profiles: &Profiles) -> Result<(SourceKind, bool), IntakeError> {
    let any = SourceSpec::of_file(SourceKind::HouseholdRegister, path.to_path_buf());
    let mut tables = Vec::new();
    for file in &any.files {
        tables.extend(look(&mut Readers::default(), &any, file)?);
    }
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut scored = Vec::new();
    let mut failure = None;
    for profile in profiles.iter() {
        let said =
            profile.files.iter().filter(|word| name.contains(word.as_str())).map(|word| word.chars().count()).max();
        match known_columns(profile, &any, &tables) {
            Ok(known) => scored.push((said.unwrap_or(0), known, profile.kind())),
            Err(error) => failure = Some(error),
        }
    }
    let usable = scored.iter().filter(|(_, known, _)| *known > 0);
    // The longest word of the name, then the most known columns, then the first of the kinds.
    let best = usable.max_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.cmp(&a.2)));
    match best {
        Some((said, known, kind)) => {
            let alone = scored.iter().filter(|other| other.1 == *known).count() == 1;
            Ok((*kind, *said > 0 || alone))
        }
        None => Err(failure.unwrap_or_else(|| {
            IntakeError::new(name, "没有一个工作表是数据").hinted("请核对文件；数据所在的工作表可能被隐藏")
        })),
    }
}

fn known_columns(profile: &Profile, spec: &SourceSpec, tables: &[Seen]) -> Result<usize, IntakeError> {
    let mut most = 0;
    for seen in tables {
        let wish = Wish { header_row: None, columns: &spec.columns, cut: seen.format == Format::Dbf };
        if let Some(plan) = plan(profile, wish, seen, None)? {
            most = most.max(plan.layout.known());
        }
    }
    Ok(most)
}
