//! Which file holds which source, and its columns.

use canbao_domain::source::SourceKind;

use super::cell::{Cell, DateForm};
use super::charset::Charset;

/// A file's format.
#[derive(Copy, Clone, Debug)]
pub(crate) enum Format {
    /// CSV and its kin.
    Text { charset: Charset, separator: char },
    /// dBase III, GBK, fields of these widths.
    Dbf { widths: &'static [u8] },
    /// A workbook: its sheets, and the title rows above the header.
    Book { sheets: &'static [&'static str], titles: &'static [&'static str] },
    /// Parquet, all columns text.
    Parquet,
}

/// How a source is laid out.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Relative path; `*` stands for the name of a part.
    pub(crate) path: &'static str,
    pub(crate) format: Format,
    pub(crate) columns: &'static [(&'static str, Cell)],
    /// More lines of the source in `city.toml`.
    pub(crate) config: &'static str,
}

impl Layout {
    /// A workbook?
    pub(crate) fn is_book(&self) -> bool {
        matches!(self.format, Format::Book { .. })
    }
}

const GB_CSV: Format = Format::Text { charset: Charset::Gb18030, separator: ',' };
const UTF8_CSV: Format = Format::Text { charset: Charset::Utf8, separator: ',' };

const EMPLOYEE_PENSION: Layout = Layout {
    path: "人社/企业职工养老保险.csv",
    format: GB_CSV,
    columns: &[
        ("个人编号", Cell::Serial),
        ("单位编号", Cell::UnitNumber),
        ("单位名称", Cell::UnitName),
        ("姓名", Cell::Name),
        ("证件类型", Cell::Certificate),
        ("证件号码", Cell::Number),
        ("性别", Cell::Sex),
        ("出生日期", Cell::Birth(DateForm::Dashes)),
        ("参保状态", Cell::Status),
        ("待遇状态", Cell::Benefit),
        ("首次参保年月", Cell::Since),
        ("联系电话", Cell::Phone),
        ("统筹区", Cell::Pool),
    ],
    config: "",
};

const RESIDENT_PENSION: Layout = Layout {
    path: "人社/城乡居民养老保险/城乡居民养老保险_*.csv",
    format: UTF8_CSV,
    columns: &[
        ("序号", Cell::Serial),
        ("姓名", Cell::Name),
        ("公民身份号码", Cell::Number),
        ("性别", Cell::SexCode),
        ("出生年月日", Cell::Birth(DateForm::Compact)),
        ("乡镇", Cell::Town),
        ("村", Cell::Village),
        ("村代码", Cell::VillageCode),
        ("参保状态", Cell::Status),
        ("待遇状态", Cell::Benefit),
        ("参保日期", Cell::Since),
        ("手机号", Cell::Phone),
    ],
    config: "",
};

const INSTITUTION_PENSION: Layout = Layout {
    path: "人社/机关事业单位养老保险.xlsx",
    format: Format::Book {
        sheets: &["市直及汉滨区", "汉江以北各县", "汉江以南各县"],
        titles: &["安康市机关事业单位工作人员养老保险参保人员名册", "填报单位：安康市养老保险经办中心"],
    },
    columns: &[
        ("人员编号", Cell::Serial),
        ("姓名", Cell::Name),
        ("身份证号", Cell::Number),
        ("性别", Cell::Sex),
        ("出生日期", Cell::Birth(DateForm::Slashes)),
        ("单位名称", Cell::UnitName),
        ("单位代码", Cell::UnitCode),
        ("人员状态", Cell::Status),
        ("待遇状态", Cell::Benefit),
    ],
    config: "",
};

const EMPLOYEE_MEDICAL: Layout = Layout {
    path: "人社/城镇职工医疗保险.csv",
    format: GB_CSV,
    columns: &[
        ("医保编号", Cell::Serial),
        ("姓名", Cell::Name),
        ("社会保障号码", Cell::Number),
        ("性别", Cell::SexCode),
        ("出生日期", Cell::Birth(DateForm::Compact)),
        ("统一社会信用代码", Cell::UnitCode),
        ("单位名称", Cell::UnitName),
        ("参保状态", Cell::StatusCode),
        ("统筹区", Cell::Pool),
    ],
    config: "codes = { status = { \"1\" = \"normal\", \"2\" = \"suspended\", \"4\" = \"ended\" } }\n",
};

const RESIDENT_MEDICAL: Layout = Layout {
    path: "人社/城镇居民医疗保险.txt",
    format: Format::Text { charset: Charset::Gb18030, separator: '\t' },
    columns: &[
        ("编号", Cell::Serial),
        ("姓名", Cell::Name),
        ("身份证号码", Cell::Number),
        ("性别", Cell::Sex),
        ("出生日期", Cell::Birth(DateForm::Mixed)),
        ("社区", Cell::Village),
        ("社区代码", Cell::VillageCode),
        ("状态", Cell::Status),
    ],
    config: "",
};

const RURAL_MEDICAL: Layout = Layout {
    path: "卫计/新农合/参合人员_*.dbf",
    format: Format::Dbf { widths: &[12, 30, 40, 1, 8, 14, 12, 10] },
    columns: &[
        ("YLZH", Cell::Serial),
        ("XM", Cell::Name),
        ("SFZH", Cell::Number),
        ("XB", Cell::SexCode),
        ("CSRQ", Cell::Birth(DateForm::Compact)),
        ("HZBH", Cell::Household),
        ("XZQH", Cell::VillageCode),
        ("CHZT", Cell::Status),
    ],
    config: "",
};

