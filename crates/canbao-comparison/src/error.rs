//! Why a comparison stopped, in a sentence for the person who started it.

use canbao_intake::IntakeError;
use canbao_run::RunError;
use std::path::Path;

/// A comparison that did not come to its end. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// An extract or the city file cannot be read.
    #[error("{0}")]
    Intake(#[from] IntakeError),
    /// The run's folder cannot be written.
    #[error("{0}")]
    Run(#[from] RunError),
    /// The rule file, the area tree or the decisions cannot be used.
    #[error("{sentence}")]
    Input {
        /// What is wrong, and where.
        sentence: String,
        /// What to do.
        hint: String,
    },
    /// The comparison did not fit into the memory that it may use.
    #[error("内存不足：比对在限定的内存内无法完成。")]
    Memory,
    /// The rows that were read need more memory than the comparison may use; bytes.
    #[error("内存不足：读入的 {rows} 行数据比对约需 {} MB，限定为 {} MB，未写出任何结果。", need.div_ceil(1_000_000), limit / 1_000_000)]
    Need {
        /// Rows of all person sources.
        rows: u64,
        /// What they need, about.
        need: u64,
        /// What may be used.
        limit: u64,
    },
    /// A fault of the program.
    #[error("比对程序内部出错（{0}），未写出任何结果。")]
    Internal(String),
}

impl CompareError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Intake(error) => error.hint().map(|h| h.to_string()),
            Self::Run(error) => error.hint().map(|h| h.to_string()),
            Self::Input { hint, .. } => Some(hint.clone()),
            Self::Memory => Some("请用 --memory-limit 放宽内存上限，或在内存更大的机器上运行。".to_owned()),
            Self::Need { need, .. } => Some(format!(
                "请把 --memory-limit 放宽到 {}MB 以上，或在内存更大的机器上运行。",
                need.div_ceil(1_000_000)
            )),
            Self::Internal(_) => Some("请保留输入文件，并将本提示报告给维护人员。".to_owned()),
        }
    }

    pub(crate) fn internal(what: &str) -> Self {
        Self::Internal(what.to_owned())
    }

    pub(crate) fn io(path: &Path, error: std::io::Error) -> Self {
        Self::Input {
            sentence: format!("无法读写文件“{}”：{error}。", path.display()),
            hint: "请检查磁盘空间和目录的读写权限。".to_owned(),
        }
    }
}

impl From<arrow::error::ArrowError> for CompareError {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<datafusion::error::DataFusionError> for CompareError {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        match error.find_root() {
            datafusion::error::DataFusionError::ResourcesExhausted(_) => Self::Memory,
            _ => Self::Internal(error.to_string()),
        }
    }
}
