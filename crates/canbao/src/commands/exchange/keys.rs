//! Our keys: where they stand.

use std::path::{Path, PathBuf};

use canbao_registry::exchange::Desk;
use canbao_registry::exchange::identity::{Card, Identity, IdentityError};

use crate::commands::registry::Database;
use crate::output::failure::Failure;

/// Which registry, and its keys.
#[derive(clap::Args)]
pub(super) struct Keys {
    #[command(flatten)]
    pub(super) database: Database,
    /// Our keys [default: CANBAO_IDENTITY_FILE, else beside the key file: registry.identity]
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

impl Keys {
    /// Where our keys stand.
    pub(super) fn place(&self) -> Result<PathBuf, Failure> {
        let named = std::env::var_os("CANBAO_IDENTITY_FILE").filter(|text| !text.is_empty()).map(PathBuf::from);
        match self.identity.clone().or(named) {
            Some(place) => Ok(place),
            None => self.database.beside("identity"),
        }
    }

    pub(super) fn read(&self) -> Result<Identity, Failure> {
        let place = self.place()?;
        if !place.exists() {
            return Err(Failure::new(format!("本机构还没有交换身份：{} 不存在。", place.display()))
                .hint("请先运行 canbao exchange identity 生成一次；已经有的，用 --identity 指明它在哪里。"));
        }
        Identity::read(&place).map_err(|error| refused(&error))
    }

    /// The desk, open.
    pub(super) async fn desk(&self) -> Result<(canbao_registry::Registry, Desk), Failure> {
        let identity = self.read()?;
        let registry = self.database.open().await?;
        Ok((registry.clone(), Desk::new(registry, identity)))
    }
}

/// What identities and cards refuse.
pub(super) fn refused(error: &IdentityError) -> Failure {
    Failure::new(error).hints(error.hint().map(str::to_owned))
}

/// A card from a file.
pub(super) fn read_card(path: &Path) -> Result<Card, Failure> {
    let text = std::fs::read(path).map_err(|error| {
        Failure::new(format!("不能读名片 {}：{error}。", path.display())).hint("请核对文件名和权限。")
    })?;
    let text = String::from_utf8_lossy(&text);
    let card = Card::parse(&text);
    card.map_err(|error| {
        Failure::new(format!("名片 {} 不能使用：{error}", path.display())).hints(error.hint().map(str::to_owned))
    })
}
