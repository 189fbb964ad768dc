//! What is refused, as transcripts: exit code 2, nothing on standard output, nothing written, and what to do.

use std::fs;
use std::path::Path;

use crate::support::city::invent;
use crate::support::folder::{contents, fresh, names};
use crate::support::program::{run, transcript};

const HELP: &str = "提示：加上 --help 可以看到例子和全部参数。\n";

#[test]
fn wrong_command_lines() {
    let folder = fresh("command-lines");
    let refused = |line: &str, said: &str| {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let expected = format!("exit: 2\n--- stdout\n--- stderr\n{said}{HELP}");
        assert_eq!(transcript(&folder, &arguments), expected, "canbao {line}");
    };
    refused("compare", "错误：命令缺少参数：--out <OUT>、<CITY.toml>。\n");
    refused("compare a.toml", "错误：命令缺少参数：--out <OUT>。\n");
    refused(
        "compare a.toml --out run --memory-limit lots",
        "错误：参数 --memory-limit <SIZE> 的值“lots”不能用：要写成数字加单位，例如 2GB、1500MB、512MiB。\n",
    );
    refused(
        "compare a.toml --out run --memory-limit 64MB",
        "错误：参数 --memory-limit <SIZE> 的值“64MB”不能用：不能少于 256MB。\n",
    );
    refused("compare a.toml --out", "错误：参数 --out <OUT> 后面没有写值。\n");
    refused("compare a.toml --out run --out run2", "错误：参数 --out <OUT> 只能写一次。\n");
    refused(
        "compare a.toml --out run --workbook",
        "错误：没有“--workbook”这个参数。\n提示：是不是想写 --no-workbooks？\n",
    );
    refused("compar a.toml", "错误：没有“compar”这个命令。\n提示：是不是想写 compare？\n");
    refused(
        "compare a.toml --out run --progress bars",
        "错误：参数 --progress <FORM> 的值“bars”不能用。\n提示：可用的值：auto、plain、json、none。\n",
    );
    refused("synth --persons many --seed 1 --out city", "错误：参数 --persons <N> 的值“many”不能用：要写整数。\n");
    assert!(names(&folder).is_empty(), "something was written");
}

#[test]
fn wrong_command_lines_in_english() {
    let folder = fresh("command-lines-en");
    let said = transcript(&folder, &["--lang", "en", "compare", "a.toml", "--out", "run", "--memory-limit", "64MB"]);
    assert!(said.starts_with("exit: 2\n--- stdout\n--- stderr\nerror: invalid value '64MB'"), "{said}");
    assert!(said.contains("it cannot be less than 256MB"), "{said}");
}

