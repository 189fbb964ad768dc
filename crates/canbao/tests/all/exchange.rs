//! Two cities' registries that ask each other, and the province, as their clerks do it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::folder::fresh;
use crate::support::program::{run, run_well};

/// Invented people: name, the body of the number, the schemes that the east and the west have them in.
const PEOPLE: [(&str, &str, &str, &str); 9] = [
    ("王秀英", "61090219850312001", "PM", ""),
    ("李明", "61090219800502001", "M", "P"),
    ("钱伟", "61090219790101001", "", "PM"),
    ("孙丽", "61090219950202002", "", ""),
    ("周平", "61090219900404001", "", "?"),
    ("吴刚", "61090219700606001", "P", "M"),
    ("郑强", "61090219720707001", "PM", "-"),
    ("冯玉兰", "61090219660808002", "M", ""),
    ("张玮", "61090219830909001", "M", ""),
];

fn number(body: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = body.bytes().zip(weights).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    format!("{body}{}", b"10X98765432"[sum % 11] as char)
}

fn number_of(name: &str) -> String {
    number(PEOPLE.iter().find(|(known, ..)| *known == name).unwrap().1)
}

/// A side's registry with its people, keys and card, in a folder of its own.
fn office(folder: &Path, id: &str, east: bool) -> PathBuf {
    let home = folder.join(id);
    fs::create_dir_all(&home).unwrap();
    let area = if east { "610902" } else { "610921" };
    let (mut residents, mut pension, mut medical) =
        ["姓名,身份证号码,性别,出生日期,村居代码,状态\n", "姓名,身份证号码,参保状态\n", "姓名,身份证号码,参保状态\n"]
            .map(str::to_owned)
            .into();
    for (name, body, here, there) in PEOPLE {
        let schemes = if east { here } else { there };
        let number = number(body);
        // in the west 周平's number is 周萍's
        let name = if schemes == "?" { "周萍" } else { name };
        if !east && schemes.is_empty() {
            continue;
        }
        let sex = if body.as_bytes()[16] % 2 == 1 { "男" } else { "女" };
        let birth = &body[6..14];
        residents += &format!("{name},{number},{sex},{birth},{area}001001,正常\n");
        if schemes.contains(['P', '?']) {
            pension += &format!("{name},{number},正常参保\n");
        }
        if schemes.contains(['M', '?']) {
            medical += &format!("{name},{number},正常参保\n");
        }
    }
    fs::write(home.join("residents.csv"), residents).unwrap();
    fs::write(home.join("pension.csv"), pension).unwrap();
    fs::write(home.join("medical.csv"), medical).unwrap();
    let regions = format!(
        "code,name,level,parent\n610900,安康市,city,\n{area},{id}县,county,610900\n{area}001,一镇,town,{area}\n{area}001001,一村,village,{area}001\n"
    );
    fs::write(home.join("regions.csv"), regions).unwrap();
    let city = "[city]\ncode = \"610900\"\nname = \"某市\"\nas_of = \"2016-11-01\"\n\
        [[source]]\nkind = \"household-register\"\npath = \"residents.csv\"\n\
        [[source]]\nkind = \"employee-pension\"\npath = \"pension.csv\"\n\
        [[source]]\nkind = \"employee-medical\"\npath = \"medical.csv\"\n";
    fs::write(home.join("city.toml"), city).unwrap();
    run_well(&home, &["compare", "city.toml", "--out", "run", "--no-workbooks"]);
    run_well(&home, &["registry", "migrate", "--database", DATABASE]);
    run_well(&home, &["registry", "apply", "run", "--database", DATABASE]);
    run_well(
        &home,
        &[
            "exchange",
            "identity",
            "--id",
            id,
            "--name",
            &format!("{id}社会保险局"),
            "--area",
            area,
            "--database",
            DATABASE,
        ],
    );
    run_well(&home, &["exchange", "card", "--out", "card", "--database", DATABASE]);
    home
}

const DATABASE: &str = "sqlite://registry.db";

fn exchange(home: &Path, arguments: &[&str]) -> Output {
    run(home, &[&["exchange"], arguments, &["--database", DATABASE]].concat())
}

