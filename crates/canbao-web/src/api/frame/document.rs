//! The interface told as OpenAPI 3.1, made of the very calls that are served.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContentBuilder, Header, HttpMethod, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Paths, Ref,
    RefOr, Required, ResponseBuilder, Responses, ResponsesBuilder, Schema, SecurityRequirement, Type,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::call::{Call, Gives, Kind, Part};
use super::code::Code;
use super::problem::{Body, KIND};
use super::word;
use crate::api::{Group, groups};
use crate::right::Right;

const ABOUT: &str = "全民参保登记系统的接口：页面上能办的事，程序也能办。

**令牌**：在“我的账号”里建令牌，选定它能做什么、到哪天为止；每次请求带上 `Authorization: Bearer 令牌`。\
能看到谁、能办什么，由令牌所属的账号和令牌的权限共同决定：账号不能办的，令牌也不能；区域以外的人，一律回答“没有这条记录”。\
每次查看个人记录都记入查看记录，写明是哪个令牌。

**遮盖**：号码、出生日期、电话、住址平时是遮盖的；要看全，用 `reveal` 并写明用途。姓名、号码只放在正文里，从不放在地址里。

**翻页**：回答里的 `next` 和 `previous` 原样放进下一次请求的 `cursor`。

**办理**：先提出，再由另一个人审核。提出和审核都写明看到的是哪一版（`seen`，即查看时的 `revision`）；之后别人改过，就不办，并说明改了什么。\
别的办理可以把查看时回答的 `ETag` 写在 `If-Match` 里：之后变过的，回答 412，什么也没有办。\
办理类请求要带 `Idempotency-Key`：网络中断后用同一个键、同样的内容再发一次，不会办两次，得到的是同一张回执。键保留 24 小时。

**文件**：数据文件用 `multipart/form-data` 上传，边传边存，同一个幂等键重传不会报送两次；下载的文件每次都记入审计。\
比对、载入这类时间长的办理，先得到编号，再查看它走到哪一步。

**出错**：一律是 `application/problem+json`，按 `code` 判断；`detail` 是给人看的一句话，`hint` 说该怎么办，`errors` 逐项指出位置。出错的回答里没有个人信息。";

/// The document, as it is served.
pub(crate) static TEXT: LazyLock<String> = LazyLock::new(|| {
    let document = serde_json::to_value(document()).unwrap_or_default();
    serde_json::to_string_pretty(&document).unwrap_or_default()
});

pub(crate) async fn serve() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    (headers, TEXT.as_str()).into_response()
}

fn document() -> OpenApi {
    let groups = groups();
    let mut schemas: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
    let mut paths = Paths::new();
    let mut add = |all: &[(String, RefOr<Schema>)]| schemas.extend(all.iter().cloned());
    add(&Part::of::<Body>().schemas);
    add(&[
        (word::Key::name().into_owned(), word::Key::schema()),
        (word::Tags::name().into_owned(), word::Tags::schema()),
    ]);
    for group in &groups {
        for call in &group.calls {
            add(&call.parameters);
            if let Gives::Json(part) = &call.gives {
                add(&part.schemas);
            }
            call.body.iter().for_each(|body| add(&body.schemas));
            let (method, operation) = (method(call.kind), operation(group, call));
            paths.add_path_operation(call.path, vec![method], operation);
        }
    }
    let mut components = Components::new();
    components.schemas = schemas;
    components.responses = errors();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("canbao_…")
        .description(Some("令牌：canbao_ 和 64 个十六进制数字。在“我的账号”里建，只显示一次。"));
    components.add_security_scheme("token", SecurityScheme::Http(bearer.build()));
    let tags = groups.iter().map(|group| TagBuilder::new().name(group.name).description(Some(group.about)).build());
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("全民参保登记系统接口")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(ABOUT))
                .build(),
        )
        .paths(paths)
        .components(Some(components))
        .tags(Some(tags))
        .build()
}

const fn method(kind: Kind) -> HttpMethod {
    match kind {
        Kind::Read => HttpMethod::Get,
        Kind::Ask | Kind::Act => HttpMethod::Post,
    }
}

