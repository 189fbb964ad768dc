//! The public half of an identity, as text that can be mailed.

use std::collections::BTreeMap;
use std::fmt;

use age::x25519::Recipient;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::{Fingerprint, IdentityError, Registry, fields, recipient};
use crate::exchange::hex;

const WHAT: &str = "名片";
const FORMAT: &str = "canbao-card-1";
const KEYS: [&str; 7] = ["format", "id", "name", "area", "signing-key", "age-recipient", "signature"];

/// A registry's card (交换名片): who it is, the key that its signatures are checked with, and the key that parcels
/// for it are sealed to. It is signed with its own key, so that nobody can put another's signing key
/// beside a recipient of his own; whose card it is, only the telephone tells.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    registry: Registry,
    signing: VerifyingKey,
    recipient: Recipient,
    signature: Signature,
    fingerprint: Fingerprint,
}

impl Card {
    pub(super) fn sign(registry: Registry, key: &SigningKey, recipient: Recipient) -> Self {
        let signing = key.verifying_key();
        let fingerprint = fingerprint(&registry, &signing, &recipient);
        let signature = key.sign(&signed(fingerprint));
        Self { registry, signing, recipient, signature, fingerprint }
    }

    /// Reads a card's text, at most 8 KiB.
    ///
    /// # Errors
    /// Where a line, a key or a value is not a card's, a key is one that no secret belongs to, or the signature
    /// does not hold.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let [format, id, name, area, signing, age, signature] = fields::read(WHAT, text, KEYS)?;
        let wrong = |key| move || IdentityError::Value { what: WHAT, key };
        if format != FORMAT {
            return Err(wrong("format")());
        }
        let registry = Registry::new(id, name, area)?;
        let signing = hex::decode(signing)
            .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
            .filter(|key| !key.is_weak())
            .ok_or_else(wrong("signing-key"))?;
        let recipient = recipient::read(age).ok_or_else(wrong("age-recipient"))?;
        let signature =
            hex::decode(signature).map(|bytes| Signature::from_bytes(&bytes)).ok_or_else(wrong("signature"))?;
        let fingerprint = fingerprint(&registry, &signing, &recipient);
        signing.verify_strict(&signed(fingerprint), &signature).map_err(|_| IdentityError::Signature)?;
        Ok(Self { registry, signing, recipient, signature, fingerprint })
    }

    /// The card as a text, with the fingerprint in a comment for the eye. The comment is not read:
    /// the fingerprint that counts is [`Card::fingerprint`].
    #[must_use]
    pub fn to_text(&self) -> String {
        format!(
            "# 参保 联网比对 交换名片（公开）\n\
             # 登记前请打电话给对方核对指纹：{spoken}\n\
             format = \"{FORMAT}\"\n\
             id = \"{id}\"\n\
             name = \"{name}\"\n\
             area = \"{area}\"\n\
             signing-key = \"{signing}\"\n\
             age-recipient = \"{recipient}\"\n\
             signature = \"{signature}\"\n",
            spoken = self.fingerprint.spoken(),
            id = self.registry.id(),
            name = self.registry.name(),
            area = self.registry.area(),
            signing = hex::encode(self.signing.as_bytes()),
            recipient = self.recipient,
            signature = hex::encode(&self.signature.to_bytes()),
        )
    }

    /// Whose card it is.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The digest of all that the card says.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Whether this registry signed a message. Checked strictly: no key or signature of small order.
    pub(in crate::exchange) fn signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.signing.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }

    pub(in crate::exchange) fn recipient(&self) -> &Recipient {
        &self.recipient
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").field("registry", &self.registry).field("fingerprint", &self.fingerprint).finish()
    }
}

/// Length before each part, so that no two cards have the same bytes.
fn fingerprint(registry: &Registry, signing: &VerifyingKey, recipient: &Recipient) -> Fingerprint {
    let mut hash = Sha256::new_with_prefix(b"canbao exchange card 1\0");
    let recipient = recipient.to_string();
    let parts = [registry.id().as_bytes(), registry.name().as_bytes(), registry.area().as_bytes()];
    for part in parts.into_iter().chain([signing.as_bytes().as_slice(), recipient.as_bytes()]) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    Fingerprint::from_bytes(hash.finalize().into())
}

fn signed(fingerprint: Fingerprint) -> Vec<u8> {
    [b"canbao exchange card signature 1\0".as_slice(), fingerprint.as_bytes()].concat()
}

/// The cards that a registry knows, each checked by telephone by whoever put it in.
#[derive(Clone, Debug, Default)]
pub struct Cards(BTreeMap<Fingerprint, Card>);

impl Cards {
    /// No card.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a card; the same card again changes nothing.
    ///
    /// # Errors
    /// [`IdentityError::Known`] where another card has the same registry id: a registry that changes its keys
    /// is taken off first ([`Cards::remove`]), so that nobody slips in a second one.
    pub fn add(&mut self, card: Card) -> Result<(), IdentityError> {
        let other = |known: &&Card| known.registry.id() == card.registry.id() && known.fingerprint != card.fingerprint;
        if let Some(known) = self.0.values().find(other) {
            return Err(IdentityError::Known(known.registry.id().to_owned()));
        }
        self.0.insert(card.fingerprint, card);
        Ok(())
    }

    /// Takes a card off; its parcels are refused from then on.
    pub fn remove(&mut self, fingerprint: Fingerprint) -> Option<Card> {
        self.0.remove(&fingerprint)
    }

    /// The card of a fingerprint.
    #[must_use]
    pub fn find(&self, fingerprint: Fingerprint) -> Option<&Card> {
        self.0.get(&fingerprint)
    }

    /// All cards, by fingerprint.
    pub fn iter(&self) -> impl Iterator<Item = &Card> {
        self.0.values()
    }
}
