//! What can be wrong with a row, and how it is shown without showing whose it is.

use arrow::array::{Array as _, AsArray as _, RecordBatch, StringArray, UInt8Array};
use arrow::datatypes::UInt8Type;
use canbao_domain::Sex;
use canbao_domain::credit::{CreditCode, UnitCode, read_unit_code};
use canbao_domain::date::{Date, Month};
use canbao_domain::number::{CitizenNumber, NumberForm, read_number};
use canbao_domain::source::{Field, SourceKind};

use crate::say;

/// A code that no mapping knows, in the intake's columns.
const UNKNOWN: u8 = 255;

/// How much it matters. A row that cannot be read at all has no problem of these, but a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// The comparison sets it right by itself.
    Automatic,
    /// The row goes in; the comparison tries to set it right.
    Doubtful,
}

macro_rules! problems {
    ($($variant:ident: $word:literal, $field:ident, $level:ident, $chinese:literal, $mend:literal;)+) => {
        /// What is wrong with a row.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Problem { $($variant),+ }

        impl Problem {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The field that it is about.
            pub(crate) const fn field(self) -> Field {
                match self { $(Self::$variant => Field::$field),+ }
            }

            pub(crate) const fn level(self) -> Level {
                match self { $(Self::$variant => Level::$level),+ }
            }

            pub(crate) const fn chinese(self) -> &'static str {
                match self { $(Self::$variant => $chinese),+ }
            }

            /// How its sender mends it.
            pub(crate) const fn mend(self) -> &'static str {
                match self { $(Self::$variant => $mend),+ }
            }
        }
    };
}

problems! {
    NumberWrong: "number-wrong", Number, Doubtful, "号码有错（校验码、位数或日期不对）", "核对户口簿或身份证";
    NumberOld: "number-old", Number, Automatic, "15 位旧号码", "不用改";
    NumberCut: "number-cut", Number, Doubtful, "号码被表格软件截断，尾部成 0", "把号码列设为文本后重新导出";
    NumberBlank: "number-blank", Number, Doubtful, "号码空白", "补上号码";
    NumberPlaceholder: "number-placeholder", Number, Doubtful, "号码处写的是“无”、0 之类", "补上号码";
    NameBlank: "name-blank", Name, Doubtful, "姓名空白", "补上姓名";
    NameQuestion: "name-question", Name, Doubtful, "姓名里有“?”，可能丢了生僻字", "填全名，生僻字照写";
    BirthUnread: "birth-unread", BirthDate, Doubtful, "出生日期看不懂", "写成 1977-03-02 的样子";
    BirthDiffers: "birth-differs", BirthDate, Doubtful, "出生日期与号码不符", "以户口簿为准";
    SexDiffers: "sex-differs", Sex, Doubtful, "性别与号码不符", "以户口簿为准";
    StatusUnknown: "status-unknown", Status, Doubtful, "状态代码不认识", "在上面选它的意思";
    CodeWrong: "code-wrong", CreditCode, Doubtful, "统一社会信用代码有错", "核对营业执照";
    CodeBlank: "code-blank", CreditCode, Doubtful, "信用代码和注册号都空白", "补上代码";
    UnitNameBlank: "unit-name-blank", Name, Doubtful, "单位名称空白", "补上名称";
}

impl Problem {
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|problem| problem.as_str() == word)
    }
}

/// The columns of a batch that are looked at.
pub(crate) struct Columns<'a> {
    kind: SourceKind,
    batch: &'a RecordBatch,
    number: Option<&'a StringArray>,
    certificate: Option<&'a StringArray>,
    name: Option<&'a StringArray>,
    birth: Option<&'a StringArray>,
    sex: Option<&'a UInt8Array>,
    status: Option<&'a UInt8Array>,
    credit: Option<&'a StringArray>,
    registration: Option<&'a StringArray>,
}

