//! The same people as one file, as ten files, or as a workbook of three sheets are the same people.

use std::fs;
use std::path::Path;

use crate::support::city::{compare, small};
use crate::support::extract::{Extract, path_of};
use crate::support::folder::{copy, fresh};
use crate::support::table::Table;

const REGISTER: &str = "household-register";
const PENSION: &str = "employee-pension";

#[test]
fn one_file_ten_files_and_three_sheets_give_equal_persons_and_findings() {
    let folder = fresh("layout");
    let city = folder.join("city");
    copy(&small().city, &city);
    let config = fs::read_to_string(city.join("city.toml")).unwrap();
    let [register, pension] = [REGISTER, PENSION].map(|kind| path_of(&config, kind));
    let [people, insured] = [&register, &pension].map(|path| Extract::read(&city.join(path)));

    let all = |extract: &Extract, name: &str| {
        let rows: Vec<_> = extract.rows.iter().collect();
        extract.write_csv(&city.join(name), &rows);
    };
    all(&people, "layout/register.csv");
    all(&insured, "layout/pension.csv");
    let one = laid_out(&folder, &config, (&register, "layout/register.csv"), (&pension, "layout/pension.csv"));

    for (at, rows) in people.dealt(10).iter().enumerate() {
        people.write_csv(&city.join(format!("layout/ten/{at}.csv")), rows);
    }
    insured.write_workbook(&city.join("layout/three.xlsx"), &insured.dealt(3));
    let many = laid_out(&folder, &config, (&register, "layout/ten/*.csv"), (&pension, "layout/three.xlsx"));

    for (at, rows) in insured.dealt(10).iter().enumerate() {
        insured.write_csv(&city.join(format!("layout/insured/{at}.csv")), rows);
    }
    people.write_workbook(&city.join("layout/people.xlsx"), &people.dealt(3));
    let turned = laid_out(&folder, &config, (&register, "layout/people.xlsx"), (&pension, "layout/insured/*.csv"));

    assert!(one[0].len() > 3_000 && one[1].len() > 100);
    for other in [many, turned] {
        for (table, (a, b)) in ["persons", "findings"].iter().zip(one.iter().zip(&other)) {
            let only = |a: &[String], b: &[String]| a.iter().filter(|row| b.binary_search(row).is_err()).count();
            assert!(
                a == b,
                "{table}: {} lines of {} and {} of {} stand in one layout only",
                only(a, b),
                a.len(),
                only(b, a),
                b.len()
            );
        }
    }
}

/// Compares the city with its two sources at other paths; gives its persons and findings.
fn laid_out(folder: &Path, config: &str, register: (&str, &str), pension: (&str, &str)) -> [Vec<String>; 2] {
    let mut config = config.to_owned();
    for (from, to) in [register, pension] {
        config = config.replace(&format!("path = \"{from}\""), &format!("path = \"{to}\""));
    }
    fs::write(folder.join("city/city.toml"), config).unwrap();
    compare(folder, "run", &["--no-workbooks"]);
    let table = |name: &str| Table::read(&folder.join("run").join(name));
    [
        table("persons.parquet").sorted_without(&["person_key"]),
        table("findings.parquet").sorted_without(&[
            "person_key",
            "source",
            "row",
            "other_source",
            "other_row",
            "detail",
        ]),
    ]
}
