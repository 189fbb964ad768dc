//! Keys under which a damaged name meets the right one. They are the same on every machine and in every run.

use super::normalise::is_plain_han;
use super::token::{Token, Tokens, tokenise};
use super::{fold, is_placeholder, sound as sounds};

/// Keeps the keys of one kind apart from another's.
const EXACT: u64 = 0x45;
const SOUND: u64 = 0x53;
const SKELETON: u64 = 0x4B;

/// What a token sounds like, as a number: the commonest reading, or the character itself where none is known.
fn sound_code(token: Token) -> Option<u64> {
    match token {
        Token::Char(c) => Some(match sounds::readings(c).first() {
            Some(syllable) => u64::from(syllable.code()),
            None => u64::from(u32::from(c)) | 1 << 40,
        }),
        Token::Syllable(syllable) => Some(u64::from(syllable.code())),
        Token::Wild { .. } => None,
    }
}

/// A fixed 64-bit mixing step (SplitMix64's finaliser over a running state); never 0.
fn mix(state: u64, value: u64) -> u64 {
    let mut z = (state.rotate_left(23) ^ value).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)).max(1)
}

/// The tokens, where one is known.
fn read(normalised: &str) -> Option<Tokens> {
    if is_placeholder(normalised) {
        return None;
    }
    let tokens = tokenise(normalised, false);
    let known = tokens.as_slice().iter().any(|token| !matches!(token, Token::Wild { .. }));
    (!tokens.overflow && known).then_some(tokens)
}

/// A key of the name with variant characters folded, and without dots and marks; 0 for a blank name or a placeholder.
pub fn exact_key(normalised: &str) -> u64 {
    let Some(tokens) = read(normalised) else { return 0 };
    tokens.as_slice().iter().fold(EXACT, |key, token| {
        mix(
            key,
            match token {
                Token::Char(c) => u64::from(u32::from(*c)),
                Token::Syllable(syllable) => u64::from(syllable.code()) | 1 << 41,
                Token::Wild { .. } => 1 << 42,
            },
        )
    })
}

/// A key of the sounds: homophones, variants, and pinyin in a character's place have the same; signs for unknown
/// characters are left out. 0 for a blank name or a placeholder.
pub fn sound(normalised: &str) -> u64 {
    if is_placeholder(normalised) { 0 } else { sound_of_name(normalised) }
}

/// As [`sound`], of a name that is known to be neither blank nor a placeholder.
pub fn sound_of_name(normalised: &str) -> u64 {
    if is_plain_han(normalised) && !normalised.chars().any(|c| c == '某') {
        return normalised.chars().filter_map(|c| sound_code(Token::Char(fold(c)))).fold(SOUND, mix);
    }
    let Some(tokens) = read(normalised) else { return 0 };
    tokens.as_slice().iter().filter_map(|&token| sound_code(token)).fold(SOUND, mix)
}

/// A key of surname and length (in characters, unknown ones counted); 0 for a blank name or a placeholder.
pub fn skeleton(normalised: &str) -> u64 {
    let Some(tokens) = read(normalised) else { return 0 };
    let surname = tokens.surname();
    let tokens = tokens.as_slice();
    let length = u64::try_from(tokens.len()).unwrap_or(u64::MAX);
    tokens
        .iter()
        .take(surname)
        .fold(mix(SKELETON, length), |key, &token| mix(key, sound_code(token).unwrap_or_default()))
}

/// Adds the keys by which a name meets another with one character fewer: the key of its sounds, as [`sound`], and of
/// the sounds with each one left out where two remain. Nothing for a blank name or a placeholder.
///
/// Two names of which one lacks a character, or has `?` in its place, share a key if the shorter has two sounds.
pub fn deletion_keys(normalised: &str, out: &mut Vec<u64>) {
    let Some(tokens) = read(normalised) else { return };
    let codes = || tokens.as_slice().iter().filter_map(|&token| sound_code(token));
    let count = codes().count();
    let begin = out.len();
    out.push(codes().fold(SOUND, mix));
    if count >= 3 {
        for left_out in 0..count {
            let key = codes().enumerate().filter(|&(k, _)| k != left_out).fold(SOUND, |key, (_, code)| mix(key, code));
            if !out.get(begin..).unwrap_or_default().contains(&key) {
                out.push(key);
            }
        }
    }
}

/// The first character of a normalised name, folded to its standard form; none where it is blank or unknown (`?`).
pub fn first_char(normalised: &str) -> Option<char> {
    let tokens = read(normalised)?;
    match tokens.as_slice().first() {
        Some(Token::Char(c)) => Some(*c),
        _ => None,
    }
}
