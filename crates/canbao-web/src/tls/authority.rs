//! The city's own certificate authority: made once, vouches for this server alone.
//!
//! In its folder: `city-ca.key` (mode 0600, worth a copy apart), `city-ca.crt` (which every computer installs once),
//! `server.key` and `server.crt` (issued again before they end). Whoever installs an authority trusts it with whatever it
//! may vouch for, so it may vouch for little: addresses of private networks, and the names that were given when it was
//! made (RFC 5280, 4.2.1.10).

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType, SerialNumber,
};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use url::Host;

use super::{TlsError, file};

const DAY: i64 = 86_400;
/// Clocks of old computers are slow.
const SLOW: i64 = 2 * DAY;
/// An authority's life: computers of an office do not live longer.
const AUTHORITY: i64 = 20 * 365 * DAY;
/// Browsers take no longer ones than 398 days.
const SERVER: i64 = 397 * DAY;
/// Issued again when so little is left.
const RENEW: i64 = 30 * DAY;
/// Networks that are nobody else's (RFC 1918, 4193, 6598; loopback).
const OWN: [(&str, u8); 7] = [
    ("10.0.0.0", 8),
    ("172.16.0.0", 12),
    ("192.168.0.0", 16),
    ("100.64.0.0", 10),
    ("127.0.0.0", 8),
    ("fc00::", 7),
    ("::1", 128),
];

/// The authority of a folder, for the names of one server.
#[derive(Clone, Debug)]
pub struct CityAuthority {
    folder: PathBuf,
    names: Vec<Host>,
    certificate: CertificateDer<'static>,
}

impl CityAuthority {
    /// The authority of a folder; made there where there is none.
    ///
    /// # Errors
    /// Where a name is none, its key is lost, or the folder cannot be written.
    pub fn open(folder: &Path, names: &[String], now: i64) -> Result<Self, TlsError> {
        let hosts: Result<Vec<Host>, TlsError> =
            names.iter().map(|name| host(name).ok_or_else(|| TlsError::Name(name.clone()))).collect();
        let mut hosts = hosts?;
        for here in ["localhost", "127.0.0.1"] {
            let here = host(here).ok_or_else(|| TlsError::Name(here.to_owned()))?;
            if !hosts.contains(&here) {
                hosts.push(here);
            }
        }
        file::folder(folder)?;
        let (key_path, path) = (folder.join("city-ca.key"), folder.join("city-ca.crt"));
        let there = |path: &Path| path.try_exists().map_err(TlsError::file("读取", path));
        if !there(&key_path)? {
            if there(&path)? {
                return Err(TlsError::LostKey(path));
            }
            let key = KeyPair::generate().map_err(making)?;
            file::write(&key_path, &key.serialize_pem(), 0o600)?;
        }
        if !there(&path)? {
            let key = key(&key_path)?;
            let made = authority(&key, &hosts, now)?.self_signed(&key).map_err(making)?;
            file::write(&path, &made.pem(), 0o644)?;
        }
        let certificate = certificate(&path)?;
        let authority = Self { folder: folder.to_owned(), names: hosts, certificate };
        authority.renew(now)?;
        Ok(authority)
    }

    /// Its certificate, DER: what computers install.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// SHA-256 of its certificate, in groups of eight to be read out: `3F9A01BC …`.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(&self.certificate);
        let groups = digest.chunks(4).map(|four| four.iter().map(|byte| format!("{byte:02X}")).collect::<String>());
        groups.collect::<Vec<_>>().join(" ")
    }

    /// The server's certificate.
    pub fn server_certificate(&self) -> PathBuf {
        self.folder.join("server.crt")
    }

    /// Its key.
    pub fn server_key(&self) -> PathBuf {
        self.folder.join("server.key")
    }

    /// Issues the server's certificate again where it ends soon (30 days), is for other names, or is not there. `now` in
    /// seconds since 1970.
    ///
    /// # Errors
    /// Where the authority may not vouch for a name, or the folder cannot be written.
    pub fn renew(&self, now: i64) -> Result<bool, TlsError> {
        let (path, key_path) = (self.server_certificate(), self.server_key());
        if let Ok(there) = certificate(&path)
            && self.vouches(&there, now + RENEW).is_ok()
            && file::read(&path, &key_path).is_ok()
        {
            return Ok(false);
        }
        let own = key(&self.folder.join("city-ca.key"))?;
        // its subject and key identifier, which is what an issuer needs, follow from the key
        let issuer = Issuer::new(authority(&own, &self.names, now)?, own);
        let key = KeyPair::generate().map_err(making)?;
        let made = server(&self.names, now)?.signed_by(&key, &issuer).map_err(making)?;
        self.vouches(made.der(), now)?;
        file::write(&key_path, &key.serialize_pem(), 0o600)?;
        file::write(&path, &made.pem(), 0o644)?;
        Ok(true)
    }

    /// Whether a browser that trusts this authority takes a certificate for each of the names at that time.
    fn vouches(&self, certificate: &CertificateDer<'_>, at: i64) -> Result<(), TlsError> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).map_err(|error| TlsError::Making(error.to_string()))?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()))
            .build()
            .map_err(|error| TlsError::Making(error.to_string()))?;
        let at = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at).unwrap_or(0)));
        for name in &self.names {
            let server = match name {
                Host::Domain(name) => ServerName::try_from(name.clone()).ok(),
                Host::Ipv4(ip) => Some(ServerName::from(IpAddr::from(*ip))),
                Host::Ipv6(ip) => Some(ServerName::from(IpAddr::from(*ip))),
            };
            let server = server.ok_or_else(|| TlsError::Name(shown(name)))?;
            verifier
                .verify_server_cert(certificate, &[], &server, &[], at)
                .map_err(|_| TlsError::Outside(shown(name)))?;
        }
        Ok(())
    }
}

