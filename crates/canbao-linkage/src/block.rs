//! Blocking keys (分块键): what brings a row and a person together so that they are compared at all.
//!
//! A key is a hash of two things that the row and one of the person's rows share. Both sides make
//! their keys here, so that they can never differ.

use crate::model::agreement::village;
use crate::model::judge::text_birth;
use crate::model::record::{Claim, Record};
use crate::numbers;
use canbao_domain::date::Date;
use canbao_domain::number::CitizenNumber;

/// What two things a key is made of.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
enum Block {
    NameBirth = 1,
    NameVillage,
    NameHousehold,
    NameUnit,
    NamePhone,
    NameTail,
    NameMonthDay,
    SoundBirth,
    SoundVillage,
    BirthVillage,
    BirthHousehold,
    BirthPhone,
    NumberSurname,
    NumberHead,
    Number,
}

/// Two rounds of multiplication and folding: quick, and even enough for a table of keys. Keys of numbers are odd, keys
/// of other evidence even, so that each kind can have a table of its own ([`is_of_number`]).
fn hash(block: Block, a: u64, b: u64) -> u64 {
    let x = (a ^ (block as u64) << 57).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let y = (x ^ (x >> 32) ^ b).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let key = y ^ (y >> 29);
    match block {
        Block::NumberSurname | Block::NumberHead | Block::Number => key | 1,
        _ => key & !1 | 2,
    }
}

/// Whether a key was made of a number.
pub fn is_of_number(key: u64) -> bool {
    key & 1 == 1
}

fn day(date: Date) -> u64 {
    date.days() as u32 as u64
}

/// Area part and sequence of a number, the parts that a wrong birth date leaves alone.
fn tail(number: CitizenNumber) -> u64 {
    number.body() / 100_000_000_000 * 1_000 + number.body() % 1_000
}

/// Month and day of a date.
fn month_day(date: Date) -> u64 {
    let (_, month, day) = date.ymd();
    u64::from(month * 100 + day)
}

/// The key that brings up whoever has this very number.
pub fn of_number(number: CitizenNumber) -> u64 {
    hash(Block::Number, number.body(), 0)
}

/// The values of a person's row from which its keys are made; 0 where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub struct RowValues {
    /// The number, where it is valid.
    pub number: Option<CitizenNumber>,
    /// Hash of the normalised name.
    pub name: u64,
    /// First character of the normalised name.
    pub surname: u32,
    /// Hash of the name's sound.
    pub sound: u64,
    /// Birth date of the row's own column.
    pub birth: Option<Date>,
    /// Area code as a number.
    pub area: u64,
    /// Hash of the household number.
    pub household: u64,
    /// Hash of the unit.
    pub unit: u64,
    /// The phone number's digits.
    pub phone: u64,
}

/// Hands over the keys of a person's row. No allocation: millions of rows pass here, and most have a name and a sound
/// that nobody looks for, which `named` and `sounded` tell ahead. A row that `repeats` number, name and birth date of a
/// population row, whose keys are made anyhow, has only the keys of what it may say besides.
pub fn of_row(
    row: &RowValues,
    repeats: bool,
    named: impl Fn(u64) -> bool,
    sounded: impl Fn(u64) -> bool,
    mut take: impl FnMut(u64),
) {
    let some = |v: u64| (v != 0).then_some(v);
    let place = some(village(row.area));
    let birth = row.birth.map(day);
    let mut two = |block, a: u64, b: Option<u64>| {
        if a != 0
            && let Some(b) = b
        {
            take(hash(block, a, b));
        }
    };
    two(Block::BirthPhone, row.phone, birth);
    let name = row.name != 0 && named(row.name);
    if name {
        two(Block::NameVillage, row.name, place);
        two(Block::NameHousehold, row.name, some(row.household));
        two(Block::NameUnit, row.name, some(row.unit));
        two(Block::NamePhone, row.name, some(row.phone));
    }
    if repeats {
        return;
    }
    let number_birth = row.number.map(|n| day(n.birth())).filter(|n| Some(*n) != birth);
    if name {
        two(Block::NameBirth, row.name, birth);
        two(Block::NameBirth, row.name, number_birth);
        two(Block::NameTail, row.name, row.number.map(tail));
        two(Block::NameMonthDay, row.name, row.birth.or(row.number.map(CitizenNumber::birth)).map(month_day));
    }
    if row.sound != 0 && sounded(row.sound) {
        two(Block::SoundBirth, row.sound, birth);
        two(Block::SoundBirth, row.sound, number_birth);
        two(Block::SoundVillage, row.sound, place);
    }
    two(Block::BirthVillage, village(row.area), birth);
    two(Block::BirthHousehold, row.household, birth);
    if let Some(number) = row.number {
        take(hash(Block::NumberSurname, number.body(), u64::from(row.surname)));
        take(hash(Block::NumberHead, number.body() / 100, 0));
        take(of_number(number));
    }
}

