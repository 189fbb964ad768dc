//! The comparison (数据整合与数据比对): departmental extracts in, who is insured and who must be visited out.
//!
//! [`compare`] reads every extract once and stages its rows, joins them with the population by number (DataFusion),
//! links what is left by evidence, folds each person's rows into facts, classifies, and writes the run. It is a pure
//! function of its inputs: the same files give the same bytes, whatever the number of threads.

mod compare;
mod decisions;
mod digests;
mod error;
mod link;
mod links;
mod output;
mod parallel;
mod plan;
mod progress;
mod stage;
mod units;

use canbao_run::times;

pub use compare::{Options, compare, compare_then};
pub use error::CompareError;
pub use progress::{Progress, Silent};
