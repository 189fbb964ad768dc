//! Devices of collectors (采集设备): known by name, proved by password, shut out when they are lost.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use zeroize::Zeroizing;

use super::row::is_id;
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Row, Transaction, Value, values};

const SECRET: &str = "canbao registry secret of a survey device 1";

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The identifier that it made.
    pub id: String,
    /// Whose account.
    pub account: i64,
    /// The account's login.
    pub login: String,
    /// The account's area.
    pub area: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was made known, milliseconds since 1970.
    pub made_at: i64,
    /// When its owner last proved their password on it.
    pub proved_at: i64,
    /// When it was last heard of.
    pub seen_at: i64,
    /// Since when it is shut out.
    pub lost_at: Option<i64>,
    /// Operations that came from it.
    pub operations: i64,
}

const DEVICE: &str = "d.id, d.account, a.login, a.area, d.name, d.made_at, d.proved_at, d.seen_at, d.lost_at, \
                      (SELECT COUNT(*) FROM survey_operation o WHERE o.device = d.id)";

fn device_of(row: &Row) -> Device {
    Device {
        id: row.text(0).to_owned(),
        account: row.int(1),
        login: row.text(2).to_owned(),
        area: row.text(3).to_owned(),
        name: row.text(4).to_owned(),
        made_at: row.int(5),
        proved_at: row.int(6),
        seen_at: row.int(7),
        lost_at: row.maybe_int(8),
        operations: row.int(9),
    }
}

/// Refuses a device that is not known as this account's, or is shut out.
pub(super) async fn known(transaction: &mut Transaction, account: i64, device: &str) -> Result<(), RegistryError> {
    let sql = "SELECT account, lost_at FROM survey_device WHERE id = $1";
    match transaction.first(sql, values![device]).await? {
        Some(row) if row.int(0) != account => Err(unknown()),
        Some(row) if row.maybe_int(1).is_some() => Err(RegistryError::Lost),
        Some(_) => Ok(()),
        None => Err(unknown()),
    }
}

fn unknown() -> RegistryError {
    RegistryError::refused_at("device", "这台设备还没有登记到您的账号。", "请联网后在设备上重新登录。")
}

impl Registry {
    /// Makes a device known as an account's, or proves its owner's password on it again (which the caller has checked). Gives
    /// the server's part of what unlocks the device's data.
    ///
    /// # Errors
    /// [`RegistryError::Lost`] where it was reported lost; a refusal where it is another account's.
    pub async fn survey_device(
        &self,
        actor: &str,
        account: i64,
        device: &str,
        name: &str,
    ) -> Result<Zeroizing<Vec<u8>>, RegistryError> {
        let name: String = name.trim().chars().take(40).collect();
        if !is_id(device) {
            return Err(RegistryError::refused_at("device", "设备的标识不合规定。", "请重新打开采集页面。"));
        }
        let mut transaction = self.store.write().await?;
        let now = now_ms();
        let sql = "SELECT account, lost_at, secret FROM survey_device WHERE id = $1";
        let secret = match transaction.first(sql, values![device]).await? {
            Some(row) if row.maybe_int(1).is_some() => return Err(RegistryError::Lost),
            Some(row) if row.int(0) != account => {
                return Err(RegistryError::refused_at(
                    "device",
                    "这台设备登记在别的账号下。",
                    "请换一台设备，或由镇上注销它。",
                ));
            }
            Some(row) => {
                let sql = "UPDATE survey_device SET proved_at = $1, seen_at = $1 WHERE id = $2";
                transaction.execute(sql, values![now, device]).await?;
                let payload = Payload { msg: row.bytes(2), aad: device.as_bytes() };
                let opened = self.device_cipher(device).decrypt(&Nonce::default(), payload);
                Zeroizing::new(opened.map_err(|_| RegistryError::Broken("设备的密钥解不开".to_owned()))?)
            }
            None => {
                let mut secret = Zeroizing::new(vec![0_u8; 32]);
                getrandom::fill(&mut secret).map_err(|_| RegistryError::Broken("系统没有给出随机数".to_owned()))?;
                let payload = Payload { msg: &secret, aad: device.as_bytes() };
                let sealed = self.device_cipher(device).encrypt(&Nonce::default(), payload);
                let sealed = sealed.map_err(|_| RegistryError::Broken("设备的密钥没有加密成".to_owned()))?;
                let sql = "INSERT INTO survey_device (id, account, name, secret, made_at, proved_at, seen_at) \
                           VALUES ($1, $2, $3, $4, $5, $5, $5)";
                transaction.execute(sql, values![device, account, name.as_str(), sealed, now]).await?;
                secret
            }
        };
        let subject = format!("survey device {device} account {account}");
        let entry = Entry { actor, action: "survey-device", subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(secret)
    }

    /// Each device has a key of its own, which encrypts nothing else, so the nonce may be zeros.
    fn device_cipher(&self, device: &str) -> ChaCha20Poly1305 {
        let key = self.key.derived(SECRET, device.as_bytes());
        ChaCha20Poly1305::new(chacha20poly1305::Key::from_slice(key.as_slice()))
    }

    /// Shuts a device out (挂失): it gets nothing any more, and deletes what it has when it next asks.
    ///
    /// # Errors
    /// Where there is none in the scope, or it is shut out already.
    pub async fn survey_device_lost(&self, asker: &Asker, device: &str) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let areas = self.areas.get(&mut transaction).await?;
        let sql = format!("SELECT {DEVICE} FROM survey_device d JOIN account a ON a.id = d.account WHERE d.id = $1");
        let known = transaction.first(sql, values![device]).await?.map(|row| device_of(&row));
        let known = known.filter(|known| areas.reached(&asker.scope, &known.area)).ok_or(RegistryError::Nobody)?;
        if known.lost_at.is_some() {
            return Err(RegistryError::refused("这台设备已经挂失。", "不必重复办理。"));
        }
        let sql = "UPDATE survey_device SET lost_at = $1, lost_by = $2 WHERE id = $3";
        transaction.execute(sql, values![now_ms(), asker.actor.as_str(), device]).await?;
        let subject = format!("survey device {device} account {}", known.account);
        let entry =
            Entry { actor: &asker.actor, action: "survey-device-lost", subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await
    }

    /// Devices of accounts in a scope, those heard of last first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn survey_devices(&self, asker: &Asker) -> Result<Vec<Device>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let mut values: Vec<Value> = Vec::new();
        let mut whose = String::from("1 = 1");
        if let Some(codes) = areas.of_scope(&asker.scope) {
            whose = areas.condition("a.area", &codes, &mut values);
        }
        let sql = format!(
            "SELECT {DEVICE} FROM survey_device d JOIN account a ON a.id = d.account WHERE {whose} \
             ORDER BY d.seen_at DESC, d.id LIMIT 500"
        );
        Ok(statements.all(sql, &values).await?.iter().map(device_of).collect())
    }
}
