//! What can be wrong with a region file.

/// What is wrong with a region file. The message is a Chinese sentence; [`AreaError::hint`] says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AreaError {
    /// The header lacks a column.
    #[error("区划文件的表头缺少“{0}”列。")]
    Header(&'static str),
    /// A line has a column too few.
    #[error("区划文件第{0}行的列数不够。")]
    Short(usize),
    /// A code's length does not fit its level.
    #[error("区划文件第{0}行的代码不合规格：{1}。")]
    Code(usize, String),
    /// A level that is none.
    #[error("区划文件第{0}行的级别“{1}”不认识。")]
    Level(usize, String),
    /// A code that stands on two lines.
    #[error("区划文件第{0}行的代码{1}前面已经出现过。")]
    Twice(usize, String),
    /// A parent that stands nowhere.
    #[error("区划文件第{0}行的上级代码{1}不在文件里，或级别不比它高。")]
    Parent(usize, String),
    /// No county at all.
    #[error("区划文件里没有一个县区。")]
    Empty,
}

impl AreaError {
    /// What to do.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Header(_) | Self::Short(_) => "第一行应为 code,name,level,parent，以下每行四列，以逗号分隔。",
            Self::Code(..) => "县区代码6位、乡镇街道9位、村居12位，都只有数字，第一位不是0。",
            Self::Level(..) => "级别应为 city、county、town、village 之一。",
            Self::Twice(..) => "删去重复的一行。",
            Self::Parent(..) => "补上缺少的上级，或改正上级代码。",
            Self::Empty => "文件里至少要有一个 county。",
        }
    }
}
