//! What can go wrong while a city is made.

use std::path::PathBuf;

/// Why no city was made. Each message is a whole sentence; [`SynthError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// Fewer or more people than a city can have.
    #[error("人数必须在 {min} 至 {max} 之间，给出的是 {given}。")]
    Persons {
        /// As asked for.
        given: u64,
        /// The fewest.
        min: u64,
        /// The most.
        max: u64,
    },
    /// No month, or too many.
    #[error("月份数必须在 1 至 {max} 之间，给出的是 {given}。")]
    Months {
        /// As asked for.
        given: u32,
        /// The most.
        max: u32,
    },
    /// The folder holds something that is no invented city.
    #[error("输出文件夹“{}”已存在，且不是虚构城市，未作任何改动。", .0.display())]
    Occupied(PathBuf),
    /// A file or folder could not be written.
    #[error("无法写入“{}”：{source}。", .path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A workbook could not be written.
    #[error("无法写入工作簿“{}”：{source}。", .path.display())]
    Workbook {
        /// Which.
        path: PathBuf,
        /// What the library says.
        source: Box<rust_xlsxwriter::XlsxError>,
    },
    /// A Parquet file could not be written.
    #[error("无法写入 Parquet 文件“{}”：{source}。", .path.display())]
    Parquet {
        /// Which.
        path: PathBuf,
        /// What the library says.
        source: Box<parquet::errors::ParquetError>,
    },
    /// The data inside the program is damaged: a fault of the program, not of its user.
    #[error("程序自带的数据“{0}”已损坏。")]
    Data(&'static str),
    /// A part of the work ended unexpectedly: a fault of the program.
    #[error("生成虚构城市时，一个工作线程意外中止。")]
    Worker,
}

impl SynthError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            SynthError::Persons { .. } => Some("用 --persons 给出范围之内的人数。"),
            SynthError::Months { .. } => Some("用 --months 给出范围之内的月份数。"),
            SynthError::Occupied(_) => Some("换一个不存在的或空的文件夹，或先移走其中的文件。"),
            SynthError::Write { .. } | SynthError::Workbook { .. } | SynthError::Parquet { .. } => {
                Some("检查磁盘空间和文件夹的写权限，再运行同一命令。")
            }
            SynthError::Data(_) | SynthError::Worker => None,
        }
    }
}
