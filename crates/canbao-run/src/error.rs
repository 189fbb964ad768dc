//! What can go wrong with a run folder, in whole sentences that never show a person's data.

use std::io;
use std::path::{Path, PathBuf};

/// A run that could not be written or read. `Display` is a Chinese sentence; [`RunError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The output stands already and holds something else than a run.
    #[error("输出位置 {} 已有内容，而且不是比对结果文件夹，没有改动它。", .0.display())]
    NotARun(PathBuf),
    /// The output stands already and is a file.
    #[error("输出位置 {} 是一个文件，不是文件夹，没有改动它。", .0.display())]
    NotAFolder(PathBuf),
    /// The output has no name of its own, such as `/`.
    #[error("输出位置 {} 不能作为比对结果文件夹。", .0.display())]
    NoName(PathBuf),
    /// The folder to read holds no `summary.json`.
    #[error("文件夹 {} 不是比对结果：其中没有 summary.json。", .0.display())]
    NoSummary(PathBuf),
    /// A file or folder could not be made, written, read, moved or removed.
    #[error("{what} {} 时出错：{source}。", .path.display())]
    Io {
        /// What was being done, as a Chinese verb.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A Parquet file could not be encoded or decoded.
    #[error("{what} {} 时出错：{source}。", .path.display())]
    Parquet {
        /// What was being done, as a Chinese verb.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the library said.
        source: parquet::errors::ParquetError,
    },
    /// A batch does not fit its table.
    #[error("写入表 {table} 的数据与表结构不符：列 {column} {problem}。")]
    Shape {
        /// The table's name.
        table: String,
        /// The column's name, or its place where there is none.
        column: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A column that was asked for is not in the file.
    #[error("{} 中没有列 {column}。", .path.display())]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The column that was asked for.
        column: String,
    },
    /// A table was begun twice, or its name is no file's name.
    #[error("表 {0} 不能写入：名称重复或不能作为文件名。")]
    TableName(String),
    /// The run was to be finished while a table was still being written.
    #[error("表 {0} 还没有写完，比对结果没有生成。")]
    Unfinished(String),
    /// The counts of the summary do not add up.
    #[error("汇总数不平：{0}，比对结果没有生成。")]
    Unbalanced(String),
    /// `summary.json` could not be written as or read from JSON.
    #[error("{} 不是有效的汇总文件：{source}。", .path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What the library said.
        source: serde_json::Error,
    },
    /// A worker ended without an answer: a fault of the program.
    #[error("编码表 {0} 的线程意外终止，比对结果没有生成。")]
    Worker(String),
}

impl RunError {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotARun(_) | Self::NotAFolder(_) | Self::NoName(_) => {
                "请换一个还不存在的文件夹，或者先把原有内容移走。"
            }
            Self::NoSummary(_) => "请给出 canbao compare --out 写出的文件夹。",
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "磁盘已满：请腾出空间，或者用 --out 换到另一个磁盘，然后重新运行。"
                }
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    "没有写入权限：请换一个有权限的文件夹，或者请管理员授权。"
                }
                io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices => {
                    "输出位置是一个挂载点，不能整体替换：请把 --out 指向它里面的一个子文件夹。"
                }
                io::ErrorKind::NotFound => "请核对路径是否正确，文件是否已被移走。",
                _ => return None,
            },
            Self::Parquet { .. } | Self::Json { .. } | Self::NoColumn { .. } => {
                "文件可能已损坏，或者由其他版本写出：请重新运行比对。"
            }
            Self::Shape { .. } | Self::TableName(_) | Self::Unfinished(_) | Self::Unbalanced(_) | Self::Worker(_) => {
                "这是程序的缺陷，请把这句话报告给维护人员；原有的比对结果没有改动。"
            }
        })
    }

    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }

    pub(crate) fn parquet(what: &'static str, path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.to_owned();
        move |source| Self::Parquet { what, path, source }
    }
}
