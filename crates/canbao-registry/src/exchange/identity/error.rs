//! What can be wrong with keys and cards.

use std::io;
use std::path::{Path, PathBuf};

/// An identity or a card that could not be made, read or written. `Display` is a Chinese sentence that never shows
/// what a file holds; [`IdentityError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A registry's id, name or area code is not well-formed.
    #[error("登记机构的{0}不合规格。")]
    Registry(&'static str),
    /// A file could not be read or written.
    #[error("{what} {} 时出错：{source}。", .path.display())]
    Io {
        /// What was being done, as a Chinese verb.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The operating system gave no randomness.
    #[error("操作系统没有提供随机数，密钥没有生成：{0}。")]
    Random(io::Error),
    /// A file stands there already.
    #[error("{} 已经存在，没有改动它。", .0.display())]
    Exists(PathBuf),
    /// Others than the owner may read the file of the keys.
    #[error("身份文件 {} 能被其他用户读取，拒绝使用。", .0.display())]
    Exposed(PathBuf),
    /// The path leads to something that is no plain file.
    #[error("{} 不是普通文件。", .0.display())]
    NotAFile(PathBuf),
    /// Longer than any card or identity.
    #[error("{0}过长，不是有效的文件。")]
    TooLong(&'static str),
    /// Not UTF-8.
    #[error("{0}不是 UTF-8 文本。")]
    NotText(&'static str),
    /// A line that is no `key = "value"`, or whose key is unknown.
    #[error("{what}第{line}行不合规格。")]
    Line {
        /// Card or identity, in Chinese.
        what: &'static str,
        /// 1-based.
        line: usize,
    },
    /// A key stands twice.
    #[error("{what}第{line}行的“{key}”前面已经出现过。")]
    Twice {
        /// Card or identity, in Chinese.
        what: &'static str,
        /// 1-based.
        line: usize,
        /// The key.
        key: &'static str,
    },
    /// A key is missing.
    #[error("{what}缺少“{key}”。")]
    Missing {
        /// Card or identity, in Chinese.
        what: &'static str,
        /// The key.
        key: &'static str,
    },
    /// A value is not what its key needs.
    #[error("{what}中的“{key}”不合规格。")]
    Value {
        /// Card or identity, in Chinese.
        what: &'static str,
        /// The key.
        key: &'static str,
    },
    /// The card's own signature does not hold.
    #[error("名片的签名不成立：内容被改动过，或者抄录有误。")]
    Signature,
    /// Another card of the same registry is known already.
    #[error("登记机构 {0} 已经登记过另一张名片。")]
    Known(String),
}

impl IdentityError {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Registry(_) => {
                "机构标识用小写字母、数字和连字符（不超过64个）；名称不超过100个字，不含引号和换行；区划代码为6、9或12位数字。"
            }
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => "请核对路径是否正确，文件是否已被移走。",
                io::ErrorKind::PermissionDenied => "请用登记系统自己的用户运行，或者请管理员授权。",
                io::ErrorKind::StorageFull => "磁盘已满：请腾出空间，然后重新运行。",
                _ => return None,
            },
            Self::Random(_) => "请检查操作系统后重试；在此之前不要用其他办法生成密钥。",
            Self::Exists(_) => "密钥一旦被覆盖就无法恢复：请换一个文件名，或者先把原文件妥善移走。",
            Self::Exposed(_) => {
                "请执行 chmod 600 只留给本用户；如果别人可能已经读过，请重新生成身份并把新名片通知对方。"
            }
            Self::NotAFile(_) => "请给出文件本身的路径。",
            Self::TooLong(_)
            | Self::NotText(_)
            | Self::Line { .. }
            | Self::Twice { .. }
            | Self::Missing { .. }
            | Self::Value { .. }
            | Self::Signature => "请向对方重新索取名片原文件；身份文件损坏时，请从备份恢复。",
            Self::Known(_) => "对方更换密钥时，请先用电话核对新名片的指纹，再停用旧名片。",
        })
    }

    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists(path),
            _ => Self::Io { what, path, source },
        }
    }
}
