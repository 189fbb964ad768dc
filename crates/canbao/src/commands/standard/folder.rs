//! A city's folder of edited files.

use std::fs;
use std::io;
use std::path::Path;

use canbao_domain::standard::Standard;

use super::refused;
use crate::output::failure::Failure;
use crate::output::language::Language;

/// No table has as many bytes, by far.
pub(super) const MOST_BYTES: u64 = 16_000_000;

/// The built-in standard with the folder's `*.toml` over it.
pub(super) fn load(folder: &Path, language: Language) -> Result<Standard, Failure> {
    combine(&files(folder, language)?)
}

/// The built-in standard with some files over it, each a name and its text.
pub(super) fn combine(files: &[(String, String)]) -> Result<Standard, Failure> {
    let files = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Standard::with(files).map_err(|error| refused(&error))
}

/// Every `*.toml` of the folder, by name; hidden files are nobody's.
pub(super) fn files(folder: &Path, language: Language) -> Result<Vec<(String, String)>, Failure> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| unread(folder, &error, language))?;
    for entry in entries {
        let path = entry.map_err(|error| unread(folder, &error, language))?.path();
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        if name.ends_with(".toml") && !name.starts_with('.') && path.is_file() {
            files.push((name, text(&path, language)?));
        }
    }
    files.sort();
    Ok(files)
}

/// The text of a file.
pub(super) fn text(path: &Path, language: Language) -> Result<String, Failure> {
    String::from_utf8(bytes(path, language)?).map_err(|_| {
        let shown = path.display();
        Failure::new(language.pick(format!("{shown} 不是 UTF-8 编码。"), format!("{shown} is not UTF-8.")))
            .hint(language.pick("请用记事本另存为 UTF-8 编码。", "Save it as UTF-8."))
    })
}

/// The bytes of a file of a size that a table can have.
pub(super) fn bytes(path: &Path, language: Language) -> Result<Vec<u8>, Failure> {
    let size = fs::metadata(path).map_err(|error| unread(path, &error, language))?.len();
    if size > MOST_BYTES {
        let shown = path.display();
        return Err(Failure::new(language.pick(
            format!("{shown} 太大（{size} 字节），不会是代码表。"),
            format!("{shown} has {size} bytes and is no code table."),
        )));
    }
    fs::read(path).map_err(|error| unread(path, &error, language))
}

fn unread(path: &Path, error: &io::Error, language: Language) -> Failure {
    let shown = path.display();
    let (zh, en) = match error.kind() {
        io::ErrorKind::NotFound => ("请核对名称和所在文件夹。", "Check the name and the folder."),
        _ => ("请检查读取权限，或关闭正在占用它的程序。", "Check the permissions, or close the program that uses it."),
    };
    Failure::new(language.pick(format!("不能读取 {shown}：{error}。"), format!("{shown} cannot be read: {error}.")))
        .hint(language.pick(zh, en))
}
