//! The fonts: those that the program brings, packed, and those of a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::text::Font;

use crate::PaperError;

/// In the order in which they are asked for a character that a text's own family lacks. Made by `scripts/fonts`.
const PACKED: [(&str, &[u8]); 5] = [
    ("sans-regular.otf", include_bytes!("../../font/sans-regular.otf.zst")),
    ("sans-bold.otf", include_bytes!("../../font/sans-bold.otf.zst")),
    ("serif-regular.otf", include_bytes!("../../font/serif-regular.otf.zst")),
    ("serif-bold.otf", include_bytes!("../../font/serif-bold.otf.zst")),
    ("rare.ttf", include_bytes!("../../font/rare.ttf.zst")),
];

/// The largest of them is half of this when unpacked.
const MOST_BYTES: usize = 40 << 20;

/// The program's fonts, unpacked once in a process.
pub(super) fn packed() -> Result<&'static [Font], PaperError> {
    static FONTS: OnceLock<Result<Vec<Font>, &'static str>> = OnceLock::new();
    let unpacked = FONTS.get_or_init(|| {
        let unpack = |&(name, bytes): &(&'static str, &[u8])| {
            let plain = zstd::bulk::decompress(bytes, MOST_BYTES).map_err(|_| name)?;
            Font::new(Bytes::new(plain), 0).ok_or(name)
        };
        PACKED.iter().map(unpack).collect()
    });
    match unpacked {
        Ok(fonts) => Ok(fonts),
        Err(name) => Err(PaperError::Font {
            path: PathBuf::from(name),
            problem: "程序自带的这个字体已损坏".to_owned(),
        }),
    }
}

/// Adds a folder's fonts, by the names of their files.
pub(super) fn of_folder(folder: &Path, fonts: &mut Vec<Font>) -> Result<(), PaperError> {
    let failed = |path: &Path, problem: String| PaperError::Font { path: path.to_owned(), problem };
    let unread = |path: &Path| {
        let path = path.to_owned();
        move |error: std::io::Error| PaperError::Font { path, problem: error.to_string() }
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unread(folder))? {
        paths.push(entry.map_err(unread(folder))?.path());
    }
    paths.retain(|path| {
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        matches!(ending.as_str(), "ttf" | "otf" | "ttc" | "otc") && path.is_file()
    });
    paths.sort();
    for path in paths {
        let before = fonts.len();
        fonts.extend(Font::iter(Bytes::new(fs::read(&path).map_err(unread(&path))?)));
        if fonts.len() == before {
            return Err(failed(&path, "它不是字体，或者已损坏".to_owned()));
        }
    }
    Ok(())
}
