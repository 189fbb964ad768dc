//! A snapshot's content read back; whatever does not fit is refused.

use canbao_domain::date::Date;

use super::encode::HEAD;
use super::{Cell, Frozen, Traits};
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
        let mut hukou = Vec::new();
        for _ in 0..reader.integer()? {
            hukou.push((reader.owned()?, reader.owned()?));
        }
        let count = usize::try_from(reader.integer()?).ok()?;
        let mut cells = Vec::new();
        let mut place = 0_u64;
        for _ in 0..count {
            place = place.checked_add(reader.integer()?)?;
            let area = place.checked_sub(1).and_then(|at| u32::try_from(at).ok());
            if place > areas.len() as u64 {
                return None;
            }
            cells.push((area, 0_u64));
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
            let traits = Traits::read(bits).filter(|traits| traits.hukou() < hukou.len())?;
            read.push(Cell { area, traits, people });
        }
        reader.0.is_empty().then_some(Self { as_of, areas, hukou, cells: read })
    }
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

    fn owned(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }
}
