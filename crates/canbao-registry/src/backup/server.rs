//! PostgreSQL's programs, how they reach the server, and databases for trials.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};

use crate::RegistryError;
use crate::store::{Store, Transaction};

/// Databases for trials are called so, with the second they were made and a number.
const TRIAL: &str = "canbao_check_";
/// An older one that nobody is connected to was left by a killed process.
const ABANDONED: Duration = Duration::from_secs(60);

/// A server's database, and the programs to dump and restore it.
pub(super) struct Server {
    options: PgConnectOptions,
    environment: Vec<(&'static str, String)>,
    bin: Option<PathBuf>,
}

impl Server {
    /// The database that a URL names.
    pub(super) fn of(url: &str) -> Result<Self, RegistryError> {
        let options = PgConnectOptions::from_str(url).map_err(|_| RegistryError::Url("postgresql://…".to_owned()))?;
        let environment = environment(url, &options);
        Ok(Self { options, environment, bin: newest_bin() })
    }

    /// A program of PostgreSQL's, with the connection in its environment: nothing of it stands in a process list.
    fn program(&self, name: &'static str) -> Command {
        let mut command = Command::new(self.bin.as_ref().map_or_else(|| PathBuf::from(name), |bin| bin.join(name)));
        command.envs(self.environment.iter().map(|(name, value)| (*name, value.as_str()))).env("LC_ALL", "C");
        command.stderr(Stdio::piped());
        command
    }

    /// Begins a dump of some tables as a snapshot sees them; it is read from the child's standard output.
    pub(super) fn dump(&self, snapshot: &str, schema: &str, tables: &[String]) -> Result<Child, RegistryError> {
        let mut command = self.program("pg_dump");
        command.args(["--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--no-password"]);
        command.args(["--lock-wait-timeout=60000".to_owned(), format!("--snapshot={snapshot}")]);
        command.args(tables.iter().map(|table| format!("--table=\"{}\".\"{table}\"", schema.replace('"', "\"\""))));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(missing("pg_dump"))
    }

