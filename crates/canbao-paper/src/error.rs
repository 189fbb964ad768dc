//! What can go wrong with a workbook, in whole sentences.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::XlsxError;

/// A workbook that could not be made. `Display` is a Chinese sentence; [`PaperError::hint`] says what to do.
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
}

impl PaperError {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Write { .. } => "请检查磁盘是否已满、文件夹是否可写，然后重新运行。",
            Self::Shape { .. } => "这是程序的缺陷，请把这句话报告给维护人员。",
        })
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
