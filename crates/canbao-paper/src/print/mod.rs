//! Printing on paper: a template in Typst's language, data as JSON and named files become the bytes of a PDF.
//!
//! A [`Press`] holds the fonts and prints as often as wanted, from several threads at once. No network, no font of the
//! computer and no clock is asked, so equal input gives equal bytes.
//!
//! A template reads its data by `json("data.json")`, other files by the names that they were handed over with, and finds
//! these families: `Noto Sans CJK SC` (黑体-like) and `Noto Serif CJK SC` (宋体-like), both Regular and Bold, and
//! `Canbao Rare` for Ext B to F. A character that a family lacks is drawn by the next one that has it.

mod font;
mod qr;
mod world;

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::{slice, thread};

use typst::comemo;
use typst::diag::SourceDiagnostic;
use typst::ecow::{EcoString, EcoVec};
use typst::foundations::{Datetime, Smart};
use typst::layout::{Frame, FrameItem};
use typst::model::{Document as _, DocumentInfo};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, WorldExt as _};
use typst_layout::{Page, PagedDocument};
use typst_pdf::{PdfOptions, Timestamp};

use crate::{About, PaperError};
pub use qr::{Qr, qr};
use world::Sheet;

/// The name by which a template reads its data.
pub const DATA: &str = "data.json";

/// The name of the template itself, as errors tell it.
pub const TEMPLATE: &str = "main.typ";

/// What the typesetter's recursion may take; that of a thread as it comes is too little for an unoptimised build.
const STACK: usize = 64 << 20;

/// After how many parts is forgotten what the last so many did not use: what recurs on every form is laid out once, and the
/// memory of a thousand pages stays small.
const FORGET_AFTER: usize = 4;

/// Held for reading by whoever typesets, for writing by whoever makes the typesetter forget. Its memory is the process's and
/// has a lock for each of its parts; forgetting while nobody typesets does not rest on the order in which they are taken.
static TYPESETTING: RwLock<()> = RwLock::new(());

/// What prints: fonts, read once.
pub struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

/// A document that was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdf {
    /// The file's bytes, PDF 1.7.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// The characters that no font has, in order, each once; a box stands in their place. Blank where all are drawn.
    pub missing: String,
}

impl Press {
    /// Reads the fonts: first those of the folders (`.ttf`, `.otf`, `.ttc`, `.otc`; not of folders within), in the order
    /// given and by name, then those that the program brings. Of two faces of one family, weight and style the first is
    /// taken, so a folder's fonts stand in for the program's.
    ///
    /// # Errors
    /// Where a folder or one of its fonts cannot be read.
    pub fn new(font_folders: &[PathBuf]) -> Result<Self, PaperError> {
        let mut fonts = Vec::new();
        for folder in font_folders {
            font::of_folder(folder, &mut fonts)?;
        }
        fonts.extend_from_slice(font::packed()?);
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        Ok(Self { library: LazyHash::new(Library::builder().build()), book, fonts })
    }

    /// The files of its fonts, those that stand for others first.
    pub(crate) fn font_data(&self) -> impl Iterator<Item = typst::foundations::Bytes> {
        self.fonts.iter().map(|font| font.data().clone())
    }

    /// The families that templates may name, sorted, each once.
    #[must_use]
    pub fn families(&self) -> Vec<String> {
        let names: BTreeSet<_> = self.book.families().map(|(name, _)| name.to_owned()).collect();
        names.into_iter().collect()
    }

    /// Whether any font has this character.
    #[must_use]
    pub fn has(&self, character: char) -> bool {
        (0..self.fonts.len())
            .filter_map(|at| self.book.info(at))
            .any(|info| info.coverage.contains(u32::from(character)))
    }

    /// Prints a document.
    ///
    /// `template` is Typst's language; it reads `data` as [`DATA`], and each of `files` (pictures, further templates) by
    /// its name, a path without `..`. Names of files come from a small fixed set: the typesetter keeps every name it ever
    /// saw. The document's title, author and date are `about`'s unless the template sets its own; the template's
    /// `datetime.today()` is that date too.
    ///
    /// # Errors
    /// Where the template, with this data, cannot be laid out: a sentence that says the template's line.
    pub fn print(
        &self,
        template: &str,
        data: &serde_json::Value,
        files: &[(&str, &[u8])],
        about: &About,
    ) -> Result<Pdf, PaperError> {
        self.print_parts(template, slice::from_ref(data), files, about)
    }

    /// Prints a long document, such as the forms of a village: each part's data is laid out by the template on its own, on
    /// all processors, and the pages stand one after the other in one file. Much faster than one document of as many pages,
    /// and with little memory. Page counters begin anew with each part, and links lead within their part only. The title,
    /// author and date that a template sets are taken from the first part.
    ///
    /// # Errors
    /// As [`Press::print`]; of several faults that of the first part. Where there is no part.
    pub fn print_parts(
        &self,
        template: &str,
        parts: &[serde_json::Value],
        files: &[(&str, &[u8])],
        about: &About,
    ) -> Result<Pdf, PaperError> {
        let today = date(about)?;
        let next = AtomicUsize::new(0);
        let failed = AtomicBool::new(false);
        // parts are taken in their order, so whatever stands before a fault is laid out to its end: the first is told
        let lay_out = || {
            let mut done = Vec::new();
            while !failed.load(Ordering::Relaxed) {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(data) = parts.get(at) else { break };
                let result = Sheet::new(self, template, data, files, today).and_then(|sheet| {
                    let _typesets = TYPESETTING.read();
                    compile(&sheet)
                });
                failed.fetch_or(result.is_err(), Ordering::Relaxed);
                done.push((at, result));
                if (at + 1).is_multiple_of(FORGET_AFTER) {
                    forget(1);
                }
            }
            done
        };
        let workers = thread::available_parallelism().map_or(1, NonZero::get).min(parts.len());
        let result = thread::scope(|scope| {
            let mut threads = Vec::new();
            let mut refused = None;
            for _ in 0..workers {
                match spawn(scope, lay_out) {
                    Ok(thread) => threads.push(thread),
                    Err(error) => refused = Some(error),
                }
            }
            // all are waited for before one's fault is told, else the fault of another would be everybody's; fewer threads
            // than wanted do the work too
            let ended: Vec<_> = threads.into_iter().map(thread::ScopedJoinHandle::join).collect();
            if let (true, Some(error)) = (ended.is_empty(), refused) {
                return Err(error);
            }
            let mut done = Vec::new();
            for parts in ended {
                done.extend(parts.map_err(broken)?);
            }
            done.sort_by_key(|&(at, _)| at);
            spawn(scope, || write(done, about))?.join().map_err(broken)?
        });
        forget(0);
        result
    }
}

