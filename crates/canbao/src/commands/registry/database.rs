//! Which registry, and who asks.

use std::path::PathBuf;

use canbao_registry::{Address, Registry, RegistryError};

use crate::output::failure::Failure;

/// Which database.
#[derive(clap::Args)]
pub(crate) struct Database {
    /// The database: sqlite:///path/registry.db or postgresql://user@host/name [default: CANBAO_DATABASE]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The key file [default: CANBAO_KEY_FILE, else beside the SQLite file]
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

/// A file beside the key file of a registry, which stands beside the SQLite file unless it is named.
pub(crate) fn beside(address: &Address, ending: &str) -> PathBuf {
    let file = address.url.strip_prefix("sqlite://").map(PathBuf::from);
    let key = address.key_file.clone().or(file).unwrap_or_else(|| PathBuf::from("canbao.key"));
    key.with_extension(ending)
}

impl Database {
    /// Where the registry is.
    ///
    /// # Errors
    /// Where neither the command line nor the environment names it.
    pub(crate) fn address(&self) -> Result<Address, Failure> {
        let from_environment = |name| std::env::var(name).ok().filter(|text: &String| !text.is_empty());
        let url = self.database.clone().or_else(|| from_environment("CANBAO_DATABASE")).ok_or_else(|| {
            Failure::new("没有说明登记库在哪里。")
                .hint("请写 --database sqlite:///目录/registry.db，或设置环境变量 CANBAO_DATABASE。")
        })?;
        let key_file = self.key_file.clone().or_else(|| from_environment("CANBAO_KEY_FILE").map(PathBuf::from));
        Ok(Address { url, key_file })
    }

    /// A file beside the key file, which stands beside the SQLite file unless it is named.
    ///
    /// # Errors
    /// As [`Database::address`].
    pub(crate) fn beside(&self, ending: &str) -> Result<PathBuf, Failure> {
        Ok(beside(&self.address()?, ending))
    }

    /// Whether a database is named at all.
    pub(crate) fn is_named(&self) -> bool {
        self.address().is_ok()
    }

    /// The registry, open.
    ///
    /// # Errors
    /// Where it is not there, or of another structure.
    pub(crate) async fn open(&self) -> Result<Registry, Failure> {
        let address = self.address()?;
        Registry::open(&address).await.map_err(failure)
    }
}

/// A registry's refusal with its hint.
pub(crate) fn failure(error: RegistryError) -> Failure {
    let hint = error.hint();
    Failure::new(&error).hints([hint])
}

/// Hands on what a registry gave.
///
/// # Errors
/// Where it refused.
pub(crate) fn done<T>(result: Result<T, RegistryError>) -> Result<T, Failure> {
    result.map_err(failure)
}

/// Who is on the log: the machine's user.
pub(crate) fn actor() -> String {
    let user = ["LOGNAME", "USER"].iter().find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()));
    let user = user.unwrap_or_else(|| rustix::process::getuid().as_raw().to_string());
    // who works for somebody by the page says both: a machine's user can say any login
    crate::output::serving::login().map_or_else(|| format!("os:{user}"), |login| format!("{login} (os:{user})"))
}

/// Runs a command that waits for a database.
///
/// # Errors
/// As the command, and where the machine refuses threads.
pub(crate) fn runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("程序不能启动：{error}。")))?;
    runtime.block_on(work)
}
