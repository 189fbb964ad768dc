//! `canbao serve`: the pages on which everybody works.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use canbao_registry::{Address, Registry};
use canbao_web::{App, Program, Settings, serve};
use serde::Deserialize;
use tokio::net::TcpListener;

use super::Outcome;
use super::registry::{Database, done};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

const EXAMPLES: &str = "\
Examples:
  canbao serve --database sqlite:///srv/canbao/registry.db          http://127.0.0.1:8080
  canbao serve --config /etc/canbao.toml --listen 127.0.0.1:9000";

/// Where it listens unless told otherwise.
const LISTEN: &str = "127.0.0.1:8080";

/// Serve the pages on which everybody works
///
/// Listens on loopback in plain HTTP. Settings come from the command line, else from the environment (CANBAO_LISTEN,
/// CANBAO_DATABASE, CANBAO_KEY_FILE), else from the file; without any, a registry must be named. Accounts are made by
/// `canbao user add`. Ends at Ctrl-C or SIGTERM, after the requests under way are answered.
///
/// What comes in by the page (extracts, comparisons) stands in a folder beside the SQLite file, `registry-data` beside
/// `registry.db`; of a PostgreSQL database in `canbao-data` in the working folder. Leave it to one server.
///
/// Memory: some 100 MB, and for SQLite up to 64 MB of pages for each of nine connections. A comparison that somebody begins
/// by the page is a process of its own, with 2 GB at most.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// A file of settings
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    #[command(flatten)]
    database: Database,
}

/// The file of settings.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    listen: Option<String>,
    database: Option<String>,
    key_file: Option<PathBuf>,
    office: Option<String>,
}

impl File {
    fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::new(format!("配置文件 {} 读不出来：{error}。", path.display()))
                .hint("请核对 --config 的路径和权限。")
        })?;
        toml::from_str(&text).map_err(|error| {
            let place =
                error.span().map_or(1, |span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
            Failure::new(format!("配置文件 {} 第 {place} 行有误：{}。", path.display(), error.message()))
                .hint("可用的设置：listen、database、key_file、office。")
        })
    }
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let file = arguments.config.as_deref().map(File::read).transpose()?.unwrap_or_default();
    let environment = |name| std::env::var(name).ok().filter(|text: &String| !text.is_empty());
    let listen = arguments.listen.clone().or_else(|| environment("CANBAO_LISTEN")).or(file.listen);
    let address = match (arguments.database.address(), file.database) {
        (Ok(address), _) => Address { key_file: address.key_file.or(file.key_file), ..address },
        (Err(_), Some(url)) => Address { url, key_file: file.key_file },
        (Err(failure), None) => return Err(failure),
    };
    let office = file.office.unwrap_or_else(|| "社会保险经办机构".to_owned());
    let mut settings = Settings::new(office, Settings::data_beside(&address.url));
    settings.program = Program::of_this(&address.url, address.key_file.clone()).ok();
    let listen = listen.as_deref().unwrap_or(LISTEN);
    runtime(async {
        let listener = listener(listen).await?;
        let registry = done(Registry::open(&address).await)?;
        let at = listener.local_addr().map_err(|error| cannot_listen(listen, &error))?;
        print(&language.pick(format!("已启动：http://{at}\n"), format!("Serving http://{at}\n")), language)?;
        run_until_asked(listener, App::new(registry.clone(), settings)).await?;
        registry.close().await;
        Ok(())
    })?;
    Ok(Outcome::Done)
}

/// A listener on loopback: what travels in plain text goes nowhere else.
///
/// # Errors
/// Where the address is none, not on loopback, or taken.
pub(super) async fn listener(listen: &str) -> Result<TcpListener, Failure> {
    let at: SocketAddr = listen
        .parse()
        .map_err(|_| Failure::new(format!("“{listen}”不是监听地址。")).hint("请写成 127.0.0.1:8080 的样子。"))?;
    if !at.ip().is_loopback() {
        return Err(Failure::new(format!("不能在 {listen} 上监听：明文 HTTP 只能用于本机。"))
            .hint("请写 127.0.0.1:端口，由本机的反向代理提供 HTTPS。"));
    }
    TcpListener::bind(at).await.map_err(|error| cannot_listen(listen, &error))
}

fn cannot_listen(listen: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("不能在 {listen} 上监听：{error}。")).hint("端口可能被占用；请用 --listen 换一个。")
}

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// Where the listener fails.
pub(super) async fn run_until_asked(listener: TcpListener, app: App) -> Result<(), Failure> {
    let end = async {
        let terminated = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = terminated => {}
        }
    };
    serve(listener, app, end).await.map_err(|error| Failure::new(format!("服务中断：{error}。")))
}

/// All cores: pages are drawn on them.
///
/// # Errors
/// As the work, and where the machine refuses threads.
pub(super) fn runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("程序不能启动：{error}。")))?;
    runtime.block_on(work)
}
