//! What became of each row.

/// What became of a row of a department's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// It is a request now, and waits for a checker.
    Proposed,
    /// The record says so already.
    AlreadySo,
    /// A request like it waits already.
    Pending,
    /// This very file brought it before, and it was refused or undone.
    DecidedBefore,
    /// The same person stands in the file more than once.
    Doubled,
    /// Not in the registry, or not in the asker's areas.
    Unknown,
    /// Somebody has the number, under another name.
    NameDiffers,
    /// No name, by which the number could be checked.
    NoName,
    /// Several people have the number, and the name does not tell who is meant.
    Shared,
    /// What is written is no number.
    InvalidNumber,
    /// The row itself says something else, such as a move among the deaths.
    StateDiffers,
    /// No day, or none that can be read.
    NoDate,
    /// The day is to come.
    FutureDate,
    /// The day is before the person's birth.
    BeforeBirth,
    /// The procedure is wrong for the record as it is.
    NotAllowed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Proposed,
        Self::AlreadySo,
        Self::Pending,
        Self::DecidedBefore,
        Self::Doubled,
        Self::Unknown,
        Self::NameDiffers,
        Self::NoName,
        Self::Shared,
        Self::InvalidNumber,
        Self::StateDiffers,
        Self::NoDate,
        Self::FutureDate,
        Self::BeforeBirth,
        Self::NotAllowed,
    ];

    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::AlreadySo => "already-so",
            Self::Pending => "pending",
            Self::DecidedBefore => "decided-before",
            Self::Doubled => "doubled",
            Self::Unknown => "unknown",
            Self::NameDiffers => "name-differs",
            Self::NoName => "no-name",
            Self::Shared => "shared-number",
            Self::InvalidNumber => "invalid-number",
            Self::StateDiffers => "state-differs",
            Self::NoDate => "no-date",
            Self::FutureDate => "future-date",
            Self::BeforeBirth => "before-birth",
            Self::NotAllowed => "not-allowed",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Proposed => "已提出申请",
            Self::AlreadySo => "记录中已是这样",
            Self::Pending => "已有申请待审核",
            Self::DecidedBefore => "这份文件已处理过",
            Self::Doubled => "文件内重复",
            Self::Unknown => "登记库中没有",
            Self::NameDiffers => "姓名不符",
            Self::NoName => "没有姓名",
            Self::Shared => "一号多人",
            Self::InvalidNumber => "号码无效",
            Self::StateDiffers => "行内状态与业务不符",
            Self::NoDate => "没有日期",
            Self::FutureDate => "日期未到",
            Self::BeforeBirth => "日期早于出生",
            Self::NotAllowed => "不能办理",
        }
    }
}

/// What became of a request of a bulk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Settled {
    /// Approved and done now.
    Done,
    /// Refused now.
    Refused,
    /// Done, refused, taken back or undone before; nothing was done now.
    Before,
    /// The record changed since the maker looked at it; the request still waits.
    Changed,
    /// The procedure is wrong for the record as it is now; the request still waits.
    NotAllowed,
    /// The record is out of the checker's reach; the request still waits.
    OutOfReach,
}

impl Settled {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Refused, Self::Before, Self::Changed, Self::NotAllowed, Self::OutOfReach];

    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Before => "decided-before",
            Self::Changed => "changed",
            Self::NotAllowed => "not-allowed",
            Self::OutOfReach => "out-of-reach",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Done => "已办理",
            Self::Refused => "未通过",
            Self::Before => "以前已处理",
            Self::Changed => "记录已被修改，未办理",
            Self::NotAllowed => "不能办理",
            Self::OutOfReach => "不在可查看的区域内",
        }
    }
}
