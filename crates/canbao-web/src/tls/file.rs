//! Certificates and keys in files, PEM.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::TlsError;

/// Reads a chain and its key, which must be of one another.
pub(super) fn read(certificate: &Path, key: &Path) -> Result<Arc<CertifiedKey>, TlsError> {
    let nothing = |what, path: &Path| TlsError::Nothing { what, path: path.to_owned() };
    let chain = fs::read(certificate).map_err(TlsError::file("读取证书", certificate))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&chain).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| nothing("证书", certificate))?;
    let open = fs::metadata(key).map_err(TlsError::file("读取私钥", key))?;
    if open.permissions().mode() & 0o007 != 0 {
        return Err(TlsError::OpenKey(key.to_owned()));
    }
    let text = fs::read(key).map_err(TlsError::file("读取私钥", key))?;
    let private = PrivateKeyDer::from_pem_slice(&text).map_err(|_| nothing("私钥", key))?;
    CertifiedKey::from_der(chain, private, &default_provider()).map(Arc::new).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            TlsError::Apart { certificate: certificate.to_owned(), key: key.to_owned() }
        }
        rustls::Error::InvalidCertificate(_) => nothing("证书", certificate),
        _ => nothing("私钥", key),
    })
}

/// A folder that its owner alone opens, with those above it.
pub(super) fn folder(path: &Path) -> Result<(), TlsError> {
    let make = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    make.map_err(TlsError::file("建立文件夹", path))
}

/// Writes a file beside its place and renames it there: whoever reads it reads all of it.
pub(super) fn write(path: &Path, text: &str, mode: u32) -> Result<(), TlsError> {
    let aside = path.with_extension(format!("{}.new", std::process::id()));
    let written = || {
        match fs::remove_file(&aside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&aside, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    written().map_err(TlsError::file("写入", path))
}