/// What a command tells as JSON; its exit code is as expected.
fn told(home: &Path, code: i32, arguments: &[&str]) -> Value {
    let output = exchange(home, &[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(home: &Path, arguments: &[&str], word: &str) {
    let output = exchange(home, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(said.contains(word) && said.contains("提示："), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty());
}

/// Two offices that know each other, and the stick between them.
fn two(name: &str) -> (PathBuf, PathBuf, String) {
    let folder = fresh(name);
    let (east, west) = (office(&folder, "east", true), office(&folder, "west", false));
    for (home, other) in [(&east, &west), (&west, &east)] {
        let card = other.join("card");
        let spoken = told(other, 0, &["card"])["spoken"].as_str().unwrap().to_owned();
        told(home, 0, &["peer", "add", card.to_str().unwrap(), "--fingerprint", &spoken]);
    }
    (east, west, folder.join("stick").to_str().unwrap().to_owned())
}

/// A person's category, as the registry tells it.
fn category(home: &Path, name: &str) -> String {
    let number = number_of(name);
    let text = run_well(home, &["registry", "query", "--number", &number, "--json", "--database", DATABASE]);
    let told: Value = serde_json::from_str(&text).unwrap();
    fn find(value: &Value) -> Option<&str> {
        match value {
            Value::Object(map) => map.get("category").and_then(Value::as_str).or_else(|| map.values().find_map(find)),
            Value::Array(all) => all.iter().find_map(find),
            _ => None,
        }
    }
    find(&told).unwrap_or_else(|| panic!("no category in {told}")).to_owned()
}

fn sums_of(answer: &Value) -> u64 {
    ["insured", "uninsured", "unknown", "name_differs", "unanswered"]
        .iter()
        .map(|key| answer[key].as_u64().unwrap())
        .sum()
}

#[test]
fn plain_parcels_both_ways_and_what_is_refused() {
    let (east, west, stick) = two("exchange-plain");
    let stick = stick.as_str();
    assert_eq!(fs::metadata(east.join("registry.identity")).unwrap().permissions().mode() & 0o777, 0o600);
    refused(&east, &["identity", "--id", "east", "--name", "东", "--area", "610902"], "已经存在");
    refused(&east, &["peer", "add", "../west/card", "--fingerprint", "00000 00000"], "不符");
    refused(&east, &["peer", "add", "../west/card"], "电话");
    refused(&east, &["export", "--to", "north", "--out", stick], "north");
    refused(&east, &["export", "--to", "west", "--out", stick, "--category", "nobody"], "nobody");
    assert_eq!(category(&east, "钱伟"), "uninsured");

    let asked = told(&east, 0, &["export", "--to", "west", "--out", stick]);
    // all but 王秀英 and 郑强
    assert_eq!((asked["parcels"][0]["asked"].as_u64(), asked["parcels"][0]["left_out"].as_u64()), (Some(7), Some(0)));
    let second = told(&east, 0, &["export", "--to", "west", "--out", stick]);
    let file = |told: &Value, list: &str| told[list][0]["file"].as_str().unwrap().to_owned();
    refused(&west, &["answer", &file(&second, "parcels"), "--out", stick], "");
    refused(&west, &["import", &file(&asked, "parcels")], "不是答复");
    let answers = told(&west, 0, &["answer", stick, "--out", stick]);
    assert_eq!(answers["answers"].as_array().unwrap().len(), 2, "both questions, in their order");
    refused(&west, &["answer", stick, "--out", stick], "没有等待处理");
    let done = told(&east, 0, &["import", stick]);
    let first = &done["answers"][0];
    assert_eq!((first["changed"].as_u64(), first["insured"].as_u64()), (Some(3), Some(4)), "{done}");
    assert_eq!(sums_of(first), 3 * 2 + 4, "a word for each insurance that was asked about");
    assert_eq!(first["to_look_at"].as_array().unwrap().len(), 1);
    assert_eq!(done["answers"][1]["changed"].as_u64(), Some(0));
    for (name, expected) in [
        ("李明", "confirmed"),
        ("钱伟", "confirmed"),
        ("吴刚", "confirmed"),
        ("周平", "uninsured"),
        ("孙丽", "uninsured"),
    ] {
        assert_eq!(category(&east, name), expected, "{name}");
    }
    // an answer that was applied is not applied again
    refused(&east, &["import", &file(&answers, "answers")], "");

    // the other way: 郑强 is known there and has nothing
    let back = told(&west, 0, &["export", "--to", "east", "--out", stick]);
    assert_eq!(back["parcels"][0]["asked"].as_u64(), Some(3));
    told(&east, 0, &["answer", stick, "--out", stick]);
    told(&west, 0, &["import", stick]);
    assert_eq!(category(&west, "郑强"), "confirmed");

    // without a database, by the cards alone
    let cards = ["--card", "east/card", "--card", "west/card"];
    let folder = east.parent().unwrap();
    let verified = run(folder, &[&["exchange", "verify", "stick", "--json"], &cards[..]].concat());
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stderr));
    let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(verified["parcels"].as_array().unwrap().len(), 6);
    let unknown = run(folder, &["exchange", "verify", "stick", "--card", "west/card"]);
    assert_eq!(unknown.status.code(), Some(2));
    let nameless = run(folder, &["exchange", "verify", "stick"]);
    assert!(String::from_utf8_lossy(&nameless.stderr).contains("名片"));
    let victim = file(&asked, "parcels");
    let mut bytes = fs::read(&victim).unwrap();
    let at = bytes.len() - 100;
    bytes[at] ^= 1;
    fs::write(&victim, bytes).unwrap();
    let broken = run(folder, &[&["exchange", "verify", "stick"], &cards[..]].concat());
    assert_eq!(broken.status.code(), Some(2));
    let name = Path::new(&victim).file_name().unwrap().to_str().unwrap().to_owned();
    assert!(String::from_utf8_lossy(&broken.stderr).contains(&name));

    // who was taken off is refused
    let last = told(&east, 0, &["export", "--to", "west", "--out", stick]);
    told(&west, 0, &["peer", "remove", "east"]);
    refused(&west, &["answer", &file(&last, "parcels"), "--out", stick], "");
    assert_eq!(told(&west, 0, &["peer", "list"])["peers"].as_array().unwrap().len(), 0);
    for home in [&east, &west] {
        run_well(home, &["audit", "verify", "--database", DATABASE]);
    }
}

#[test]
fn privately_nobody_learns_more_and_the_list_shrinks_alike() {
    let (east, west, stick) = two("exchange-private");
    let stick = stick.as_str();
    let asked = told(&east, 0, &["export", "--to", "west", "--private", "--out", stick]);
    assert_eq!(asked["parcels"].as_array().unwrap().len(), 2, "one for each insurance");
    let answers = told(&west, 0, &["answer", stick, "--out", stick]);
    for answer in answers["answers"].as_array().unwrap() {
        assert_eq!((answer["insured"].as_u64(), answer["unknown"].as_u64()), (Some(0), Some(0)), "{answer}");
        assert_eq!(answer["held"].as_u64(), Some(3), "{answer}");
    }
    let done = told(&east, 0, &["import", stick]);
    assert_eq!(done["answers"].as_array().unwrap().len(), 2);
    for (name, expected) in [("李明", "confirmed"), ("钱伟", "confirmed"), ("吴刚", "confirmed"), ("孙丽", "uninsured")]
    {
        assert_eq!(category(&east, name), expected, "{name}");
    }
    // the names do not go along, so 周平 is found by the number alone
    assert_eq!(category(&east, "周平"), "confirmed");
    let back = told(&west, 0, &["export", "--to", "east", "--private", "--insurance", "pension", "--out", stick]);
    assert_eq!(back["parcels"].as_array().unwrap().len(), 1);
    told(&east, 0, &["answer", stick, "--out", stick]);
    told(&west, 0, &["import", stick]);
    assert_eq!(category(&west, "郑强"), "partial", "of the pension alone");
}

/// A template that asks about pensions in CSV, two rows a file.
fn template(home: &Path) {
    let text = run_well(home, &["exchange", "template", "show", "hunan-pension"])
        .replace("format = \"xlsx\"", "format = \"csv\"")
        .replace("Q020310.xlsx", "Q020310.csv")
        .replace("rows_per_file = 60000", "rows_per_file = 2")
        .replace("unknown_area = \"keep\"", "unknown_area = \"reject\"")
        .replace("# \"湘潭市\" = ", "\"湘潭市\" = ");
    fs::write(home.join("province.toml"), text).unwrap();
}

#[test]
fn the_province_is_asked_and_answers_in_its_own_layout() {
    let folder = fresh("exchange-template");
    let east = office(&folder, "east", true);
    template(&east);
    let asked = told(&east, 0, &["export", "--template", "province.toml", "--out", "up"]);
    // 李明, 钱伟, 孙丽, 周平, 冯玉兰, 张玮 lack a pension
    assert_eq!((asked["asked"].as_u64(), asked["files"].as_array().unwrap().len()), (Some(6), 3), "{asked}");
    let first = PathBuf::from(asked["files"][0]["file"].as_str().unwrap());
    let name = first.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("2430302") && name.ends_with("000001Q020310.csv") && name.len() == 32, "{name}");
    let bytes = fs::read(east.join(&first)).unwrap();
    let (text, _, damaged) = encoding_rs::GBK.decode(&bytes);
    assert!(!damaged);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert!(lines[1].contains("人数：2"), "{text}");
    assert_eq!(lines[2], "证件号,姓名,险种,行政区划");
    assert_eq!(lines[3], format!("{},李明,170,430302", number_of("李明")));
    // no number comes twice
    let again = told(&east, 0, &["export", "--template", "province.toml", "--out", "up"]);
    assert!(again["files"][0]["file"].as_str().unwrap().contains("000004Q"), "{again}");

    // what the province returns: GBK, and rows that cannot be used
    let employee = "城镇企业职工基本养老保险";
    let mut text = "身份证,姓名,行政区划名称,险种类型\r\n".to_owned();
    for (number, name, area, scheme) in [
        (number_of("李明"), "李明", "湘潭市", employee),
        (number_of("张玮"), "张伟", "湘潭市", employee),
        (number_of("钱伟"), "赵大海", "湘潭市", employee),
        (number_of("王秀英"), "王秀英", "湘潭市", employee),
        ("430302198001010019".to_owned(), "无名", "湘潭市", employee),
        (number_of("孙丽"), "孙丽", "湘潭市", "商业养老保险"),
        (number_of("周平"), "周平", "某地", employee),
    ] {
        text += &format!("{number},{name},{area},{scheme}\r\n");
    }
    fs::write(east.join("back.csv"), &encoding_rs::GBK.encode(&text).0).unwrap();
    // where the work-list cannot be written nothing is taken in, for nobody would tell those rows again
    fs::create_dir(east.join("folder")).unwrap();
    for list in ["none/list.xlsx", "/proc/list.xlsx", "folder"] {
        refused(&east, &["import", "--template", "province.toml", "back.csv", "--work-list", list], list);
    }
    assert_eq!(category(&east, "李明"), "partial");
    let done = told(&east, 1, &["import", "--template", "province.toml", "back.csv"]);
    let file = &done["files"][0];
    assert_eq!(
        (file["rows"].as_u64(), file["used"].as_u64(), file["rejected"].as_u64()),
        (Some(7), Some(2), Some(5)),
        "{done}"
    );
    assert_eq!((file["changed"].as_u64(), file["names_noted"].as_u64()), (Some(2), Some(1)), "{done}");
    assert_eq!(done["reasons"].as_object().unwrap().values().filter_map(Value::as_u64).sum::<u64>(), 5, "{done}");
    assert_eq!(category(&east, "李明"), "confirmed");
    assert_eq!(category(&east, "张玮"), "confirmed");
    assert_eq!(category(&east, "钱伟"), "uninsured");
    let list = east.join("待核实名单.xlsx");
    assert_eq!(fs::metadata(&list).unwrap().permissions().mode() & 0o777, 0o600);
    // again: nothing, and it says so
    let again = exchange(&east, &["import", "--template", "province.toml", "back.csv"]);
    assert_eq!(again.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&again.stdout).contains("以前已经导入过"));

    // the old workbooks that the province sends, with a title above; 王秀英 was not asked about
    let xls = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/province_answer.xls");
    let list = ["--work-list", "xls.xlsx"];
    let done = told(&east, 1, &[&["import", "--template", "province.toml", xls.to_str().unwrap()], &list[..]].concat());
    assert_eq!((done["files"][0]["changed"].as_u64(), done["rejected"].as_u64()), (Some(1), Some(1)), "{done}");
    assert!(east.join("xls.xlsx").exists());
    assert_eq!(category(&east, "冯玉兰"), "confirmed");
    run_well(&east, &["audit", "verify", "--database", DATABASE]);
}

