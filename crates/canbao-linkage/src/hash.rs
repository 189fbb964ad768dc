//! Hashes of text and of pairs, the same in every run and on every machine.

/// A 64-bit hash of a text, never 0. Texts of a few characters are hashed in a few steps.
pub fn text(text: &str) -> u64 {
    let mut state = 0x243F_6A88_85A3_08D3u64 ^ text.len() as u64;
    let mut chunks = text.as_bytes().chunks_exact(8);
    for chunk in &mut chunks {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(chunk);
        state = mix(state, u64::from_le_bytes(bytes));
    }
    let mut tail = [0; 8];
    for (slot, b) in tail.iter_mut().zip(chunks.remainder()) {
        *slot = *b;
    }
    mix(state, u64::from_le_bytes(tail)) | 1
}

/// Mixes a value into a state: a 128-bit product, folded.
pub fn mix(state: u64, value: u64) -> u64 {
    let product = u128::from(state ^ value.rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835u128);
    let folded = (product as u64) ^ (product >> 64) as u64;
    folded ^ (folded >> 31) ^ value.wrapping_mul(0xD6E8_FEB8_6659_FD93)
}
