//! Profiles as data.

use canbao_domain::source::SourceKind;
use canbao_intake::{Profiles, open};
use tempfile::TempDir;

use crate::common::{Case, name, number, read_extract};

#[test]
fn every_kind_has_one() {
    let profiles = Profiles::embedded().unwrap();
    for kind in SourceKind::ALL {
        assert_eq!(profiles.of(kind).unwrap().kind(), kind);
    }
}

#[test]
fn a_folder_replaces_what_it_holds() {
    let folder = TempDir::new().unwrap();
    let own = "kind = \"maternity\"\nbase = \"person\"\n[columns]\nnumber = [\"暗号\"]\nstatus = [\"标记\"]\n[codes.status]\nnormal = [\"好\"]\n";
    std::fs::write(folder.path().join("maternity.toml"), own).unwrap();
    let profiles = Profiles::load(folder.path()).unwrap();
    let text = format!("姓名,暗号,标记\n{},{},好\n{},{},正常参保\n", name(1), number(1), name(2), number(2));
    let case = Case::new(SourceKind::Maternity, "生育.csv", text.as_bytes());
    let read = read_extract(open(&case.spec, &profiles).unwrap()).unwrap();
    assert_eq!(read.column("number"), [number(1), number(2)]);
    assert_eq!(read.rows.iter().map(|row| row.code("status_code")).collect::<Vec<_>>(), [1, 255]);
}

#[test]
fn what_is_wrong_is_named() {
    for (text, says) in [
        ("kind = \"elsewhere\"", "不一致"),
        ("base = \"nobody\"", "nobody"),
        ("[columns]\nnummer = [\"甲\"]", "nummer"),
        ("[codes.status]\nalive = [\"甲\"]", "alive"),
        ("colums = 1", "写法不对"),
    ] {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("maternity.toml"), text).unwrap();
        let error = Profiles::load(folder.path()).unwrap_err();
        assert!(error.to_string().contains("maternity.toml") && error.to_string().contains(says), "{error}");
    }
}

#[test]
fn a_file_of_events_is_read_by_the_day_of_the_event() {
    let deaths = Profiles::of_events("death").unwrap().unwrap();
    let text = format!(
        "登记日期,注销日期,死亡日期,死者姓名,死者身份证号,注销原因\n2016-12-09,2016-12-08,2016-12-05,{},{},死亡\n",
        name(1),
        number(1)
    );
    let case = Case::new(SourceKind::HouseholdRegister, "注销.csv", text.as_bytes());
    let read = read_extract(open(&case.spec, &deaths).unwrap()).unwrap();
    assert_eq!((read.column("since"), read.column("number")), (vec!["2016-12-05"], vec![number(1).as_str()]));
    assert_eq!((read.column("name"), read.rows[0].code("status_code")), (vec![name(1).as_str()], 2));
    // the day on which it was noted serves where there is no other; the day on which somebody came does not
    for (header, found) in [("注销日期", "2016-12-05"), ("SWRQ", "2016-12-05"), ("迁入日期", ""), ("登记日期", "")]
    {
        let text = format!(
            "姓名,身份证号,{header}\n{},{},2016-12-05\n{},{},2016-12-05\n",
            name(1),
            number(1),
            name(2),
            number(2)
        );
        let case = Case::new(SourceKind::HouseholdRegister, "注销.csv", text.as_bytes());
        let read = read_extract(open(&case.spec, &deaths).unwrap()).unwrap();
        assert_eq!(read.column("since"), [found; 2], "{header}");
    }
    for event in ["move-out", "left-country", "conscripted", "imprisoned", "released"] {
        assert!(Profiles::of_events(event).unwrap().is_some(), "{event}");
    }
    assert!(Profiles::of_events("birth").unwrap().is_none());
}
