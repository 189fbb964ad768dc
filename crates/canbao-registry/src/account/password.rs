//! Passwords as argon2id (RFC 9106), with OWASP's parameters.

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version};
use zeroize::Zeroizing;

use super::secret::random;
use crate::RegistryError;
use crate::registry::Registry;

/// 19 MiB, two passes, one lane.
const PARAMS: Params = match Params::new(19 * 1024, 2, 1, None) {
    Ok(params) => params,
    Err(_) => Params::DEFAULT,
};

/// What a login that nobody has is checked against, at the same cost; no password has this hash.
pub(super) const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUuLg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What a check of a password found.
pub(super) struct Checked {
    pub(super) right: bool,
    /// The password's hash by today's parameters, where it is right and was made by others.
    pub(super) renewed: Option<String>,
}

impl Registry {
    /// A password's hash, a PHC string.
    pub(super) async fn password_hashed(&self, password: &str) -> Result<String, RegistryError> {
        let password = Zeroizing::new(password.to_owned());
        self.apart(move || hash(&password)).await
    }

    /// Whether a password is the one that a hash was made of.
    pub(super) async fn password_checked(&self, password: &str, stored: &str) -> Result<Checked, RegistryError> {
        let (password, stored) = (Zeroizing::new(password.to_owned()), stored.to_owned());
        self.apart(move || check(&password, &stored)).await
    }

    /// Works on a thread that may be kept busy, when it is its turn.
    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, RegistryError> + Send + 'static,
    ) -> Result<T, RegistryError> {
        let ended = || RegistryError::Broken("密码的核对中断".to_owned());
        let turn = self.door.shared.hashing.clone().acquire_owned().await.map_err(|_| ended())?;
        // the turn goes with the work: whoever waits for it may go away
        let work = move || {
            let done = work();
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| ended())?
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS)
}

fn hash(password: &str) -> Result<String, RegistryError> {
    let hash = argon2().hash_password_with_salt(password.as_bytes(), &random::<16>()?);
    hash.map(|hash| hash.to_string()).map_err(|_| RegistryError::Broken("密码没有加密成".to_owned()))
}

fn check(password: &str, stored: &str) -> Result<Checked, RegistryError> {
    let stored = PasswordHash::new(stored).map_err(|_| RegistryError::Broken("保存的密码不是一个散列值".to_owned()))?;
    let right = argon2().verify_password(password.as_bytes(), &stored).is_ok();
    let renewed = if right && !is_current(&stored) { Some(hash(password)?) } else { None };
    Ok(Checked { right, renewed })
}

fn is_current(stored: &PasswordHash) -> bool {
    let version = u32::from(Version::V0x13);
    stored.algorithm.as_str() == "argon2id"
        && stored.version == Some(version)
        && Params::try_from(stored).is_ok_and(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost()) == (PARAMS.m_cost(), PARAMS.t_cost(), PARAMS.p_cost())
        })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn nobodys_hash_costs_what_others_cost_and_is_nobodys() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        assert!(is_current(&nobody));
        let somebody = hash("k7mq-x3vd-9hpt-w2ca").unwrap();
        assert!(is_current(&PasswordHash::new(&somebody).unwrap()));
        let width = |hash: &str| hash.split('$').map(str::len).collect::<Vec<_>>();
        assert_eq!(width(NOBODY), width(&somebody));
        assert!(!check("", NOBODY).unwrap().right);
        assert!(!check("k7mq-x3vd-9hpt-w2ca", NOBODY).unwrap().right);
        assert!(check("x", "plain").is_err());
    }

    #[test]
    fn another_salt_each_time_and_old_parameters_are_renewed() {
        let (one, other) = (hash("same").unwrap(), hash("same").unwrap());
        assert_ne!(one, other);
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let old = old.hash_password_with_salt(b"same", b"saltsaltsaltsalt").unwrap().to_string();
        let checked = check("same", &old).unwrap();
        assert!(checked.right && checked.renewed.as_deref().is_some_and(|new| check("same", new).unwrap().right));
        let wrong = check("other", &old).unwrap();
        assert!(!wrong.right && wrong.renewed.is_none());
        assert!(check("same", &one).unwrap().renewed.is_none());
    }
}
