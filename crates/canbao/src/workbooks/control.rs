//! The lists are held against the summary, figure by figure.

use canbao_domain::rules::{Category, must_visit};
use canbao_run::AreaCounts;

use super::material::Material;
use super::{Job, WorkbookError};

/// The categories that are visited.
pub(super) fn visited() -> impl Iterator<Item = Category> {
    Category::ALL.iter().copied().filter(|category| must_visit(*category))
}

/// What the summary counts of a category in an area.
pub(super) fn count(area: &AreaCounts, category: Category) -> i64 {
    match category {
        Category::Confirmed => area.confirmed,
        Category::Uninsured => area.uninsured,
        Category::Partial => area.partial,
        Category::Interrupted => area.interrupted,
        Category::Information => area.information,
        Category::Deceased | Category::MovedOut | Category::Outside => 0,
    }
}

/// What the summary counts of the people whose workbook this is: of a county its own; of the city those whom no
/// county's workbook has.
pub(super) fn area(job: &Job<'_>, material: &Material, county: usize) -> AreaCounts {
    let counties = &material.counties;
    let of = |at: usize| job.summary.areas.get(counties.code(at)).copied().unwrap_or_default();
    if county != counties.city() {
        return of(county);
    }
    (0..counties.city()).map(of).fold(of(county), |rest, one| AreaCounts {
        population: rest.population - one.population,
        confirmed: rest.confirmed - one.confirmed,
        uninsured: rest.uninsured - one.uninsured,
        partial: rest.partial - one.partial,
        interrupted: rest.interrupted - one.interrupted,
        information: rest.information - one.information,
    })
}

/// Makes sure that the lists are as long as the summary says.
///
/// # Errors
/// [`WorkbookError::Unbalanced`] names the first figure that differs.
pub(super) fn check(job: &Job<'_>, material: &Material) -> Result<(), WorkbookError> {
    for county in 0..material.counties.len() {
        let (people, _) = material.survey.counts(county);
        let area = area(job, material, county);
        for category in visited() {
            let listed = people.get(category.as_str()).copied().unwrap_or_default();
            let code = material.counties.code(county);
            equal(|| format!("{code} 的{}人数", category.chinese()), count(&area, category), listed)?;
        }
        let known = visited().filter_map(|category| people.get(category.as_str())).sum::<i64>();
        equal(|| "入户调查名单的类别".to_owned(), people.values().sum(), known)?;
    }
    let findings = job.summary.findings.iter().chain(&material.findings.counts);
    for kind in findings.map(|(kind, _)| kind) {
        let [said, listed] = [&job.summary.findings, &material.findings.counts].map(|c| c.get(kind).copied());
        equal(|| format!("问题 {kind} 的数量"), said.unwrap_or_default(), listed.unwrap_or_default())?;
    }
    for category in job.summary.units.keys().chain(material.units.counts.keys()) {
        let [said, listed] = [&job.summary.units, &material.units.counts].map(|c| c.get(category).copied());
        equal(|| format!("单位类别 {category} 的数量"), said.unwrap_or_default(), listed.unwrap_or_default())?;
    }
    Ok(())
}

fn equal(what: impl FnOnce() -> String, summary: i64, listed: i64) -> Result<(), WorkbookError> {
    if summary == listed { Ok(()) } else { Err(WorkbookError::Unbalanced { what: what(), summary, listed }) }
}
