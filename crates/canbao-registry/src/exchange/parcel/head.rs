//! Reads what stands before the contents, and believes nothing of it.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::{MAGIC, MAX_MANIFEST, Manifest, ParcelError, SIGNATURE};

/// A parcel's file whose manifest was read and is of one piece with its length. Nothing is verified yet.
pub(super) struct Head {
    pub(super) file: File,
    pub(super) path: PathBuf,
    pub(super) manifest: Manifest,
    /// The manifest as it stands.
    pub(super) text: Vec<u8>,
    /// Where the first content begins.
    pub(super) start: u64,
}

impl Head {
    pub(super) fn read(path: &Path) -> Result<Self, ParcelError> {
        let io = || ParcelError::io("读取", path);
        // a pipe would be waited for when it is opened
        let about = std::fs::metadata(path).map_err(io())?;
        if !about.is_file() {
            return Err(ParcelError::NotAParcel(path.to_owned()));
        }
        let mut file = File::open(path).map_err(io())?;
        let actual = file.metadata().map_err(io())?.len();
        let short = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => ParcelError::NotAParcel(path.to_owned()),
            _ => io()(error),
        };
        let (mut magic, mut length) = ([0_u8; MAGIC.len()], [0_u8; 4]);
        file.read_exact(&mut magic).map_err(short)?;
        if magic != *MAGIC {
            return Err(ParcelError::NotAParcel(path.to_owned()));
        }
        file.read_exact(&mut length).map_err(short)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > MAX_MANIFEST {
            return Err(ParcelError::Manifest("过长"));
        }
        let mut text = vec![0_u8; length];
        file.read_exact(&mut text).map_err(short)?;
        let manifest = Manifest::read(&text)?;
        let start = (MAGIC.len() + 4 + length) as u64;
        let sealed = manifest.contents.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.sealed_bytes));
        let expected = start.saturating_add(sealed).saturating_add(SIGNATURE as u64);
        if expected != actual {
            return Err(ParcelError::Length { expected, actual });
        }
        Ok(Self { file, path: path.to_owned(), manifest, text, start })
    }

    /// The signature at the end of the file.
    pub(super) fn signature(&mut self) -> Result<[u8; SIGNATURE], ParcelError> {
        let mut signature = [0_u8; SIGNATURE];
        self.file
            .seek(SeekFrom::End(-(SIGNATURE as i64)))
            .and_then(|_| self.file.read_exact(&mut signature))
            .map_err(ParcelError::io("读取", &self.path))?;
        Ok(signature)
    }
}
