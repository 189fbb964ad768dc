//! Verifies a folder of parcels, without any secret.

use std::fmt;
use std::path::Path;

use super::{ChainFault, Link, MAX_FOLDER, ParcelError, Verified, check_chain, verify};
use crate::exchange::identity::Cards;

/// What a folder of parcels holds.
#[derive(Debug, Default)]
pub struct FolderReport {
    /// The parcels that hold by themselves, with their file names, sorted by name.
    pub sound: Vec<(String, Verified)>,
    /// What is wrong. Empty where all is well.
    pub findings: Vec<Finding>,
}

/// Something wrong with a folder of parcels. `Display` is a Chinese sentence that says where;
/// [`Finding::hint`] says what to do.
#[derive(Debug)]
pub enum Finding {
    /// A parcel that does not hold by itself.
    Refused {
        /// Its file name.
        file: String,
        /// Why.
        why: ParcelError,
    },
    /// The same parcel a second time.
    Repeated {
        /// The second file.
        file: String,
        /// The first file.
        first: String,
    },
    /// Two different parcels that their sender gave one number.
    Forked {
        /// The second file.
        file: String,
        /// The first file.
        first: String,
        /// The number.
        sequence: u64,
    },
    /// A parcel that stands, by file names, after one with a greater number.
    Reordered {
        /// Its file.
        file: String,
        /// Its number.
        sequence: u64,
        /// The file with the greater number.
        after: String,
    },
    /// A parcel that names another predecessor than the one that stands before it.
    Unchained {
        /// Its file.
        file: String,
        /// Its number.
        sequence: u64,
        /// The file with the number before.
        before: String,
    },
    /// Numbers that no parcel of the folder has.
    Missing {
        /// The sender's name.
        from: String,
        /// The receiver's name.
        to: String,
        /// The first missing number.
        first: u64,
        /// The last missing number.
        last: u64,
        /// The file after the gap.
        before: String,
    },
}

impl Finding {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Refused { why, .. } => return why.hint(),
            Self::Repeated { .. } => "内容完全相同，留下一个即可。",
            Self::Forked { .. } => "发送方用同一编号签发了两个不同的数据包：请与对方核对哪一个有效，并查明原因。",
            Self::Reordered { .. } => "文件名的顺序与编号不符：请恢复原来的文件名。",
            Self::Unchained { .. } => "前后两个数据包中有一个被替换：请与对方核对两者的摘要。",
            Self::Missing { .. } => "请找回缺少的数据包，或者请发送方重新提供。",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { file, why } => write!(f, "文件 {file}：{why}"),
            Self::Repeated { file, first } => write!(f, "文件 {file} 与 {first} 是同一个数据包。"),
            Self::Forked { file, first, sequence } => {
                write!(f, "文件 {file} 与 {first} 都是第{sequence}号数据包，但内容不同。")
            }
            Self::Reordered { file, sequence, after } => {
                write!(f, "文件 {file}（第{sequence}号）排在编号更大的 {after} 之后。")
            }
            Self::Unchained { file, sequence, before } => {
                write!(f, "文件 {file}（第{sequence}号）记载的前一个数据包不是 {before}。")
            }
            Self::Missing { from, to, first, last, before } => {
                write!(f, "文件 {before} 之前缺少“{from}”发给“{to}”的数据包：")?;
                if first == last { write!(f, "第{first}号。") } else { write!(f, "第{first}号至第{last}号。") }
            }
        }
    }
}

/// Verifies all files `*.parcel` of a folder, and the chains that they form by the order of their names
/// ([`file_name`](super::file_name) gives names that stand in order). Hidden files are unfinished parcels,
/// and left out.
///
/// # Errors
/// Where the folder cannot be read, or holds more than [`MAX_FOLDER`] parcels. What is wrong with a parcel is a finding.
pub fn verify_folder(folder: &Path, cards: &Cards) -> Result<FolderReport, ParcelError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(ParcelError::io("读取", folder))? {
        let name = entry.map_err(ParcelError::io("读取", folder))?.file_name();
        let shown = name.to_string_lossy().into_owned();
        if shown.starts_with('.') || !shown.ends_with(".parcel") {
            continue;
        }
        if files.len() == MAX_FOLDER {
            return Err(ParcelError::TooMany(MAX_FOLDER));
        }
        files.push((name, shown));
    }
    files.sort_unstable();
    let mut report = FolderReport::default();
    for (name, shown) in files {
        match verify(&folder.join(name), cards) {
            Ok(verified) => report.sound.push((shown, verified)),
            Err(why) => report.findings.push(Finding::Refused { file: shown, why }),
        }
    }
    let links: Vec<Link> = report.sound.iter().map(|(_, parcel)| Link::of(&parcel.manifest, parcel.digest)).collect();
    for fault in check_chain(&links) {
        report.findings.extend(finding(&report.sound, fault));
    }
    Ok(report)
}

/// A fault with the files' names. Its places are those of the list, so there is always one.
fn finding(sound: &[(String, Verified)], fault: ChainFault) -> Option<Finding> {
    let file = |at: usize| sound.get(at).map(|(file, _)| file.clone());
    let manifest = |at: usize| sound.get(at).map(|(_, parcel)| &parcel.manifest);
    Some(match fault {
        ChainFault::Repeated { at, first } => Finding::Repeated { file: file(at)?, first: file(first)? },
        ChainFault::Forked { at, first } => {
            Finding::Forked { file: file(at)?, first: file(first)?, sequence: manifest(at)?.sequence }
        }
        ChainFault::Reordered { at, after } => {
            Finding::Reordered { file: file(at)?, sequence: manifest(at)?.sequence, after: file(after)? }
        }
        ChainFault::Unchained { at, before } => {
            Finding::Unchained { file: file(at)?, sequence: manifest(at)?.sequence, before: file(before)? }
        }
        ChainFault::Missing { at, first, last } => Finding::Missing {
            from: manifest(at)?.from.name.clone(),
            to: manifest(at)?.to.name.clone(),
            first,
            last,
            before: file(at)?,
        },
    })
}
