//! The house-to-house survey, from the round to the closed village, as pages and devices go about it.

mod cases;
mod day;
mod office;
pub(super) mod phone;

use crate::support::Site;

/// The counts of households that lists show are those that counting says.
async fn households_are_counted(site: &Site) {
    let mut statements = site.registry.store().read().await.unwrap();
    let counted = "SELECT village, COUNT(*), CAST(SUM(CASE visited WHEN 0 THEN 1 ELSE 0 END) AS BIGINT) \
                   FROM survey_household WHERE live > 0 GROUP BY village ORDER BY village";
    let kept = "SELECT village, households, unvisited FROM survey_place WHERE households <> 0 OR unvisited <> 0 \
                ORDER BY village";
    let mut told = Vec::new();
    for sql in [counted, kept] {
        let rows = statements.all(sql, &[]).await.unwrap();
        told.push(rows.iter().map(|row| (row.text(0).to_owned(), row.int(1), row.int(2))).collect::<Vec<_>>());
    }
    assert!(!told[0].is_empty());
    assert_eq!(told[0], told[1]);
}
