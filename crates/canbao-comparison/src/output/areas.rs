//! The table `areas`: the tree that the run was made with, so that a run says by itself what its codes are called.

use super::findings::batch;
use crate::error::CompareError;
use arrow::array::StringArray;
use canbao_domain::area::AreaTree;
use canbao_run::RunWriter;
use std::sync::Arc;

pub(crate) fn write(areas: &AreaTree, run: &RunWriter) -> Result<(), CompareError> {
    let schema = canbao_run::schema::areas();
    let column =
        |text: &dyn Fn(&str) -> Option<String>| Arc::new(areas.codes().map(text).collect::<StringArray>()) as _;
    let columns = vec![
        column(&|code| Some(code.to_owned())),
        column(&|code| Some(areas.name(code).unwrap_or_default().to_owned())),
        column(&|code| areas.level(code).map(|level| level.as_str().to_owned())),
        column(&|code| areas.parent(code).map(str::to_owned)),
    ];
    let mut table = run.table("areas", &schema)?;
    table.write(&batch(&schema, columns)?)?;
    table.close()?;
    Ok(())
}
