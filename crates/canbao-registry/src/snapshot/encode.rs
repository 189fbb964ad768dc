//! A snapshot's content as bytes: columns of small integers, each as its difference from the one before.

use super::Frozen;

/// What the content begins with.
pub(super) const HEAD: &str = "canbao snapshot 1";

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
        integer(&mut out, self.hukou.len() as u64);
        for (code, name) in &self.hukou {
            text(&mut out, code);
            text(&mut out, name);
        }
        integer(&mut out, self.cells.len() as u64);
        let mut before = 0;
        for cell in &self.cells {
            let place = cell.area.map_or(0, |at| u64::from(at) + 1);
            integer(&mut out, place - before);
            before = place;
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
        out
    }
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