fn operation(group: &Group, call: &Call) -> OperationBuilder {
    let mut operation = OperationBuilder::new()
        .tag(group.name)
        .operation_id(Some(call.id))
        .summary(Some(call.summary))
        .description(Some(format!("{}{}", call.about, needed(call.right))))
        .security(SecurityRequirement::new("token", Vec::<String>::new()))
        .responses(responses(call));
    let shape = &call.shapes.parameters;
    for (name, schema) in shape.members() {
        let in_path = call.path.contains(&format!("{{{name}}}"));
        let place = if in_path { ParameterIn::Path } else { ParameterIn::Query };
        let required = if in_path || shape.is_required(name) { Required::True } else { Required::False };
        let mut schema = without_null(schema.clone());
        let described = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let about = described.and_then(|about| about.as_str().map(str::to_owned));
        let schema: Option<RefOr<Schema>> = serde_json::from_value(schema).ok();
        let parameter = ParameterBuilder::new().name(name).parameter_in(place).required(required);
        operation = operation.parameter(parameter.description(about).schema(schema).build());
    }
    if call.kind == Kind::Act {
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .schema(Some(word::reference::<word::Key>()))
            .example(Some(Value::from("0f9d3c52-6d1c-4a59-9a55-6e2f3b8f7c11")));
        operation = operation.parameter(key.build());
    }
    if call.guarded {
        let tags = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .schema(Some(word::reference::<word::Tags>()))
            .example(Some(Value::from("\"3f0c9a5512d7e846\"")));
        operation = operation.parameter(tags.build());
    }
    if let Some(body) = &call.body {
        let kind = if call.shapes.files.is_some() { "multipart/form-data" } else { "application/json" };
        let body = RequestBodyBuilder::new().content(kind, content(body)).required(Some(Required::True));
        operation = operation.request_body(Some(body.build()));
    }
    operation
}

/// Who may, for whoever reads the document.
fn needed(right: Right) -> String {
    match right.scope() {
        Some(scope) => format!("\n\n令牌要有权限 `{scope}`（{}）。", right.chinese()),
        None => "\n\n任何有效的令牌都可以。".to_owned(),
    }
}

fn content(part: &Part) -> utoipa::openapi::Content {
    let schema = RefOr::<Schema>::Ref(Ref::from_schema_name(part.name.clone()));
    ContentBuilder::new().schema(Some(schema)).example(Some(part.example.clone())).build()
}

/// A parameter that is not given is left out, never null.
fn without_null(mut schema: Value) -> Value {
    if let Some(kinds) = schema.get("type").and_then(Value::as_array) {
        let kind = kinds.iter().find(|kind| *kind != "null").cloned();
        if let (Some(kind), Some(schema)) = (kind, schema.as_object_mut()) {
            schema.insert("type".to_owned(), kind);
        }
    }
    let of = schema.get("oneOf").and_then(Value::as_array);
    let one = of.and_then(|all| all.iter().find(|one| one.get("type").is_none_or(|kind| kind != "null")));
    let Some(mut one) = one.cloned() else { return schema };
    if let (Some(about), Some(one)) = (schema.get("description"), one.as_object_mut()) {
        one.insert("description".to_owned(), about.clone());
    }
    one
}

