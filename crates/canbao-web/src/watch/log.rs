//! Lines for whoever runs the server.

use std::fmt::{self, Write as _};
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use canbao_registry::instant;

use crate::say;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something did not work.
    Error,
    /// Something was refused or is coming up.
    Warn,
    /// All that happens.
    Info,
}

impl Level {
    /// `error`, `warn`, `info`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
        }
    }
}

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `2016-11-01T08:00:00+08:00 info request method=GET route=/person/{id} …`
    Plain,
    /// One JSON object a line.
    Json,
}

/// What stands in a line.
#[derive(Clone, Copy, Debug)]
pub enum Field<'a> {
    /// Words; never what somebody typed.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// Milliseconds, told to a tenth.
    Ms(f64),
}

/// Where lines go.
#[derive(Default)]
pub struct Log {
    to: Option<Mutex<Box<dyn Write + Send>>>,
    format: Option<Format>,
    level: Option<Level>,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("format", &self.format).field("level", &self.level).finish_non_exhaustive()
    }
}

impl Log {
    /// Lines as important as `level` or more go to `to`, each in one write.
    pub fn new(to: Box<dyn Write + Send>, format: Format, level: Level) -> Self {
        Self { to: Some(Mutex::new(to)), format: Some(format), level: Some(level) }
    }

    /// Writes a line. Where it cannot be written there is nobody to tell.
    pub fn write(&self, level: Level, event: &str, fields: &[(&str, Field<'_>)]) {
        let (Some(to), Some(format)) = (&self.to, self.format) else { return };
        if self.level.is_none_or(|least| level > least) {
            return;
        }
        let line = line(format, &instant(say::now_ms()), level, event, fields);
        let mut to = to.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = to.write_all(line.as_bytes()).and_then(|()| to.flush());
    }
}

fn line(format: Format, time: &str, level: Level, event: &str, fields: &[(&str, Field<'_>)]) -> String {
    let mut line = match format {
        Format::Plain => format!("{time} {} {event}", level.as_str()),
        Format::Json => format!("{{\"time\":\"{time}\",\"level\":\"{}\",\"event\":\"{event}\"", level.as_str()),
    };
    for (name, value) in fields {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let value = match (value, format) {
            (Field::Int(number), _) => number.to_string(),
            (Field::Ms(ms), _) => format!("{ms:.1}"),
            (Field::Text(text), Format::Json) => quoted(text),
            (Field::Text(text), Format::Plain) if is_word(text) => (*text).to_owned(),
            (Field::Text(text), Format::Plain) => quoted(text),
        };
        // writing to a string cannot fail
        let _ = match format {
            Format::Plain => write!(line, " {name}={value}"),
            Format::Json => write!(line, ",\"{name}\":{value}"),
        };
    }
    line.push_str(if format == Format::Json { "}\n" } else { "\n" });
    line
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '"' && c != '=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_plain_or_json_and_nothing_breaks_out_of_it() {
        let fields = [("route", Field::Text("/person/{id}")), ("ms", Field::Ms(1.25)), ("status", Field::Int(200))];
        let told = |format, fields: &[(&str, Field<'_>)]| line(format, "T", Level::Info, "request", fields);
        assert_eq!(told(Format::Plain, &fields), "T info request route=/person/{id} ms=1.2 status=200\n");
        assert_eq!(
            told(Format::Json, &fields),
            "{\"time\":\"T\",\"level\":\"info\",\"event\":\"request\",\"route\":\"/person/{id}\",\"ms\":1.2,\"status\":200}\n"
        );
        let broken = [("error", Field::Text("a\nb\" c=d"))];
        assert_eq!(told(Format::Plain, &broken), "T info request error=\"a\\nb\\\" c=d\"\n");
        assert!(told(Format::Json, &broken).ends_with(",\"error\":\"a\\nb\\\" c=d\"}\n"));
    }
}
