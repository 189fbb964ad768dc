//! Writing the run: each pass scans the staged rows in order and feeds the tables of the run's folder.

pub(crate) mod areas;
pub(crate) mod candidates;
pub(crate) mod columns;
pub(crate) mod enrolments;
pub(crate) mod findings;
pub(crate) mod links;
pub(crate) mod people;
pub(crate) mod rejected;
pub(crate) mod repeated;
pub(crate) mod survey;
pub(crate) mod texts;
pub(crate) mod units;
