//! What can go wrong with a workbook or a printed document, in whole sentences.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::XlsxError;

/// A workbook or a printed document that could not be made. `Display` is a Chinese sentence; [`PaperError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The file, or the scratch space beside it, could not be written.
    #[error("写工作簿 {} 时出错：{source}。", .path.display())]
    Write {
        /// The workbook.
        path: PathBuf,
        /// What the library said.
        source: XlsxError,
    },
    /// The program asks for something that a workbook cannot hold: a row of the wrong length, a name twice.
    #[error("工作表 {sheet} 不能这样写：{problem}。")]
    Shape {
        /// The sheet.
        sheet: String,
        /// What is wrong.
        problem: String,
    },
    /// A font's file, or a folder of fonts, cannot be read.
    #[error("字体 {} 读不出来：{problem}。", .path.display())]
    Font {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A template cannot be laid out with its data.
    #[error("{}不能打印：{problem}。", place(.at.as_ref()))]
    Print {
        /// The template's or file's name and its line, counted from 1, where they are known.
        at: Option<(String, usize)>,
        /// What is wrong, partly in the typesetter's own words.
        problem: String,
    },
}

fn place(at: Option<&(String, usize)>) -> String {
    at.map_or_else(|| "这份文件".to_owned(), |(name, line)| format!("模板 {name} 第 {line} 行"))
}

impl PaperError {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Write { .. } => "请检查磁盘是否已满、文件夹是否可写，然后重新运行。",
            Self::Font { .. } => "请检查配置的字体文件夹和其中的文件，或者把这个文件移走。",
            Self::Shape { .. } | Self::Print { .. } => "这是程序的缺陷，请把这句话报告给维护人员。",
        })
    }

    /// `at` is the template's name and line; `problem` a sentence without its full stop.
    pub(crate) fn print(at: Option<(String, usize)>, problem: &str) -> Self {
        Self::Print { at, problem: problem.trim_end_matches(['.', '。']).to_owned() }
    }

    pub(crate) fn write(path: &Path) -> impl FnOnce(XlsxError) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }

    /// What the library refuses while a sheet is being laid out.
    pub(crate) fn sheet(name: &str) -> impl FnOnce(XlsxError) -> Self {
        let sheet = name.to_owned();
        move |source| Self::Shape { sheet, problem: source.to_string() }
    }
}
