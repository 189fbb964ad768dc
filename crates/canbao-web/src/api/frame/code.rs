//! What an error is called: each code with its status, its sentence and what to do, listed in the document and on its page.

use axum::http::StatusCode;

/// Declares the codes.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $word:literal, $title:literal, $hint:literal;)+) => {
        /// Why a call was not answered.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])* $name,)+
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word that programs branch on; it never changes.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// The HTTP status.
            pub const fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status,)+
                }
            }

            /// What it means, a Chinese sentence.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)+
                }
            }

            /// What to do, a Chinese sentence.
            pub const fn hint(self) -> &'static str {
                match self {
                    $(Self::$name => $hint,)+
                }
            }
        }
    };
}

codes! {
    /// The body is no JSON.
    BadJson = BAD_REQUEST, "bad-json", "请求正文不是有效的 JSON。", "请用 UTF-8 编码的 JSON 作为正文，不要有重复或多余的内容。";
    /// A parameter's value will not do.
    BadParameter = BAD_REQUEST, "bad-parameter", "有的参数取值不对。", "请按文档核对各参数的类型、范围和写法。";
    /// A parameter that the call does not have.
    UnknownParameter = BAD_REQUEST, "unknown-parameter", "有这个接口没有的参数。", "请去掉多余的参数；参数名区分大小写。";
    /// A cursor that no page gave.
    BadCursor = BAD_REQUEST, "bad-cursor", "翻页位置不对。", "请原样使用上一次回答中的 next 或 previous；不带 cursor 从第一页开始。";
    /// A change without a name.
    NoKey = BAD_REQUEST, "idempotency-key-missing", "办理类请求没有带幂等键，或写法不对。", "请带上请求头 Idempotency-Key：8 到 64 个字母、数字、点、冒号、下划线或短横，每项新的请求另取一个。";
    /// What should be a version is none.
    BadVersion = BAD_REQUEST, "bad-version", "请求头 If-Match 写法不对。", "请原样写查看时回答的 ETag，带双引号；不比较版本的，不要写这个请求头。";
    /// A form that did not come whole.
    BrokenOff = BAD_REQUEST, "broken-off", "上传中断，内容不完整，没有接收。", "请检查网络，用同一个幂等键重新上传。";
    /// No token, or one that does not hold.
    NoToken = UNAUTHORIZED, "not-authenticated", "没有带有效的令牌。", "请带上请求头 Authorization: Bearer 令牌；令牌可能已到期或被撤销，可在“我的账号”里另建。";
    /// The account's role may not.
    RoleMayNot = FORBIDDEN, "role-may-not", "令牌所属账号的角色不能办理这一项。", "请换用有权办理的账号的令牌，或请系统管理员调整角色。";
    /// The token may not.
    TokenMayNot = FORBIDDEN, "token-may-not", "这个令牌没有这项权限。", "请在“我的账号”里另建带有这项权限的令牌。";
    /// No such record, or it is somebody else's: which of both is not told.
    NotFound = NOT_FOUND, "not-found", "没有这条记录，或者不在您负责的区域内。", "请核对编号和区划代码。";
    /// No such call.
    NoSuchCall = NOT_FOUND, "no-such-call", "没有这个接口。", "请核对地址；全部接口见 /api/v1/docs。";
    /// The call has other methods.
    NoSuchMethod = METHOD_NOT_ALLOWED, "method-not-allowed", "这个接口不接受这种请求方法。", "可用的方法见回答的 Allow 头和文档。";
    /// An answer in another form is wanted.
    NotAcceptable = NOT_ACCEPTABLE, "not-acceptable", "本接口不能给出所要的格式。", "请把请求头 Accept 写为文档所列的类型（一般是 application/json），或不写。";
    /// A form that came too slowly.
    TooSlow = REQUEST_TIMEOUT, "too-slow", "上传太慢，没有接收。", "请检查网络，用同一个幂等键重新上传；文件很大时分成几个文件。";
    /// As things stand it cannot be done.
    Refused = CONFLICT, "refused", "按现在的情况不能办理。", "请按说明核对后再办理。";
    /// The record changed meanwhile.
    RecordChanged = CONFLICT, "record-changed", "此人的记录在您查看之后已被修改。", "请重新查看，用新的 revision 再办理。";
    /// Something else is at work.
    Busy = CONFLICT, "busy", "另一项更新正在进行。", "请等它结束后再试。";
    /// It is another version than was looked at.
    VersionDiffers = PRECONDITION_FAILED, "version-differs", "这条记录在您查看之后已被改过，没有办理。", "请重新查看，核对改过的内容，再用新的 ETag 办理。";
    /// More than is taken.
    TooLarge = PAYLOAD_TOO_LARGE, "too-large", "请求正文太大。", "正文最多 512 KB；请分几次提交。";
    /// The body is of another kind.
    NotJson = UNSUPPORTED_MEDIA_TYPE, "not-json", "请求正文的类型不是 JSON。", "请把请求头 Content-Type 写为 application/json。";
    /// The body is no form with files.
    NotForm = UNSUPPORTED_MEDIA_TYPE, "not-multipart", "请求正文不是带文件的表单。", "请用 multipart/form-data 提交，文件放在 files 里。";
    /// The body is not of the form that the document tells.
    Invalid = UNPROCESSABLE_ENTITY, "invalid", "请求正文有的字段不对。", "请按 errors 逐项更正；字段的写法见文档。";
    /// Another request under a name that was used.
    KeyReused = UNPROCESSABLE_ENTITY, "idempotency-key-reused", "这个幂等键已经用于另一项内容不同的请求。", "请为每项新的请求另取一个幂等键；重试时内容要与第一次完全相同。";
    /// Too many calls.
    TooMany = TOO_MANY_REQUESTS, "too-many-requests", "这个令牌的请求太密。", "请等 Retry-After 所说的秒数后再试。";
    /// A defect.
    Internal = INTERNAL_SERVER_ERROR, "internal", "系统内部出错，刚才的操作没有生效。", "请联系系统管理员。";
    /// The disk is full.
    NoRoom = INSUFFICIENT_STORAGE, "no-room", "服务器的磁盘快满了，没有接收。", "请联系系统管理员清理磁盘后重新上传。";
    /// The database does not answer.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "数据库暂时没有应答，刚才的操作没有生效。", "请稍候重试；重试办理类请求时用同一个幂等键。";
}
