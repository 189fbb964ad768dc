//! Long work as child processes of this same program: their memory and their faults stay apart from the pages.
//!
//! | module | does |
//! |---|---|
//! | `runner` | takes one job after the other |
//! | `child` | starts a process, follows it, ends it |
//! | `progress` | how far it is |
//! | `city` | the folder of a comparison: city file, areas, the extracts |
//! | `compare`, `apply` | the jobs themselves |
//! | `ready`, `follow` | what can be begun, and what may be done with a job |
//! | `paper` | papers, made by a child |
//! | `outcome` | what came of a comparison, and what is conspicuous in it |

mod apply;
mod child;
pub(crate) mod city;
mod compare;
pub(crate) mod follow;
pub(crate) mod outcome;
pub(crate) mod paper;
pub(crate) mod progress;
pub(crate) mod ready;
pub(crate) mod runner;

use std::fmt;
use std::path::PathBuf;

/// How the server starts itself again.
#[derive(Clone)]
pub struct Program {
    /// The program's file.
    pub file: PathBuf,
    /// The database, `sqlite://…` or `postgresql://…`; goes by the environment, for it may hold a password.
    pub database: String,
    /// The key file, where it is not at its usual place.
    pub key_file: Option<PathBuf>,
    /// Most memory of a comparison: `2GB`.
    pub memory_limit: String,
}

impl Program {
    /// This very program, on a database.
    ///
    /// # Errors
    /// Where the machine does not tell which file it was started from.
    pub fn of_this(database: impl Into<String>, key_file: Option<PathBuf>) -> std::io::Result<Self> {
        let file = std::env::current_exe()?;
        Ok(Self { file, database: database.into(), key_file, memory_limit: "2GB".to_owned() })
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("file", &self.file).finish_non_exhaustive()
    }
}
