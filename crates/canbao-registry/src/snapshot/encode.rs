//! A snapshot's content as bytes: columns of small integers, each as its difference from the one before.

use super::Frozen;

/// What the content begins with.
pub(super) const HEAD: &str = "canbao snapshot 2";

impl Frozen {
    /// The content: the same counts, the same bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 * self.areas.len() + 8 * self.cells.len());
        text(&mut out, HEAD);
        text(&mut out, &self.as_of.to_string());
        integer(&mut out, self.areas.len() as u64);
        for (code, area) in &self.areas {
            for part in [code, &area.name, &area.level] {
                text(&mut out, part);
            }
            for part in [&area.parent, &area.reporting] {
                text(&mut out, part.as_deref().unwrap_or_default());
            }
        }
        for table in [&self.hukou, &self.reasons] {
            integer(&mut out, table.len() as u64);
            for (code, name) in table {
                text(&mut out, code);
                text(&mut out, name);
            }
        }
        integer(&mut out, self.cells.len() as u64);
        let mut before = 0;
        for cell in &self.cells {
            integer(&mut out, place(cell.area) - before);
            before = place(cell.area);
        }
        let (mut area, mut before) = (None, 0);
        for cell in &self.cells {
            let begins = area != Some(cell.area);
            let bits = cell.traits.bits();
            integer(&mut out, if begins { bits } else { bits - before });
            (area, before) = (Some(cell.area), bits);
        }
        for cell in &self.cells {
            integer(&mut out, cell.people.into());
        }
        integer(&mut out, self.words.len() as u64);
        for word in &self.words {
            text(&mut out, word);
        }
        integer(&mut out, self.tallies.len() as u64);
        for tally in &self.tallies {
            for number in [place(tally.area), tally.word.into(), tally.count] {
                integer(&mut out, number);
            }
        }
        integer(&mut out, self.moved.len() as u64);
        for moved in &self.moved {
            integer(&mut out, place(moved.from));
            integer(&mut out, place(moved.to));
            text(&mut out, &moved.form);
            integer(&mut out, moved.count);
        }
        integer(&mut out, self.sources.len() as u64);
        for source in &self.sources {
            text(&mut out, &source.name);
            text(&mut out, &source.kind);
            text(&mut out, &source.as_of.to_string());
            let before = source.before.map_or(0, |before| before + 1);
            for number in [source.rows, source.unresolved, source.rejected, before] {
                integer(&mut out, number);
            }
        }
        out
    }
}

/// An area's number: 0 for none.
fn place(area: Option<u32>) -> u64 {
    area.map_or(0, |at| u64::from(at) + 1)
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn integer(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn text(out: &mut Vec<u8>, text: &str) {
    integer(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}
