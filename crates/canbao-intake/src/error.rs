//! What can stop the reading of an extract.

use std::fmt;

/// An extract or a city file cannot be read. Nothing was lost silently: the whole file is refused, by
/// name, with what to do.
///
/// [`fmt::Display`] is one Chinese sentence that names the file and the place in it; [`IntakeError::hint`]
/// says what to do. Neither ever holds a cell's content.
#[derive(Debug)]
pub struct IntakeError(Box<Details>);

#[derive(Debug)]
struct Details {
    file: String,
    place: Option<Place>,
    sentence: String,
    hint: Option<String>,
    stopped: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Where in a file something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The worksheet, where the file is a workbook.
    pub sheet: Option<String>,
    /// 1-based line, sheet row or record.
    pub row: Option<i64>,
    /// The column's header.
    pub column: Option<String>,
}

impl IntakeError {
    /// `sentence` is a whole Chinese sentence about `file` (relative as in the city file).
    pub(crate) fn new(file: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self(Box::new(Details {
            file: file.into(),
            place: None,
            sentence: sentence.into(),
            hint: None,
            stopped: false,
            source: None,
        }))
    }

    pub(crate) fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    pub(crate) fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    pub(crate) fn on_sheet(mut self, sheet: Option<&str>) -> Self {
        if let Some(sheet) = sheet {
            self.place_mut().sheet = Some(sheet.to_owned());
        }
        self
    }

    pub(crate) fn at_row(mut self, row: i64) -> Self {
        self.place_mut().row = Some(row);
        self
    }

    pub(crate) fn in_column(mut self, column: impl Into<String>) -> Self {
        self.place_mut().column = Some(column.into());
        self
    }

    /// The operating system refused to open or read `file`.
    pub(crate) fn io(file: impl Into<String>, error: std::io::Error) -> Self {
        let (sentence, hint) = match error.kind() {
            std::io::ErrorKind::NotFound => ("找不到这个文件", "请核对文件名和所在文件夹，路径相对于城市文件"),
            std::io::ErrorKind::PermissionDenied => {
                ("没有读取这个文件的权限", "请检查文件权限，或关闭正在占用它的程序")
            }
            _ => ("读取这个文件时出错", "请检查磁盘或网络位置，必要时把文件复制到本机再试"),
        };
        Self::new(file, sentence).hinted(hint).because(error)
    }

    /// The receiver of the rows ended the reading.
    pub(crate) fn stopped(file: impl Into<String>) -> Self {
        let mut error = Self::new(file, "读取被中止");
        error.0.stopped = true;
        error
    }

    fn place_mut(&mut self) -> &mut Place {
        self.0.place.get_or_insert(Place { sheet: None, row: None, column: None })
    }

    /// The file, as the city file names it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// Where in the file, if that is known.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// What to do about it, in Chinese.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Whether the receiver of the rows ended the reading, and no file is at fault.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.stopped
    }
}

impl fmt::Display for IntakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.file)?;
        if let Some(place) = &self.0.place {
            write!(f, "{place}")?;
        }
        write!(f, "：{}", self.0.sentence)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sheet) = &self.sheet {
            write!(f, "，工作表“{sheet}”")?;
        }
        if let Some(row) = self.row {
            write!(f, "，第{row}行")?;
        }
        if let Some(column) = &self.column {
            write!(f, "，列“{column}”")?;
        }
        Ok(())
    }
}

impl std::error::Error for IntakeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|error| error as &(dyn std::error::Error + 'static))
    }
}

/// Given by a receiver of rows that wants no more of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop;