/// A domain or an address: nothing that a certificate could not name.
fn host(name: &str) -> Option<Host> {
    let address = name.trim_matches(['[', ']']);
    if let Ok(ip) = address.parse::<IpAddr>() {
        return Some(match ip {
            IpAddr::V4(ip) => Host::Ipv4(ip),
            IpAddr::V6(ip) => Host::Ipv6(ip),
        });
    }
    let is_plain = !name.is_empty() && !name.contains(['/', ':', '*', '@', ' ']);
    Host::parse(name).ok().filter(|_| is_plain)
}

fn ip(host: &Host) -> Option<IpAddr> {
    match host {
        Host::Ipv4(ip) => Some((*ip).into()),
        Host::Ipv6(ip) => Some((*ip).into()),
        Host::Domain(_) => None,
    }
}

/// As it is typed in the settings.
fn shown(host: &Host) -> String {
    ip(host).map_or_else(|| host.to_string(), |ip| ip.to_string())
}

/// The domain that names under a department's domain share: of `canbao.ankang.gov.cn`, `ankang.gov.cn`.
fn domain_above(name: &str) -> &str {
    match name.split_once('.') {
        Some((_, above)) if name.matches('.').count() >= 3 => above,
        _ => name,
    }
}

fn key(path: &Path) -> Result<KeyPair, TlsError> {
    let text = fs::read_to_string(path).map_err(TlsError::file("读取私钥", path))?;
    KeyPair::from_pem(&text).map_err(|_| TlsError::Nothing { what: "私钥", path: path.to_owned() })
}

fn certificate(path: &Path) -> Result<CertificateDer<'static>, TlsError> {
    let text = fs::read(path).map_err(TlsError::file("读取证书", path))?;
    CertificateDer::from_pem_slice(&text).map_err(|_| TlsError::Nothing { what: "证书", path: path.to_owned() })
}

fn making(error: rcgen::Error) -> TlsError {
    TlsError::Making(error.to_string())
}

fn valid(params: &mut CertificateParams, now: i64, life: i64) -> Result<(), TlsError> {
    let time = |seconds| OffsetDateTime::from_unix_timestamp(seconds).map_err(|e| TlsError::Making(e.to_string()));
    params.not_before = time(now - SLOW)?;
    params.not_after = time(now + life)?;
    let mut serial = [0; 16];
    getrandom::fill(&mut serial).map_err(|_| TlsError::Making("系统没有给出随机数".to_owned()))?;
    if let Some(first) = serial.first_mut() {
        // positive, and of full length
        *first = *first & 0x7f | 0x40;
    }
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(())
}

/// What an authority's certificate says. Two authorities of one name would be taken for one another, so the name ends with
/// digits of its key.
fn authority(key: &KeyPair, names: &[Host], now: i64) -> Result<CertificateParams, TlsError> {
    let mut params = CertificateParams::default();
    valid(&mut params, now, AUTHORITY)?;
    let digest = Sha256::digest(key.public_key_raw());
    let digits: String = digest.iter().take(4).map(|byte| format!("{byte:02X}")).collect();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "全民参保登记信息管理系统");
    params.distinguished_name.push(DnType::CommonName, format!("参保登记内部根证书 {digits}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let own = OWN.iter().filter_map(|(ip, bits)| Some((ip.parse::<IpAddr>().ok()?, *bits)));
    let given = names.iter().filter_map(ip).map(|ip| (ip, if ip.is_ipv4() { 32 } else { 128 }));
    let addresses =
        own.chain(given).map(|(ip, bits)| GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(ip, bits)));
    // there is always a domain among them, or every domain would be permitted
    let domains = names.iter().filter_map(|name| match name {
        Host::Domain(name) => Some(GeneralSubtree::DnsName(domain_above(name).to_owned())),
        _ => None,
    });
    let permitted_subtrees = addresses.chain(domains).collect();
    params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() });
    Ok(params)
}

fn server(names: &[Host], now: i64) -> Result<CertificateParams, TlsError> {
    let mut params = CertificateParams::default();
    valid(&mut params, now, SERVER)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "全民参保登记信息管理系统");
    let alternative = |name: &Host| match name {
        Host::Domain(name) => Ia5String::try_from(name.as_str()).map(SanType::DnsName).map_err(making),
        Host::Ipv4(ip) => Ok(SanType::IpAddress((*ip).into())),
        Host::Ipv6(ip) => Ok(SanType::IpAddress((*ip).into())),
    };
    params.subject_alt_names = names.iter().map(alternative).collect::<Result<_, _>>()?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
