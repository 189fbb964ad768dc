//! What devices and the server tell each other, see the app's `sync.js`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use canbao_registry::RegistryError;
use canbao_registry::survey::{Bearer, Operation, Piece, Pulled, TakenState};
use canbao_survey::known::Cover;
use canbao_survey::{Keeper, device as sheet};
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Json, fault, told};
use crate::App;
use crate::fault::Fault;
use crate::right::visitor::Visitor;
use crate::say;

/// Operations in one message, at most.
const MOST: usize = 500;

/// Where pictures stand in the data folder.
pub(crate) fn pictures(app: &App) -> PathBuf {
    app.settings.data.join("survey")
}

pub(crate) async fn me(State(app): State<App>, visitor: Visitor) -> Response {
    let areas = &visitor.areas;
    let name = |code: &str| areas.get(code).map(|area| area.name.clone()).unwrap_or_default();
    let under = areas.reporting_to(visitor.own_area());
    let villages: Vec<Value> = under
        .into_iter()
        .filter(|code| areas.get(code).is_some_and(|area| area.level == "village"))
        .map(|code| json!({ "code": code, "name": name(code) }))
        .collect();
    let account = &visitor.account;
    Json(json!({
        "login": account.login,
        "name": account.name,
        "area": visitor.own_area(),
        "areaName": name(visitor.own_area()),
        "villages": villages,
        "token": visitor.session.csrf,
        "now": say::now_ms(),
        "hours": app.settings.survey.hours,
        "keep": app.settings.survey.keep_days,
    }))
    .into_response()
}

/// A device that is to be made known, with its owner's password.
#[derive(Deserialize)]
pub(crate) struct Proof {
    device: String,
    #[serde(default)]
    name: String,
    password: String,
}

/// A message that is none.
fn senseless() -> Response {
    told(StatusCode::BAD_REQUEST, "这条消息读不懂。", "请更新采集页面后再试。")
}

/// What a device is told of a refusal or a failure.
fn refused(error: RegistryError) -> Response {
    match error {
        RegistryError::Lost => (StatusCode::GONE, Json(json!({ "lost": true }))).into_response(),
        error => fault(Fault::Registry(error)),
    }
}

pub(crate) async fn device(State(app): State<App>, visitor: Visitor, body: Bytes) -> Response {
    let Ok(Proof { device, name, password }) = serde_json::from_slice(&body) else { return senseless() };
    let password = Zeroizing::new(password);
    match app.registry.prove_password(&visitor.account, &password).await {
        Ok(None) => {}
        Ok(Some(says)) => return told(StatusCode::FORBIDDEN, &says, "请核对后重新输入。"),
        Err(error) => return refused(error),
    }
    let account = &visitor.account;
    match app.registry.survey_device(&account.login, account.id, &device, &name).await {
        Ok(secret) => Json(json!({ "secret": base64(&secret), "hours": app.settings.survey.hours })).into_response(),
        Err(error) => refused(error),
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = LETTERS.get((number >> (18 - 6 * at) & 63) as usize).copied().unwrap_or(b'A');
            text.push(if at <= three.len() { letter as char } else { '=' });
        }
    }
    text
}

/// What a device says.
#[derive(Deserialize)]
pub(crate) struct Message {
    device: String,
    #[serde(default)]
    since: i64,
    #[serde(default)]
    ops: Vec<Value>,
    #[serde(default)]
    forms: BTreeMap<String, i64>,
}

pub(crate) async fn sync(State(app): State<App>, visitor: Visitor, body: Bytes) -> Response {
    let Ok(message) = serde_json::from_slice::<Message>(&body) else { return senseless() };
    if message.ops.len() > MOST {
        return senseless();
    }
    match talk(&app, &visitor, message).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => refused(error),
    }
}