/// Runs `canbao compare city/city.toml --out run`, expects a refusal, and gives back what was said.
fn refused(folder: &Path) -> String {
    let before = names(folder);
    let output = run(folder, &["compare", "city/city.toml", "--out", "run"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty());
    assert!(said.contains("\n提示："), "no hint in:\n{said}");
    assert_eq!(names(folder), before, "something was written");
    said
}

#[test]
fn a_city_file_that_is_not_there() {
    let said = refused(&fresh("no-city"));
    assert!(said.contains("city.toml"), "{said}");
}

#[test]
fn city_files_that_say_nothing_clear() {
    let folder = fresh("bad-city");
    fs::create_dir(folder.join("city")).unwrap();
    fs::write(folder.join("city/regions.csv"), "code,name,level,parent\n").unwrap();
    fs::write(folder.join("city/b.csv"), "姓名,身份证号\n").unwrap();
    let city = "[city]\ncode = \"610900\"\nname = \"安康市\"\nas_of = \"2016-11-01\"\n";
    let source = "[[source]]\nkind = \"subsistence\"\npath = \"a.csv\"\n";
    for (what, text, names) in [
        ("no TOML", "city code 610900".to_owned(), "city.toml"),
        ("no date", city.replace("2016-11-01", "2016-13-01"), "as_of"),
        ("no kind", format!("{city}{}", source.replace("subsistence", "welfare")), "welfare"),
        ("no file", format!("{city}{source}"), "a.csv"),
        ("one name twice", format!("{city}{source}{source}").replace("a.csv", "b.csv"), "subsistence"),
        ("an unknown key", format!("{city}{source}seperator = \",\"\n"), "seperator"),
    ] {
        fs::write(folder.join("city/city.toml"), text).unwrap();
        let said = refused(&folder);
        assert!(said.contains(names), "{what}: no {names} in:\n{said}");
    }
}

#[test]
fn a_file_that_cannot_be_read_stops_the_run_before_anything_is_written() {
    let folder = fresh("unreadable");
    let city = invent(&folder, 1_000, 21);
    let files = contents(&city);
    let extracts = files.iter().filter(|(name, _)| name.contains('/') && !name.starts_with("truth/"));
    let mut formats = std::collections::BTreeSet::new();
    for (name, bytes) in extracts {
        let kind = name.rsplit('.').next().unwrap().to_owned();
        // text cut short is still text; an empty file is no extract in any format
        let broken = if matches!(kind.as_str(), "csv" | "txt") { &[][..] } else { &bytes[..bytes.len() / 2] };
        if !formats.insert(kind) {
            continue;
        }
        fs::write(city.join(name), broken).unwrap();
        let said = refused(&folder);
        assert!(said.contains(name), "{name} is not named in:\n{said}");
        fs::write(city.join(name), bytes).unwrap();
    }
    assert!(formats.len() >= 3, "the city holds only {formats:?}");
}

#[test]
fn a_damaged_parquet_file_is_refused_in_a_sentence() {
    let folder = fresh("damaged-parquet");
    let city = invent(&folder, 1_000, 24);
    let whole = contents(&city);
    let (name, bytes) =
        whole.iter().find(|(name, _)| name.ends_with(".parquet") && !name.starts_with("truth/")).unwrap();
    let mut refused = 0;
    for at in (40..bytes.len() - 40).step_by(bytes.len() / 60) {
        let mut damaged = bytes.clone();
        damaged[at..at + 8].fill(0xFF);
        fs::write(city.join(name), damaged).unwrap();
        let output = run(&city, &["inspect", name]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("panicked"), "{at}: {said}");
        match output.status.code() {
            // a changed cell is still a cell
            Some(0 | 1) => {}
            Some(2) => {
                refused += 1;
                assert!(said.starts_with("错误：") && said.contains("提示："), "{at}: {said}");
                assert!(said.contains(Path::new(name).file_name().unwrap().to_str().unwrap()), "{at}: {said}");
            }
            code => panic!("{at}: {code:?} {said}"),
        }
    }
    assert!(refused > 3, "only {refused} damages were noticed");
}

#[test]
fn an_extract_without_the_columns_of_its_kind() {
    let folder = fresh("wrong-columns");
    let city = invent(&folder, 1_000, 22);
    let config = fs::read_to_string(city.join("city.toml")).unwrap();
    let path = config.lines().find_map(|line| line.strip_prefix("path = \"")?.strip_suffix(".csv\"")).unwrap();
    let path = format!("{path}.csv");
    fs::write(city.join(&path), "甲,乙,丙\n1,2,3\n4,5,6\n").unwrap();
    let said = refused(&folder);
    assert!(said.contains(&path), "{said}");
}

#[test]
fn a_folder_that_holds_something_else_is_left_alone() {
    let folder = fresh("occupied");
    invent(&folder, 1_000, 23);
    fs::create_dir(folder.join("run")).unwrap();
    fs::write(folder.join("run/通知.txt"), "重要").unwrap();
    let said = refused(&folder);
    assert!(said.contains("run"), "{said}");
    assert_eq!(fs::read_to_string(folder.join("run/通知.txt")).unwrap(), "重要");
    fs::remove_dir_all(folder.join("run")).unwrap();
    fs::write(folder.join("run"), "重要").unwrap();
    refused(&folder);
    assert_eq!(fs::read_to_string(folder.join("run")).unwrap(), "重要");
}

#[test]
fn an_extract_that_is_not_there_to_inspect() {
    let folder = fresh("inspect-nothing");
    let output = run(&folder, &["inspect", "没有.csv"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("没有.csv") && said.contains("提示："), "{said}");
}

#[test]
fn a_program_that_reads_the_progress_reads_the_refusal_too() {
    let folder = fresh("refused-json");
    let output = run(&folder, &["compare", "no.toml", "--out", "run", "--json", "--progress", "json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(said["event"], "failed");
    assert!(said["message"].as_str().unwrap().contains("no.toml"), "{said}");
    assert!(!said["hints"].as_array().unwrap().is_empty());
}