/// What a row says of whom.
pub(crate) struct Row {
    pub(crate) problems: Vec<Problem>,
    /// Who it is, as a hash; none where that is not told.
    pub(crate) who: Option<u64>,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(kind: SourceKind, batch: &'a RecordBatch) -> Self {
        let text = |field: Field| batch.column_by_name(field.as_str()).and_then(|column| column.as_string_opt::<i32>());
        let code = |name: &str| batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<UInt8Type>());
        Self {
            kind,
            batch,
            number: text(Field::Number),
            certificate: text(Field::CertificateType),
            name: text(Field::Name),
            birth: text(Field::BirthDate),
            sex: code("sex_code"),
            status: code("status_code"),
            credit: text(Field::CreditCode),
            registration: text(Field::RegistrationNumber),
        }
    }

    /// A cell as written; none where it is blank.
    pub(crate) fn cell(&self, field: Field, row: usize) -> Option<&'a str> {
        cell(self.batch.column_by_name(field.as_str())?.as_string_opt::<i32>(), row)
    }

    pub(crate) fn judge(&self, row: usize) -> Row {
        if self.kind.is_person() { self.person(row) } else { self.unit(row) }
    }

    fn person(&self, row: usize) -> Row {
        let mut problems = Vec::new();
        let name = cell(self.name, row);
        let mut number = None;
        match cell(self.number, row) {
            None => problems.push(Problem::NumberBlank),
            Some(text) => {
                let reading = read_number(text, cell(self.certificate, row));
                number = reading.number;
                match reading.form {
                    NumberForm::Blank => problems.push(Problem::NumberBlank),
                    NumberForm::Placeholder => problems.push(Problem::NumberPlaceholder),
                    NumberForm::Upgraded => problems.push(Problem::NumberOld),
                    NumberForm::Truncated => problems.push(Problem::NumberCut),
                    NumberForm::Damaged => problems.push(Problem::NumberWrong),
                    NumberForm::Exact | NumberForm::Normalised | NumberForm::OtherCertificate => {}
                }
            }
        }
        match name {
            None => problems.push(Problem::NameBlank),
            Some(name) if name.contains(['?', '？', '\u{fffd}']) => problems.push(Problem::NameQuestion),
            Some(_) => {}
        }
        let birth = cell(self.birth, row);
        if let Some(birth) = birth {
            problems.extend(birth_problem(birth, number));
        }
        if let (Some(number), Some(sex)) = (number, code(self.sex, row)) {
            let told = Sex::from_code(sex).filter(|sex| matches!(sex, Sex::Male | Sex::Female));
            if told.is_some_and(|told| told != number.sex()) {
                problems.push(Problem::SexDiffers);
            }
        }
        if code(self.status, row) == Some(UNKNOWN) {
            problems.push(Problem::StatusUnknown);
        }
        let who = match (number, name) {
            (Some(number), _) => Some(hash(&number.body().to_le_bytes())),
            (None, Some(name)) => Some(hash(format!("{name} {}", birth.unwrap_or_default()).as_bytes())),
            (None, None) => None,
        };
        Row { problems, who }
    }

    fn unit(&self, row: usize) -> Row {
        let mut problems = Vec::new();
        let (credit, registration) = (cell(self.credit, row), cell(self.registration, row));
        match (credit, registration) {
            (None, None) => problems.push(Problem::CodeBlank),
            // an old registration number may stand in the code's column
            (Some(code), _) if CreditCode::read(code).is_none() && is_no_code(code) => {
                problems.push(Problem::CodeWrong)
            }
            _ => {}
        }
        if cell(self.name, row).is_none() {
            problems.push(Problem::UnitNameBlank);
        }
        if code(self.status, row) == Some(UNKNOWN) {
            problems.push(Problem::StatusUnknown);
        }
        Row { problems, who: credit.or(registration).map(|code| hash(code.trim().to_uppercase().as_bytes())) }
    }

    /// What a problem's field says, covered: `周**，612401 **** **** 0286`.
    pub(crate) fn shown(&self, problem: Problem, row: usize) -> String {
        let name = cell(self.name, row).map_or_else(|| "（姓名空白）".to_owned(), |name| self.name_shown(name));
        let said = cell_of(self.batch, problem.field(), row);
        let told = match (problem.field(), said) {
            (Field::Name, _) => number_shown(cell(self.number, row).or(cell(self.credit, row))),
            (_, None) => "（空）".to_owned(),
            (Field::Number, Some(text)) => number_shown(Some(text)),
            (Field::BirthDate, Some(text)) => cover(text, 4),
            (Field::CreditCode, Some(text)) => cover(text, 4),
            (Field::Status, Some(text)) => format!("代码 {}", short(text)),
            (_, Some(text)) => short(text),
        };
        format!("{name}，{told}")
    }

    fn name_shown(&self, name: &str) -> String {
        if self.kind.is_person() { cover(name, 1) } else { short(name) }
    }
}

fn is_no_code(text: &str) -> bool {
    matches!(read_unit_code(text), UnitCode::Invalid | UnitCode::Blank)
}

fn birth_problem(text: &str, number: Option<CitizenNumber>) -> Option<Problem> {
    let differs = match (Date::parse(text), Month::parse(text), number) {
        (Some(date), _, Some(number)) => date != number.birth(),
        (None, Some(month), Some(number)) => month != Month::of(number.birth()),
        (None, None, _) => return Some(Problem::BirthUnread),
        (_, _, None) => false,
    };
    differs.then_some(Problem::BirthDiffers)
}

fn cell(column: Option<&StringArray>, row: usize) -> Option<&str> {
    let column = column?;
    (row < column.len() && column.is_valid(row)).then(|| column.value(row).trim()).filter(|text| !text.is_empty())
}

fn cell_of(batch: &RecordBatch, field: Field, row: usize) -> Option<&str> {
    cell(batch.column_by_name(field.as_str())?.as_string_opt::<i32>(), row)
}

fn code(column: Option<&UInt8Array>, row: usize) -> Option<u8> {
    let column = column?;
    (row < column.len()).then(|| column.value(row))
}

fn hash(bytes: &[u8]) -> u64 {
    let digest = blake3::hash(bytes);
    digest.as_bytes().first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}

fn number_shown(text: Option<&str>) -> String {
    text.map_or_else(|| "（空）".to_owned(), |text| say::number(&text.chars().take(40).collect::<String>()))
}

/// The first characters, never all, and a star for each other.
fn cover(text: &str, lead: usize) -> String {
    let count = text.chars().count();
    let lead = lead.min(count.saturating_sub(1));
    text.chars().take(24).enumerate().map(|(at, c)| if at < lead { c } else { '*' }).collect()
}

/// A word of a code column or an employer's name; a long run of digits in it may be somebody's number.
pub(crate) fn short(text: &str) -> String {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits > 12 { cover(text, 2) } else { text.chars().take(24).collect() }
}
