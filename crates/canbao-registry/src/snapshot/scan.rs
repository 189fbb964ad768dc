//! One pass through the people of a revision. The database packs what is counted of each into one integer and counts who
//! is alike, so that some hundred thousand rows cross from it and not three million people.

use ahash::AHashMap;
use canbao_domain::date::Date;
use canbao_domain::rules::{Category, InsuranceState, Population};
use canbao_domain::standard;

use super::traits::Bits;
use super::{AgeBand, Cell, Frozen, SexKind, Traits};
use crate::RegistryError;
use crate::area::Areas;
use crate::store::{Transaction, values};

/// Kinds of household registration that are told apart; those beyond are counted with the unknown words.
const KINDS: usize = 30;
/// Words that the table of kinds does not have: what departments wrote is not kept, for anything may stand in a column.
const OTHER: (&str, &str) = ("other", "其他");

/// Counts the people whom a revision shows.
pub(super) async fn scan(
    transaction: &mut Transaction,
    revision: i64,
    as_of: Date,
    areas: &Areas,
) -> Result<Frozen, RegistryError> {
    let sql = format!(
        "SELECT area, {} AS traits, hukou, COUNT(*) AS people FROM person \
         WHERE rev_from <= $1 AND rev_to > $1 AND state = 'current' GROUP BY area, traits, hukou",
        packed(as_of)
    );
    let areas: Vec<_> = areas.iter().map(|(code, area)| (code.to_owned(), area.clone())).collect();
    let places: AHashMap<&str, u32> =
        areas.iter().enumerate().map(|(at, (code, _))| (code.as_str(), at as u32)).collect();
    let mut kinds = Kinds::default();
    // hukou by its number in `kinds` until all are known
    let mut found: Vec<Cell> = Vec::new();
    transaction
        .each(sql, values![revision], |row| {
            let hukou = kinds.number(row.maybe_text(2).unwrap_or_default());
            let bits = u64::try_from(row.int(1)).unwrap_or(u64::MAX);
            let bits = bits.checked_add(hukou * Bits::HUKOU.times());
            let traits = bits.and_then(Traits::read).ok_or_else(unknown_word)?;
            let people = u32::try_from(row.int(3)).map_err(|_| unknown_word())?;
            found.push(Cell { area: places.get(row.text(0)).copied(), traits, people });
            Ok(())
        })
        .await?;
    let (hukou, renumbered) = kinds.in_order();
    for cell in &mut found {
        let others = cell.traits.bits() % Bits::HUKOU.times();
        let number = renumbered.get(cell.traits.hukou()).copied().unwrap_or_default();
        cell.traits = Traits::read(others + number * Bits::HUKOU.times()).ok_or_else(unknown_word)?;
    }
    drop(places);
    Ok(Frozen { as_of, areas, hukou, cells: merged(found) })
}

/// In order, each area and traits once: several words are one kind.
fn merged(mut cells: Vec<Cell>) -> Vec<Cell> {
    cells.sort_unstable();
    cells.dedup_by(|next, kept| {
        let same = next.area == kept.area && next.traits == kept.traits;
        if same {
            kept.people = kept.people.saturating_add(next.people);
        }
        same
    });
    cells
}

fn unknown_word() -> RegistryError {
    RegistryError::Broken("有人员记录写着本程序不认识的类别或状态".to_owned())
}

/// The integer of a row of `person`, without the household registration.
fn packed(as_of: Date) -> String {
    let word = |column: &str, bits: Bits, words: Vec<&str>| {
        let cases: String = words.iter().enumerate().map(|(at, word)| format!(" WHEN '{word}' THEN {at}")).collect();
        format!("(CASE {column}{cases} ELSE {} END) * {}", bits.unknown(), bits.times())
    };
    let states = || InsuranceState::ALL.iter().map(|state| state.as_str()).collect();
    let (male, female) = (SexKind::Male as u8, SexKind::Female as u8);
    let parts = [
        word("category", Bits::CATEGORY, Category::ALL.iter().map(|category| category.as_str()).collect()),
        word("pension", Bits::PENSION, states()),
        word("medical", Bits::MEDICAL, states()),
        word("population", Bits::POPULATION, Population::ALL.iter().map(|population| population.as_str()).collect()),
        format!("(CASE sex WHEN '1' THEN {male} WHEN '2' THEN {female} ELSE 0 END) * {}", Bits::SEX.times()),
        format!("{} * {}", age(as_of), Bits::AGE.times()),
        format!("subsistence * {}", Bits::SUBSISTENCE.times()),
        format!("disability * {}", Bits::DISABILITY.times()),
        format!("schemes * {}", Bits::SCHEMES.times()),
    ];
    parts.join(" + ")
}

/// The band of a birth date: born on the same day of the year so many years ago, or earlier. Texts compare as days do.
fn age(as_of: Date) -> String {
    let (year, month, day) = as_of.ymd();
    let bands = AgeBand::ALL.into_iter().rev().filter_map(|band| Some((band as u8, band.from()?)));
    let cases: String = bands
        .map(|(band, from)| format!(" WHEN birth <= '{:04}-{month:02}-{day:02}' THEN {band}", year - from))
        .collect();
    let (unknown, youngest) = (AgeBand::Unknown as u8, AgeBand::Under16 as u8);
    format!("(CASE WHEN birth IS NULL THEN {unknown}{cases} ELSE {youngest} END)")
}

/// Kinds of household registration, in the order in which they were met; the first is that of nothing.
#[derive(Default)]
struct Kinds {
    /// A word as it is written, and its kind's place in `codes`.
    words: AHashMap<String, usize>,
    codes: Vec<&'static str>,
}

impl Kinds {
    fn number(&mut self, word: &str) -> u64 {
        if self.codes.is_empty() {
            self.codes.push("");
        }
        if let Some(at) = self.words.get(word) {
            return *at as u64;
        }
        let code = match word.trim() {
            "" => "",
            word => standard::hukou().find(word).map_or(OTHER.0, |entry| entry.code()),
        };
        let known = self.codes.iter().position(|known| *known == code);
        let at = known.unwrap_or_else(|| {
            let code = if self.codes.len() < KINDS { code } else { OTHER.0 };
            self.codes.iter().position(|known| *known == code).unwrap_or_else(|| {
                self.codes.push(code);
                self.codes.len() - 1
            })
        });
        // words are few; a column that holds something else is not remembered without end
        if self.words.len() < 10_000 {
            self.words.insert(word.to_owned(), at);
        }
        at as u64
    }

    /// Code and name in the order of the standard's table, and the new number of each old one: the order in which people
    /// stand in the database does not show.
    fn in_order(self) -> (Vec<(String, String)>, Vec<u64>) {
        let entries = standard::hukou().entries().iter().map(|entry| (entry.code(), entry.name()));
        let order = std::iter::once(("", "未填户口性质")).chain(entries).chain([OTHER]);
        let (mut kinds, mut renumbered) = (Vec::new(), vec![0; self.codes.len().max(1)]);
        for (code, name) in order {
            let at = self.codes.iter().position(|known| *known == code);
            if let Some(number) = at.and_then(|at| renumbered.get_mut(at)) {
                *number = kinds.len() as u64;
            }
            if at.is_some() || code.is_empty() {
                kinds.push((code.to_owned(), name.to_owned()));
            }
        }
        (kinds, renumbered)
    }
}
