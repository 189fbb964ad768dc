//! Why a figure cannot be had, in whole sentences.

use canbao_domain::date::Date;
use canbao_paper::PaperError;
use canbao_registry::RegistryError;

use crate::plan::PlanError;

/// Why figures cannot be had. The message is a Chinese sentence; [`ReportError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Nothing was counted yet.
    #[error("还没有统计快照，没有数字可看。")]
    NoSnapshot,
    /// An area that was not there.
    #[error("截至 {as_of} 的统计里没有代码为“{code}”的区划。")]
    NoArea {
        /// As it was asked for.
        code: String,
        /// Of the snapshot.
        as_of: Date,
    },
    /// An area that is somebody else's.
    #[error("{name}不在您可以查看的区域内。")]
    OutOfScope {
        /// What it is called.
        name: String,
    },
    /// A word that is no dimension.
    #[error("没有叫“{0}”的分类。")]
    NoDimension(String),
    /// A value that a dimension does not have.
    #[error("“{dimension}”里没有“{key}”这一项。")]
    NoValue {
        /// What the dimension is called.
        dimension: &'static str,
        /// As it was asked for.
        key: String,
    },
    /// An indicator that is no count of people, asked for by what they have in common.
    #[error("{name}不是按人统计的，只能按区划分。")]
    AreasOnly {
        /// What the indicator is called.
        name: &'static str,
    },
    /// An indicator that is no count of employers, asked for by types of them.
    #[error("{name}不是按用人单位统计的，不能按单位类型分。")]
    NotOfEmployers {
        /// What the indicator is called.
        name: &'static str,
    },
    /// An area under which nothing lies that could be compared.
    #[error("{name}下面没有区划，没有可以通报的。")]
    NothingBelow {
        /// What it is called.
        name: String,
    },
    /// The plan is none.
    #[error("{0}。")]
    Plan(#[from] PlanError),
    /// A workbook could not be written.
    #[error("工作簿没有写成：{0}")]
    Paper(PaperError),
    /// The registry refused or failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl ReportError {
    /// What to do, a Chinese sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::NoSnapshot => "请运行 canbao report snapshot 生成一份；登记库更新后也会生成。".to_owned(),
            Self::NoArea { .. } => "请核对代码；新设的区划从下一份统计快照起才有数字。".to_owned(),
            Self::OutOfScope { .. } => "请选择本区域或下级区划；确需查看，请向该区域的经办机构了解。".to_owned(),
            Self::NoDimension(_) => {
                let known = crate::cube::Dimension::ALL.map(|dimension| dimension.as_str()).join("、");
                format!("可用的分类：{known}。")
            }
            Self::NoValue { .. } => "请从列出的各项中选择。".to_owned(),
            Self::Plan(_) => "请在“实施方案”页面改正，或用 canbao report plan --set 换一份。".to_owned(),
            Self::NothingBelow { .. } => "请选择镇(办)或以上的区划。".to_owned(),
            Self::AreasOnly { .. } => {
                "请把行和列都换成区划（单位的指标也可以用单位类型），去掉其他条件，或者换一个按人统计的指标。"
                    .to_owned()
            }
            Self::NotOfEmployers { .. } => "请换一个分类，或者换成用人单位的指标。".to_owned(),
            Self::Paper(_) => "请检查路径、权限和磁盘空间。".to_owned(),
            Self::Registry(error) => error.hint(),
        }
    }
}
