//! Which column is which field.

use canbao_domain::source::{Field, SourceKind};
use canbao_intake::{Profiles, open};

use crate::common::{Case, name, number};

fn mapped(kind: SourceKind, header: &str) -> Vec<Option<Field>> {
    let width = header.split(',').count();
    let text = format!("{header}\n{}\n", vec!["甲"; width].join(","));
    let case = Case::new(kind, "文件.csv", text.as_bytes());
    let extract = open(&case.spec, &Profiles::embedded().unwrap()).unwrap();
    extract.parts()[0].columns.iter().map(|column| column.field).collect()
}

#[test]
fn every_name_of_the_number_and_the_name() {
    let numbers = "身份证号码 身份证号 公民身份号码 公民身份证号码 身份证 证件号码 社会保障号码 身份证号码（18位） 身份证号* ＳＦＺＨ sfzh GMSFHM gmsfhm AAC002 AAC147 aac147 id_card \
        参合人身份证号 身份证号码： 1.身份证号码 AAC002社会保障号码 社会保障号码(AAC002) 身 份 证 号 “身份证号” 公民身份号码【必填】";
    for header in numbers.split(' ').filter(|header| header.chars().count() > 1) {
        for other in ["姓名", "姓  名", "XM", "AAC003", "参保人姓名", "姓名（必填）", "人员姓名"] {
            let found = mapped(SourceKind::EmployeePension, &format!("{other},{header}"));
            assert_eq!(found, [Some(Field::Name), Some(Field::Number)], "{other} {header}");
        }
    }
}

#[test]
fn a_column_of_somebody_else_is_not_the_persons() {
    for header in [
        "户主身份证号",
        "法人身份证号",
        "监护人证件号码",
        "联系人电话",
        "户主姓名",
        "经办人",
        "单位联系电话",
        "旧身份证号",
        "配偶姓名",
    ] {
        assert_eq!(mapped(SourceKind::ResidentPension, &format!("姓名,身份证号,{header}"))[2], None, "{header}");
    }
}

#[test]
fn the_surer_of_two_columns_is_taken() {
    let found = mapped(SourceKind::EmployeeMedical, "证件号码,姓名,公民身份号码,参保状态,个人缴费状态");
    assert_eq!(found, [None, Some(Field::Name), Some(Field::Number), Some(Field::Status), None]);
    // A kind's own words come first: where somebody lives, not where the hukou is.
    let found = mapped(SourceKind::NonlocalResidents, "姓名,证件号码,户籍地代码,现住地代码,户籍地址,现住址");
    assert_eq!(found[2..], [None, Some(Field::AreaCode), None, Some(Field::Address)]);
    let found = mapped(SourceKind::HouseholdRegister, "姓名,公民身份号码,户籍地代码,现住地代码,户籍地址,现住址");
    assert_eq!(found[2..], [Some(Field::AreaCode), None, Some(Field::Address), None]);
}

#[test]
fn the_polices_columns_by_pinyin() {
    let found = mapped(SourceKind::HouseholdRegister, "gmsfhm,xm,xb,mz,csrq,hh,yhzgx,ryzt,jcwh");
    let fields = [
        Field::Number,
        Field::Name,
        Field::Sex,
        Field::Ethnic,
        Field::BirthDate,
        Field::Household,
        Field::Relation,
        Field::Status,
        Field::AreaCode,
    ];
    assert_eq!(found, fields.map(Some));
}

#[test]
fn a_list_by_applicants_pairs_their_numbers_with_their_names() {
    let found = mapped(SourceKind::Subsistence, "申请人姓名,申请人身份证号,低保证号,状态");
    assert_eq!(found, [Some(Field::Name), Some(Field::Number), Some(Field::Household), Some(Field::Status)]);
    // The members' own columns win over the applicant's.
    let found = mapped(SourceKind::Subsistence, "户主姓名,户主身份证号,家庭成员姓名,家庭成员身份证号");
    assert_eq!(found, [None, None, Some(Field::Name), Some(Field::Number)]);
}

#[test]
fn every_field_of_every_kind_is_known_by_its_own_name() {
    for kind in SourceKind::ALL {
        let header: Vec<_> = kind.fields().iter().map(|field| field.as_str()).collect();
        assert_eq!(
            mapped(kind, &header.join(",")),
            kind.fields().iter().copied().map(Some).collect::<Vec<_>>(),
            "{kind}"
        );
    }
}

#[test]
fn columns_can_be_given_by_header_or_place() {
    let text = format!("编码甲,编码乙,标志\n{},{},1\n", number(1), name(1));
    let mut case = Case::text(&text);
    case.spec.columns =
        [("编码甲".to_owned(), Field::Number), ("第2列".to_owned(), Field::Name), ("标志 ".to_owned(), Field::Status)]
            .into();
    let read = case.read();
    assert_eq!((read.rows[0].get("number"), read.rows[0].get("name")), (number(1).as_str(), name(1).as_str()));
    assert_eq!(read.rows[0].code("status_code"), 1);

    case.spec.columns.insert("没有的列".to_owned(), Field::Phone);
    let error = case.error();
    assert!(error.to_string().contains("没有的列"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("inspect")));
}

