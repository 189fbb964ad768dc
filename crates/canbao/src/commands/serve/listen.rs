//! Where it may listen.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::output::failure::Failure;

/// An address to listen on.
///
/// # Errors
/// Where the text is none.
pub(super) fn address(text: &str) -> Result<SocketAddr, Failure> {
    text.parse().map_err(|_| {
        Failure::new(format!("“{text}”不是监听地址。")).hint("请写成 127.0.0.1:8080 的样子：本机的 IP 地址和端口。")
    })
}

/// Whether pages may be served there.
///
/// # Errors
/// Where they would travel in plain text, or the record is a demonstration, and the address is not of this machine alone.
pub(super) fn allowed(at: SocketAddr, by_https: bool, is_demo: bool) -> Result<(), Failure> {
    if at.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    if is_demo {
        return Err(Failure::new(format!(
            "不能在 {at} 上监听：这是 canbao demo 建立的演示库，人员都是虚构的，只能在本机查看。"
        ))
        .hint("演示请用 127.0.0.1:端口；正式使用请用 canbao registry migrate 另建登记库。"));
    }
    if !by_https {
        return Err(Failure::new(format!("不能在 {at} 上监听：明文 HTTP 只能用于本机。"))
            .hint("请设置 tls = \"city-ca\" 或 tls = \"files\"；或者写 127.0.0.1:端口，由本机的反向代理提供 HTTPS。"));
    }
    Ok(())
}

/// Listens.
///
/// # Errors
/// Where the address is taken, another machine's, or not permitted.
pub(super) async fn bind(at: SocketAddr, setting: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(at).await.map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => "端口已被占用；请换一个，或结束占用它的程序。",
            std::io::ErrorKind::AddrNotAvailable => "这台机器没有这个地址；请用 ip addr 查看，或写 0.0.0.0。",
            std::io::ErrorKind::PermissionDenied => {
                "1024 以下的端口要有权限：请用 deploy/canbao.service 启动，或者换一个大的端口。"
            }
            _ => "请换一个地址或端口。",
        };
        Failure::new(format!("不能在 {at} 上监听（{setting}）：{error}。")).hint(hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::language::Language;

    #[test]
    fn plain_text_and_demonstrations_stay_on_the_machine() {
        let ask = |at: &str, by_https, is_demo| {
            allowed(address(at)?, by_https, is_demo).map_err(|failure| Failure::new(failure.render(Language::Zh)))
        };
        for here in ["127.0.0.1:80", "127.8.9.1:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
            assert!(ask(here, false, true).is_ok(), "{here}");
        }
        for far in ["0.0.0.0:80", "10.0.0.1:80", "[::]:80", "192.168.1.2:80"] {
            let said =
                |by_https, is_demo| ask(far, by_https, is_demo).err().map(|failure| failure.render(Language::Zh));
            assert!(said(false, false).is_some_and(|said| said.contains("明文 HTTP 只能用于本机")), "{far}");
            assert!(said(true, true).is_some_and(|said| said.contains("演示库")), "{far}");
            assert_eq!(said(true, false), None, "{far}");
        }
        for nonsense in ["", "8080", "localhost:80", "127.0.0.1"] {
            assert!(ask(nonsense, true, false).is_err(), "{nonsense}");
        }
    }
}
