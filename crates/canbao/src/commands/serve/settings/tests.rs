//! The example says every default; what is wrong is told by its place.

use super::*;
use crate::output::language::Language;

fn read(text: &str, environment: &[(&str, &str)]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("canbao.toml");
    std::fs::write(&file, text).unwrap();
    let asked = |name: &str| environment.iter().find(|(n, _)| *n == name).map(|(_, text)| (*text).to_owned());
    let told = Settings::read(Some(&file), &asked).map_err(|failure| failure.render(Language::Zh));
    told.map_err(|said| said.replace(&file.display().to_string(), "F"))
}

#[test]
fn the_example_says_every_default() {
    let is_setting = |line: &&str| {
        let name = line.split(" = ").next().unwrap_or_default();
        line.contains(" = ") && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let lines: Vec<&str> = EXAMPLE.lines().filter_map(|line| line.strip_prefix('#')).filter(is_setting).collect();
    assert_eq!(read(&lines.join("\n"), &[]).unwrap(), Settings::default());
    let told: Vec<&str> = lines.iter().filter_map(|line| line.split(" = ").next()).collect();
    let mut sorted = told.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, defaults().keys().map(String::as_str).collect::<Vec<_>>(), "each once");
    assert_eq!(read(EXAMPLE, &[]).unwrap(), Settings::default(), "as it stands it says nothing");
    for (key, ..) in RANGES {
        assert!(told.contains(&key), "{key}");
    }
    for (key, _) in CHOICES {
        assert!(told.contains(&key), "{key}");
    }
    let numbers = defaults().values().filter(|value| value.is_integer()).count();
    assert_eq!(numbers, RANGES.len(), "each number has its range");
}

#[test]
fn the_environment_stands_above_the_file() {
    let text = "office = \"甲\"\nconnections = 5\ntls_names = [\"a\"]\n";
    let environment =
        [("CANBAO_OFFICE", "乙"), ("CANBAO_TLS_NAMES", "b, c"), ("CANBAO_SECURE", "true"), ("CANBAO_DATA", "")];
    let settings = read(text, &environment).unwrap();
    let expected = Settings {
        office: "乙".to_owned(),
        connections: 5,
        tls_names: vec!["b".to_owned(), "c".to_owned()],
        secure: true,
        ..Settings::default()
    };
    assert_eq!(settings, expected);
}

#[test]
fn what_is_wrong_is_told_by_its_place() {
    let long = format!("{} = 1", "x".repeat(90));
    for (text, environment, told) in [
        ("\nlisten = \"a\"\nlsiten = \"b\"", [("", "")], ["F 第 3 行：没有“lsiten”这个设置", "是不是 listen？"]),
        ("[tls]\nnames = []", [("", "")], ["F 第 1 行：tls 应当是加引号的文字", "tls = \"…\""]),
        ("[log]\nlevel = \"info\"", [("", "")], ["F 第 1 行：没有“log”这个设置", "--print-config"]),
        (long.as_str(), [("", "")], ["没有“…”这个设置", "--print-config"]),
        ("connections = \"5\"", [("", "")], ["F 第 1 行：connections 应当是整数", "connections = "]),
        ("#\nconnections = 0", [("", "")], ["F 第 2 行：connections 超出范围", "从 1 到 100000"]),
        ("tls_names = [1]", [("", "")], ["F 第 1 行：tls_names 应当是一列文字", "[\"…\""]),
        ("tls = \"on\"", [("", "")], ["F 第 1 行：tls 不能这样写", "\"off\"、\"files\"、\"city-ca\""]),
        ("memory_limit = \"2\"", [("", "")], ["F 第 1 行：memory_limit 不能少于 256MB", "2GB"]),
        ("", [("CANBAO_MEMORY_LIMIT", "viel")], ["环境变量 CANBAO_MEMORY_LIMIT：memory_limit 要写成数字加单位", "2GB"]),
        ("office = 安康", [("", "")], ["F 第 1 行看不懂", "双引号"]),
        ("\n\noffice = \"a\"\noffice = \"b\"", [("", "")], ["F 第 4 行看不懂", "提示："]),
        ("", [("CANBAO_SECURE", "yes")], ["环境变量 CANBAO_SECURE：secure 应当是 true 或 false", "secure = true"]),
        ("", [("CANBAO_HEAD_SECONDS", "-1")], ["环境变量 CANBAO_HEAD_SECONDS：head_seconds 超出范围", "从 1"]),
        ("", [("CANBAO_LOG_LEVEL", "debug")], ["环境变量 CANBAO_LOG_LEVEL：log_level", "\"warn\""]),
    ] {
        let said = read(text, &environment).unwrap_err();
        for words in told {
            assert!(said.contains(words), "{text}: {words} is not in\n{said}");
        }
    }
    let nowhere = Settings::read(Some(Path::new("/nowhere/canbao.toml")), &|_| None).unwrap_err();
    assert!(nowhere.render(Language::Zh).contains("/nowhere/canbao.toml 读不出来"));
}
