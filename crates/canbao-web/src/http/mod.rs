//! What travels around a page: cookies, headers, where a request comes from, files.

pub(crate) mod cookie;
pub(crate) mod download;
pub(crate) mod head;
pub(crate) mod live;
pub(crate) mod origin;
pub(crate) mod plain;
pub(crate) mod upload;
