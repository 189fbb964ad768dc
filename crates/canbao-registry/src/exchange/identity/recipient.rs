//! Refuses a recipient to whom nothing can be sealed.

use age::x25519::Recipient;
use curve25519_dalek::{MontgomeryPoint, Scalar};

/// The recipient of an `age1…` text; `None` where it is none, or a point of small order. With such a point the shared
/// secret is zero, whoever seals, and the age crate ends the program when it meets one.
pub(super) fn read(text: &str) -> Option<Recipient> {
    let recipient: Recipient = text.parse().ok()?;
    let point = MontgomeryPoint(bytes(text)?);
    // eight times a point of small order is none, on the curve and on its twist
    (point * Scalar::from(8_u8) != MontgomeryPoint([0; 32])).then_some(recipient)
}

/// The 32 bytes of a text whose checksum was checked: 52 letters of five bits each (BIP 173).
fn bytes(text: &str) -> Option<[u8; 32]> {
    const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let data = text.strip_prefix("age1")?.as_bytes().get(..52)?;
    let (mut bytes, mut held, mut bits) = (Vec::with_capacity(33), 0_u32, 0_u32);
    for letter in data {
        let five = LETTERS.iter().position(|known| known == letter)?;
        held = (held << 5 | u32::try_from(five).ok()?) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    bytes.try_into().ok()
}
