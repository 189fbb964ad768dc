//! Small numbers as runs and packed bits, as the pages of a Parquet file hold them.
//!
//! <https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE>

/// Rows are packed in groups of so many.
pub(super) const GROUP: usize = 8;

/// Appends numbers that take at most `width` bits each.
///
/// Groups of one number throughout become a run together with what follows them; all others are packed.
pub(super) fn encode(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    let (mut rest, mut unpacked) = (numbers, numbers);
    while let Some((group, after)) = rest.split_first_chunk::<GROUP>() {
        let [first, ..] = *group;
        if group.iter().fold(0, |odd, number| odd | (number ^ first)) != 0 {
            rest = after;
            continue;
        }
        let length = GROUP + after.iter().take_while(|number| **number == first).count();
        packed(unpacked.get(..unpacked.len() - rest.len()).unwrap_or_default(), width, out);
        run(length, first, width, out);
        rest = rest.get(length..).unwrap_or_default();
        unpacked = rest;
    }
    packed(unpacked, width, out);
}

/// Appends one number many times.
pub(super) fn run(length: usize, number: u32, width: u32, out: &mut Vec<u8>) {
    head(length << 1, out);
    out.extend(number.to_le_bytes().iter().take(width.div_ceil(8) as usize));
}

/// Appends bits that lie packed already. What stands behind the last of them is of no account.
pub(super) fn bits(length: usize, bits: &[u8], out: &mut Vec<u8>) {
    let bytes = length.div_ceil(GROUP);
    head(bytes << 1 | 1, out);
    out.extend(bits.iter().take(bytes));
    if let (Some(last), 1..) = (out.last_mut(), length % GROUP) {
        *last &= (1 << (length % GROUP)) - 1;
    }
}

fn packed(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    if numbers.is_empty() {
        return;
    }
    head(numbers.len().div_ceil(GROUP) << 1 | 1, out);
    let (groups, rest) = numbers.as_chunks::<GROUP>();
    for group in groups {
        pack(group, width, out);
    }
    if !rest.is_empty() {
        let mut last = [0; GROUP];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        pack(&last, width, out);
    }
}

/// Appends eight numbers of `width` bits each, one behind the other.
pub(super) fn pack(group: &[u32; GROUP], width: u32, out: &mut Vec<u8>) {
    let end = out.len() + width as usize;
    let (mut held, mut bits) = (0_u64, 0);
    for number in group {
        held |= u64::from(*number) << bits;
        bits += width;
        if bits >= u32::BITS {
            out.extend_from_slice(&(held as u32).to_le_bytes());
            held >>= u32::BITS;
            bits -= u32::BITS;
        }
    }
    out.extend_from_slice(&held.to_le_bytes());
    out.truncate(end);
}

/// Appends a length in as few bytes as it takes, seven bits in each.
pub(super) fn head(mut length: usize, out: &mut Vec<u8>) {
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn number(bytes: &[u8], from: usize, width: usize) -> u32 {
        (0..width).map(|bit| from + bit).rev().fold(0, |n, at| n << 1 | u32::from(bytes[at / 8] >> (at % 8) & 1))
    }

    fn decode(mut bytes: &[u8], width: usize) -> Vec<u32> {
        let mut numbers = Vec::new();
        while !bytes.is_empty() {
            let size = bytes.iter().take_while(|byte| **byte >= 0x80).count() + 1;
            let head = bytes[..size].iter().rev().fold(0, |n, byte| n << 7 | usize::from(byte & 0x7f));
            bytes = &bytes[size..];
            let taken = if head & 1 == 1 {
                numbers.extend((0..(head >> 1) * 8).map(|i| number(bytes, i * width, width)));
                (head >> 1) * width
            } else {
                numbers.extend(std::iter::repeat_n(number(bytes, 0, width), head >> 1));
                width.div_ceil(8)
            };
            bytes = &bytes[taken..];
        }
        numbers
    }

    proptest! {
        #[test]
        fn numbers_of_every_width_come_back(
            width in 0_u32..=32,
            runs in proptest::collection::vec((any::<u32>(), prop_oneof![1_usize..4, 1_usize..300]), 0..100),
        ) {
            let mask = u32::MAX.checked_shr(32 - width).unwrap_or(0);
            let numbers: Vec<u32> = runs.iter().flat_map(|(n, times)| std::iter::repeat_n(n & mask, *times)).collect();
            let mut bytes = Vec::new();
            encode(&numbers, width, &mut bytes);
            let read = decode(&bytes, width as usize);
            prop_assert!(read.len() < numbers.len() + GROUP);
            prop_assert_eq!(&read[..numbers.len()], numbers);
        }

        #[test]
        fn bits_behind_the_last_do_not_matter(length in 1_usize..100, bytes in proptest::collection::vec(any::<u8>(), 20)) {
            let (mut one, mut other) = (Vec::new(), Vec::new());
            bits(length, &bytes, &mut one);
            let kept = |i: usize| bytes[i / 8] >> (i % 8) & 1;
            let read = decode(&one, 1);
            prop_assert!((0..length).all(|i| read[i] == u32::from(kept(i))));
            prop_assert!(read[length..].iter().all(|bit| *bit == 0));
            bits(length, &bytes[..length.div_ceil(8)], &mut other);
            prop_assert_eq!(one, other);
        }
    }
}
