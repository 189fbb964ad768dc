//! How departments name columns and codes: one profile a kind, TOML data.

mod codes;
mod file;
mod header;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use canbao_domain::source::{Field, SourceKind};

pub(crate) use codes::{CodeTable, Codes, UNKNOWN, check_codes, coded_fields};
pub(crate) use header::{Header, word};

use crate::error::IntakeError;
use file::ProfileFile;

/// The profiles of all kinds. See `profiles/README.md`.
#[derive(Debug, Clone)]
pub struct Profiles {
    profiles: Vec<Arc<Profile>>,
}

/// How one kind's columns and codes are named.
#[derive(Debug, Clone)]
pub struct Profile {
    pub(crate) kind: SourceKind,
    /// Words in file names by which the kind is guessed.
    pub(crate) files: Vec<String>,
    /// What each known header means, by its plain word; the smaller rank is the surer.
    pub(crate) headers: BTreeMap<String, Vec<(Field, u32)>>,
    /// The codes of each field.
    pub(crate) codes: Codes,
    /// The codes that hold under one header only.
    pub(crate) codes_under: BTreeMap<String, Codes>,
    /// Pairs of headers that name another person than the row's own: number and name go together or not at all.
    pub(crate) together: Vec<Together>,
}

/// Headers of a number and of a name that belong to the same person.
#[derive(Debug, Clone)]
pub(crate) struct Together {
    pub(crate) number: Vec<String>,
    pub(crate) name: Vec<String>,
}

/// The embedded files, by name.
const EMBEDDED: &[(&str, &str)] = &[
    ("person", include_str!("../../profiles/person.toml")),
    ("insurance", include_str!("../../profiles/insurance.toml")),
    ("life", include_str!("../../profiles/life.toml")),
    ("population", include_str!("../../profiles/population.toml")),
    ("employer", include_str!("../../profiles/employer.toml")),
    ("employee-pension", include_str!("../../profiles/employee-pension.toml")),
    ("resident-pension", include_str!("../../profiles/resident-pension.toml")),
    ("institution-pension", include_str!("../../profiles/institution-pension.toml")),
    ("employee-medical", include_str!("../../profiles/employee-medical.toml")),
    ("resident-medical", include_str!("../../profiles/resident-medical.toml")),
    ("rural-medical", include_str!("../../profiles/rural-medical.toml")),
    ("unemployment", include_str!("../../profiles/unemployment.toml")),
    ("work-injury", include_str!("../../profiles/work-injury.toml")),
    ("maternity", include_str!("../../profiles/maternity.toml")),
    ("household-register", include_str!("../../profiles/household-register.toml")),
    ("nonlocal-residents", include_str!("../../profiles/nonlocal-residents.toml")),
    ("subsistence", include_str!("../../profiles/subsistence.toml")),
    ("disability", include_str!("../../profiles/disability.toml")),
    ("business-register", include_str!("../../profiles/business-register.toml")),
    ("insured-units", include_str!("../../profiles/insured-units.toml")),
    ("elsewhere", include_str!("../../profiles/elsewhere.toml")),
];

/// What columns of files of events are called, by procedure.
const EVENTS: &str = include_str!("../../profiles/events.toml");
/// The kind whose fields a file of events has: a number, a name, a state, and the day in `since`.
const EVENT_KIND: SourceKind = SourceKind::HouseholdRegister;

impl Profiles {
    /// The profiles that the program carries.
    ///
    /// # Errors
    /// Never in a program that passed its tests: an embedded file that does not parse.
    pub fn embedded() -> Result<Self, IntakeError> {
        Self::build(|_| Ok(None))
    }

    /// The profiles of a folder; a file that it lacks is the embedded one.
    ///
    /// # Errors
    /// A file that cannot be read or parsed, or names an unknown field or code.
    pub fn load(folder: &Path) -> Result<Self, IntakeError> {
        Self::build(|name| {
            let path = folder.join(format!("{name}.toml"));
            match std::fs::read_to_string(&path) {
                Ok(text) => Ok(Some(text)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(IntakeError::io(path.display().to_string(), error)),
            }
        })
    }

    /// The profile by which a file of events is read, such as a month's `death`: as [`SourceKind::HouseholdRegister`], with
    /// the day of the event in `since`. `None` for an event that nobody sends files of.
    ///
    /// # Errors
    /// As [`Profiles::embedded`].
    pub fn of_events(event: &str) -> Result<Option<Self>, IntakeError> {
        let Some(own) = file::sections("events", EVENTS)?.remove(event) else { return Ok(None) };
        let mut files = BTreeMap::new();
        for (name, text) in EMBEDDED {
            files.insert(*name, ProfileFile::parse(name, text)?);
        }
        files.insert(EVENT_KIND.as_str(), own);
        Ok(Some(Self { profiles: vec![Arc::new(file::assemble(EVENT_KIND, &files)?)] }))
    }

    fn build(own: impl Fn(&str) -> Result<Option<String>, IntakeError>) -> Result<Self, IntakeError> {
        let mut files = BTreeMap::new();
        for (name, embedded) in EMBEDDED {
            let text = own(name)?;
            files.insert(*name, ProfileFile::parse(name, text.as_deref().unwrap_or(embedded))?);
        }
        let mut profiles = Vec::new();
        for kind in SourceKind::ALL {
            profiles.push(Arc::new(file::assemble(kind, &files)?));
        }
        Ok(Self { profiles })
    }

    /// The profile of a kind.
    #[must_use]
    pub fn of(&self, kind: SourceKind) -> Option<&Arc<Profile>> {
        self.profiles.iter().find(|profile| profile.kind == kind)
    }

    /// Every profile, in the order of the kinds.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter().map(Arc::as_ref)
    }
}

impl Profile {
    /// The kind whose columns and codes it names.
    #[must_use]
    pub fn kind(&self) -> SourceKind {
        self.kind
    }

    /// What a header may mean, the surest first.
    pub(crate) fn lookup(&self, header: &Header) -> &[(Field, u32)] {
        header.words().find_map(|word| self.headers.get(word)).map_or(&[], Vec::as_slice)
    }

    /// What a header may mean that a DBF has cut at ten bytes: the surest that begins so.
    pub(crate) fn lookup_cut(&self, header: &Header) -> Option<(Field, u32)> {
        let cut = header.words().next()?;
        if cut.chars().count() < 4 || cut.is_ascii() {
            return None;
        }
        let longer = self.headers.range(cut.to_owned()..).take_while(|(word, _)| word.starts_with(cut));
        longer.filter_map(|(_, meanings)| meanings.first().copied()).min_by_key(|(_, rank)| *rank)
    }
}
