//! Figures for a monitoring system, in Prometheus' text format.
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The upper ends of the histogram's buckets, in seconds.
const ENDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// How a log-in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// In.
    In,
    /// A wrong password or code.
    Wrong,
    /// The account is locked.
    Locked,
    /// The address must wait.
    Slow,
}

impl Login {
    const ALL: [(Self, &'static str); 4] =
        [(Self::In, "in"), (Self::Wrong, "wrong"), (Self::Locked, "locked"), (Self::Slow, "slow")];
}

/// What is counted of a server since it started.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By method and route template.
    routes: Mutex<BTreeMap<(String, String), Route>>,
    in_flight: AtomicI64,
    connections: AtomicI64,
    accepted: AtomicU64,
    refused: AtomicU64,
    handshakes_failed: AtomicU64,
    logins: [AtomicU64; 4],
    database_errors: AtomicU64,
    panics: AtomicU64,
    /// When the certificate ends, in seconds since 1970; 0 where there is none.
    certificate_ends: AtomicI64,
}

#[derive(Debug, Default)]
struct Route {
    classes: [u64; 5],
    buckets: [u64; ENDS.len()],
    seconds: f64,
}

impl Metrics {
    pub(super) fn begin(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn end(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = routes.entry((method.to_owned(), route.to_owned())).or_default();
        let class = usize::from(status / 100).clamp(1, 5) - 1;
        if let Some(count) = counted.classes.get_mut(class) {
            *count += 1;
        }
        let seconds = took.as_secs_f64();
        counted.seconds += seconds;
        for (count, end) in counted.buckets.iter_mut().zip(ENDS) {
            *count += u64::from(seconds <= end);
        }
    }

    pub(crate) fn login(&self, login: Login) {
        let place = Login::ALL.iter().position(|(known, _)| *known == login);
        if let Some(count) = place.and_then(|place| self.logins.get(place)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn database_error(&self) {
        self.database_errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn panic(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn disconnected(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn handshake_failed(&self) {
        self.handshakes_failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn certificate_ends(&self, ms: i64) {
        self.certificate_ends.store(ms.div_euclid(1000), Ordering::Relaxed);
    }

    /// All of it, as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut say = |line: std::fmt::Arguments<'_>| {
            // writing to a string cannot fail
            let _ = text.write_fmt(line);
            text.push('\n');
        };
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let gauge = |gauge: &AtomicI64| gauge.load(Ordering::Relaxed);
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        say(format_args!(
            "# HELP canbao_http_requests_total Requests answered, by route template and class of status."
        ));
        say(format_args!("# TYPE canbao_http_requests_total counter"));
        for ((method, route), counted) in routes.iter() {
            for (class, count) in CLASSES.iter().zip(counted.classes).filter(|(_, count)| *count > 0) {
                let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{class}\"");
                say(format_args!("canbao_http_requests_total{{{labels}}} {count}"));
            }
        }
        say(format_args!("# HELP canbao_http_request_duration_seconds From the request's head to the answer's."));
        say(format_args!("# TYPE canbao_http_request_duration_seconds histogram"));
        for ((method, route), counted) in routes.iter() {
            let labels = format!("method=\"{method}\",route=\"{route}\"");
            let name = "canbao_http_request_duration_seconds";
            let all: u64 = counted.classes.iter().sum();
            for (end, count) in ENDS.iter().zip(counted.buckets) {
                say(format_args!("{name}_bucket{{{labels},le=\"{end}\"}} {count}"));
            }
            say(format_args!("{name}_bucket{{{labels},le=\"+Inf\"}} {all}"));
            say(format_args!("{name}_sum{{{labels}}} {:.6}", counted.seconds));
            say(format_args!("{name}_count{{{labels}}} {all}"));
        }
        drop(routes);
        say(format_args!("# HELP canbao_logins_total Log-ins, by how they ended."));
        say(format_args!("# TYPE canbao_logins_total counter"));
        for ((_, name), number) in Login::ALL.iter().zip(&self.logins) {
            say(format_args!("canbao_logins_total{{outcome=\"{name}\"}} {}", count(number)));
        }
        let mut one = |name: &str, kind: &str, help: &str, value: &dyn std::fmt::Display| {
            say(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}"));
        };
        let counter = "counter";
        one("canbao_http_requests_in_flight", "gauge", "Requests under way.", &gauge(&self.in_flight));
        one("canbao_connections", "gauge", "Connections open.", &gauge(&self.connections));
        one("canbao_connections_total", counter, "Connections taken.", &count(&self.accepted));
        one("canbao_connections_refused_total", counter, "Connections over the limit.", &count(&self.refused));
        one("canbao_tls_handshakes_failed_total", counter, "Handshakes broken.", &count(&self.handshakes_failed));
        one("canbao_database_errors_total", counter, "Requests the database failed.", &count(&self.database_errors));
        one("canbao_panics_total", counter, "Faults of the program in a request.", &count(&self.panics));
        let ends = gauge(&self.certificate_ends);
        if ends > 0 {
            one("canbao_certificate_ends_timestamp_seconds", "gauge", "When the certificate ends.", &ends);
        }
        say(format_args!("# HELP canbao_build_info The program's version.\n# TYPE canbao_build_info gauge"));
        say(format_args!("canbao_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")));
        text.push_str(&process());
        text
    }
}

/// What Linux tells of the process; nothing where it does not.
fn process() -> String {
    let mut text = String::new();
    let mut one = |name: &str, help: &str, kind: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        }
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok()
    };
    let resident = kilobytes("VmRSS:").map(|kb| (kb * 1024).to_string());
    one("process_resident_memory_bytes", "Memory in use.", "gauge", resident);
    let peak = kilobytes("VmHWM:").map(|kb| (kb * 1024).to_string());
    one("canbao_process_peak_memory_bytes", "The most memory that was in use.", "gauge", peak);
    let open = std::fs::read_dir("/proc/self/fd").ok().map(|fds| fds.count().to_string());
    one("process_open_fds", "Files and sockets open.", "gauge", open);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_template_and_class_and_buckets_grow() {
        let metrics = Metrics::default();
        for (status, ms) in [(200, 3), (200, 40), (404, 1), (503, 20_000)] {
            metrics.begin();
            metrics.end("GET", "/person/{id}", status, Duration::from_millis(ms));
        }
        metrics.begin();
        metrics.login(Login::Wrong);
        let text = metrics.text();
        for line in [
            "canbao_http_requests_total{method=\"GET\",route=\"/person/{id}\",status=\"2xx\"} 2",
            "canbao_http_requests_total{method=\"GET\",route=\"/person/{id}\",status=\"5xx\"} 1",
            "canbao_http_request_duration_seconds_bucket{method=\"GET\",route=\"/person/{id}\",le=\"0.005\"} 2",
            "canbao_http_request_duration_seconds_bucket{method=\"GET\",route=\"/person/{id}\",le=\"10\"} 3",
            "canbao_http_request_duration_seconds_bucket{method=\"GET\",route=\"/person/{id}\",le=\"+Inf\"} 4",
            "canbao_http_request_duration_seconds_sum{method=\"GET\",route=\"/person/{id}\"} 20.044000",
            "canbao_http_requests_in_flight 1",
            "canbao_logins_total{outcome=\"wrong\"} 1",
            "canbao_logins_total{outcome=\"in\"} 0",
        ] {
            assert!(text.lines().any(|said| said == line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("certificate"));
        // each name is explained once, before its values
        let mut known = std::collections::BTreeSet::new();
        for line in text.lines() {
            let mut words = line.split([' ', '{']);
            match (words.next(), words.next(), words.next()) {
                (Some("#"), Some("TYPE"), Some(name)) => assert!(known.insert(name.to_owned()), "{name} twice"),
                (Some("#"), ..) => {}
                (Some(name), ..) => {
                    let whole = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
                    assert!(known.contains(whole.unwrap_or(name)), "{line}");
                }
                _ => {}
            }
        }
    }
}
