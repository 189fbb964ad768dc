//! Bytes that nobody can guess.

use std::io;

use rand::TryRng as _;
use rand::rngs::SysRng;

/// Fills with the operating system's randomness. There is no fallback: without it, nothing may be sealed.
pub(super) fn fill(bytes: &mut [u8]) -> io::Result<()> {
    SysRng.try_fill_bytes(bytes).map_err(io::Error::other)
}
