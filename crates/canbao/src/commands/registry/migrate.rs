//! `canbao registry migrate`: makes a registry, or brings one up to date.

use canbao_registry::Registry;

use super::{Database, done, runtime};
use crate::commands::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

/// Make a registry, or bring its structure to this program's
///
/// Forward only, and safe to repeat. The first time a key is made beside the database (mode 0600): keep a copy of it
/// apart from the backups, for nothing can be found without it.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let address = arguments.database.address()?;
    let migrated = runtime(async { done(Registry::migrate(&address).await) })?;
    let mut text = match migrated.steps {
        0 => language.pick("登记库的结构已经是最新的。\n", "The registry's structure is up to date.\n").to_owned(),
        steps => language.pick(
            format!("登记库的结构已更新（{steps} 步）。\n"),
            format!("The registry's structure was brought up to date ({steps} steps).\n"),
        ),
    };
    if let Some(path) = migrated.key_made {
        let path = path.display();
        text += &language.pick(
            format!("密钥在 {path}：请另外保存一份，不要与备份放在一起；没有它就查不到任何人。\n"),
            format!("The key is in {path}: keep a copy apart from the backups; without it nobody can be found.\n"),
        );
    }
    print(&text, language)?;
    Ok(Outcome::Done)
}
