//! Why workbooks could not be made.

use std::io;
use std::path::{Path, PathBuf};

use canbao_paper::PaperError;
use canbao_run::RunError;

/// Workbooks that could not be made. `Display` is a Chinese sentence.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkbookError {
    /// The run cannot be read.
    #[error("{0}")]
    Run(#[from] RunError),
    /// A workbook cannot be written.
    #[error("{0}")]
    Paper(#[from] PaperError),
    /// The folder cannot be made.
    #[error("创建工作簿文件夹 {} 时出错：{source}。", .path.display())]
    Folder {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A thread ended in the middle of a workbook.
    #[error("写工作簿到 {} 时意外中断，最常见的原因是磁盘已满。", .0.display())]
    Interrupted(PathBuf),
    /// A list has another number of lines than the summary says.
    #[error("名单与汇总不符：{what}，汇总为 {summary}，名单为 {listed}，没有生成工作簿。")]
    Unbalanced {
        /// Which figure of which area.
        what: String,
        /// What the summary says.
        summary: i64,
        /// How many lines there are.
        listed: i64,
    },
    /// A file of the run has other columns than this version knows.
    #[error("比对结果中的 {0}.parquet 与本程序的版本不符。")]
    Columns(&'static str),
}

impl WorkbookError {
    /// What to do about it, where that is known.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Run(error) => error.hint(),
            Self::Paper(error) => error.hint(),
            Self::Folder { .. } | Self::Interrupted(_) => Some("请检查磁盘是否已满、文件夹是否可写，然后重新运行。"),
            Self::Unbalanced { .. } => {
                Some("这是程序的缺陷，请把这句话报告给维护人员；也可以先用 --no-workbooks 生成名单。")
            }
            Self::Columns(_) => Some("请用同一版本的程序重新比对。"),
        }
    }

    pub(super) fn folder(path: &Path, source: io::Error) -> Self {
        Self::Folder { path: path.to_owned(), source }
    }
}