/// Which errors a call can have, by status.
fn codes(call: &Call) -> BTreeMap<u16, Vec<Code>> {
    use Code::{
        BadCursor, BadJson, BadParameter, BadVersion, BrokenOff, Busy, Internal, Invalid, KeyReused, NoKey, NoRoom,
        NoToken, NotAcceptable, NotForm, NotFound, NotJson, RecordChanged, Refused, RoleMayNot, TokenMayNot, TooLarge,
        TooMany, TooSlow, Unavailable, UnknownParameter, VersionDiffers,
    };
    let mut all =
        vec![UnknownParameter, BadParameter, NoToken, NotAcceptable, NotFound, TooMany, Internal, Unavailable];
    let has = |name: &str| call.shapes.parameters.members().any(|(known, _)| known == name);
    if has("cursor") {
        all.push(BadCursor);
    }
    if call.right.scope().is_some() {
        all.extend([RoleMayNot, TokenMayNot]);
    }
    match (call.kind, call.shapes.files) {
        (Kind::Read, _) => {}
        (_, Some(_)) => all.extend([BrokenOff, TooSlow, TooLarge, NotForm, Invalid, NoRoom]),
        (_, None) => all.extend([BadJson, TooLarge, NotJson, Invalid]),
    }
    if call.kind == Kind::Act {
        all.extend([NoKey, BadVersion, KeyReused, Refused, RecordChanged, Busy]);
    }
    if call.guarded {
        all.push(VersionDiffers);
    }
    if matches!(call.gives, Gives::File(_)) {
        all.push(Refused);
    }
    if call.refusing {
        all.extend([Refused, RecordChanged, Busy]);
    }
    all.sort_unstable();
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in all {
        by_status.entry(code.status().as_u16()).or_default().push(code);
    }
    by_status
}

fn responses(call: &Call) -> Responses {
    let mut good = ResponseBuilder::new().description("办成。");
    match &call.gives {
        Gives::Json(part) => good = good.content("application/json", content(part)),
        Gives::File(kinds) => {
            for kind in *kinds {
                good = good.content(*kind, utoipa::openapi::Content::new(Some(word::File::schema())));
            }
            let name = ObjectBuilder::new().schema_type(Type::String).description(Some("文件的名称"));
            good = good.header("Content-Disposition", Header::new(name));
        }
    }
    if call.versioned {
        let tag = ObjectBuilder::new().schema_type(Type::String).description(Some("版本；办理时写在 If-Match 里"));
        good = good.header("ETag", Header::new(tag));
    }
    let mut all = ResponsesBuilder::new().response("200", good.build());
    for (status, codes) in codes(call) {
        let told: Vec<String> = codes.iter().map(|code| format!("`{}` {}", code.as_str(), code.title())).collect();
        let mut response = ResponseBuilder::new().description(told.join(" ")).content(KIND, problem(&codes));
        if matches!(status, 429 | 503) {
            let seconds = ObjectBuilder::new().schema_type(Type::Integer).description(Some("多少秒后再试"));
            response = response.header("Retry-After", Header::new(seconds));
        }
        if status == 401 {
            let scheme = ObjectBuilder::new().schema_type(Type::String).description(Some("要什么令牌"));
            response = response.header("WWW-Authenticate", Header::new(scheme));
        }
        all = all.response(status.to_string(), response.build());
    }
    all.build()
}

/// An error of one of some codes, with an example of the first.
fn problem(codes: &[Code]) -> utoipa::openapi::Content {
    let schema = RefOr::<Schema>::Ref(Ref::from_schema_name(Body::name()));
    let example = codes.first().map(|code| super::problem::Problem::new(*code).json());
    ContentBuilder::new().schema(Some(schema)).example(example).build()
}

/// Errors that stand outside of any call.
fn errors() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
    let outside = [Code::NoSuchCall, Code::NoSuchMethod].map(|code| {
        let response = ResponseBuilder::new().description(code.title()).content(KIND, problem(&[code])).build();
        (code.as_str().to_owned(), RefOr::T(response))
    });
    outside.into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn no_two_schemas_share_a_name() {
        let mut known: BTreeMap<String, (Value, &str)> = BTreeMap::new();
        for call in groups().iter().flat_map(|group| &group.calls) {
            let answer = match &call.gives {
                Gives::Json(part) => Some(part),
                Gives::File(_) => None,
            };
            let parts = call.body.iter().chain(answer).flat_map(|part| &part.schemas);
            for (name, schema) in parts.chain(&call.parameters) {
                let schema = serde_json::to_value(schema).unwrap();
                let (other, of) = known.entry(name.clone()).or_insert_with(|| (schema.clone(), call.id));
                assert_eq!(*other, schema, "{name}: {of}, {}", call.id);
            }
        }
        assert!(known.len() > 50);
    }
}