/// Makes the typesetter forget what was not used since it was last called `rounds` times.
fn forget(rounds: usize) {
    // held also where a panic poisoned the lock: nothing stands under it that could be half done
    let _alone = TYPESETTING.write();
    comemo::evict(rounds);
}

fn spawn<'s, T: Send + 's>(
    scope: &'s thread::Scope<'s, '_>,
    work: impl FnOnce() -> T + Send + 's,
) -> Result<thread::ScopedJoinHandle<'s, T>, PaperError> {
    let builder = thread::Builder::new().name("press".to_owned()).stack_size(STACK);
    builder.spawn_scoped(scope, work).map_err(|error| PaperError::print(None, &format!("不能启动排版线程（{error}）")))
}

/// The typesetter itself is at fault; its message went to the error output.
fn broken(_: Box<dyn std::any::Any + Send>) -> PaperError {
    PaperError::print(None, "排版程序自身出错")
}

impl std::fmt::Debug for Press {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Press").field("fonts", &self.fonts.len()).finish_non_exhaustive()
    }
}

fn date(about: &About) -> Result<Datetime, PaperError> {
    let (year, month, day) = about.date;
    Datetime::from_ymd(year.into(), month, day)
        .ok_or_else(|| PaperError::print(None, &format!("没有 {year} 年 {month} 月 {day} 日这一天")))
}

fn compile(sheet: &Sheet<'_>) -> Result<(EcoVec<Page>, DocumentInfo), PaperError> {
    let document: PagedDocument = typst::compile(sheet).output.map_err(|faults| first(sheet, &faults))?;
    Ok((document.pages().into(), document.info().clone()))
}

/// A part's place and what came of it.
type Part = (usize, Result<(EcoVec<Page>, DocumentInfo), PaperError>);

fn write(parts: Vec<Part>, about: &About) -> Result<Pdf, PaperError> {
    let mut pages = EcoVec::new();
    let mut info = None;
    for (_, part) in parts {
        let (more, its) = part?;
        pages.extend(more);
        info.get_or_insert(its);
    }
    let Some(mut info) = info else { return Err(PaperError::print(None, "没有要打印的内容")) };
    if info.title.is_none() {
        info.title = Some(EcoString::from(&about.title));
    }
    if info.author.is_empty() {
        info.author.push(EcoString::from(&about.author));
    }
    let mut missing = BTreeSet::new();
    for page in &pages {
        look_for_missing(&page.frame, &mut missing);
    }
    let count = pages.len();
    let (year, month, day) = about.date;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{}\n{}\n{year}-{month}-{day}", about.title, about.author)),
        creator: Smart::Custom(Some(about.author.clone())),
        timestamp: Some(Timestamp::new_utc(date(about)?)),
        // for paper; the tags of a thousand forms would be half of the file
        tagged: false,
        ..PdfOptions::default()
    };
    // what is refused here, such as a damaged picture, has no place in the template any more
    let _typesets = TYPESETTING.read();
    let bytes = typst_pdf::pdf(&PagedDocument::new(pages, info), &options).map_err(|faults| {
        let fault = faults.first().map_or("排版程序没有说明原因", |fault| fault.message.as_str());
        PaperError::print(None, fault)
    })?;
    Ok(Pdf { bytes, pages: count, missing: missing.into_iter().collect() })
}

/// The first fault as a sentence; the others mostly follow from it.
fn first(sheet: &Sheet<'_>, faults: &[SourceDiagnostic]) -> PaperError {
    let Some(fault) = faults.first() else { return PaperError::print(None, "排版程序没有说明原因") };
    // a fault within a file that the template reads is told where the template reads it
    let spans = std::iter::once(fault.span).chain(fault.trace.iter().map(|point| point.span.into()));
    let place = spans.into_iter().find_map(|span| {
        let id = span.id()?;
        let source = typst::World::source(sheet, id).ok()?;
        let line = source.lines().byte_to_line(sheet.range(span)?.start)? + 1;
        Some((id.vpath().get_without_slash().to_owned(), line))
    });
    let hints = fault.hints.iter().map(|hint| format!("；提示：{}", hint.v)).collect::<String>();
    PaperError::print(place, &format!("{}{hints}", fault.message))
}

fn look_for_missing(frame: &Frame, missing: &mut BTreeSet<char>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => look_for_missing(&group.frame, missing),
            FrameItem::Text(text) => {
                for glyph in text.glyphs.iter().filter(|glyph| glyph.id == 0) {
                    missing.extend(text.text.get(glyph.range()).unwrap_or_default().chars());
                }
            }
            _ => {}
        }
    }
}
