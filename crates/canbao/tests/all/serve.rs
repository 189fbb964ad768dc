//! `canbao serve` as it is operated: settings, where it may listen, HTTPS by itself, figures, the log, the end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::folder::fresh;
use crate::support::program::{command, run, run_well};

const EXAMPLE: &str = include_str!("../../../../deploy/canbao.example.toml");
const DATABASE: &str = "sqlite://registry.db";

/// A server that was started; ended with the value.
struct Server {
    child: Child,
    /// What it said until it answered.
    said: Vec<String>,
}

impl Server {
    /// Starts it, and reads what it says until a line holds `until`.
    fn start(mut command: Command, until: &str) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        while !said.last().is_some_and(|line: &String| line.contains(until)) {
            let Some(line) = lines.next() else {
                let mut told = String::new();
                child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
                panic!("it ended: {said:?}\n{told}");
            };
            said.push(line.unwrap());
        }
        Self { child, said }
    }

    /// The address behind these words.
    fn at(&self, words: &str) -> String {
        let line = self.said.iter().find_map(|line| line.split_once(words)).unwrap().1;
        line.split(['/', ' ']).next().unwrap().to_owned()
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Asks it to end; gives its exit code and what it logged.
    fn end(mut self) -> (Option<i32>, String) {
        self.signal(Signal::TERM);
        let since = Instant::now();
        let status = self.child.wait().unwrap();
        assert!(since.elapsed() < Duration::from_secs(10), "nobody was asking anything");
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (status.code(), log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask(at: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: canbao.ankang.gov.cn\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn refused(folder: &Path, arguments: &[&str], environment: &[(&str, &str)], told: &str) {
    let output = command(folder, &[&["serve"], arguments].concat()).envs(environment.iter().copied()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(said.contains(told) && said.contains("提示："), "{told} is not in {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

#[test]
fn the_settings_are_printed_and_wrong_ones_refused_by_file_and_line() {
    let folder = fresh("serve-settings");
    assert_eq!(run_well(&folder, &["serve", "--print-config"]), EXAMPLE);
    std::fs::write(folder.join("canbao.toml"), "office = \"安康\"\nlisten_on = \"127.0.0.1:1\"\n").unwrap();
    refused(&folder, &["--config", "canbao.toml", "--database", DATABASE], &[], "canbao.toml 第 2 行：没有“listen_on”");
    refused(&folder, &["--config", "none.toml"], &[], "none.toml 读不出来");
    refused(&folder, &["--database", DATABASE], &[("CANBAO_CONNECTIONS", "many")], "环境变量 CANBAO_CONNECTIONS");
    refused(&folder, &[], &[], "没有说明登记库在哪里");
    refused(&folder, &["--database", DATABASE], &[], "数据库的结构是第0版");
    let server = "postgresql://canbao:geheim@127.0.0.1:1/canbao";
    refused(&folder, &["--database", server], &[], "没有说明上传的文件放在哪里");
}

#[test]
fn plain_http_stays_on_the_machine_and_what_does_not_fit_is_told() {
    let folder = fresh("serve-plain");
    run_well(&folder, &["registry", "migrate", "--database", DATABASE]);
    let refused = |environment: &[(&str, &str)], told| refused(&folder, &["--database", DATABASE], environment, told);
    let everywhere = ("CANBAO_LISTEN", "0.0.0.0:0");
    refused(&[everywhere], "明文 HTTP 只能用于本机");
    refused(&[everywhere, ("CANBAO_SECURE", "true")], "明文 HTTP 只能用于本机");
    refused(&[everywhere, ("CANBAO_TLS", "city-ca")], "不能签发证书");
    refused(&[("CANBAO_HTTP", "127.0.0.1:0")], "没有开 HTTPS");
    refused(&[("CANBAO_TLS", "files")], "要写明 tls_certificate 和 tls_key");
    let files = [("CANBAO_TLS", "files"), ("CANBAO_TLS_CERTIFICATE", "a.crt"), ("CANBAO_TLS_KEY", "a.key")];
    refused(&files, "读取证书 a.crt 失败");
    refused(&[("CANBAO_LISTEN", "localhost")], "“localhost”不是监听地址");
    refused(&[("CANBAO_TLS", "city-ca"), ("CANBAO_TLS_NAMES", "https://a.gov.cn")], "不是域名");

    let mut serve = command(&folder, &["serve", "--database", DATABASE, "--listen", "127.0.0.1:0"]);
    serve.env("CANBAO_LOG_FORMAT", "json");
    let server = Server::start(serve, "已启动");
    let at = server.at("http://");
    // it is not ready before it has read the record
    let asked = (1..).find(|_| ask(&at, "/readyz").ends_with("\nready\n")).unwrap();
    assert!(ask(&at, "/people/61240119850312001X?q=secret").contains("404"));
    let (code, log) = server.end();
    assert_eq!(code, Some(0));
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    let requests = vec!["request"; asked + 1];
    assert_eq!(events, [&["start"], &requests[..], &["stop"]].concat());
    assert_eq!((&lines[asked]["route"], &lines[asked + 1]["route"]), (&"/readyz".into(), &"-".into()));
    assert!(!log.contains("6124") && !log.contains("secret"), "{log}");
}

#[test]
fn https_by_itself_with_figures_and_the_way_from_http() {
    let folder = fresh("serve-https");
    run_well(&folder, &["registry", "migrate", "--database", DATABASE]);
    let start = || {
        let mut serve = command(&folder, &["serve", "--database", DATABASE, "--listen", "127.0.0.1:0"]);
        serve.env("CANBAO_TLS", "city-ca").env("CANBAO_TLS_NAMES", "canbao.ankang.gov.cn");
        serve.env("CANBAO_HTTP", "127.0.0.1:0").env("CANBAO_METRICS", "127.0.0.1:0");
        Server::start(serve, "/ca 的说明安装")
    };
    let server = start();
    let (at, http, metrics) =
        (server.at("已启动：https://"), server.at("HTTPS）：http://"), server.at("监控指标：http://"));
    let port = at.rsplit(':').next().unwrap();
    let fingerprint = server.said.iter().find(|line| line.starts_with("  ")).unwrap().trim().to_owned();
    for plain in [&http, &at] {
        let page = ask(plain, "/people?after=1");
        assert!(page.starts_with("HTTP/1.1 308"), "{page}");
        assert!(page.contains(&format!("location: https://canbao.ankang.gov.cn:{port}/people?after=1")), "{page}");
        assert!(ask(plain, "/ca").contains(&fingerprint));
    }
    let figures = ask(&metrics, "/metrics");
    for line in
        ["route=\"/ca\",status=\"2xx\"} 2", "canbao_certificate_ends_timestamp_seconds 1", "canbao_build_info{version="]
    {
        assert!(figures.contains(line), "{line} is not in {figures}");
    }
    assert!(ask(&metrics, "/login").starts_with("HTTP/1.1 404"), "figures and nothing else");
    let folder_of_keys = folder.join("registry-data/tls");
    let server_certificate = folder_of_keys.join("server.crt");
    let before = std::fs::read(&server_certificate).unwrap();
    // somebody takes it away: another is issued, without a restart
    std::fs::remove_file(&server_certificate).unwrap();
    server.signal(Signal::HUP);
    let since = Instant::now();
    while !server_certificate.exists() && since.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_ne!(std::fs::read(&server_certificate).unwrap(), before);
    std::thread::sleep(Duration::from_millis(100));
    let (code, log) = server.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains(" info certificate-read ends=") && log.contains("route=/ca status=200"), "{log}");
    let again = start();
    assert!(again.said.iter().any(|line| line.contains(&fingerprint)), "the authority is made once");
}

#[test]
fn a_demonstration_is_served_to_this_machine_alone() {
    let folder = fresh("serve-demo");
    let demo = command(&folder, &["demo", "--persons", "1000", "--no-workbooks"]);
    let server = Server::start(demo, "http://");
    let at = server.at("http://");
    assert!(ask(&at, "/login").contains("演示数据，人员均为虚构"));
    assert_eq!(server.end().0, Some(0));
    let database = "sqlite://canbao-demo/registry/registry.db";
    let far = [("CANBAO_TLS", "city-ca"), ("CANBAO_TLS_NAMES", "10.0.0.1"), ("CANBAO_LISTEN", "0.0.0.0:0")];
    refused(&folder, &["--database", database], &far, "这是 canbao demo 建立的演示库");
    let http = [("CANBAO_TLS", "city-ca"), ("CANBAO_LISTEN", "127.0.0.1:0"), ("CANBAO_HTTP", "0.0.0.0:0")];
    refused(&folder, &["--database", database], &http, "这是 canbao demo 建立的演示库");
    // a copy is one too
    run_well(&folder, &["backup", "--out", "demo.canbao", "--database", database]);
    let key = "canbao-demo/registry/registry.key";
    let copy = ["restore", "demo.canbao", "--database", "sqlite://copy.db", "--key-file", key];
    assert!(run(&folder, &copy).status.success());
    refused(&folder, &["--database", "sqlite://copy.db", "--key-file", key], &far, "演示库");
    let here = command(&folder, &["serve", "--database", database, "--listen", "127.0.0.1:0"]);
    let server = Server::start(here, "已启动");
    assert!(ask(&server.at("http://"), "/login").contains("演示数据，人员均为虚构"));
}
