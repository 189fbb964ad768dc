//! The ZIP package, and its parts as XML that cannot unfold without bound.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::read::ZipFile;

use crate::error::IntakeError;

/// The most that one piece of XML (a tag, a text) may take, in bytes.
const PIECE_BYTES_MAX: u64 = 4 << 20;
/// The most that a small part (relationships, the workbook's list, styles) may unfold to.
const SMALL_PART_BYTES_MAX: u64 = 64 << 20;

/// An opened package.
pub(super) struct Package {
    pub(super) shown: String,
    archive: ZipArchive<BufReader<File>>,
}

/// XML of a part.
pub(super) type PartReader<'a> = Reader<BufReader<Metered<ZipFile<'a, BufReader<File>>>>>;

impl Package {
    pub(super) fn open(path: &Path, shown: &str) -> Result<Self, IntakeError> {
        let file = File::open(path).map_err(|error| IntakeError::io(shown, error))?;
        match ZipArchive::new(BufReader::new(file)) {
            Ok(archive) => Ok(Self { shown: shown.to_owned(), archive }),
            Err(error) => Err(broken(shown, "打不开，可能没有复制完整").because(error)),
        }
    }

    pub(super) fn broken(&self, what: &str) -> IntakeError {
        broken(&self.shown, what)
    }

    /// The folder of `workbook.xml`: `xl/` in all but odd files.
    pub(super) fn workbook_folder(&self) -> String {
        let name =
            self.archive.file_names().flatten().find(|name| *name == "workbook.xml" || name.ends_with("/workbook.xml"));
        name.map_or_else(|| "xl/".to_owned(), |name| name.trim_end_matches("workbook.xml").to_owned())
    }

    /// A part of the package as XML.
    pub(super) fn part(&mut self, name: &str) -> Result<PartReader<'_>, IntakeError> {
        let shown = self.shown.clone();
        let canonical = self
            .archive
            .file_names()
            .flatten()
            .find(|known| known.eq_ignore_ascii_case(name))
            .map(|known| known.into_owned());
        let file = self.archive.by_name(canonical.as_deref().unwrap_or(name));
        let file = file.map_err(|error| broken(&shown, &format!("缺少部件{name}")).because(error))?;
        let metered = Metered { inner: file, left: PIECE_BYTES_MAX, total: 0 };
        let mut reader = Reader::from_reader(BufReader::with_capacity(64 * 1024, metered));
        let config = reader.config_mut();
        config.check_end_names = false;
        config.expand_empty_elements = true;
        Ok(reader)
    }
}

fn broken(shown: &str, what: &str) -> IntakeError {
    IntakeError::new(shown, format!("不是完整的xlsx文件：{what}"))
        .hinted("请用Excel或WPS打开后另存为xlsx，去掉密码，再试一次")
}

/// Says that a part is no XML as it should be.
pub(super) fn torn(shown: &str, error: quick_xml::Error) -> IntakeError {
    let bomb = matches!(&error, quick_xml::Error::Io(io) if io.kind() == io::ErrorKind::FileTooLarge);
    broken(shown, if bomb { "一段内容展开后大得不合理" } else { "内容中途损坏" }).because(error)
}

/// Counts what is read, and refuses more than a piece of XML may take; [`next`] renews the allowance.
pub(super) struct Metered<R> {
    inner: R,
    left: u64,
    total: u64,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let allowed = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.len());
        let read = self.inner.read(buf.get_mut(..allowed).unwrap_or(&mut []))?;
        self.left -= read as u64;
        self.total += read as u64;
        Ok(read)
    }
}

/// The next piece of a part's XML.
pub(super) fn next<'b>(part: &mut PartReader<'_>, buffer: &'b mut Vec<u8>) -> Result<Event<'b>, quick_xml::Error> {
    buffer.clear();
    part.get_mut().get_mut().left = PIECE_BYTES_MAX;
    part.read_event_into(buffer)
}

/// What a part has unfolded to so far, in bytes.
pub(super) fn unfolded(part: &PartReader<'_>) -> u64 {
    part.get_ref().get_ref().total
}

/// Visits the opening tags of a small part.
pub(super) fn tags(
    package: &mut Package,
    name: &str,
    visit: &mut dyn FnMut(&BytesStart<'_>),
) -> Result<(), IntakeError> {
    let shown = package.shown.clone();
    let mut part = package.part(name)?;
    let mut buffer = Vec::new();
    loop {
        match next(&mut part, &mut buffer).map_err(|error| torn(&shown, error))? {
            Event::Start(tag) => visit(&tag),
            Event::Eof => return Ok(()),
            _ => {}
        }
        if unfolded(&part) > SMALL_PART_BYTES_MAX {
            return Err(broken(&shown, "部件展开后大得不合理"));
        }
    }
}

/// An attribute's value, by its name as written.
pub(super) fn attribute(tag: &BytesStart<'_>, key: &str) -> Option<String> {
    let found = tag.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == key)?;
    Some(
        found
            .normalized_value(XmlVersion::Implicit1_0)
            .map_or_else(|_| found.value.to_string(), |value| value.into_owned()),
    )
}
