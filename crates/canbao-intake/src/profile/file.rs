//! Profile files, and the profile that they add up to.

use std::collections::BTreeMap;
use std::str::FromStr;

use canbao_domain::source::{Field, SourceKind};
use serde::Deserialize;

use super::codes::Codes;
use super::header::word;
use super::{Profile, Together};
use crate::error::IntakeError;

/// One TOML file of `profiles/`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileFile {
    kind: Option<String>,
    base: Option<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    columns: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    codes: CodeFile,
    #[serde(default)]
    codes_under: BTreeMap<String, CodeFile>,
    #[serde(default)]
    together: BTreeMap<String, TogetherFile>,
}

type CodeFile = BTreeMap<String, BTreeMap<String, Vec<String>>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TogetherFile {
    number: Vec<String>,
    name: Vec<String>,
}

fn wrong(name: &str, sentence: String) -> IntakeError {
    IntakeError::new(format!("profiles/{name}.toml"), sentence)
        .hinted("请对照profiles/README.md修改这个文件，或删去它以使用内置的")
}

impl ProfileFile {
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, IntakeError> {
        toml::from_str(text).map_err(|error| wrong(name, format!("配置文件写法不对：{}", error.message())))
    }
}

/// The sections of a file that holds several profiles.
pub(super) fn sections(name: &str, text: &str) -> Result<BTreeMap<String, ProfileFile>, IntakeError> {
    toml::from_str(text).map_err(|error| wrong(name, format!("配置文件写法不对：{}", error.message())))
}

/// The profile of a kind: its file, then its base's, and so on.
pub(super) fn assemble(kind: SourceKind, files: &BTreeMap<&str, ProfileFile>) -> Result<Profile, IntakeError> {
    let mut profile = Profile {
        kind,
        files: Vec::new(),
        headers: BTreeMap::new(),
        codes: Codes::new(kind),
        codes_under: BTreeMap::new(),
        together: Vec::new(),
    };
    let mut rank = 0;
    let mut next = Some(kind.as_str().to_owned());
    // Bases of bases are few; the bound only ends a circle.
    for _ in 0..8 {
        let Some(name) = next.take() else { break };
        let file =
            files.get(name.as_str()).ok_or_else(|| wrong(kind.as_str(), format!("base = \"{name}\"没有对应的文件")))?;
        if let Some(own) = &file.kind
            && own != &name
        {
            return Err(wrong(&name, format!("kind = \"{own}\"与文件名不一致")));
        }
        add(&mut profile, &name, file, &mut rank)?;
        next.clone_from(&file.base);
    }
    Ok(profile)
}

fn add(profile: &mut Profile, name: &str, file: &ProfileFile, rank: &mut u32) -> Result<(), IntakeError> {
    profile.files.extend(file.files.iter().cloned());
    for (field, headers) in &file.columns {
        let field = field_of(name, field)?;
        if !profile.kind.has(field) {
            continue;
        }
        // What may be written in a city file may stand in an extract, too.
        for header in headers.iter().map(String::as_str).chain([field.as_str()]) {
            let meanings = profile.headers.entry(word(header)).or_default();
            if meanings.iter().all(|(known, _)| *known != field) {
                meanings.push((field, *rank));
            }
            *rank += 1;
        }
    }
    for (field, codes) in &file.codes {
        let field = field_of(name, field)?;
        profile.codes.add(field, codes).map_err(|code| wrong(name, unknown(field, &code)))?;
    }
    for (header, fields) in &file.codes_under {
        let kind = profile.kind;
        let under = profile.codes_under.entry(word(header)).or_insert_with(|| Codes::new(kind));
        for (field, codes) in fields {
            let field = field_of(name, field)?;
            under.add(field, codes).map_err(|code| wrong(name, unknown(field, &code)))?;
        }
    }
    profile.together.extend(file.together.values().map(|pair| Together {
        number: pair.number.iter().map(|header| word(header)).collect(),
        name: pair.name.iter().map(|header| word(header)).collect(),
    }));
    Ok(())
}

fn field_of(name: &str, field: &str) -> Result<Field, IntakeError> {
    Field::from_str(field).map_err(|error| wrong(name, format!("“{field}”不是字段名")).hinted(error.hint().to_owned()))
}

fn unknown(field: Field, code: &str) -> String {
    format!("{field}没有代码“{code}”")
}
