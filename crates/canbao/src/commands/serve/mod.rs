//! `canbao serve`: the pages on which everybody works.

mod listen;
mod office;
mod settings;

use std::path::{Path, PathBuf};

use canbao_web::App;
use canbao_web::serve::{Manner, serve};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::Outcome;
use super::registry::Database;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;
use settings::Settings;

const EXAMPLES: &str = "\
Examples:
  canbao serve --database sqlite:///srv/canbao/registry.db          http://127.0.0.1:8080
  canbao serve --print-config > canbao.toml                         every setting, its default, what it means
  canbao serve --config /etc/canbao/canbao.toml";

/// Serve the pages on which everybody works
///
/// Settings come from the command line, else from the environment (CANBAO_ and the setting's name, such as
/// CANBAO_LISTEN), else from the file; --print-config prints one that says them all. Plain HTTP is served on loopback
/// alone; HTTPS comes from certificate files, or from an authority of the city's own that is made at the first start.
/// Accounts are made by `canbao user add`. A line for each request goes to standard error. SIGHUP reads the certificate
/// again; Ctrl-C or SIGTERM ends it, after the requests under way are answered.
///
/// Memory: some 100 MB, and for SQLite up to 64 MB of pages for each of nine connections.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// A file of settings
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print a file of settings that says each one's default and meaning, and end
    #[arg(long)]
    print_config: bool,
    /// Address and port [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    if arguments.print_config {
        print(settings::EXAMPLE, language)?;
        return Ok(Outcome::Done);
    }
    let mut settings = Settings::read(arguments.config.as_deref(), &|name| std::env::var(name).ok())?;
    if let Some(listen) = &arguments.listen {
        settings.listen.clone_from(listen);
    }
    match arguments.database.address() {
        Ok(address) => {
            settings.database = address.url;
            if let Some(key) = address.key_file {
                settings.key_file = key.display().to_string();
            }
        }
        Err(failure) if settings.database.is_empty() => {
            return Err(failure.hint("也可以在配置文件里写 database = \"…\"。"));
        }
        Err(_) => {}
    }
    runtime(office::serve(&settings, language))?;
    Ok(Outcome::Done)
}

/// Serves plain HTTP until Ctrl-C or SIGTERM; for a listener on loopback.
///
/// # Errors
/// Where the listener fails.
pub(super) async fn run_until_asked(listener: TcpListener, app: App) -> Result<(), Failure> {
    let watch = app.watch();
    app.begin();
    serve(listener, app.router(), Manner::default(), watch, asked_to_end()).await.map_err(broken)
}

fn broken(error: std::io::Error) -> Failure {
    Failure::new(format!("服务中断：{error}。"))
}

/// Ctrl-C or SIGTERM.
async fn asked_to_end() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
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

/// A path that is set, or none.
fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| Path::new(text).to_owned())
}
