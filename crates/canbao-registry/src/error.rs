//! What can go wrong, in whole sentences.

use std::path::PathBuf;

/// What a registry refuses or fails at. The message is a Chinese sentence; [`RegistryError::hint`] says what to do.
/// No variant holds personal data, and the text of a database never gets further than `source`.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// Not a URL of a database that is known.
    #[error("看不懂数据库地址“{0}”。")]
    Url(String),
    /// The database does not answer, or refused what was asked.
    #[error("数据库{doing}失败{}。", told(source))]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// No `registry migrate` has been run, or only an older program's.
    #[error("数据库的结构是第{found}版，本程序需要第{needed}版。")]
    Schema {
        /// What the database has.
        found: i64,
        /// What this program needs.
        needed: i64,
    },
    /// The database was made by a newer program.
    #[error("数据库的结构是第{found}版，比本程序的第{known}版新。")]
    Newer {
        /// What the database has.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// The key for keyed hashes is not there.
    #[error("找不到登记库的密钥文件 {}。", .0.display())]
    NoKey(PathBuf),
    /// The key file is not one.
    #[error("密钥文件 {} 的内容不是密钥。", .0.display())]
    BadKey(PathBuf),
    /// The key is another registry's.
    #[error("密钥文件 {} 不是这个登记库的密钥。", .0.display())]
    OtherKey(PathBuf),
    /// The key file can be read by others.
    #[error("密钥文件 {} 别的用户也能读。", .0.display())]
    OpenKey(PathBuf),
    /// A file cannot be read or written.
    #[error("{doing} {} 失败：{source}。", .path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A run cannot be read.
    #[error("{0}")]
    Run(#[from] canbao_run::RunError),
    /// A run does not say what it should.
    #[error("比对结果 {table} 有一处不合规定：{what}。")]
    Content {
        /// The table.
        table: &'static str,
        /// What is wrong.
        what: String,
    },
    /// A run of an earlier day than the one applied last.
    #[error("这次比对的日期是 {given}，登记库已经更新到 {known}，不能用较早的结果覆盖。")]
    Earlier {
        /// The run's date.
        given: String,
        /// The registry's.
        known: String,
    },
    /// Another apply is at work.
    #[error("另一次更新正在进行。")]
    Busy,
    /// Nobody under that identifier, or not in the asker's area.
    #[error("登记库中没有这个人，或不在可查看的区域内。")]
    Nobody,
    /// The record changed between reading and writing.
    #[error("此人的记录在您查看之后已被修改：{what}。")]
    Changed {
        /// What changed meanwhile, in Chinese; no values.
        what: String,
    },
    /// A choice of people to ask another registry about is empty.
    #[error("所选范围内没有需要查询的人员。")]
    NobodyToAsk,
    /// A procedure's wrong use.
    #[error("{sentence}")]
    Refused {
        /// Why, a whole Chinese sentence.
        sentence: String,
        /// What to do.
        hint: &'static str,
        /// What was told wrong, by its name, for who shows the sentence beside it; blank where it is nothing by itself.
        item: &'static str,
    },
    /// A change that was done already under the name that a program gave it.
    #[error("这项办理刚才已经完成。")]
    DoneAlready,
    /// What was to be changed is another version than was looked at.
    #[error("这条记录在您查看之后已被改过，没有办理。")]
    Stale,
    /// A device that was reported lost.
    #[error("这台设备已经挂失，不能再使用。")]
    Lost,
    /// Another request under a name that was used.
    #[error("这个幂等键已经用于另一项内容不同的请求。")]
    NameUsed,
    /// What is written contradicts itself: a defect of the program, or of the database.
    #[error("登记库自相矛盾：{0}。")]
    Broken(String),
}

impl RegistryError {
    /// Whether only what was asked cannot be done as things stand; nothing is wrong with the system.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::Changed { .. }
                | Self::Busy
                | Self::Earlier { .. }
                | Self::DoneAlready
                | Self::Stale
                | Self::NameUsed
                | Self::Lost
        )
    }

    /// Whether a key was there already: somebody else was first.
    pub(crate) fn is_taken(&self) -> bool {
        matches!(self, Self::Database { source, .. }
            if source.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation))
    }

    /// What to do, a Chinese sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::Url(_) => "请写成 sqlite:///目录/registry.db 或 postgresql://用户@主机/库名。".to_owned(),
            Self::Database { .. } if self.is_taken() => "有两处同时写入同一条记录，请重新查看后再试。".to_owned(),
            Self::Database { .. } => "请确认数据库已启动、地址和权限正确、磁盘有空间，然后重试。".to_owned(),
            Self::Schema { .. } => "请先运行 canbao registry migrate。".to_owned(),
            Self::Newer { .. } => "请换用较新的程序。".to_owned(),
            Self::NoKey(_) => {
                "请放回原来的密钥文件，或用 CANBAO_KEY_FILE 指明它在哪里；新建登记库时由 canbao registry migrate 生成。"
                    .to_owned()
            }
            Self::BadKey(_) | Self::OtherKey(_) => "请换回建库时生成的密钥文件。".to_owned(),
            Self::OpenKey(_) => "请运行 chmod 600，只让运行程序的用户读它。".to_owned(),
            Self::File { .. } => "请检查路径、权限和磁盘空间。".to_owned(),
            Self::NobodyToAsk => {
                "请核对区域和类别：只查询缺少参保信息、有姓名和有效公民身份号码的在册人员。".to_owned()
            }
            Self::Run(error) => error.hint().unwrap_or("请核对比对结果的文件夹。").to_owned(),
            Self::Content { .. } => "请用本版本的 canbao compare 重新比对。".to_owned(),
            Self::Earlier { .. } => {
                "请应用较新的比对结果；确要退回，请用 canbao registry undo 撤销上次更新。".to_owned()
            }
            Self::Busy => "请等它结束后再试。".to_owned(),
            Self::Nobody => "请核对号码。".to_owned(),
            Self::Changed { .. } => "请重新查看后再办理。".to_owned(),
            Self::Refused { hint, .. } => (*hint).to_owned(),
            Self::DoneAlready => "请查看它的结果，不必重复办理。".to_owned(),
            Self::Stale => "请重新查看，核对改过的内容，再按新的版本办理。".to_owned(),
            Self::Lost => "请联系镇（办）经办人员。".to_owned(),
            Self::NameUsed => "请为每项新的请求另取一个幂等键；重试时内容要与第一次完全相同。".to_owned(),
            Self::Broken(_) => "请保留数据库并联系维护人员；可以运行 canbao audit verify 查看。".to_owned(),
        }
    }

    /// What is put into a log: the message, and of a database's refusal its code and whose structure it names. Never what a
    /// database says in words, which can quote values.
    pub fn chain(&self) -> String {
        let Self::Database { source: sqlx::Error::Database(refusal), .. } = self else { return self.to_string() };
        let code = refusal.code().unwrap_or_default();
        let about = [refusal.constraint(), refusal.table()].into_iter().flatten().next().unwrap_or_default();
        format!("{self}[{}]", format!("{code} {about}").trim())
    }

    /// Says what was being done when the database failed.
    pub(crate) fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Database { doing, source }
    }

    pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { doing, path, source }
    }

    pub(crate) fn refused(sentence: impl Into<String>, hint: &'static str) -> Self {
        Self::refused_at("", sentence, hint)
    }

    /// The same, for what was told of one item.
    pub(crate) fn refused_at(item: &'static str, sentence: impl Into<String>, hint: &'static str) -> Self {
        Self::Refused { sentence: sentence.into(), hint, item }
    }

    /// What was told wrong, where it is one item: `effective`, `number`, `scheme`.
    pub const fn item(&self) -> &'static str {
        match self {
            Self::Refused { item, .. } => item,
            _ => "",
        }
    }
}

/// What may be told of a driver's error: its kind. Its text can quote values.
fn told(source: &sqlx::Error) -> &'static str {
    match source {
        sqlx::Error::Io(_) => "：连接中断",
        sqlx::Error::PoolTimedOut => "：连接都在使用中",
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => "：连接已关闭",
        sqlx::Error::Configuration(_) => "：地址不正确",
        sqlx::Error::Database(error) if error.is_unique_violation() => "：记录重复",
        sqlx::Error::Database(_) => "：数据库拒绝了操作",
        _ => "",
    }
}
