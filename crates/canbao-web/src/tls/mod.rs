//! HTTPS by itself: the certificate that is shown, from files or from the city's own authority, exchanged while it serves.

mod authority;
mod file;
mod keep;
mod validity;

use std::path::PathBuf;

pub use authority::CityAuthority;
pub use keep::{Certificates, Source, keep_fresh};

/// Why there is no HTTPS. The message is a Chinese sentence; [`TlsError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or written.
    #[error("{doing} {} 失败：{source}。", .path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file holds no certificate or no key.
    #[error("{} 里没有可用的{what}。", .path.display())]
    Nothing {
        /// 证书 or 私钥.
        what: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Key and certificate are not of one another.
    #[error("证书 {} 与私钥 {} 不是一对。", .certificate.display(), .key.display())]
    Apart {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// Others can read the key.
    #[error("私钥文件 {} 别的用户也能读。", .0.display())]
    OpenKey(PathBuf),
    /// The authority's certificate is there and its key is not.
    #[error("城市根证书 {} 的私钥不见了，不能再签发服务器证书。", .0.display())]
    LostKey(PathBuf),
    /// A name of the server that is none.
    #[error("“{0}”不是域名，也不是 IP 地址。")]
    Name(String),
    /// A name that the authority may not vouch for.
    #[error("城市根证书不能为“{0}”签发证书：建立它时没有写明这个名称。")]
    Outside(String),
    /// A certificate was not made.
    #[error("证书没有做成：{0}。")]
    Making(String),
}

impl TlsError {
    /// What to do, a Chinese sentence.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } => "请检查路径、权限和磁盘空间。",
            Self::Nothing { .. } => {
                "证书和私钥都用 PEM 格式：以 -----BEGIN 开头；证书文件里先放服务器证书，再放中间证书。"
            }
            Self::Apart { .. } => "请换上与证书配套的私钥；两个文件要一起更换。",
            Self::OpenKey(_) => "请运行 chmod 600，只让运行程序的用户读它。",
            Self::LostKey(_) => {
                "请从备份放回 city-ca.key；确实丢了，把整个文件夹移走，会重新建立，各台电脑要重新安装根证书。"
            }
            Self::Name(_) => "请写成 canbao.ankang.gov.cn 或 10.20.0.5 的样子，不带 https:// 和端口。",
            Self::Outside(_) => {
                "请改用内网地址或原来的域名；确要换名称，把证书文件夹移走，会重新建立，各台电脑要重新安装根证书。"
            }
            Self::Making(_) => "请核对 tls_names 里的名称。",
        }
    }

    fn file(doing: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { doing, path, source }
    }
}
