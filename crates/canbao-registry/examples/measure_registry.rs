//! Times the registry on a run: `measure_registry URL RUN [AGAIN]`; see `scripts/bench registry`.

use std::path::Path;
use std::time::Instant;

use canbao_registry::apply::apply;
use canbao_registry::{Address, Registry, RegistryError};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), RegistryError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((url, runs)) = arguments.split_first() else {
        eprintln!("measure_registry URL RUN [AGAIN]");
        return Ok(());
    };
    let address = Address { url: url.clone(), key_file: None };
    Registry::migrate(&address).await?;
    let registry = Registry::open(&address).await?;
    for run in runs {
        let since = Instant::now();
        let applied = apply(&registry, Path::new(run), "measure", false).await?;
        println!("apply {run}: {:.2} s {:?}", since.elapsed().as_secs_f64(), applied.balance);
    }
    registry.close().await;
    Ok(())
}
