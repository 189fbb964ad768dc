//! Why a private comparison is refused.

use std::io;

/// A private comparison that could not go on. `Display` is a Chinese sentence with counts and places only;
/// [`PsiError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PsiError {
    /// A set is larger than its cap.
    #[error("{what}有{count}个，超过上限{cap}个。")]
    TooMany {
        /// Which set, in Chinese.
        what: &'static str,
        /// How many.
        count: u64,
        /// The cap.
        cap: u64,
    },
    /// A set is empty.
    #[error("没有可以比对的人员。")]
    Nobody,
    /// Neither 养老保险 nor 医疗保险: there is no set to compare.
    #[error("隐私比对只用于养老保险和医疗保险。")]
    NoInsurance,
    /// The message is none of this kind, or of another version.
    #[error("不是隐私比对{0}。")]
    NotAMessage(&'static str),
    /// The message is about another insurance.
    #[error("隐私比对的险种不符。")]
    WrongInsurance,
    /// The message belongs to another run, or to another pair of registries.
    #[error("隐私比对的会话不符：这不是本次比对的{0}。")]
    WrongSession(&'static str),
    /// The message is longer or shorter than its counts say.
    #[error("隐私比对{0}的长度不符。")]
    Length(&'static str),
    /// The reply has another number of points than the request.
    #[error("隐私比对应答的点数为{actual}，应为{expected}。")]
    Count {
        /// The request's.
        expected: u64,
        /// The reply's.
        actual: u64,
    },
    /// Bytes that are no canonical encoding of a point, or the identity.
    #[error("隐私比对{what}的第{at}个点无效。")]
    Point {
        /// Which message, in Chinese.
        what: &'static str,
        /// 1-based.
        at: u64,
    },
    /// A point or tag stands twice, or not in ascending order.
    #[error("隐私比对{what}的第{at}项重复或次序不对。")]
    Order {
        /// Which message, in Chinese.
        what: &'static str,
        /// 1-based.
        at: u64,
    },
    /// What was remembered of a question cannot be read.
    #[error("保存的隐私比对状态已损坏。")]
    Remembered,
    /// The operating system gave no randomness.
    #[error("操作系统没有提供随机数，隐私比对没有进行：{0}。")]
    Random(io::Error),
    /// A message could not be read or written.
    #[error("读写隐私比对{what}时出错：{source}。")]
    Io {
        /// Which message, in Chinese.
        what: &'static str,
        /// What the system, or the parcel, said.
        source: io::Error,
    },
    /// A worker ended without an answer: a fault of the program.
    #[error("隐私比对的线程意外终止。")]
    Worker,
}

impl PsiError {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::TooMany { .. } => "请把名单分成几次比对，或者由双方商定后调高上限；上限用于防止逐号试探。",
            Self::Nobody => "请核对名单：没有有效公民身份号码的人员不能参加隐私比对。",
            Self::NoInsurance => "请选择养老保险或医疗保险。",
            Self::NotAMessage(_) | Self::WrongInsurance | Self::WrongSession(_) | Self::Count { .. } => {
                "请核对是否拿错了数据包；双方应使用同一次比对的请求和应答。"
            }
            Self::Length(_) | Self::Point { .. } | Self::Order { .. } => {
                "对方的程序有误或者没有遵守协议：不要使用这次结果，请与对方联系后重新比对。"
            }
            Self::Remembered => "请重新发起一次比对。",
            Self::Random(_) => "请检查操作系统后重试。",
            Self::Io { .. } => return None,
            Self::Worker => "这是程序的缺陷，请把这句话报告给维护人员。",
        })
    }

    pub(super) fn io(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::UnexpectedEof => Self::Length(what),
            _ => Self::Io { what, source },
        }
    }
}