async fn talk(app: &App, visitor: &Visitor, message: Message) -> Result<Value, RegistryError> {
    let Message { device, since, ops, forms } = message;
    let today = say::today();
    let asker = visitor.asker("入户采集");
    let keeper = Keeper { forms: &app.settings.survey.forms, today };
    let mut results: Vec<Value> = Vec::with_capacity(ops.len());
    let mut operations: Vec<Operation> = Vec::with_capacity(ops.len());
    for value in ops {
        let id = value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        match serde_json::from_value(value) {
            Ok(operation) => operations.push(operation),
            // kept on the device, with the reason
            Err(_) => results.push(json!({ "id": id, "state": "refused", "says": "这项操作读不懂，请更新采集页面。" })),
        }
    }
    if !operations.is_empty() {
        let bearer = Bearer { asker: &asker, account: visitor.account.id, device: &device };
        for taken in app.registry.survey_operations(&bearer, &operations, &keeper).await? {
            let state = taken.state.as_str();
            results.push(if taken.state == TakenState::Done {
                json!({ "id": taken.id, "state": state })
            } else {
                json!({ "id": taken.id, "state": state, "says": taken.says })
            });
        }
    }
    let Pulled { tasks, households, keys, cursor, more } =
        app.registry.survey_pull(&asker, visitor.account.id, &device, since).await?;
    let [operations, photos, whole] = app.registry.survey_counts_of(&device).await?;
    let marks: BTreeMap<i64, &str> =
        households.iter().map(|sheet| (sheet.household.id, sheet.household.mark.as_str())).collect();
    let known = &app.settings.survey.forms;
    let told = tasks.iter().map(|subject| {
        let household = subject.task.household.and_then(|id| marks.get(&id)).copied().unwrap_or_default();
        sheet::task(subject, household, &visitor.areas, known, &device, today, Cover::Masked)
    });
    let tasks: Vec<Value> = told.collect();
    let households: Vec<Value> = households.iter().map(|one| sheet::household(one, &device)).collect();
    let newer = known.iter().filter(|form| forms.get(&form.id) != Some(&form.version));
    let forms: Vec<Value> = newer.map(|form| json!(form)).collect();
    let answer = json!({
        "now": say::now_ms(),
        "results": results,
        "tasks": tasks,
        "households": households,
        "cursor": cursor,
        "more": more,
        "forms": forms,
        "hours": app.settings.survey.hours,
        "counts": { "ops": operations, "photos": photos, "whole": whole },
    });
    let Value::Object(mut answer) = answer else { return Ok(answer) };
    if since == 0 || cursor != since {
        answer.insert("keys".to_owned(), json!(keys));
    }
    Ok(Value::Object(answer))
}

#[derive(Deserialize)]
pub(crate) struct At {
    at: i64,
    device: String,
}

pub(crate) async fn piece(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(at): Query<At>,
    body: Bytes,
) -> Response {
    let content = Zeroizing::new(body.to_vec());
    let folder = pictures(&app);
    match app.registry.survey_piece(&folder, visitor.account.id, &at.device, &id, at.at, content).await {
        Ok(Piece::Have(have)) => Json(json!({ "have": have, "whole": false })).into_response(),
        Ok(Piece::Whole) => Json(json!({ "have": at.at + body.len() as i64, "whole": true })).into_response(),
        Ok(Piece::Elsewhere(have)) => (StatusCode::CONFLICT, Json(json!({ "have": have }))).into_response(),
        Err(RegistryError::Nobody) => told(StatusCode::NOT_FOUND, "还没有收到这张照片的说明。", "会自动重试。"),
        Err(error) => refused(error),
    }
}

pub(crate) async fn photo(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Fault> {
    let (photo, content) = app.registry.survey_photo(&visitor.asker("入户照片"), &pictures(&app), &id).await?;
    let kind = match photo.media.as_str() {
        "image/png" => "image/png",
        "image/webp" => "image/webp",
        _ => "image/jpeg",
    };
    let mut response = content.to_vec().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // what somebody handed in is drawn, and nothing else
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    #[test]
    fn secrets_are_told_as_everywhere() {
        for (bytes, told) in
            [(&b""[..], ""), (b"f", "Zg=="), (b"fo", "Zm8="), (b"foo", "Zm9v"), (b"foobar", "Zm9vYmFy")]
        {
            assert_eq!(super::base64(bytes), told);
        }
    }
}
