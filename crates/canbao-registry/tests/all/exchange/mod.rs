//! The exchange between registries.

mod chain;
mod identity;
mod parcel;
mod psi;
mod psi_refusals;
mod registry;
mod rows;
mod template;
mod wish;

use std::io::Read as _;
use std::path::Path;

use canbao_domain::number::CitizenNumber;
use canbao_registry::exchange::identity::{Cards, Identity, Registry};
use canbao_registry::exchange::parcel::{Content, Heading, Kind, ParcelError, Position, Sealed, open, seal};

/// Two registries that know each other, and one that nobody knows.
struct Offices {
    east: Identity,
    west: Identity,
    stranger: Identity,
    /// East and west.
    cards: Cards,
}

fn offices() -> Offices {
    let office = |id, name, area| Identity::create(Registry::new(id, name, area).unwrap()).unwrap();
    let east = office("east", "东区社会保险局", "999901");
    let west = office("west", "西区社会保险局", "999902");
    let mut cards = Cards::new();
    cards.add(east.card().clone()).unwrap();
    cards.add(west.card().clone()).unwrap();
    Offices { east, west, stranger: office("south", "南区社会保险局", "999903"), cards }
}

fn heading(last: Position) -> Heading<'static> {
    Heading { kind: Kind::Question, created: "2026-03-01T08:00:00+08:00", last, answers: None, reread: false }
}

/// A parcel of one content from east to west.
fn send(offices: &Offices, to: &Path, last: Position, text: &[u8]) -> Result<Sealed, ParcelError> {
    let mut write = |output: &mut dyn std::io::Write| output.write_all(text).map(|()| 1);
    let content = Content { name: "rows.jsonl", write: &mut write };
    seal(to, &heading(last), &offices.east, offices.west.card(), &mut [content])
}

/// What west reads from a parcel, to its end.
fn receive(offices: &Offices, from: &Path, last: Position) -> Result<Vec<u8>, String> {
    let told = |error: ParcelError| error.to_string();
    let mut opened = open(from, &offices.west, &offices.cards, last).map_err(told)?;
    let mut text = Vec::new();
    opened.content("rows.jsonl").map_err(told)?.read_to_end(&mut text).map_err(|error| error.to_string())?;
    Ok(text)
}

/// An invented number of an area that no county has, of a counter below 1,000,000.
fn number(counter: u64) -> CitizenNumber {
    let day = 1 + counter / 1000 % 28;
    let month = 1 + counter / 28_000 % 12;
    let year = 1950 + counter / 336_000;
    let birth = (year * 100 + month) * 100 + day;
    CitizenNumber::from_body((999_999 * 100_000_000 + birth) * 1000 + counter % 1000).unwrap()
}
