//! The city file.

use std::path::Path;

use canbao_domain::source::{Field, SourceKind};
use canbao_intake::{City, IntakeError, load_city};
use tempfile::TempDir;

fn city(text: &str, files: &[&str]) -> (TempDir, Result<City, IntakeError>) {
    let dir = TempDir::new().unwrap();
    for file in files {
        let path = dir.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "姓名,身份证号\n").unwrap();
    }
    std::fs::write(dir.path().join("city.toml"), text).unwrap();
    let loaded = load_city(&dir.path().join("city.toml"));
    (dir, loaded)
}

const HEAD: &str = "[city]\ncode = \"610900\"\nname = \"安康市\"\nas_of = \"2016-11-01\"\n";

#[test]
fn a_full_city_file() {
    let text = format!(
        "{HEAD}decisions = \"decisions.parquet\"\n\n[[source]]\nkind = \"resident-pension\"\npath = \"人社/居民*.csv\"\nname = \"居保\"\nencoding = \"gbk\"\n\
         separator = \"\\t\"\nsheet = [\"甲\", \"乙\"]\nheader_row = 3\ncolumns = {{ \"编码\" = \"number\" }}\ncodes = {{ status = {{ \"1\" = \"normal\" }} }}\n\n\
         [[source]]\nkind = \"household-register\"\npath = \"公安/户籍[旧].csv\"\n\n[other]\nkey = 1\n"
    );
    let files = ["人社/居民10.csv", "人社/居民2.csv", "人社/~$居民3.csv", "人社/职工.csv", "公安/户籍[旧].csv"];
    let (dir, loaded) = city(&text, &files);
    let city = loaded.unwrap();
    assert_eq!((city.code.as_str(), city.name.as_str(), city.as_of.ymd()), ("610900", "安康市", (2016, 11, 1)));
    assert_eq!(city.decisions.as_deref(), Some(dir.path().join("decisions.parquet").as_path()));
    assert_eq!(city.regions, dir.path().join("regions.csv"));
    let source = &city.sources[0];
    assert_eq!((source.kind, source.name.as_str()), (SourceKind::ResidentPension, "居保"));
    assert_eq!(
        source.files.iter().map(|file| file.shown.as_str()).collect::<Vec<_>>(),
        ["人社/居民10.csv", "人社/居民2.csv"]
    );
    assert_eq!((source.encoding.as_deref(), source.separator, source.header_row), (Some("gbk"), Some(b'\t'), Some(3)));
    assert_eq!(source.sheets, ["甲", "乙"]);
    assert_eq!(source.columns["编码"], Field::Number);
    assert_eq!(source.codes[&Field::Status]["1"], "normal");
    // A name with brackets is a file's before it is a pattern.
    assert_eq!((city.sources[1].name.as_str(), city.sources[1].files.len()), ("household-register", 1));
}

#[test]
fn a_date_may_be_tomls_own() {
    let text = HEAD.replace("\"2016-11-01\"", "2016-11-01") + "[[source]]\nkind = \"maternity\"\npath = \"甲.csv\"\n";
    assert_eq!(city(&text, &["甲.csv"]).1.unwrap().as_of.ymd(), (2016, 11, 1));
}

#[test]
fn what_is_wrong_is_named_with_a_remedy() {
    let source = |rest: &str| format!("{HEAD}[[source]]\nkind = \"disability\"\npath = \"甲.csv\"\n{rest}");
    let cases = [
        (String::from("[city\n"), "写法不对"),
        (HEAD.replace("code", "kode"), "写法不对"),
        (HEAD.replace("2016-11-01", "昨天"), "as_of"),
        (HEAD.to_owned(), "没有列出"),
        (source("").replace("disability", "残疾"), "残疾"),
        (source("").replace("甲.csv", "没有.csv"), "没有.csv"),
        (source("").replace("甲.csv", "没有*.csv"), "没有*.csv"),
        (source("encoding = \"乱码\""), "乱码"),
        (source("separator = \"ab\""), "separator"),
        (source("colums = {}"), "写法不对"),
        (source("columns = { \"甲\" = \"benefit\" }"), "benefit"),
        (source("columns = { \"甲\" = \"身份证\" }"), "身份证"),
        (source("codes = { status = { \"1\" = \"deceased\" } }"), "deceased"),
        (source("") + &source("")[HEAD.len()..], "都叫"),
    ];
    for (text, says) in cases {
        let error = city(&text, &["甲.csv"]).1.unwrap_err();
        assert!(error.to_string().contains(says), "{error} / {says}");
        assert!(error.to_string().starts_with("city.toml"), "{error}");
        assert!(error.hint().is_some(), "{error}");
    }
    let missing = load_city(Path::new("/nowhere/city.toml")).unwrap_err();
    assert!(missing.to_string().contains("找不到"));
}

#[test]
fn two_of_a_kind_by_name() {
    let text = format!(
        "{HEAD}[[source]]\nkind = \"elsewhere\"\npath = \"甲.csv\"\n[[source]]\nkind = \"elsewhere\"\nname = \"二\"\npath = \"甲.csv\"\n"
    );
    let names: Vec<_> = city(&text, &["甲.csv"]).1.unwrap().sources.into_iter().map(|source| source.name).collect();
    assert_eq!(names, ["elsewhere", "二"]);
}
