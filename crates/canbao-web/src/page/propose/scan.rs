//! Papers that are handed in as a file: which kinds there are, and taking one in.

use std::path::{Path, PathBuf};

use canbao_registry::change::{MOST_SCAN_BYTES, Scan};

use crate::App;
use crate::aside::on_a_thread;
use crate::fault::Fault;
use crate::http::upload::{FileLimit, Sent};
use crate::page::given::Given;
use crate::right::visitor::Visitor;
use crate::say;

/// A kind of file.
pub(crate) struct Media {
    word: &'static str,
    chinese: &'static str,
    /// As it is sent.
    pub(crate) media: &'static str,
    /// How its name ends.
    pub(crate) ending: &'static str,
    /// Where in it what stands, by which it is known.
    marks: &'static [(usize, &'static [u8])],
}

const fn kind(
    word: &'static str,
    chinese: &'static str,
    media: &'static str,
    marks: &'static [(usize, &'static [u8])],
) -> Media {
    Media { word, chinese, media, ending: word, marks }
}

/// What is taken: papers as scanners and phones make them. By their first bytes, whatever they are called.
static KINDS: [Media; 8] = [
    kind("pdf", "PDF", "application/pdf", &[(0, b"%PDF-")]),
    kind("jpg", "JPEG 图片", "image/jpeg", &[(0, b"\xff\xd8\xff")]),
    kind("png", "PNG 图片", "image/png", &[(0, b"\x89PNG\r\n\x1a\n")]),
    kind("tif", "TIFF 图片", "image/tiff", &[(0, b"II*\0")]),
    Media { word: "tif-be", ..kind("tif", "TIFF 图片", "image/tiff", &[(0, b"MM\0*")]) },
    kind("webp", "WebP 图片", "image/webp", &[(0, b"RIFF"), (8, b"WEBP")]),
    kind("heic", "HEIC 图片", "image/heic", &[(4, b"ftypheic")]),
    kind("bmp", "BMP 图片", "image/bmp", &[(0, b"BM"), (6, b"\0\0\0\0")]),
];

/// What a browser offers to choose.
pub(super) const ACCEPT: &str = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.webp,.heic,.bmp";

/// The kind of a file that is kept.
pub(crate) fn media(scan: &Scan) -> Option<&'static Media> {
    KINDS.iter().find(|kind| kind.word == scan.media)
}

/// The kind of a file by what stands in it.
fn of_content(content: &[u8]) -> Option<&'static Media> {
    let has = |(at, mark): &(usize, &[u8])| content.get(*at..).is_some_and(|rest| rest.starts_with(mark));
    KINDS.iter().find(|kind| kind.marks.iter().all(has))
}

/// What a file is and how large: PDF，812 KB.
pub(crate) fn told_of_scan(scan: &Scan) -> String {
    format!("{}，{}", media(scan).map_or("文件", |kind| kind.chinese), say::bytes(scan.bytes))
}

/// Where files of papers stand.
pub(crate) fn folder(data: &Path) -> PathBuf {
    data.join("scans")
}

/// The largest file that is taken.
pub(super) fn most(app: &App) -> u64 {
    FileLimit::Paper.bytes(&app.settings.upload).min(MOST_SCAN_BYTES)
}

/// The papers of a form, the file that it sends or one that it sent before; and the form with the ticket for them. Else what is
/// wrong with them.
pub(super) async fn taken(
    app: &App,
    visitor: &Visitor,
    sent: &mut Sent,
) -> Result<(Given, Result<Option<Scan>, String>), Fault> {
    let given = Given::sent(sent);
    let ticket = given.text("scan").to_owned();
    let is_dropped = given.has("drop", "scan");
    let given = given.without("scan").without("drop");
    let login = &visitor.account.login;
    let mut files = sent.files_of("scan");
    let Some(file) = files.pop() else {
        if ticket.is_empty() || is_dropped {
            return Ok((given, Ok(None)));
        }
        return Ok(match app.registry.scan_of_ticket(login, &ticket) {
            Some(scan) => (given.or("scan", &ticket), Ok(Some(scan))),
            None => (given, Err("上传的材料认不出来了，请重新选一次文件。".to_owned())),
        });
    };
    if !files.is_empty() {
        return Ok((given, Err("只能附一个文件；几页材料请扫描成一个 PDF。".to_owned())));
    }
    if file.size > most(app) {
        let sentence =
            format!("文件有 {}，最多 {}；请扫描得小一些再上传。", say::bytes(file.size), say::bytes(most(app)));
        return Ok((given, Err(sentence)));
    }
    let read = on_a_thread(move || std::fs::read(file.path())).await;
    let content = read.and_then(Result::ok).ok_or(Fault::Broken)?;
    let Some(kind) = of_content(&content) else {
        let sentence = if content.is_empty() {
            "这个文件是空的，请重新选。"
        } else {
            "这个文件不是 PDF，也不是图片（JPEG、PNG、TIFF、WebP、HEIC、BMP）；请另存为 PDF 再上传。"
        };
        return Ok((given, Err(sentence.to_owned())));
    };
    match app.registry.take_scan(&folder(&app.settings.data), content.into(), kind.word).await {
        Ok(scan) => Ok((given.or("scan", &app.registry.scan_ticket(login, &scan)), Ok(Some(scan)))),
        Err(error) if error.is_refusal() => Ok((given, Err(format!("{error}{}", error.hint())))),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_stands_in_it() {
        for (content, word) in [
            (b"%PDF-1.7 ...".as_slice(), Some("pdf")),
            (b"\xff\xd8\xff\xe0".as_slice(), Some("jpg")),
            (b"RIFF\x10\0\0\0WEBPVP8 ".as_slice(), Some("webp")),
            (b"RIFF\x10\0\0\0WAVEfmt ".as_slice(), None),
            (b"\0\0\0\x18ftypheicmif1".as_slice(), Some("heic")),
            (b"MM\0*\0\0".as_slice(), Some("tif-be")),
            (b"BM\x36\x10\0\0\0\0\0\0".as_slice(), Some("bmp")),
            (b"BMW is no picture".as_slice(), None),
            (b"<html><script>".as_slice(), None),
            (b"MZ\x90\0".as_slice(), None),
            (b"PK\x03\x04".as_slice(), None),
            (b" %PDF-1.7".as_slice(), None),
            (b"".as_slice(), None),
        ] {
            assert_eq!(of_content(content).map(|kind| kind.word), word);
        }
        for kind in &KINDS {
            assert!(ACCEPT.contains(kind.ending) && !kind.word.contains('.'), "{}", kind.word);
        }
    }
}
