//! Our kernels as predicates of DataFusion's filters.

use arrow::array::{ArrayRef, AsArray, BooleanArray};
use arrow::datatypes::{DataType, UInt64Type};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::{Expr, col};
use std::sync::Arc;

/// A predicate over whole columns.
pub(crate) fn predicate(
    name: &str,
    types: Vec<DataType>,
    test: impl Fn(&[ArrayRef]) -> Result<BooleanArray, DataFusionError> + Send + Sync + 'static,
) -> ScalarUDF {
    create_udf(
        name,
        types,
        DataType::Boolean,
        // what it looks up may change between plans: never evaluate it ahead
        Volatility::Stable,
        Arc::new(move |arguments: &[ColumnarValue]| {
            let columns = ColumnarValue::values_to_arrays(arguments)?;
            Ok(ColumnarValue::Array(Arc::new(test(&columns)?)))
        }),
    )
}

/// A predicate over rows' identifiers.
pub(crate) fn rows_where(name: &str, test: impl Fn(u64) -> bool + Send + Sync + 'static) -> ScalarUDF {
    predicate(name, vec![DataType::UInt64], move |columns| {
        let rid = columns
            .first()
            .and_then(|c| c.as_primitive_opt::<UInt64Type>())
            .ok_or_else(|| DataFusionError::Internal("rid".to_owned()))?;
        Ok(rid.values().iter().map(|&r| Some(test(r))).collect())
    })
}

/// The predicate applied to columns.
pub(crate) fn call(predicate: &ScalarUDF, columns: &[&str]) -> Expr {
    predicate.call(columns.iter().map(|c| col(*c)).collect())
}
