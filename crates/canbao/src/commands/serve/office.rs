//! A server by its settings: what it listens on, what it shows, what it tells.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use canbao_registry::account::Limits as Stay;
use canbao_registry::{Address, Registry};
use canbao_web::serve::{Limits, Manner, Secure, serve as answer, serve_metrics};
use canbao_web::tls::{Certificates, CityAuthority, Source, TlsError, keep_fresh};
use canbao_web::watch::{Field, Format, Level, Log, Watch};
use canbao_web::{App, Program, ReportSettings, Settings as Pages, SurveySettings};
use tokio::sync::watch;

use super::settings::Settings;
use super::{asked_to_end, broken, listen, path};
use crate::commands::registry::{beside, done};
use crate::commands::report::catalogue;
use crate::commands::survey::forms_in;
use crate::output::failure::Failure;
use crate::output::fault;
use crate::output::language::Language;
use crate::output::print;

/// Serves until it is asked to end.
///
/// # Errors
/// Where the settings do not fit together, the record cannot be opened, or nothing can be listened to.
pub(super) async fn serve(settings: &Settings, language: Language) -> Result<(), Failure> {
    let by_https = settings.tls != "off";
    let at = listen::address(&settings.listen)?;
    listen::allowed(at, by_https, false)?;
    let http = address_of(&settings.http)?;
    let metrics = address_of(&settings.metrics)?;
    if http.is_some() && !by_https {
        return Err(
            Failure::new("http 是转到 HTTPS 的端口，而 tls = \"off\" 没有开 HTTPS。").hint("请设置 tls，或去掉 http。")
        );
    }
    let data = data(settings)?;
    let address = Address { url: settings.database.clone(), key_file: path(&settings.key_file) };
    let registry = done(Registry::open(&address).await)?.with_limits(stay(settings));
    let is_demo = done(registry.is_demo().await)?;
    for at in [Some(at), http].into_iter().flatten() {
        listen::allowed(at, true, is_demo)?;
    }
    let (certificates, authority) = certificates(settings, at, &data)?;
    let fingerprint = authority.as_ref().map(CityAuthority::fingerprint);
    let survey = SurveySettings {
        forms: Arc::new(forms_in(Some(&data.join("forms")))?),
        hours: u32::try_from(settings.survey_unlock_hours).unwrap_or(u32::MAX),
        keep_days: u32::try_from(settings.survey_keep_days).unwrap_or(u32::MAX),
    };
    let own = data.join("indicators.toml");
    let report = ReportSettings {
        catalogue: Arc::new(catalogue(Some(own.as_path()).filter(|own| own.is_file()))?),
        threshold: settings.withhold_below,
    };
    let pages = Pages {
        survey,
        report,
        secure: settings.secure || by_https,
        proxied: settings.secure && !by_https,
        demo: is_demo,
        authority,
        program: program(settings, &address),
        identity: path(&settings.identity_file).or_else(|| Some(beside(&address, "identity"))),
        ..Pages::new(settings.office.clone(), data)
    };
    let calls = u32::try_from(settings.api_calls_a_minute).unwrap_or(u32::MAX);
    let app = App::new(registry.clone(), uploads(pages, settings)).logged(log(settings)).with_calls_a_minute(calls);
    let watch = app.watch();
    let listener = listen::bind(at, "listen").await?;
    let at = listener.local_addr().map_err(broken)?;
    let limits = limits(settings);
    let plain = app.clone().plain_router(settings.tls_names.clone(), at.port());
    let secure = match &certificates {
        Some(certificates) => Some(Secure { config: certificates.config().map_err(untold)?, plain: plain.clone() }),
        None => None,
    };
    let (ended, end) = watch::channel(false);
    let end = move || {
        let mut end = end.clone();
        async move { drop(end.wait_for(|ended| *ended).await) }
    };
    let mut told = Vec::new();
    let mut beside = tokio::task::JoinSet::new();
    if let Some(at) = http {
        let listener = listen::bind(at, "http").await?;
        told.push(("http", listener.local_addr().map_err(broken)?));
        let manner = Manner { limits, secure: None };
        beside.spawn(answer(listener, plain, manner, Arc::clone(&watch), end()));
    }
    if let Some(at) = metrics {
        let listener = listen::bind(at, "metrics").await?;
        told.push(("metrics", listener.local_addr().map_err(broken)?));
        beside.spawn(serve_metrics(listener, Arc::clone(&watch), end()));
    }
    if let Some(certificates) = certificates {
        let watch = Arc::clone(&watch);
        beside.spawn(async move {
            keep_fresh(certificates, watch).await;
            Ok(())
        });
    }
    tell_faults(&watch);
    let name = settings.tls_names.first().map(String::as_str);
    print(&started(at, name, by_https, &told, fingerprint.as_deref(), language), language)?;
    let where_to = at.to_string();
    watch.log.write(Level::Info, "start", &[("listen", Field::Text(&where_to)), ("tls", Field::Text(&settings.tls))]);
    tokio::spawn(async move {
        asked_to_end().await;
        let _ = ended.send(true);
    });
    app.begin();
    let served = answer(listener, app.router(), Manner { limits, secure }, Arc::clone(&watch), end()).await;
    beside.abort_all();
    registry.close().await;
    watch.log.write(Level::Info, "stop", &[]);
    served.map_err(broken)
}

