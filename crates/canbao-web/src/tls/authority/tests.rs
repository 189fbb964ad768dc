//! It is made once, issues again, and vouches for nobody else.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::tls::validity::ends;

const NOW: i64 = 1_480_000_000;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn it_is_made_once_and_issues_again_before_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("tls");
    let given = names(&["canbao.ankang.gov.cn", "10.20.0.5"]);
    let authority = CityAuthority::open(&folder, &given, NOW).unwrap();
    assert_eq!((mode(&folder), mode(&folder.join("city-ca.key"))), (0o700, 0o600));
    assert_eq!(mode(&authority.server_key()), 0o600);
    let first = fs::read(authority.server_certificate()).unwrap();
    let end = ends(&certificate(&authority.server_certificate()).unwrap()).unwrap();
    assert_eq!(end, (NOW + SERVER) * 1000);
    let again = CityAuthority::open(&folder, &given, NOW + SERVER - RENEW - 10).unwrap();
    assert_eq!(again.certificate(), authority.certificate(), "made once");
    assert_eq!(fs::read(authority.server_certificate()).unwrap(), first, "not yet");
    assert!(again.renew(NOW + SERVER - RENEW + 10).unwrap());
    assert_ne!(fs::read(authority.server_certificate()).unwrap(), first);
    // another name of the same domain, another address of a private network
    CityAuthority::open(&folder, &names(&["db.ankang.gov.cn", "192.168.1.9"]), NOW).unwrap();
    assert_eq!(authority.fingerprint().len(), 71);
    assert_eq!(authority.fingerprint(), again.fingerprint());
}

#[test]
fn it_vouches_for_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let open = |given: &[&str]| CityAuthority::open(folder.path(), &names(given), NOW);
    open(&["canbao.ankang.gov.cn", "59.75.1.2"]).unwrap();
    for other in ["www.icbc.com.cn", "ankang.gov.cn.evil.example", "gov.cn", "8.8.8.8", "59.75.1.3", "2400::1"] {
        assert!(matches!(open(&[other]), Err(TlsError::Outside(name)) if name == other), "{other}");
    }
    for nonsense in ["", "https://a.example", "a.example:443", "*.a.example", "a b", "a@b"] {
        assert!(matches!(open(&[nonsense]), Err(TlsError::Name(_))), "{nonsense}");
    }
    open(&["ankang.gov.cn", "59.75.1.2"]).unwrap();
    // an authority of addresses alone vouches for no domain
    let folder = tempfile::tempdir().unwrap();
    CityAuthority::open(folder.path(), &names(&["10.0.0.1"]), NOW).unwrap();
    let domain = CityAuthority::open(folder.path(), &names(&["www.icbc.com.cn"]), NOW);
    assert!(matches!(domain, Err(TlsError::Outside(_))));
}

#[test]
fn a_lost_key_is_told_and_a_lost_certificate_is_made_of_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let open = || CityAuthority::open(folder.path(), &names(&["10.0.0.1"]), NOW);
    open().unwrap();
    fs::remove_file(folder.path().join("city-ca.crt")).unwrap();
    open().unwrap();
    fs::remove_file(folder.path().join("city-ca.key")).unwrap();
    assert!(matches!(open(), Err(TlsError::LostKey(_))));
    fs::write(folder.path().join("city-ca.key"), "nonsense").unwrap();
    fs::remove_file(folder.path().join("server.crt")).unwrap();
    assert!(matches!(open(), Err(TlsError::Nothing { what: "私钥", .. })));
}

#[test]
fn the_domain_above_is_never_everybodys() {
    for (name, above) in [
        ("canbao.ankang.gov.cn", "ankang.gov.cn"),
        ("ankang.gov.cn", "ankang.gov.cn"),
        ("canbao.local", "canbao.local"),
        ("canbao", "canbao"),
    ] {
        assert_eq!(domain_above(name), above);
    }
}
