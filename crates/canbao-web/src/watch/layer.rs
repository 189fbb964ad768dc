//! What every request passes first and every answer last.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::FutureExt as _;

use super::{ASKED, Asked, Field, Level, Watch};
use crate::fault::Fault;

const ID: HeaderName = HeaderName::from_static("x-request-id");
/// Whoever asked went away before there was an answer, as nginx tells it.
const GONE: u16 = 499;

pub(crate) async fn watched(watch: Arc<Watch>, request: Request, next: Next) -> Response {
    let asked = Arc::new(Asked::new());
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let mut telling = Telling::begin(watch, Arc::clone(&asked), method(request.method()), route);
    let answered = ASKED.scope(Arc::clone(&asked), AssertUnwindSafe(next.run(request)).catch_unwind()).await;
    let mut response = answered.unwrap_or_else(|_| {
        telling.watch.metrics.panic();
        ASKED.sync_scope(Arc::clone(&asked), || Fault::Broken.into_response())
    });
    if let Ok(id) = HeaderValue::from_str(&asked.id) {
        response.headers_mut().insert(ID, id);
    }
    telling.status = response.status().as_u16();
    response
}

/// What comes from outside is one of these, or it would be a label of its own.
const fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// Tells of a request when it is over, however that comes.
struct Telling {
    watch: Arc<Watch>,
    asked: Arc<Asked>,
    method: &'static str,
    route: String,
    status: u16,
    begun: Instant,
}

impl Telling {
    fn begin(watch: Arc<Watch>, asked: Arc<Asked>, method: &'static str, route: String) -> Self {
        watch.metrics.begin();
        Self { watch, asked, method, route, status: GONE, begun: Instant::now() }
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        let took = self.begun.elapsed();
        let Watch { log, metrics } = &*self.watch;
        metrics.end(self.method, &self.route, self.status, took);
        let trouble = self.asked.trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        if trouble.as_ref().is_some_and(|trouble| trouble.is_database) {
            metrics.database_error();
        }
        let mut fields = vec![
            ("method", Field::Text(self.method)),
            ("route", Field::Text(&self.route)),
            ("status", Field::Int(i64::from(self.status))),
            ("ms", Field::Ms(took.as_secs_f64() * 1000.0)),
        ];
        let account = self.asked.account.load(Ordering::Relaxed);
        if account > 0 {
            fields.push(("account", Field::Int(account)));
        }
        fields.push(("request", Field::Text(&self.asked.id)));
        if let Some(trouble) = &trouble {
            fields.push(("error", Field::Text(&trouble.told)));
        }
        let level = if self.status >= 500 || trouble.is_some() { Level::Error } else { Level::Info };
        log.write(level, "request", &fields);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_fault_of_the_program_is_a_page_and_counted() {
        let watch: Arc<Watch> = Arc::default();
        let kept = Arc::clone(&watch);
        let broken = get(|| async {
            if ID.as_str().len() > 1 {
                panic!("罗承志")
            }
        });
        let router = Router::new()
            .route("/broken/{id}", broken)
            .layer(from_fn(move |request, next| watched(Arc::clone(&kept), request, next)));
        let request = Request::get("/broken/7").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let id = response.headers().get(ID).unwrap().to_str().unwrap().to_owned();
        let page = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
        let page = String::from_utf8_lossy(&page);
        assert!(page.contains("程序出错") && page.contains(&id) && !page.contains("罗承志"), "{page}");
        let text = watch.metrics.text();
        assert!(text.contains("canbao_panics_total 1") && text.contains("route=\"/broken/{id}\",status=\"5xx\"} 1"));
        assert!(text.contains("canbao_http_requests_in_flight 0"));
    }
}
