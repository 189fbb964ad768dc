//! A row that cannot be read is kept word for word, and the exit code says that there is one.

use std::fs;

use crate::support::city::invent;
use crate::support::folder::fresh;
use crate::support::program::run;
use crate::support::table::Table;

#[test]
fn an_unreadable_row_is_listed_and_the_run_goes_on() {
    let folder = fresh("rejected");
    fs::create_dir(folder.join("city")).unwrap();
    fs::write(
        folder.join("city/regions.csv"),
        "code,name,level,parent\n610900,安康市,city,610000\n610902,汉滨区,county,610900\n",
    )
    .unwrap();
    fs::write(
        folder.join("city/city.toml"),
        "[city]\ncode = \"610900\"\nname = \"安康市\"\nas_of = \"2016-11-01\"\n\n\
         [[source]]\nkind = \"household-register\"\npath = \"户籍.csv\"\n\n\
         [[source]]\nkind = \"subsistence\"\npath = \"低保.csv\"\n",
    )
    .unwrap();
    fs::write(
        folder.join("city/户籍.csv"),
        "公民身份号码,姓名,性别,出生日期,村居代码,户籍状态\n610902198503121237,张三,男,1985-03-12,610902001001,正常\n",
    )
    .unwrap();
    fs::write(folder.join("city/低保.csv"), "姓名,身份证号,村代码\n张三,610902198503121237,610902001001\n李四\n")
        .unwrap();
    let output = run(&folder, &["compare", "city/city.toml", "--out", "run", "--no-workbooks"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let rejected = Table::read(&folder.join("run/rejected.parquet"));
    let rows: Vec<_> =
        rejected.rows().map(|row| (row.text("source"), row.int("row"), row.int("line"), row.text("text"))).collect();
    assert_eq!(rows, [("subsistence", 2, 3, "李四")]);
    let links = Table::read(&folder.join("run/links.parquet"));
    assert_eq!(links.by_source_row()[&("subsistence", 2)].text("method"), "rejected");
    assert_eq!(links.len(), 3);
}

#[test]
fn the_exit_code_says_whether_rows_were_rejected() {
    let folder = fresh("nothing-rejected");
    let city = invent(&folder, 1_000, 31);
    let truth = Table::read(&city.join("truth/findings.parquet"));
    let expected = i32::from(truth.rows().any(|row| row.text("kind") == "row-rejected"));
    let output = run(&folder, &["compare", "city/city.toml", "--out", "run", "--no-workbooks"]);
    assert_eq!(output.status.code(), Some(expected), "{}", String::from_utf8_lossy(&output.stderr));
}
