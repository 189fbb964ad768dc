//! The house-to-house survey on a phone: without a line, killed, twice at once; against the server that is served.

mod alike;
mod line;
mod phone;
mod schedules;
mod walk;

use std::collections::BTreeMap;

use canbao_domain::scope::Scope;
use canbao_registry::query::Asker;
use canbao_registry::survey::Subject;
use canbao_registry::{Address, Registry};

use self::line::Line;
use super::day::on;
use super::site::Site;

/// What a page of the app is worked with.
const HAND: &str = include_str!("../../../../../canbao-web/tests/survey/hand.js");

/// Where the app's modules are on this server: its page names them.
const FILES: &str =
    "const files = document.querySelector('link[rel=manifest]').getAttribute('href').replace(/\\/[^/]*$/, '');";

/// Pages that the line answers itself.
fn pages() -> BTreeMap<&'static str, (&'static str, String)> {
    let script = "text/javascript; charset=utf-8";
    BTreeMap::from([
        (
            "/test/schedules.js",
            (script, include_str!("../../../../../canbao-web/tests/survey/schedules.js").to_owned()),
        ),
        (
            "/test/reference.js",
            (script, include_str!("../../../../../canbao-web/tests/survey/reference.js").to_owned()),
        ),
        ("/test/real.js", (script, include_str!("../../../../../canbao-web/tests/survey/real.js").to_owned())),
    ])
}

/// The record that is served, by another way than the pages.
struct Books {
    registry: Registry,
    asker: Asker,
}

impl Books {
    async fn open(site: &Site) -> Self {
        let file = site.folder.join("canbao-demo/registry/registry.db");
        let address = Address { url: format!("sqlite://{}", file.display()), key_file: None };
        let registry = Registry::open(&address).await.unwrap();
        Self { registry, asker: Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test".into() } }
    }

    /// Who is to be visited in a village, household by household.
    async fn people(&self, village: &str) -> Vec<Subject> {
        let (households, _) = self.registry.survey_village(&self.asker, village, false).await.unwrap();
        households.into_iter().flat_map(|(_, people)| people).collect()
    }

    async fn task(&self, mark: &str) -> Subject {
        self.registry.survey_task(&self.asker, mark).await.unwrap().0
    }
}

#[test]
fn a_collector_works_without_a_line_and_nothing_is_lost_or_doubled() {
    on("browser-survey", 12_000, async |day| {
        let (line, books) = (Line::to(&day.site.address, pages()), Books::open(&day.site).await);
        phone::without_a_line(day, &line, &books).await;
        phone::two_in_one_house(day, &line, &books).await;
        walk::offices(day, &books).await;
    });
}

#[test]
fn phone_and_server_judge_alike_and_no_schedule_loses_anything() {
    on("browser-schedules", 3_000, async |day| {
        let (line, books) = (Line::to(&day.site.address, pages()), Books::open(&day.site).await);
        alike::judged(day, &line).await;
        schedules::random(day, &line, &books).await;
    });
}
