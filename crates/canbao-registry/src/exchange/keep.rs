//! What must be remembered of a private question, encrypted: its secret, with the request, tells whom was asked about.
//!
//! The key follows from the registry's key file, which is in no backup, and from the parcel. Each key encrypts one text
//! once, so the nonce may be zeros.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use zeroize::Zeroizing;

use super::parcel::Digest;
use crate::RegistryError;
use crate::private::Key;

const CONTEXT: &str = "canbao registry private question at rest 1";

fn cipher(key: &Key, parcel: Digest) -> ChaCha20Poly1305 {
    let key = key.derived(CONTEXT, &parcel.0);
    ChaCha20Poly1305::new(chacha20poly1305::Key::from_slice(key.as_slice()))
}

pub(super) fn seal(key: &Key, parcel: Digest, text: &[u8]) -> Result<Vec<u8>, RegistryError> {
    let payload = Payload { msg: text, aad: &parcel.0 };
    let sealed = cipher(key, parcel).encrypt(&Nonce::default(), payload);
    sealed.map_err(|_| RegistryError::Broken("隐私比对的问题没有加密成".to_owned()))
}

pub(super) fn open(key: &Key, parcel: Digest, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, RegistryError> {
    let payload = Payload { msg: sealed, aad: &parcel.0 };
    let text = cipher(key, parcel).decrypt(&Nonce::default(), payload);
    text.map(Zeroizing::new).map_err(|_| RegistryError::Broken("保存的隐私比对问题被改动过".to_owned()))
}