#[test]
fn the_headers_row_can_be_given() {
    // A legend above the header names more columns than the header does.
    let text =
        format!("姓名,身份证号,性别,民族,住址\n说明,见上,,,\n名字,身份证,甲,乙,丙\n{},{},1,2,3\n", name(1), number(1));
    let mut case = Case::text(&text);
    assert_eq!(case.read().parts[0].header_row, 1);
    case.spec.header_row = Some(3);
    let read = case.read();
    assert_eq!((read.parts[0].header_row, read.column("number")), (3, vec![number(1).as_str()]));
    case.spec.header_row = Some(2);
    let error = case.error();
    assert!(error.to_string().contains("第2行") && error.to_string().contains("header_row"), "{error}");
}

#[test]
fn codes_are_mapped_and_unknown_ones_counted() {
    let words = [
        "正常参保",
        "参保缴费",
        "１",
        "01",
        "1.0",
        "正常参保（在职）",
        "1-正常参保",
        "暂停参保",
        "2",
        "终止参保",
        "4",
        "",
        "离岗",
        "离岗",
        "-",
    ];
    let expected = [1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 0, 255, 255, 255];
    let rows: String =
        words.iter().enumerate().map(|(k, word)| format!("{},{},{word}\n", name(k as u64), number(k as u64))).collect();
    let read = Case::text(format!("姓名,身份证号,参保状态\n{rows}")).read();
    assert_eq!(read.rows.iter().map(|row| row.code("status_code")).collect::<Vec<_>>(), expected);
    let unknown: Vec<_> =
        read.totals.unknown_codes.iter().map(|code| (code.field, code.word.as_str(), code.rows)).collect();
    assert_eq!(unknown, [(Field::Status, "-", 1), (Field::Status, "离岗", 2)]);
}

#[test]
fn who_has_stopped_paying_may_draw_a_pension() {
    // AAC031 is the state of paying: 3 终止缴费 does not say that somebody is not enrolled.
    let code = |header: &str, word: &str| {
        let text = format!("姓名,身份证号,{header}\n{},{},{word}\n", name(1), number(1));
        Case::text(text).read().rows[0].code("status_code")
    };
    assert_eq!(
        [code("AAC031", "1"), code("AAC031", "2"), code("AAC031", "3"), code("AAC031", "终止缴费")],
        [1, 2, 255, 255]
    );
    assert_eq!([code("AAC008", "1"), code("AAC008", "2"), code("AAC008", "3"), code("AAC008", "4")], [1, 2, 3, 3]);
    assert_eq!(code("参保状态", "正常待遇"), 1);
}

#[test]
fn codes_can_be_given_and_win() {
    let text = format!("姓名,身份证号,参保状态\n{},{},0\n{},{},1\n", name(1), number(1), name(2), number(2));
    let mut case = Case::text(text);
    let words = [("0".to_owned(), "normal".to_owned()), ("1".to_owned(), "suspended".to_owned())].into();
    case.spec.codes = [(Field::Status, words)].into();
    assert_eq!(case.read().rows.iter().map(|row| row.code("status_code")).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn status_means_life_in_a_population_file() {
    let words = ["正常", "死亡注销", "迁出", "", "不知道"];
    let rows: String = words
        .iter()
        .enumerate()
        .map(|(k, word)| format!("{},{},男,{word}\n", name(k as u64), number(k as u64)))
        .collect();
    let text = format!("姓名,公民身份号码,性别,户籍状态\n{rows}");
    let read = Case::new(SourceKind::HouseholdRegister, "户籍.csv", text.as_bytes()).read();
    assert_eq!(read.rows.iter().map(|row| row.code("status_code")).collect::<Vec<_>>(), [1, 2, 3, 0, 255]);
    assert!(read.rows.iter().all(|row| row.code("sex_code") == 1));
}

#[test]
fn sexes() {
    let words = ["男", "女", "1", "2", "男性", "0", "9", "", "丁"];
    let rows: String =
        words.iter().enumerate().map(|(k, word)| format!("{},{},{word}\n", name(k as u64), number(k as u64))).collect();
    let read = Case::text(format!("姓名,身份证号,性别\n{rows}")).read();
    assert_eq!(read.rows.iter().map(|row| row.code("sex_code")).collect::<Vec<_>>(), [1, 2, 1, 2, 1, 0, 9, 0, 0]);
    assert_eq!(read.totals.unknown_codes.len(), 1);
}

#[test]
fn a_mark_of_cancellation_is_no_life() {
    let code = |header: &str, word: &str| {
        let text = format!("姓名,公民身份号码,{header}\n{},{},{word}\n", name(1), number(1));
        Case::new(SourceKind::HouseholdRegister, "户籍.csv", text.as_bytes()).read().rows[0].code("status_code")
    };
    assert_eq!(
        [code("注销标志", "0"), code("注销标志", "1"), code("注销类别", "1"), code("注销类别", "死亡")],
        [1, 255, 255, 2]
    );
}

#[test]
fn a_date_in_a_header_is_part_of_its_words() {
    let text = format!("姓名,身份证号,参保状态（截至2016年10月31日）\n{},{},正常参保\n", name(1), number(1));
    assert_eq!(Case::text(text).read().rows[0].code("status_code"), 1);
}
