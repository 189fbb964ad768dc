//! One pass through the people of a revision. Of each, two integers and a short word cross from the database: where they
//! live, what is counted of them, and their household registration as it was written. They are counted here, for letting
//! SQLite group them takes three times as long, and there are never more cells than people who differ.

use ahash::AHashMap;
use canbao_domain::date::Date;
use canbao_domain::rules::{Category, InsuranceState, Population, must_visit};
use canbao_domain::standard;

use super::traits::Bits;
use super::{AgeBand, Cell, Frozen, SexKind, Traits, reason};
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
    // a code is digits, or blank
    let sql = format!(
        "SELECT CAST(CASE area WHEN '' THEN '0' ELSE area END AS BIGINT), {}, hukou, person FROM person \
         WHERE rev_from <= $1 AND rev_to > $1 AND state = 'current'",
        packed(as_of)
    );
    let areas: Vec<_> = areas.iter().map(|(code, area)| (code.to_owned(), area.clone())).collect();
    let numbered = areas.iter().zip(0..).filter_map(|((code, _), at)| Some((code.parse().ok()?, at)));
    let places: AHashMap<i64, u32> = numbered.collect();
    let (mut said, reasons) = reason::read(transaction).await?;
    let mut kinds = Kinds::default();
    // the hukou by its number in `kinds` until all are known
    let mut counts: AHashMap<(Option<u32>, u64), u32> = AHashMap::new();
    transaction
        .each(sql, values![revision], |row| {
            let hukou = kinds.number(row.maybe_text(2).unwrap_or_default());
            let packed = u64::try_from(row.int(1)).map_err(|_| unknown_word())?;
            let mut bits = packed + hukou * Bits::HUKOU.times();
            if let Some(said) = said.remove(&row.int(3)) {
                bits += Bits::REGISTERED.times();
                // whoever is insured by now needs none
                if Traits::read(packed).is_some_and(|traits| must_visit(traits.category())) {
                    bits += u64::from(said) * Bits::REASON.times();
                }
            }
            *counts.entry((places.get(&row.int(0)).copied(), bits)).or_default() += 1;
            Ok(())
        })
        .await?;
    let (hukou, renumbered) = kinds.in_order();
    let mut cells = Vec::with_capacity(counts.len());
    for ((area, bits), people) in counts {
        let number = bits / Bits::HUKOU.times() % Bits::REASON.times().div_euclid(Bits::HUKOU.times());
        let renumbered = usize::try_from(number).ok().and_then(|number| renumbered.get(number)).copied();
        let bits = bits - number * Bits::HUKOU.times() + renumbered.unwrap_or_default() * Bits::HUKOU.times();
        cells.push(Cell { area, traits: Traits::read(bits).ok_or_else(unknown_word)?, people });
    }
    cells.sort_unstable();
    Ok(Frozen { as_of, areas, hukou, reasons, cells, ..Frozen::empty(as_of) })
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