const UNEMPLOYMENT: Layout = Layout {
    path: "人社/失业保险.txt",
    format: Format::Text { charset: Charset::Gb18030, separator: '|' },
    columns: &[
        ("人员编号", Cell::Serial),
        ("姓名", Cell::Name),
        ("身份证号码", Cell::Number),
        ("性别", Cell::Sex),
        ("出生日期", Cell::Birth(DateForm::Dots)),
        ("单位编号", Cell::UnitNumber),
        ("单位名称", Cell::UnitName),
        ("参保状态", Cell::Status),
        ("统筹区", Cell::Pool),
    ],
    config: "",
};

const WORK_INJURY: Layout = Layout {
    path: "人社/工伤保险.parquet",
    format: Format::Parquet,
    columns: &[
        ("人员编号", Cell::Serial),
        ("姓名", Cell::Name),
        ("参保人证照", Cell::Number),
        ("性别", Cell::SexCode),
        ("出生日期", Cell::Birth(DateForm::Dashes)),
        ("单位编号", Cell::UnitNumber),
        ("参保状态", Cell::Status),
        ("统筹区", Cell::Pool),
        ("首次参保年月", Cell::Since),
    ],
    config: "columns = { \"参保人证照\" = \"number\" }\n",
};

const MATERNITY: Layout = Layout {
    path: "人社/生育保险.txt",
    format: Format::Text { charset: Charset::Utf16, separator: '\t' },
    columns: &[
        ("人员编号", Cell::Serial),
        ("姓名", Cell::Name),
        ("身份证号码", Cell::Number),
        ("性别", Cell::Sex),
        ("出生日期", Cell::Birth(DateForm::Chinese)),
        ("单位编号", Cell::UnitNumber),
        ("参保状态", Cell::Status),
        ("统筹区", Cell::Pool),
    ],
    config: "",
};

const HOUSEHOLD_REGISTER: Layout = Layout {
    path: "公安/户籍人口.csv",
    format: GB_CSV,
    columns: &[
        ("公民身份号码", Cell::Number),
        ("姓名", Cell::Name),
        ("性别", Cell::Sex),
        ("民族", Cell::Ethnic),
        ("出生日期", Cell::Birth(DateForm::Compact)),
        ("户号", Cell::Household),
        ("与户主关系", Cell::Relation),
        ("户口性质", Cell::Hukou),
        ("村居代码", Cell::VillageCode),
        ("住址", Cell::Address),
        ("户籍状态", Cell::Life),
    ],
    config: "",
};

const NONLOCAL_RESIDENTS: Layout = Layout {
    path: "公安/非户籍常住人口.csv",
    format: UTF8_CSV,
    columns: &[
        ("证件类型", Cell::Certificate),
        ("证件号码", Cell::Number),
        ("姓名", Cell::Name),
        ("性别", Cell::Sex),
        ("出生日期", Cell::Birth(DateForm::Dashes)),
        ("现住地代码", Cell::VillageCode),
        ("登记日期", Cell::Since),
        ("联系电话", Cell::Phone),
    ],
    config: "",
};

const SUBSISTENCE: Layout = Layout {
    path: "民政/城乡低保五保.xlsx",
    format: Format::Book {
        sheets: &["低保一类", "低保二类", "五保"], titles: &["安康市城乡低保、五保对象花名册"]
    },
    columns: &[
        ("序号", Cell::Serial),
        ("姓名", Cell::Name),
        ("身份证号", Cell::Number),
        ("家庭编号", Cell::Household),
        ("类别", Cell::Assistance),
        ("村代码", Cell::VillageCode),
    ],
    config: "",
};

const DISABILITY: Layout = Layout {
    path: "残联/残疾人补助.csv",
    format: GB_CSV,
    columns: &[
        ("姓名", Cell::Name),
        ("身份证号", Cell::Number),
        ("残疾等级", Cell::Grade),
        ("村代码", Cell::VillageCode),
        ("联系电话", Cell::Phone),
    ],
    config: "",
};

const ELSEWHERE: Layout = Layout {
    path: "上级/异地参保比对结果.xlsx",
    format: Format::Book {
        sheets: &["养老保险", "医疗保险"],
        titles: &["全民参保登记省、部级比对结果（异地参保）", "比对批次：2016年第二批"],
    },
    columns: &[
        ("证件号码", Cell::Number),
        ("姓名", Cell::Name),
        ("险种类型", Cell::Scheme),
        ("参保地", Cell::Away),
        ("参保状态", Cell::Status),
    ],
    config: "",
};

/// The layout of a person source; of the employers' sources, see [`super::employer`].
pub(crate) fn of(kind: SourceKind) -> &'static Layout {
    match kind {
        SourceKind::EmployeePension => &EMPLOYEE_PENSION,
        SourceKind::ResidentPension => &RESIDENT_PENSION,
        SourceKind::InstitutionPension => &INSTITUTION_PENSION,
        SourceKind::EmployeeMedical => &EMPLOYEE_MEDICAL,
        SourceKind::ResidentMedical => &RESIDENT_MEDICAL,
        SourceKind::RuralMedical => &RURAL_MEDICAL,
        SourceKind::Unemployment => &UNEMPLOYMENT,
        SourceKind::WorkInjury => &WORK_INJURY,
        SourceKind::Maternity => &MATERNITY,
        SourceKind::NonlocalResidents => &NONLOCAL_RESIDENTS,
        SourceKind::Subsistence => &SUBSISTENCE,
        SourceKind::Disability => &DISABILITY,
        SourceKind::Elsewhere => &ELSEWHERE,
        SourceKind::HouseholdRegister | SourceKind::BusinessRegister | SourceKind::InsuredUnits => &HOUSEHOLD_REGISTER,
    }
}
