//! The file of a backup: parts in, parts out, with their digests. Everything streams.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::manifest::{Manifest, Part};
use crate::RegistryError;
use crate::audit::hex;

const MANIFEST: &str = "manifest.json";
/// A manifest is some kilobytes.
const MANIFEST_LIMIT: u64 = 1 << 20;
/// Speed before size: a disk is seldom quicker.
const LEVEL: i32 = 3;
const BUFFER: usize = 1 << 20;

/// An archive that is being written.
pub(super) struct Writer {
    zip: ZipWriter<BufWriter<File>>,
    path: PathBuf,
    parts: Vec<Part>,
}

impl Writer {
    /// Begins an archive at `path`, where nothing stands, mode 0600.
    pub(super) fn create(path: &Path) -> Result<Self, RegistryError> {
        let file = super::aside::new_file(path).map_err(failed(path))?;
        let zip = ZipWriter::new(BufWriter::with_capacity(BUFFER, file));
        Ok(Self { zip, path: path.to_owned(), parts: Vec::new() })
    }

    /// Adds a part: all that can be read from `from`, packed.
    pub(super) fn part(&mut self, name: &str, mut from: impl Read) -> Result<(), RegistryError> {
        let mut add = |zip: &mut ZipWriter<BufWriter<File>>| -> io::Result<Part> {
            zip.start_file(name, stored()).map_err(io::Error::from)?;
            let mut packer = zstd::Encoder::new(zip, LEVEL)?;
            let mut through = Digested::new(&mut packer);
            copy(&mut from, &mut through)?;
            let (bytes, sha256) = through.finish();
            packer.finish()?;
            Ok(Part { name: name.to_owned(), bytes, sha256 })
        };
        let part = add(&mut self.zip).map_err(failed(&self.path))?;
        self.parts.push(part);
        Ok(())
    }

    /// Adds the manifest, which `make` makes from the parts, and brings all of it to the disk.
    pub(super) fn finish(mut self, make: impl FnOnce(Vec<Part>) -> Manifest) -> Result<Manifest, RegistryError> {
        let manifest = make(std::mem::take(&mut self.parts));
        let write = |mut zip: ZipWriter<BufWriter<File>>| -> io::Result<()> {
            zip.start_file(MANIFEST, stored()).map_err(io::Error::from)?;
            zip.write_all(&serde_json::to_vec_pretty(&manifest)?)?;
            let mut file = zip.finish().map_err(io::Error::from)?;
            file.flush()?;
            file.get_ref().sync_all()
        };
        write(self.zip).map_err(failed(&self.path))?;
        Ok(manifest)
    }
}

/// Packed already: zip itself only stores.
fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true).unix_permissions(0o600)
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> RegistryError {
    RegistryError::file("写入备份文件", path)
}

/// An archive that is there.
#[derive(Clone, Debug)]
pub(super) struct Archive {
    path: PathBuf,
    pub(super) manifest: Manifest,
}

impl Archive {
    /// Opens an archive and reads its manifest.
    pub(super) fn open(path: &Path) -> Result<Self, RegistryError> {
        let file = File::open(path).map_err(RegistryError::file("打开备份文件", path))?;
        let is_file = file.metadata().is_ok_and(|meta| meta.is_file());
        let read = || -> Option<Manifest> {
            let mut zip = ZipArchive::new(BufReader::new(file)).ok()?;
            let mut text = String::new();
            zip.by_name(MANIFEST).ok()?.take(MANIFEST_LIMIT).read_to_string(&mut text).ok()?;
            serde_json::from_str(&text).ok()
        };
        let manifest = if is_file { read() } else { None };
        let manifest = manifest.ok_or_else(|| {
            RegistryError::refused(
                format!("{} 不是 canbao backup 做的备份，或者没有复制完整。", path.display()),
                "请核对文件名和文件大小，或换一份备份。",
            )
        })?;
        manifest.check()?;
        Ok(Self { path: path.to_owned(), manifest })
    }

    /// Its part of a name.
    pub(super) fn part(&self, name: &str) -> Result<&Part, RegistryError> {
        self.manifest.parts.iter().find(|part| part.name == name).ok_or_else(|| self.damaged(name))
    }

    /// Unpacks a part into `to`, and makes sure that it is what the manifest says.
    pub(super) fn unpack(&self, part: &Part, to: &mut impl Write) -> Result<(), RegistryError> {
        let mut through = Digested::new(to);
        let read = |through: &mut Digested<_>| -> io::Result<()> {
            let file = BufReader::with_capacity(BUFFER, File::open(&self.path)?);
            let mut zip = ZipArchive::new(file).map_err(io::Error::from)?;
            let packed = zip.by_name(&part.name).map_err(io::Error::from)?;
            // one byte more than promised is enough to tell that it is another
            let mut plain = zstd::Decoder::new(packed)?.take(part.bytes.saturating_add(1));
            copy(&mut plain, through)
        };
        let done = read(&mut through);
        if through.refused {
            // where it went to failed, not what it came from
            return Err(done.map_or_else(RegistryError::file("写入", &self.path), |()| self.damaged(&part.name)));
        }
        let (bytes, sha256) = through.finish();
        if done.is_err() || bytes != part.bytes || sha256 != part.sha256 {
            return Err(self.damaged(&part.name));
        }
        Ok(())
    }

    /// Makes sure that every part is what the manifest says.
    pub(super) fn check(&self) -> Result<(), RegistryError> {
        self.manifest.parts.iter().try_for_each(|part| self.unpack(part, &mut io::sink()))
    }

    fn damaged(&self, part: &str) -> RegistryError {
        RegistryError::refused(
            format!("备份文件 {} 已损坏：其中的 {part} 与清单上的摘要不符。", self.path.display()),
            "请换一份备份；什么都没有写入。",
        )
    }
}

/// The SHA-256 of a whole file, hexadecimal, and its length.
pub(super) fn digest(path: &Path) -> Result<(String, u64), RegistryError> {
    let mut through = Digested::new(io::sink());
    let read = |through: &mut Digested<_>| copy(&mut File::open(path)?, through);
    read(&mut through).map_err(RegistryError::file("读取备份文件", path))?;
    let (bytes, sha256) = through.finish();
    Ok((sha256, bytes))
}

fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => to.write_all(buffer.get(..read).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A writer whose bytes are counted and digested.
struct Digested<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
    /// Whether what is below did not take something.
    refused: bool,
}

impl<W> Digested<W> {
    fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0, refused: false }
    }

    fn finish(self) -> (u64, String) {
        (self.bytes, hex(self.hash.finalize().as_slice()))
    }
}

impl<W: Write> Write for Digested<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.inner.write(bytes).inspect_err(|_| self.refused = true)?;
        self.hash.update(bytes.get(..taken).unwrap_or_default());
        self.bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