#[test]
fn templates_and_files_that_do_not_fit_are_refused() {
    let folder = fresh("exchange-template-refused");
    run_well(&folder, &["registry", "migrate", "--database", DATABASE]);
    assert!(run_well(&folder, &["exchange", "template", "list"]).contains("hunan-pension"));
    let text = run_well(&folder, &["exchange", "template", "show", "hunan-pension"]);
    for (from, to, word) in [
        ("version = 1", "version = 2", "version"),
        ("{sequence:6}Q", "Q", "sequence"),
        ("data_row = 4", "data_row = 2", "data_row"),
        ("field = \"number\"", "field = \"nummer\"", "行附近"),
        ("{rows}", "{zeilen}", "zeilen"),
    ] {
        fs::write(folder.join("t.toml"), text.replace(from, to)).unwrap();
        refused(&folder, &["export", "--template", "t.toml", "--out", "up"], word);
    }
    refused(&folder, &["export", "--template", "none", "--out", "up"], "没有模板");
    fs::write(folder.join("back.csv"), "身份证,姓名\n1,甲\n2,乙\n").unwrap();
    refused(&folder, &["import", "--template", "hunan-pension", "back.csv"], "answer.columns");
    // the format that no library here writes is read all the same: its columns are an enrolment's, not an answer's
    let xls = Path::new(env!("CARGO_MANIFEST_DIR")).join("../canbao-intake/tests/files/sheets.xls");
    refused(&folder, &["import", "--template", "hunan-pension", xls.to_str().unwrap()], "answer.columns");
}
