//! Counts and digests what passes through.

use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

use super::Digest;

/// A reader or writer whose bytes are counted and digested. More bytes than the limit are an error.
pub(super) struct Tally<T> {
    inner: T,
    hash: Sha256,
    bytes: u64,
    limit: u64,
}

impl<T> Tally<T> {
    pub(super) fn new(inner: T, limit: u64) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0, limit }
    }

    /// What is below, how many bytes passed, and their digest.
    pub(super) fn finish(self) -> (T, u64, Digest) {
        (self.inner, self.bytes, Digest(self.hash.finalize().into()))
    }

    fn count(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        if self.bytes > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.hash.update(bytes);
        Ok(())
    }
}

impl<W: Write> Write for Tally<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.count(bytes.get(..n).unwrap_or_default())?;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Tally<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count(buffer.get(..n).unwrap_or_default())?;
        Ok(n)
    }
}