/// The keys under which a row looks for its person. `scratch` holds repaired numbers meanwhile.
pub fn of_record(r: &Record, scratch: &mut Vec<CitizenNumber>, out: &mut Vec<u64>) {
    let written = text_birth(r);
    let some = |v: u64| (v != 0).then_some(v);
    let mut push = |block, a: u64, b: Option<u64>| {
        if a != 0
            && let Some(b) = b
        {
            out.push(hash(block, a, b));
        }
    };
    for date in [r.birth, written.filter(|w| Some(*w) != r.birth)].into_iter().flatten().map(day) {
        push(Block::NameBirth, r.name_hash, Some(date));
        push(Block::SoundBirth, r.sound, Some(date));
    }
    let (place, birth) = (village(r.area), r.birth.map(day));
    push(Block::NameVillage, r.name_hash, some(place));
    push(Block::NameVillage, r.name_hash, some(village(r.owner.area)));
    push(Block::SoundVillage, r.sound, some(place));
    push(Block::BirthVillage, place, birth);
    push(Block::BirthHousehold, r.household, birth);
    push(Block::BirthPhone, r.phone, birth);
    push(Block::NameHousehold, r.name_hash, some(r.household));
    push(Block::NameHousehold, r.name_hash, some(r.owner.household));
    push(Block::NameUnit, r.name_hash, some(r.unit));
    push(Block::NamePhone, r.name_hash, some(r.phone));
    push(Block::NameMonthDay, r.name_hash, r.birth.map(month_day));
    let text = r.text.as_bytes();
    let value = |from: usize, to: usize| -> Option<u64> {
        text.get(from..to)?.iter().try_fold(0u64, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u64::from(b - b'0')))
    };
    if text.len() == 18 {
        if let (Some(area), Some(sequence)) = (value(0, 6), value(14, 17)) {
            push(Block::NameTail, r.name_hash, Some(area * 1_000 + sequence));
        }
        // the year may be among what is spoilt
        push(Block::NameMonthDay, r.name_hash, value(10, 14).filter(|d| r.birth.map(month_day) != Some(*d)));
        let rounded = r.claim == Claim::Truncated || text.ends_with(b"000");
        if rounded && let Some(head) = value(0, 15) {
            out.push(hash(Block::NumberHead, head, 0));
        }
    }
    if let Some(number) = r.number {
        out.push(of_number(number));
    }
    if r.claim == Claim::Damaged {
        scratch.clear();
        numbers::repairs(text, scratch);
        let surname = r.name.chars().next().map_or(0, u32::from);
        let mut push_all = |repaired: &[CitizenNumber]| {
            out.extend(repaired.iter().map(|n| hash(Block::NumberSurname, n.body(), u64::from(surname))));
        };
        push_all(scratch);
        if r.birth.is_none() && place == 0 {
            // nothing but the number and the name: two faults are worth the time
            scratch.clear();
            numbers::repairs_pair(text, written, scratch);
            push_all(scratch);
        }
    }
}
