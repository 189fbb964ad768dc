//! What travels around a page: cookies, headers, where a request comes from.

pub(crate) mod cookie;
pub(crate) mod head;
pub(crate) mod origin;
