//! What nobody can guess: tokens, and passwords that are handed to somebody.

use super::strength::weakness;
use crate::RegistryError;
use crate::audit::hex;

/// Without those that are taken for another: `0` `o`, `1` `l`. 32 of them, five bits each.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Bytes at random from the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], RegistryError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| RegistryError::Broken("系统没有给出随机数".to_owned()))?;
    Ok(bytes)
}

/// A token: 32 bytes at random, in hexadecimal.
pub(super) fn token() -> Result<String, RegistryError> {
    Ok(hex(&random::<32>()?))
}

/// What the database has of a token.
pub(super) fn hash(token: &str) -> [u8; 32] {
    blake3::hash(token.as_bytes()).into()
}

/// A password to hand to somebody, who must change it: four groups of four, 80 bits at random, without what is easily
/// misread (`k7mq-x3vd-9hpt-w2ca`).
///
/// # Errors
/// Where the operating system gives no randomness.
pub fn invented_password() -> Result<String, RegistryError> {
    loop {
        let mut password = String::with_capacity(19);
        for (at, byte) in random::<16>()?.into_iter().enumerate() {
            if at > 0 && at % 4 == 0 {
                password.push('-');
            }
            password.extend(LETTERS.get(usize::from(byte & 31)).map(|letter| char::from(*letter)));
        }
        // one in millions is a run of letters
        if weakness(&password, "", "").is_none() {
            return Ok(password);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn invented_passwords_are_readable_and_never_the_same() {
        let passwords: HashSet<String> = (0..500).map(|_| invented_password().unwrap()).collect();
        assert_eq!(passwords.len(), 500);
        let letters: HashSet<char> = passwords.iter().flat_map(|password| password.chars()).collect();
        assert_eq!(letters.len(), 33);
        assert!("0O1lIo".chars().all(|letter| !letters.contains(&letter)));
        let grouped = |password: &String| password.split('-').map(str::len).collect::<Vec<_>>() == [4; 4];
        assert!(passwords.iter().all(grouped));
        assert_eq!(LETTERS.iter().collect::<HashSet<_>>().len(), 32);
    }

    #[test]
    fn tokens_are_64_digits() {
        let token = token().unwrap();
        assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(hash(&token), *blake3::hash(token.as_bytes()).as_bytes());
    }
}
