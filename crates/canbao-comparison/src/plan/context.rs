//! The session in which all plans of a comparison run.

use crate::error::CompareError;
use arrow::record_batch::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::dataframe::DataFrame;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use std::path::Path;
use std::sync::Arc;

/// Partitions of every plan. Fixed, so that no result can depend on the machine.
const PARTITIONS: usize = 4;

/// DataFusion with its threads and its share of the memory.
pub(crate) struct Engine {
    session: SessionContext,
    runtime: tokio::runtime::Runtime,
}

impl Engine {
    /// `pool_bytes`: what joins, groups and sorts may hold before they spill into `folder`.
    pub(crate) fn new(folder: &Path, pool_bytes: u64, workers: usize) -> Result<Self, CompareError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(workers.max(1))
            .build()
            .map_err(|e| CompareError::Internal(e.to_string()))?;
        let config = SessionConfig::new().with_target_partitions(PARTITIONS).with_batch_size(8192);
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(usize::try_from(pool_bytes).unwrap_or(usize::MAX))))
            .with_disk_manager_builder(
                DiskManagerBuilder::default().with_mode(DiskManagerMode::Directories(vec![folder.to_path_buf()])),
            )
            .build_arc()?;
        Ok(Self { session: SessionContext::new_with_config_rt(config, environment), runtime })
    }

    /// A staged table as the beginning of a plan.
    pub(crate) fn read(&self, table: impl TableProvider + 'static) -> Result<DataFrame, CompareError> {
        Ok(self.session.read_table(Arc::new(table))?)
    }

    /// Runs a plan, all partitions at once; each partition folds its batches into a state of its own.
    /// The states come in the order of the partitions.
    pub(crate) fn fold<S: Default + Send + 'static>(
        &self,
        plan: DataFrame,
        take: impl Fn(&mut S, &RecordBatch) -> Result<(), CompareError> + Send + Sync + 'static,
    ) -> Result<Vec<S>, CompareError> {
        let take = Arc::new(take);
        self.runtime.block_on(async move {
            let streams = plan.execute_stream_partitioned().await?;
            let tasks: Vec<_> = streams
                .into_iter()
                .map(|mut stream| {
                    let take = Arc::clone(&take);
                    tokio::spawn(async move {
                        let mut state = S::default();
                        while let Some(batch) = stream.next().await {
                            take(&mut state, &batch?)?;
                        }
                        Ok::<S, CompareError>(state)
                    })
                })
                .collect();
            let mut states = Vec::with_capacity(tasks.len());
            for task in tasks {
                states.push(task.await.map_err(|e| CompareError::Internal(e.to_string()))??);
            }
            Ok(states)
        })
    }

    /// Runs a plan, all partitions at once, and hands every batch to `take`; nothing may depend on their order.
    pub(crate) fn each(
        &self,
        plan: DataFrame,
        take: impl Fn(&RecordBatch) -> Result<(), CompareError> + Send + Sync + 'static,
    ) -> Result<(), CompareError> {
        self.fold::<()>(plan, move |(), batch| take(batch)).map(|_| ())
    }
}
