//! What inspect shows, and that it shows nobody's data.

use canbao_domain::source::{Field, SourceKind};
use canbao_intake::{Profiles, inspect};

use crate::common::{Case, name, number};

fn people() -> String {
    let mut text = "姓名,身份证号,性别,出生日期,住址,联系电话,参保状态,备注,户号\n".to_owned();
    for k in 0..40 {
        let id = match k {
            5 => "无".to_owned(),
            6 => format!("{}9", &number(k)[..17]),
            7 => String::new(),
            8 => number(k)[..6].to_owned() + &number(k)[8..17],
            _ => number(k),
        };
        let status = if k % 10 == 3 { "离岗" } else { "正常参保" };
        text += &format!(
            "{},{id},男,1985-13-0{},汉滨区江北街道{k}号,139{:08},{status},{}的亲属,610902{k:08}\n",
            name(k),
            k % 9,
            k,
            name(k + 1)
        );
    }
    text
}

#[test]
fn columns_blanks_forms_and_unknown_words() {
    let case = Case::new(SourceKind::EmployeePension, "职工养老.csv", people().as_bytes());
    let seen = inspect(&case.path(), None, &Profiles::embedded().unwrap()).unwrap();
    assert_eq!((seen.kind, seen.certain), (SourceKind::EmployeePension, true));
    let part = &seen.parts[0];
    assert_eq!((part.part.encoding, part.part.separator, part.part.header_row), (Some("UTF-8"), Some(','), 1));
    assert_eq!((part.totals.rows, part.sample.len()), (40, 10));
    let number = &part.columns[1];
    assert_eq!((number.field, number.blank), (Some(Field::Number), 1));
    let forms: Vec<_> = number.forms.iter().map(|(form, rows)| (form.as_str(), *rows)).collect();
    assert!(forms.contains(&("正确", 36)) && forms.contains(&("15位", 1)), "{forms:?}");
    assert_eq!(number.invalid, 2);
    assert_eq!(part.columns[3].invalid, 40);
    assert_eq!(part.columns[6].unknown, [("离岗".to_owned(), 4)]);
    assert_eq!(part.columns[7].field, None);
}

#[test]
fn nothing_personal_is_shown() {
    let case = Case::new(SourceKind::EmployeePension, "名单.csv", people().as_bytes());
    let seen = inspect(&case.path(), Some(SourceKind::EmployeePension), &Profiles::embedded().unwrap()).unwrap();
    let shown = format!("{seen:?}");
    for k in 0..12 {
        assert!(!shown.contains(&number(k)) && !shown.contains(&number(k)[6..14]), "{k}");
        assert!(!shown.contains(&name(k)), "{k}");
        assert!(!shown.contains(&format!("139{k:08}")) && !shown.contains(&format!("江北街道{k}号")));
        assert!(!shown.contains(&format!("610902{k:08}")));
    }
    let row = &seen.parts[0].sample[0];
    assert_eq!(row[0], format!("{}**", name(0).chars().next().unwrap()));
    assert_eq!((row[6].as_str(), row[5].as_str()), ("正常参保", "139********"));
}

#[test]
fn kinds_by_file_name_and_by_columns() {
    let profiles = Profiles::embedded().unwrap();
    let kind = |file: &str, text: &str| {
        let case = Case::new(SourceKind::Maternity, file, text.as_bytes());
        let seen = inspect(&case.path(), None, &profiles).unwrap();
        (seen.kind, seen.certain)
    };
    let person = format!("姓名,身份证号,状态\n{},{},正常\n", name(1), number(1));
    for (file, expected) in [
        ("企业职工养老保险.csv", SourceKind::EmployeePension),
        ("城乡居民养老保险.csv", SourceKind::ResidentPension),
        ("机关事业单位养老保险.csv", SourceKind::InstitutionPension),
        ("城镇职工医疗保险.csv", SourceKind::EmployeeMedical),
        ("城镇居民医疗保险.txt", SourceKind::ResidentMedical),
        ("新农合参合人员.csv", SourceKind::RuralMedical),
        ("失业保险.csv", SourceKind::Unemployment),
        ("工伤保险.csv", SourceKind::WorkInjury),
        ("生育保险.csv", SourceKind::Maternity),
        ("户籍人口.csv", SourceKind::HouseholdRegister),
        ("非户籍常住人口.csv", SourceKind::NonlocalResidents),
        ("城乡低保五保.csv", SourceKind::Subsistence),
        ("残疾人补助.csv", SourceKind::Disability),
        ("省外参保比对返回.csv", SourceKind::Elsewhere),
    ] {
        assert_eq!(kind(file, &person), (expected, true), "{file}");
    }
    let unit = "企业名称,统一社会信用代码,登记状态\n安康市甲商贸有限公司,91610902G9B8UQQRUG,存续\n";
    assert_eq!(kind("企业个体工商户.csv", unit).0, SourceKind::BusinessRegister);
    assert_eq!(kind("参保单位.csv", &unit.replace("企业名称", "单位名称")).0, SourceKind::InsuredUnits);
    assert_eq!(kind("a.csv", unit), (SourceKind::BusinessRegister, false));
    assert!(!kind("a.csv", &person).1);
}

#[test]
fn a_file_of_no_known_kind_says_what_to_do() {
    let case = Case::text("甲,乙\n1,2\n");
    let error = inspect(&case.path(), None, &Profiles::embedded().unwrap()).unwrap_err();
    assert!(error.hint().unwrap().contains("columns"), "{error}");
}