/// What is said once it answers.
fn started(
    at: SocketAddr,
    name: Option<&str>,
    by_https: bool,
    beside: &[(&str, SocketAddr)],
    fingerprint: Option<&str>,
    language: Language,
) -> String {
    let scheme = if by_https { "https" } else { "http" };
    // where it listens everywhere, it is reached by its name
    let shown = match name {
        Some(name) if at.ip().is_unspecified() => format!("{name}:{}", at.port()),
        _ => at.to_string(),
    };
    let mut text = language.pick(format!("已启动：{scheme}://{shown}\n"), format!("Serving {scheme}://{shown}\n"));
    for (what, at) in beside {
        text += &match *what {
            "http" => language.pick(
                format!("明文 HTTP（只有 /ca 和转到 HTTPS）：http://{at}\n"),
                format!("Plain HTTP (/ca and the way to HTTPS): http://{at}\n"),
            ),
            _ => language.pick(format!("监控指标：http://{at}/metrics\n"), format!("Metrics: http://{at}/metrics\n")),
        };
    }
    if let Some(fingerprint) = fingerprint {
        text += &language.pick(
            format!(
                "根证书的 SHA-256 指纹（有人打电话来核对时照着念）：\n  {fingerprint}\n各台电脑按 {scheme}://{shown}/ca 的说明安装。\n"
            ),
            format!("SHA-256 of the authority's certificate, to be read out: \n  {fingerprint}\n{scheme}://{shown}/ca tells how to install it.\n"),
        );
    }
    text
}

/// How comparisons are run.
fn program(settings: &Settings, address: &Address) -> Option<Program> {
    let program = Program::of_this(&address.url, address.key_file.clone()).ok()?;
    Some(Program { memory_limit: settings.memory_limit.clone(), ..program })
}

fn address_of(text: &str) -> Result<Option<SocketAddr>, Failure> {
    if text.is_empty() { Ok(None) } else { listen::address(text).map(Some) }
}

/// The data folder.
fn data(settings: &Settings) -> Result<PathBuf, Failure> {
    match path(&settings.data) {
        Some(data) => Ok(data),
        None if settings.database.starts_with("sqlite://") => Ok(Pages::data_beside(&settings.database)),
        None => Err(Failure::new("没有说明上传的文件放在哪里。")
            .hint("登记库在 PostgreSQL 时，请在配置文件里写 data = \"/var/lib/canbao\"，或设置环境变量 CANBAO_DATA。")),
    }
}

/// What HTTPS shows, and the city's authority where it is the one that issues.
fn certificates(
    settings: &Settings,
    at: SocketAddr,
    data: &Path,
) -> Result<(Option<Arc<Certificates>>, Option<CityAuthority>), Failure> {
    match settings.tls.as_str() {
        "files" => {
            let (Some(certificate), Some(key)) = (path(&settings.tls_certificate), path(&settings.tls_key)) else {
                return Err(Failure::new("tls = \"files\" 时要写明 tls_certificate 和 tls_key。")
                    .hint("没有现成的证书，可以用 tls = \"city-ca\"。"));
            };
            let read = Certificates::read(Source::Files { certificate, key }).map_err(untold)?;
            Ok((Some(read), None))
        }
        "city-ca" => {
            let mut names = settings.tls_names.clone();
            if names.is_empty() && at.ip().is_unspecified() {
                return Err(Failure::new("不知道别的电脑用什么域名或地址来访问，不能签发证书。")
                    .hint("请写明 tls_names，例：tls_names = [\"canbao.ankang.gov.cn\", \"10.20.0.5\"]。"));
            }
            if !at.ip().is_unspecified() && !at.ip().is_loopback() {
                names.push(at.ip().to_string());
            }
            let folder = path(&settings.tls_folder).unwrap_or_else(|| data.join("tls"));
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
            let now = i64::try_from(now).unwrap_or_default();
            let authority = CityAuthority::open(&folder, &names, now).map_err(untold)?;
            let read = Certificates::read(Source::City(authority.clone())).map_err(untold)?;
            Ok((Some(read), Some(authority)))
        }
        _ => Ok((None, None)),
    }
}

fn untold(error: TlsError) -> Failure {
    let hint = error.hint();
    Failure::new(&error).hint(hint)
}

fn stay(settings: &Settings) -> Stay {
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    Stay {
        idle: minutes(settings.session_idle_minutes),
        idle_collector: minutes(settings.session_idle_collector_minutes),
        whole: minutes(settings.session_hours * 60),
    }
}

fn limits(settings: &Settings) -> Limits {
    Limits {
        head: Duration::from_secs(settings.head_seconds),
        body: Duration::from_secs(settings.body_seconds),
        rate: settings.body_bytes_per_second,
        connections: settings.connections,
        of_one_address: settings.connections_per_address,
        end: Duration::from_secs(settings.end_seconds),
    }
}

fn uploads(mut pages: Pages, settings: &Settings) -> Pages {
    let upload = &mut pages.upload;
    upload.extract_bytes = settings.upload_extract_mb << 20;
    upload.paper_bytes = settings.upload_paper_mb << 20;
    upload.free_bytes = settings.upload_free_mb << 20;
    upload.at_once = settings.upload_at_once;
    upload.rate_bytes_per_s = settings.body_bytes_per_second;
    upload.patience = Duration::from_secs(settings.body_seconds);
    pages
}

fn log(settings: &Settings) -> Log {
    let level = match settings.log_level.as_str() {
        "error" => Level::Error,
        "warn" => Level::Warn,
        "info" => Level::Info,
        _ => return Log::default(),
    };
    let format = if settings.log_format == "json" { Format::Json } else { Format::Plain };
    Log::new(Box::new(std::io::stderr()), format, level)
}

/// A fault of the program in a request is caught there, and told here by where it is; what it says may be personal.
fn tell_faults(watch: &Arc<Watch>) {
    let before = std::panic::take_hook();
    let watch = Arc::clone(watch);
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map(fault::place).unwrap_or_default();
        watch.log.write(Level::Error, "fault", &[("place", Field::Text(&place))]);
        before(info);
    }));
}
