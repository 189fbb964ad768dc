//! Figures as files: a table that was put together, and all tables of an area.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use canbao_report::ReportError;
use canbao_report::table::{Heading, area_book, grid_book, grid_csv};

use super::asked::Asked;
use super::{cube, filter, measure, place};
use crate::App;
use crate::fault::Fault;
use crate::http::download::{self, Passing};
use crate::page::given::Given;
use crate::right::visitor::Visitor;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn unwritten() -> Fault {
    Fault::Refused(
        StatusCode::SERVICE_UNAVAILABLE,
        "文件没有做成。".to_owned(),
        "请稍候重试；持续出现时请联系系统管理员。".to_owned(),
    )
}

fn refused(error: ReportError) -> Fault {
    match error {
        ReportError::Registry(error) => error.into(),
        ReportError::Paper(_) => unwritten(),
        error => Fault::Said(error.to_string(), error.hint()),
    }
}

/// A pivot as a workbook or as CSV; as many rows as the page has.
pub(crate) async fn pivot(
    State(app): State<App>,
    visitor: Visitor,
    Path(form): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let asked = Asked::read(&Given::of(pairs)).map_err(refused)?;
    let indicator = measure(&app, &asked.measure, "coverage")?;
    let cube = cube(&app, &asked.snapshot).await.map_err(refused)?;
    let grid =
        cube.pivot(asked.rows, asked.columns, indicator, &asked.filter(&visitor), &visitor.scope).map_err(refused)?;
    let title = format!("{}{}，按{}", place(&visitor), indicator.definition().name, asked.by());
    let name = format!("{}-{}.{form}", title.replace(['/', '\\'], ""), grid.as_of);
    match form.as_str() {
        "csv" => {
            let named: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
            let disposition = format!("attachment; filename*=UTF-8''{}", named.replace('+', "%20"));
            let heads = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, disposition),
            ];
            Ok((heads, grid_csv(&grid)).into_response())
        }
        "xlsx" => {
            let conditions: Vec<String> =
                asked.only.iter().map(|(dimension, key)| format!("{}={key}", dimension.chinese())).collect();
            let heading = Heading { title, conditions: conditions.join("，") };
            let passing = Arc::new(Passing::new(&app.settings.data).map_err(|_| unwritten())?);
            let (place, first) = (Arc::clone(&passing), asked.rows.chinese());
            let written = tokio::task::spawn_blocking(move || grid_book(&cube, &grid, &heading, first, place.path()));
            written.await.map_err(|_| Fault::Broken)?.map_err(refused)?;
            download::send(passing, XLSX, &name).map_err(|_| unwritten())
        }
        _ => Err(Fault::NoSuchPage),
    }
}

/// All tables of the chosen area as a workbook.
pub(crate) async fn book(State(app): State<App>, visitor: Visitor) -> Result<Response, Fault> {
    let cube = cube(&app, "").await.map_err(refused)?;
    let name = format!("{}统计表-{}.xlsx", place(&visitor), cube.as_of());
    let passing = Arc::new(Passing::new(&app.settings.data).map_err(|_| unwritten())?);
    let (at, filter, scope) = (Arc::clone(&passing), filter(&visitor), visitor.scope.clone());
    let catalogue = Arc::clone(&app.settings.report.catalogue);
    let written = tokio::task::spawn_blocking(move || area_book(&cube, &catalogue, &filter, &scope, at.path()));
    written.await.map_err(|_| Fault::Broken)?.map_err(refused)?;
    download::send(passing, XLSX, &name).map_err(|_| unwritten())
}
