//! A snapshot's content read back; whatever does not fit is refused.

use canbao_domain::date::Date;

use super::encode::HEAD;
use super::{Cell, Frozen, Move, Source, Tally, Traits};
use crate::area::Area;

impl Frozen {
    /// Reads what [`Frozen::encode`] wrote; none where it is anything else.
    pub(super) fn decode(content: &[u8]) -> Option<Self> {
        let mut reader = Reader(content);
        if reader.text()? != HEAD {
            return None;
        }
        let as_of = Date::parse(reader.text()?)?;
        let mut areas = Vec::new();
        for _ in 0..reader.integer()? {
            let code = reader.owned()?;
            let (name, level) = (reader.owned()?, reader.owned()?);
            let mut maybe = || Some(Some(reader.owned()?).filter(|text| !text.is_empty()));
            let (parent, reporting) = (maybe()?, maybe()?);
            areas.push((code, Area { name, level, parent, reporting }));
        }
        let (hukou, reasons) = (reader.pairs()?, reader.pairs()?);
        let count = usize::try_from(reader.integer()?).ok()?;
        let mut cells = Vec::new();
        let mut place = 0_u64;
        for _ in 0..count {
            place = place.checked_add(reader.integer()?)?;
            cells.push((area_of(place, areas.len())?, 0_u64));
        }
        let (mut area, mut before) = (None, 0_u64);
        for cell in &mut cells {
            let value = reader.integer()?;
            cell.1 = if area == Some(cell.0) { before.checked_add(value)? } else { value };
            (area, before) = (Some(cell.0), cell.1);
        }
        let mut read = Vec::with_capacity(cells.len());
        for (area, bits) in cells {
            let people = u32::try_from(reader.integer()?).ok()?;
            let fits = |traits: &Traits| traits.hukou() < hukou.len() && traits.reason() < reasons.len();
            read.push(Cell { area, traits: Traits::read(bits).filter(fits)?, people });
        }
        let mut words = Vec::new();
        for _ in 0..reader.integer()? {
            words.push(reader.owned()?);
        }
        let mut tallies = Vec::new();
        for _ in 0..reader.integer()? {
            let area = area_of(reader.integer()?, areas.len())?;
            let word = u32::try_from(reader.integer()?).ok().filter(|word| (*word as usize) < words.len())?;
            tallies.push(Tally { area, word, count: reader.integer()? });
        }
        let mut moved = Vec::new();
        for _ in 0..reader.integer()? {
            let from = area_of(reader.integer()?, areas.len())?;
            let to = area_of(reader.integer()?, areas.len())?;
            moved.push(Move { from, to, form: reader.owned()?, count: reader.integer()? });
        }
        let mut sources = Vec::new();
        for _ in 0..reader.integer()? {
            sources.push(Source {
                name: reader.owned()?,
                kind: reader.owned()?,
                as_of: Date::parse(reader.text()?)?,
                rows: reader.integer()?,
                unresolved: reader.integer()?,
                rejected: reader.integer()?,
                before: reader.integer()?.checked_sub(1),
            });
        }
        let frozen = Self { as_of, areas, hukou, reasons, cells: read, words, tallies, moved, sources };
        reader.0.is_empty().then_some(frozen)
    }
}

/// The area of a number that is 0 for none; nothing where there are not as many.
fn area_of(number: u64, areas: usize) -> Option<Option<u32>> {
    (number <= areas as u64).then(|| number.checked_sub(1).and_then(|at| u32::try_from(at).ok()))
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn integer(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.integer()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    fn pairs(&mut self) -> Option<Vec<(String, String)>> {
        let mut pairs = Vec::new();
        for _ in 0..self.integer()? {
            pairs.push((self.owned()?, self.owned()?));
        }
        Some(pairs)
    }

    fn owned(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }
}
