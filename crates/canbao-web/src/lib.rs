//! The web system: pages on which everybody works, drawn on the server.
//!
//! A request passes the [gate](right) first, which finds out who asks and whether they may; then a page reads the registry
//! in their scope and fills a template. No page knows SQL, none decides a right.
//!
//! | module | holds |
//! |---|---|
//! | [`app`] | what all pages share, and the one table of routes |
//! | [`right`] | who may what: the one permissions module |
//! | `delivery` | extracts that come in by the page |
//! | `job` | comparisons and what becomes the record, as child processes |
//! | [`page`] | a page each |
//! | [`api`] | the same for programs |
//! | [`serve`] | listening: connections, their limits, the end |
//! | [`tls`] | HTTPS: certificates from files, or the city's own authority |
//! | [`watch`] | the log and the figures of the running server |
//! | `survey` | the collectors' app, and what devices and the server tell each other |
//! | `sheet` | lists that leave as files |
//! | [`say`] | how figures, dates, numbers and names are written |
//! | [`fault`] | what is said where something cannot be done |

pub mod api;
pub mod app;
mod aside;
mod asset;
mod delivery;
pub mod fault;
mod http;
mod job;
pub mod page;
pub mod right;
pub mod say;
pub mod serve;
mod sheet;
mod survey;
pub mod tls;
pub mod watch;

pub use app::{App, ReportSettings, Settings, SurveySettings};
pub use http::upload::{FileLimit, UploadLimits};
pub use job::Program;
