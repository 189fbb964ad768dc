//! Small numbers as differences to the number before, in as few bits as each block takes.
//!
//! <https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC>

use super::hybrid::{self, GROUP};

/// Differences that share a least one.
const BLOCK: usize = 128;
/// Differences that share a width.
const MINIBLOCK: usize = 32;

/// Appends numbers below 2³¹.
pub(super) fn encode(numbers: &[u32], out: &mut Vec<u8>) {
    hybrid::head(BLOCK, out);
    hybrid::head(BLOCK / MINIBLOCK, out);
    hybrid::head(numbers.len(), out);
    let (first, rest) = numbers.split_first().map_or((0, numbers), |(first, rest)| (*first, rest));
    zigzag(first.cast_signed(), out);
    let mut before = first;
    for block in rest.chunks(BLOCK) {
        let mut differences = [0; BLOCK];
        for (difference, number) in differences.iter_mut().zip(block) {
            *difference = number.wrapping_sub(before).cast_signed();
            before = *number;
        }
        let (held, padding) = differences.split_at_mut(block.len().min(BLOCK));
        let least = held.iter().copied().min().unwrap_or(0);
        // what is above the least is nothing here: blocks and miniblocks are always whole, and these take no bits
        padding.fill(least);
        zigzag(least, out);
        let above = differences.map(|difference| difference.wrapping_sub(least).cast_unsigned());
        let (miniblocks, _) = above.as_chunks::<MINIBLOCK>();
        let width = |numbers: &[u32; MINIBLOCK]| u32::BITS - numbers.iter().fold(0, |all, n| all | n).leading_zeros();
        out.extend(miniblocks.iter().map(|numbers| width(numbers) as u8));
        for numbers in miniblocks {
            let width = width(numbers);
            if width > 0 {
                numbers.as_chunks::<GROUP>().0.iter().for_each(|group| hybrid::pack(group, width, out));
            }
        }
    }
}

/// Appends a number of either sign in as few bytes as it takes.
fn zigzag(number: i32, out: &mut Vec<u8>) {
    hybrid::head((number << 1 ^ number >> 31).cast_unsigned() as usize, out);
}
