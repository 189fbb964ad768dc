//! What the typesetter sees: the template, its data and files, the press's fonts, one day.

use std::collections::HashMap;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};

use super::{DATA, Press, TEMPLATE};
use crate::PaperError;

/// One document's world.
pub(super) struct Sheet<'p> {
    press: &'p Press,
    template: Source,
    files: HashMap<FileId, Bytes>,
    today: Datetime,
}

impl<'p> Sheet<'p> {
    pub(super) fn new(
        press: &'p Press,
        template: &str,
        data: &serde_json::Value,
        files: &[(&str, &[u8])],
        today: Datetime,
    ) -> Result<Self, PaperError> {
        let template = Source::new(id(TEMPLATE)?, template.to_owned());
        let data = Bytes::new(data.to_string().into_bytes());
        let mut all = HashMap::from([(id(DATA)?, data)]);
        for (name, bytes) in files {
            if *name == TEMPLATE || all.insert(id(name)?, Bytes::new(bytes.to_vec())).is_some() {
                return Err(PaperError::print(None, &format!("文件名 {name} 用了两次")));
            }
        }
        Ok(Self { press, template, files: all, today })
    }
}

fn id(name: &str) -> Result<FileId, PaperError> {
    let path = VirtualPath::new(name);
    let path = path.map_err(|_| PaperError::print(None, &format!("{name} 不能作文件名")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() {
            return Ok(self.template.clone());
        }
        let bytes = self.file(id)?;
        let text = bytes.as_str().map_err(|_| FileError::InvalidUtf8)?;
        Ok(Source::new(id, text.to_owned()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.template.id() {
            return Ok(Bytes::from_string(self.template.text().to_owned()));
        }
        self.files.get(&id).cloned().ok_or_else(|| FileError::NotFound(id.vpath().get_without_slash().into()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index).cloned()
    }

    /// The document's day whatever the offset: the clock is never asked.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        Some(self.today)
    }
}
