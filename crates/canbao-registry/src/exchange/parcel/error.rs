//! Why a parcel is refused.

use std::io;
use std::path::{Path, PathBuf};

use crate::exchange::identity::Fingerprint;

/// A parcel that could not be sealed, verified or opened. `Display` is a Chinese sentence that names files, offices
/// and counts only; [`ParcelError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ParcelError {
    /// A file could not be read or written.
    #[error("{what} {} 时出错：{source}。", .path.display())]
    Io {
        /// What was being done, as a Chinese verb.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system, or whoever wrote the content, said.
        source: io::Error,
    },
    /// A file stands there already.
    #[error("{} 已经存在，没有改动它。", .0.display())]
    Exists(PathBuf),
    /// What was to be sealed is not well-formed; nothing was written.
    #[error("数据包没有生成：{0}不合规格。")]
    Heading(&'static str),
    /// Larger than [`MAX_PARCEL`](super::MAX_PARCEL).
    #[error("数据包超过4 GB，没有生成。")]
    TooLarge,
    /// age could not seal: a fault of the program.
    #[error("数据包加密失败，没有生成。")]
    Sealing,
    /// Not a parcel at all.
    #[error("{} 不是数据包。", .0.display())]
    NotAParcel(PathBuf),
    /// The manifest is too long, is not JSON, or says something that no manifest says.
    #[error("数据包清单不合规格：{0}。")]
    Manifest(&'static str),
    /// The file is longer or shorter than its manifest says.
    #[error("数据包长度不符：应为{expected}字节，实为{actual}字节。")]
    Length {
        /// By the manifest, in bytes.
        expected: u64,
        /// The file's, in bytes.
        actual: u64,
    },
    /// No known card has the sender's fingerprint.
    #[error("发送方（指纹 {}）没有登记过名片。", .0.spoken())]
    UnknownSender(Fingerprint),
    /// The manifest's sender has another name or area than the card.
    #[error("清单上的发送方名称或区划与其名片不一致。")]
    SenderDiffers,
    /// The signature does not hold.
    #[error("数据包签名不成立：清单或签名被改动过。")]
    Signature,
    /// A sealed content is not what was signed.
    #[error("数据包中的“{0}”与清单不符：内容被改动过。")]
    Altered(String),
    /// The parcel is for another registry.
    #[error("数据包是发给“{0}”的，不是发给本机构的。")]
    NotForUs(String),
    /// A content cannot be opened with these keys.
    #[error("数据包中的“{0}”不能用本机构的密钥打开。")]
    Locked(String),
    /// No content has this name.
    #[error("数据包中没有“{0}”。")]
    NoContent(String),
    /// The parcel, or a later one, was received before.
    #[error("第{sequence}号数据包重复：已经收到第{last}号。")]
    Replayed {
        /// The parcel's number.
        sequence: u64,
        /// The last number that was received.
        last: u64,
    },
    /// Parcels before this one are missing.
    #[error("第{sequence}号数据包来得过早：应先收到第{expected}号。")]
    Gap {
        /// The parcel's number.
        sequence: u64,
        /// The number that should come next.
        expected: u64,
    },
    /// The parcel names another predecessor than the one that was received.
    #[error("第{0}号数据包接不上前一个数据包：前一个曾被替换。")]
    Unchained(u64),
    /// More parcels than are verified at once.
    #[error("文件夹中的数据包超过{0}个。")]
    TooMany(usize),
}

impl ParcelError {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => "请核对路径是否正确，文件是否已被移走。",
                io::ErrorKind::PermissionDenied => "请用登记系统自己的用户运行，或者请管理员授权。",
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "磁盘已满：请腾出空间或者换一个磁盘，然后重新运行。"
                }
                _ => return None,
            },
            Self::Exists(_) => "请换一个文件名，或者先把原文件移走。",
            Self::Heading(_) | Self::Sealing => "这是程序的缺陷，请把这句话报告给维护人员。",
            Self::TooLarge => "请把名单分成几份，分别生成数据包。",
            Self::NotAParcel(_) => "请核对是否选错了文件；如果是，请让对方重新发送。",
            Self::Manifest(_) | Self::Length { .. } => {
                "文件可能没有传完，或者由更新的版本写出：请重新复制；仍不行时请对方重新发送。"
            }
            Self::UnknownSender(_) => "请先取得对方名片，用电话核对指纹并登记，然后再接收。",
            Self::SenderDiffers => "请与对方核对名片是否已更换。",
            Self::Signature | Self::Altered(_) => {
                "不要使用其中任何内容。请重新复制一次；仍不行时请对方重新发送，并查明传输途中谁接触过它。"
            }
            Self::NotForUs(_) | Self::Locked(_) => "请转交给收件机构；如果本机构换过密钥，请对方按新名片重新发送。",
            Self::NoContent(_) => "请对方核对数据包的种类后重新发送。",
            Self::Replayed { .. } => "已经处理过的数据包不会再处理：不用做什么；如果编号不该重复，请与对方核对。",
            Self::Gap { .. } => "请先接收缺少的数据包；找不到时请对方重新发送。",
            Self::Unchained(_) => "请与对方逐个核对往来数据包的摘要，查明哪一个被替换。",
            Self::TooMany(_) => "请分成几个文件夹分别校验。",
        })
    }

    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists(path),
            io::ErrorKind::FileTooLarge => Self::TooLarge,
            _ => Self::Io { what, path, source },
        }
    }
}
