//! Tables without a header.

use canbao_domain::number::CitizenNumber;
use canbao_domain::source::{Field, SourceKind};
use canbao_intake::SourceFile;

use crate::common::{Case, file_in, list, name, number};

fn rows(from: u64, to: u64) -> String {
    (from..to)
        .map(|k| {
            let own = CitizenNumber::parse(number(k).as_bytes()).unwrap();
            let (year, month, day) = own.birth().ymd();
            let sex = if own.sex().as_str() == "1" { "男" } else { "女" };
            format!(
                "{k},{},{sex},{year}-{month:02}-{day:02},{},610902001003,139{:08},正常参保,汉族\n",
                name(k),
                own_text(k),
                k
            )
        })
        .collect()
}

fn own_text(k: u64) -> String {
    if k.is_multiple_of(17) { String::new() } else { number(k) }
}

#[test]
fn columns_are_told_by_what_they_hold() {
    let read = Case::text(rows(0, 200)).read();
    let fields: Vec<_> = read.parts[0].columns.iter().map(|column| column.field).collect();
    let expected = [
        None,
        Some(Field::Name),
        Some(Field::Sex),
        Some(Field::BirthDate),
        Some(Field::Number),
        Some(Field::AreaCode),
        Some(Field::Phone),
        Some(Field::Status),
        Some(Field::Ethnic),
    ];
    assert_eq!(fields, expected);
    assert_eq!((read.parts[0].header_row, read.rows.len(), read.rows[0].line), (0, 200, 1));
    assert_eq!(read.parts[0].columns[4].header, "第5列");
}

#[test]
fn a_title_above_is_no_row() {
    let read = Case::text(format!("某县参保人员名单\n\n{}", rows(0, 50))).read();
    assert_eq!((read.rows.len(), read.rows[0].line, read.totals.rejected), (50, 3, 0));
}

#[test]
fn a_header_in_unknown_words_is_no_row() {
    let read = Case::text(format!("n,a,b,c,d,e,f,g,h\n{}", rows(0, 50))).read();
    assert_eq!((read.parts[0].header_row, read.rows.len()), (1, 50));
    assert_eq!(read.parts[0].columns[1].header, "a");
}

#[test]
fn what_cannot_be_told_is_asked_for() {
    let error = Case::text("甲,乙,丙\n丁,戊,己\n").error();
    assert!(error.to_string().contains("没有认出各列"), "{error}");
    assert!(error.hint().unwrap().contains("columns") && error.hint().unwrap().contains("第1列"));

    let mut case = Case::text("甲,乙,丙\n丁,戊,己\n");
    case.spec.header_row = Some(0);
    case.spec.columns = [("第1列".to_owned(), Field::Name), ("第3列".to_owned(), Field::Status)].into();
    let read = case.read();
    assert_eq!((read.column("name"), read.column("status")), (vec!["甲", "丁"], vec!["丙", "己"]));
}

#[test]
fn later_files_may_lack_the_header() {
    // An old program cuts its export: the first file has the header, the others go on.
    let whole = list(300, ",", "\r\n");
    let lines: Vec<_> = whole.split_inclusive('\n').collect();
    let mut case = Case::text(lines[..101].concat());
    let folder = case.dir.path().to_path_buf();
    let files: [SourceFile; 2] = [
        file_in(&folder, "名单2.csv", lines[101..201].concat().as_bytes()),
        file_in(&folder, "名单3.csv", lines[201..].concat().as_bytes()),
    ];
    case.spec.files.extend(files);
    let read = case.read();
    assert_eq!(read.parts.iter().map(|part| part.header_row).collect::<Vec<_>>(), [1, 0, 0]);
    assert_eq!(read.column("name"), (0..300).map(name).collect::<Vec<_>>());
    assert_eq!(read.rows.iter().map(|row| row.row).collect::<Vec<_>>(), (1..=300).collect::<Vec<_>>());
    assert_eq!((read.rows[100].part, read.rows[100].line), (1, 1));
}

#[test]
fn employers_too() {
    let text = "91610902G9B8UQQRUG,安康市巴山建筑0有限公司,存续\n916109299UDCC6NHG5,安康市汉水建筑1有限责任公司,注销\n";
    let read = Case::new(SourceKind::BusinessRegister, "工商.csv", text.as_bytes()).read();
    assert_eq!(read.column("credit_code"), ["91610902G9B8UQQRUG", "916109299UDCC6NHG5"]);
    assert_eq!(read.rows.iter().map(|row| row.code("status_code")).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn a_number_under_a_header_that_nobody_knows() {
    let row = |k: u64| format!("{},{},{},{}\n", name(k), number(k + 500), number(k), "正常参保");
    let text = format!("姓名,户主证件,个人代码,参保状态\n{}", (0..30).map(row).collect::<String>());
    let read = Case::text(text).read();
    assert_eq!(read.column("number"), (0..30).map(number).collect::<Vec<_>>());
    // Somebody else's is not taken for the person's own.
    let text = format!(
        "姓名,户主证件,参保状态\n{}",
        (0..30).map(|k| format!("{},{},1\n", name(k), number(k))).collect::<String>()
    );
    assert_eq!(Case::text(text).read().parts[0].columns[1].field, None);
}

#[test]
fn of_two_columns_for_the_number_the_filled_one_is_taken() {
    let row = |k: u64| format!("{},,{},正常参保\n", name(k), number(k));
    let text = format!("姓名,公民身份号码,证件号码,参保状态\n{}", (0..30).map(row).collect::<String>());
    assert_eq!(Case::text(text).read().column("number"), (0..30).map(number).collect::<Vec<_>>());
}

#[test]
fn of_a_header_hardly_known_the_known_words_go_first() {
    let text = format!(
        "a,b,参保状态,d\n{}",
        (0..30).map(|k| format!("{},{},终止参保,x{k}\n", number(k), name(k))).collect::<String>()
    );
    let read = Case::text(text).read();
    assert_eq!((read.parts[0].header_row, read.rows.len()), (1, 30));
    assert_eq!((read.rows[3].get("name"), read.rows[3].code("status_code")), (name(3).as_str(), 3));
}
