//! From what a department writes to the codes that the logic branches on.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use canbao_domain::Sex;
use canbao_domain::code::{Benefit, Life, Status};
use canbao_domain::source::{Field, SourceKind};
use unicode_normalization::UnicodeNormalization;

use super::Profile;

/// The code of a word that stands in no table.
pub(crate) const UNKNOWN: u8 = 255;

/// The code tables of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Codes {
    kind: SourceKind,
    tables: BTreeMap<Field, HashMap<String, u8>>,
}

impl Codes {
    pub(crate) fn new(kind: SourceKind) -> Self {
        Self { kind, tables: BTreeMap::new() }
    }

    /// Adds words of codes (`normal = ["正常参保", "1"]`); a word that stands already keeps its code.
    /// A code that the field does not have comes back as the error.
    pub(crate) fn add(&mut self, field: Field, codes: &BTreeMap<String, Vec<String>>) -> Result<(), String> {
        for (code, words) in codes {
            let value = code_of(self.kind, field, code).ok_or_else(|| code.clone())?;
            for word in words {
                self.table(field).entry(fold(word)).or_insert(value);
            }
        }
        Ok(())
    }

    /// Sets what one written word means, over what stands. As [`Codes::add`], the unknown code comes back.
    pub(crate) fn set(&mut self, field: Field, word: &str, code: &str) -> Result<(), String> {
        let value = code_of(self.kind, field, code).ok_or_else(|| code.to_owned())?;
        self.table(field).insert(fold(word), value);
        Ok(())
    }

    fn table(&mut self, field: Field) -> &mut HashMap<String, u8> {
        self.tables.entry(field).or_default()
    }

    /// The code of what is written, 255 if no table has it. A blank is 0.
    pub(crate) fn read(&self, field: Field, written: &str) -> u8 {
        self.find(field, &fold(written)).unwrap_or(UNKNOWN)
    }

    fn find(&self, field: Field, folded: &str) -> Option<u8> {
        if folded.is_empty() {
            return Some(0);
        }
        let table = self.tables.get(&field)?;
        if let Some(code) = table.get(folded) {
            return Some(*code);
        }
        // A worksheet's number: 1.0.
        if let Some((whole, zeros)) = folded.split_once('.')
            && zeros.bytes().all(|byte| byte == b'0')
        {
            return table.get(whole).copied();
        }
        // 正常参保(在职), 1-正常参保: the word before the bracket, or beside the number.
        let before = folded.split(['(', '[']).next().filter(|part| part.len() < folded.len());
        let beside = folded.split_once(['-', ':', '.', '、']).and_then(|(a, b)| {
            let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
            match (digits(a), digits(b)) {
                (true, false) => Some(b),
                (false, true) => Some(a),
                _ => None,
            }
        });
        before.into_iter().chain(beside).find_map(|part| table.get(part)).copied()
    }
}

/// The fields that have codes, of a kind.
pub(crate) fn coded_fields(kind: SourceKind) -> impl Iterator<Item = Field> {
    [Field::Status, Field::Benefit, Field::Sex].into_iter().filter(move |field| kind.has(*field))
}

fn code_of(kind: SourceKind, field: Field, word: &str) -> Option<u8> {
    let word = if word == "blank" { "" } else { word };
    match field {
        Field::Status if kind.is_population() => Life::from_word(word).map(Life::code),
        Field::Status => Status::from_word(word).map(Status::code),
        Field::Benefit => Benefit::from_word(word).map(Benefit::code),
        Field::Sex => word.parse().ok().and_then(Sex::from_code).map(Sex::code),
        _ => None,
    }
}

/// Width and case folded, without spaces.
fn fold(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace() && !c.is_control()).flat_map(char::to_uppercase).collect()
}

/// A column's code table with a memory of what was read: a column holds few words, on millions of rows.
#[derive(Debug, Clone)]
pub(crate) struct CodeTable {
    field: Field,
    /// What the city file sets for this source.
    own: Arc<Codes>,
    /// The plain word of this column's header, under which some words mean something of their own.
    header: String,
    profile: Arc<Profile>,
    seen: Vec<(Box<str>, u8)>,
    /// The place of the word that was read last: rows come in runs.
    last: usize,
    more: HashMap<Box<str>, u8>,
}

/// Words kept in a list, which is quicker than a hash for a few.
const LIST_WORDS_MAX: usize = 12;
/// Distinct words remembered; a column that has more is no code column.
const WORDS_MAX: usize = 10_000;

impl CodeTable {
    pub(crate) fn new(field: Field, own: Arc<Codes>, header: String, profile: Arc<Profile>) -> Self {
        Self { field, own, header, profile, seen: Vec::new(), last: 0, more: HashMap::new() }
    }

    /// The code of a cell that is not blank.
    pub(crate) fn read(&mut self, written: &str) -> u8 {
        if let Some((word, code)) = self.seen.get(self.last)
            && word.as_ref() == written
        {
            return *code;
        }
        if let Some((at, (_, code))) = self.seen.iter().enumerate().find(|(_, (word, _))| word.as_ref() == written) {
            self.last = at;
            return *code;
        }
        if let Some(code) = self.more.get(written) {
            return *code;
        }
        let code = self.work_out(written);
        if self.seen.len() < LIST_WORDS_MAX {
            self.seen.push((written.into(), code));
        } else if self.more.len() < WORDS_MAX {
            self.more.insert(written.into(), code);
        }
        code
    }

    fn work_out(&self, written: &str) -> u8 {
        let folded = fold(written);
        let tables = [Some(&*self.own), self.profile.codes_under.get(&self.header), Some(&self.profile.codes)];
        let code = tables.into_iter().flatten().find_map(|codes| codes.find(self.field, &folded));
        code.unwrap_or(UNKNOWN)
    }
}

/// Whether every code of a city file's `codes` is one of the field's; else the first that is not.
pub(crate) fn check_codes(kind: SourceKind, field: Field, words: &BTreeMap<String, String>) -> Result<(), String> {
    words.iter().try_for_each(|(word, code)| Codes::new(kind).set(field, word, code))
}
