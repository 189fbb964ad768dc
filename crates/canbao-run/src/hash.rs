//! The fingerprint of an input file.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::RunError;

/// The SHA-256 of a file's bytes as 64 lower-case hexadecimal digits, as `summary.json` names inputs.
///
/// # Errors
/// Where the file cannot be read.
pub fn sha256(path: &Path) -> Result<String, RunError> {
    let mut file = File::open(path).map_err(RunError::io("打开", path))?;
    let mut hash = Sha256::new();
    let mut block = vec![0_u8; 256 * 1024];
    loop {
        let n = file.read(&mut block).map_err(RunError::io("读取", path))?;
        if n == 0 {
            break;
        }
        hash.update(block.get(..n).unwrap_or_default());
    }
    Ok(hash
        .finalize()
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect())
}