    /// Begins to turn a dump, which is written to the child's standard input, into statements on its standard output.
    pub(super) fn script(&self) -> Result<Child, RegistryError> {
        let mut command = self.program("pg_restore");
        command.args(["--file=-", "--no-owner", "--no-privileges"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(missing("pg_restore"))
    }

    /// Begins to read a dump, which is written to the child's standard input, without a database to put it into.
    pub(super) fn list(&self) -> Result<Child, RegistryError> {
        let mut command = self.program("pg_restore");
        command.args(["--file=/dev/null", "--no-owner", "--no-privileges"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().map_err(missing("pg_restore"))
    }

    /// Makes a database for a trial; `None` where the role may not.
    pub(super) async fn trial(&self) -> Result<Option<Trial>, RegistryError> {
        let failed = || RegistryError::database("建立检查用的临时数据库");
        let mut connection = self.options.clone().connect().await.map_err(failed())?;
        let sql = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user";
        if !sqlx::query_scalar::<_, bool>(sql).fetch_one(&mut connection).await.map_err(failed())? {
            return Ok(None);
        }
        clear(&mut connection).await;
        let mut number = [0_u8; 4];
        getrandom::fill(&mut number).map_err(|_| RegistryError::Broken("系统没有给出随机数".to_owned()))?;
        let name = format!("{TRIAL}{}_{:08x}", seconds(), u32::from_le_bytes(number));
        let sql = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'");
        execute(&mut connection, sql).await.map_err(failed())?;
        match crate::store::postgres(self.options.clone().database(&name)).await {
            Ok(store) => Ok(Some(Trial { name, connection, store })),
            Err(error) => {
                let _ = execute(&mut connection, format!("DROP DATABASE IF EXISTS {name}")).await;
                Err(error)
            }
        }
    }
}

/// A database for a trial. Nothing is ever committed in it, so that what a killed process leaves is empty.
pub(super) struct Trial {
    name: String,
    connection: PgConnection,
    pub(super) store: Store,
}

impl Trial {
    /// Removes it.
    pub(super) async fn end(mut self) {
        self.store.close().await;
        // where the server is gone, the next backup removes it
        let _ = execute(&mut self.connection, format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await;
        let _ = self.connection.close().await;
    }
}

/// Removes what killed processes left: databases for trials that nobody is connected to.
async fn clear(connection: &mut PgConnection) {
    let sql = "SELECT datname::TEXT FROM pg_database d WHERE datname LIKE 'canbao\\_check\\_%' AND NOT EXISTS \
               (SELECT 1 FROM pg_stat_activity a WHERE a.datname = d.datname)";
    let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *connection).await.unwrap_or_default();
    for name in names {
        let ending = name.strip_prefix(TRIAL).unwrap_or_default();
        let made = ending.split('_').next().and_then(|seconds| seconds.parse::<u64>().ok());
        let ours = ending.bytes().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase() || c == b'_');
        if ours && made.is_some_and(|made| made + ABANDONED.as_secs() < seconds()) {
            // another role's is that role's to remove
            let _ = execute(connection, format!("DROP DATABASE IF EXISTS {name}")).await;
        }
    }
}

async fn execute(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await.map(drop)
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The schema that a transaction's tables stand in.
pub(super) async fn schema(transaction: &mut Transaction) -> Result<String, RegistryError> {
    let row = transaction.first("SELECT COALESCE(current_schema(), '')::TEXT", &[]).await?;
    Ok(row.map_or_else(String::new, |row| row.text(0).to_owned()))
}

/// Waits for a program and says in a sentence what it failed at. Its own words are not handed on: they can quote rows.
pub(super) fn finish(mut child: Child, name: &'static str) -> Result<(), RegistryError> {
    let mut said = String::new();
    if let Some(errors) = child.stderr.take() {
        // more than some lines tell nothing new, and what is not read keeps nobody waiting
        let _ = errors.take(64 << 10).read_to_string(&mut said);
    }
    let done = child.wait().map_err(RegistryError::file("运行", name))?;
    if done.success() {
        return Ok(());
    }
    let (what, hint) = match said.to_lowercase() {
        said if said.contains("version mismatch") || said.contains("unsupported version") => {
            ("版本比数据库或备份旧", "请安装与数据库同版本或更新的 PostgreSQL 客户端程序。")
        }
        said if said.contains("authentication failed") || said.contains("no password supplied") => {
            ("登录不上数据库", "请核对数据库地址里的用户和密码，或设置 PGPASSFILE。")
        }
        said if said.contains("permission denied") => ("没有读取的权限", "请用登记库的所有者登录。"),
        said if said.contains("lock timeout") => (
            "等了一分钟，没有等到一张表：别的程序正占用着它",
            "请等别的程序（如升级、恢复或人工执行的数据库语句）结束后重试。",
        ),
        said if said.contains("no space left") => ("磁盘空间不足", "请清理磁盘后重试。"),
        _ => ("没有完成", "请确认数据库还在运行、磁盘有空间，然后重试。"),
    };
    Err(RegistryError::refused(format!("PostgreSQL 的 {name} {what}。"), hint))
}

fn missing(name: &'static str) -> impl FnOnce(std::io::Error) -> RegistryError {
    move |_| {
        RegistryError::refused(
            format!("找不到 PostgreSQL 的程序 {name}。"),
            "请安装 PostgreSQL 的客户端程序（与数据库同版本或更新），并放在 PATH 上。",
        )
    }
}

/// The newest of Debian's folders of PostgreSQL's programs; `None` leaves it to PATH.
fn newest_bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<f64>().ok();
    let mut found: Vec<(f64, PathBuf)> = versions
        .filter_map(|entry| Some((number(&entry.path())?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("pg_dump").is_file() && bin.join("pg_restore").is_file())
        .collect();
    found.sort_by(|one, other| one.0.total_cmp(&other.0));
    found.pop().map(|(_, bin)| bin)
}

/// How libpq is told where the server is.
fn environment(url: &str, options: &PgConnectOptions) -> Vec<(&'static str, String)> {
    let host = options.get_socket().map_or_else(|| options.get_host().to_owned(), |path| path.display().to_string());
    let ssl = match options.get_ssl_mode() {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    };
    let mut environment = vec![
        ("PGHOST", host),
        ("PGPORT", options.get_port().to_string()),
        ("PGUSER", options.get_username().to_owned()),
        ("PGDATABASE", options.get_database().unwrap_or(options.get_username()).to_owned()),
        ("PGSSLMODE", ssl.to_owned()),
        ("PGAPPNAME", "canbao".to_owned()),
        ("PGCONNECT_TIMEOUT", "60".to_owned()),
    ];
    environment.extend(options.get_options().map(|options| ("PGOPTIONS", options.to_owned())));
    environment.extend(secret(url).map(|password| ("PGPASSWORD", password)));
    for (name, keys) in [
        ("PGSSLROOTCERT", ["sslrootcert", "ssl-root-cert", "ssl-ca"]),
        ("PGSSLCERT", ["sslcert", "ssl-cert", ""]),
        ("PGSSLKEY", ["sslkey", "ssl-key", ""]),
    ] {
        environment.extend(keys.iter().find_map(|key| query(url, key)).map(|value| (name, value)));
    }
    environment
}

/// The password of a URL: after the user, or among the parameters.
fn secret(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let user = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
    user.map(|password| decoded(password, false)).or_else(|| query(url, "password"))
}

fn query(url: &str, key: &str) -> Option<String> {
    let query = url.split_once('?')?.1.split('#').next()?;
    let pair = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == key)?;
    Some(decoded(pair.1, true))
}

/// A text without its percent signs.
fn decoded(text: &str, plus_is_space: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, after.get(..2).and_then(hex)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
                continue;
            }
            (b'+', _) if plus_is_space => bytes.push(b' '),
            _ => bytes.push(*first),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_found_wherever_a_url_has_it() {
        for (url, password) in [
            ("postgresql://canbao@host/name", None),
            ("postgresql://canbao:geheim@host:5432/name", Some("geheim")),
            ("postgresql://canbao:a%40b%3Ac%2F@host/name?sslmode=require", Some("a@b:c/")),
            ("postgresql://host/name?user=canbao&password=a+b%2B", Some("a b+")),
        ] {
            assert_eq!(secret(url).as_deref(), password, "{url}");
        }
    }

    #[test]
    fn nothing_of_the_connection_stands_on_the_command_line() {
        let server =
            Server::of("postgresql://somebody:geheim@far.example:6543/records").unwrap_or_else(|_| unreachable!());
        let command = server.program("pg_dump");
        let told = format!("{:?}", command.get_args().collect::<Vec<_>>());
        assert!(!told.contains("geheim") && !told.contains("far.example"));
        let environment: Vec<_> = server.environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for pair in [("PGPASSWORD", "geheim"), ("PGHOST", "far.example"), ("PGPORT", "6543"), ("PGDATABASE", "records")]
        {
            assert!(environment.contains(&pair), "{pair:?}");
        }
    }
}
