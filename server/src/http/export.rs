//! The audit log and the list of environments as files.

use std::fmt::Write as _;

use axum::body::Body;
use axum::extract::{Extension, Query, State};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use control_plane::{Caller, ControlPlane, Error};
use domain::view::{AuditQuery, AuditRow, EnvironmentExport, EnvironmentsQuery};
use futures::{Stream, StreamExt as _, stream};
use http::{HeaderName, HeaderValue, header};

use super::page;
use super::portal::Portal;

const COLUMNS: &str =
    "position,id,at,who,action,resource_kind,resource_id,project,outcome,correlation,entity_version,detail\r\n";

/// `GET /audit/export.csv`: RFC 4180, filtered as the page is.
pub(super) async fn csv(
    State(portal): State<Portal>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<AuditQuery>,
) -> Response {
    match portal.control_plane().audit_export(&caller, query).await {
        Ok(rows) => {
            let head = stream::once(async { Ok(COLUMNS.to_owned()) });
            file("text/csv; charset=utf-8", "audit.csv", head.chain(rows.map(|row| row.map(|row| csv_line(&row)))))
        }
        Err(error) => refused(&portal, &error, &caller),
    }
}

/// `GET /audit/export.jsonl`: one object a line.
pub(super) async fn jsonl(
    State(portal): State<Portal>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<AuditQuery>,
) -> Response {
    match portal.control_plane().audit_export(&caller, query).await {
        Ok(rows) => {
            let lines = rows.map(|row| {
                let line = serde_json::to_string(&row?).map_err(std::io::Error::other)?;
                Ok::<_, ExportError>(format!("{line}\n"))
            });
            file("application/jsonl; charset=utf-8", "audit.jsonl", lines)
        }
        Err(error) => refused(&portal, &error, &caller),
    }
}

const ENVIRONMENT_COLUMNS: &str = "id,name,project,stage,account,region,product,version,version_id,owner,state,approved_at,lease_ends_at,held_until\r\n";

/// `GET /environments/export.csv`: RFC 4180, what the list shows with the same filters, up to
/// [`ControlPlane::MOST_EXPORTED`] rows.
pub(super) async fn environments(
    State(portal): State<Portal>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<EnvironmentsQuery>,
) -> Response {
    match portal.control_plane().environments_export(&caller, &query).await {
        Ok((rows, more)) => {
            let head = stream::once(async { Ok(ENVIRONMENT_COLUMNS.to_owned()) });
            let lines = head.chain(rows.map(|row| row.map(|row| environment_line(&row))));
            let rest = stream::iter(more.then(|| Ok(cut_line())));
            let mut answer = file("text/csv; charset=utf-8", "environments.csv", lines.chain(rest));
            if more {
                answer.headers_mut().insert(CUT, HeaderValue::from(ControlPlane::MOST_EXPORTED));
            }
            answer
        }
        Err(error) => refused(&portal, &error, &caller),
    }
}

/// Of filters that cannot be used it says which, as the address names them: there is no form here that could.
fn refused(portal: &Portal, error: &Error, caller: &Caller) -> Response {
    let mut problem = error.problem();
    if let Error::Invalid(mistakes) = error {
        let named: Vec<String> = mistakes.iter().map(|it| format!("{}: {}", it.field, it.message)).collect();
        "The filters cannot be used.".clone_into(&mut problem.what);
        problem.why = named.join(" ");
        "Set the filters on the list, and export from there.".clone_into(&mut problem.next);
    }
    page::problem(portal, error.status(), problem, Some(&caller.request_id))
}

/// After how many rows the list was cut off.
const CUT: HeaderName = HeaderName::from_static("studiogate-cut-off-after");

/// The last line of a file that does not hold the whole list, as long as the others.
fn cut_line() -> String {
    let mut cells = vec![String::new(); ENVIRONMENT_COLUMNS.split(',').count()];
    if let Some(cell) = cells.first_mut() {
        *cell =
            format!("Cut off after {} environments: narrow the filters for the others.", ControlPlane::MOST_EXPORTED);
    }
    line_of(&cells)
}

/// Ends a download in the middle: a file that looks whole and is not would be worse.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error(transparent)]
    Rows(#[from] Error),
    #[error(transparent)]
    Json(#[from] std::io::Error),
}

fn file<E>(
    content_type: &'static str,
    name: &str,
    lines: impl Stream<Item = Result<String, E>> + Send + 'static,
) -> Response
where
    E: std::error::Error + Send + Sync + 'static,
{
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    let lines = lines.inspect(|line| {
        if let Err(error) = line {
            tracing::error!(%error, "an export broke off");
        }
    });
    (headers, Body::from_stream(lines)).into_response()
}

fn csv_line(row: &AuditRow) -> String {
    let event = &row.event;
    let detail = event.detail.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    let number = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
    let cells = [
        number(row.position),
        event.id.to_string(),
        event.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        row.who.clone(),
        event.action.clone(),
        event.resource_kind.clone(),
        event.resource_id.clone(),
        event.project.as_ref().map(ToString::to_string).unwrap_or_default(),
        event.outcome.as_str().to_owned(),
        event.correlation.clone(),
        number(event.entity_version),
        detail,
    ];
    line_of(&cells)
}

fn environment_line(it: &EnvironmentExport) -> String {
    let at = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    line_of(&[
        it.id.to_string(),
        it.name.clone(),
        it.project.to_string(),
        it.stage.as_str().to_owned(),
        it.account.to_string(),
        it.region.to_string(),
        it.product.clone(),
        it.version.clone(),
        it.artifact.to_string(),
        it.owner.clone(),
        it.state.as_str().to_owned(),
        at(it.created_at),
        at(it.lease_ends_at),
        it.held_until.map(at).unwrap_or_default(),
    ])
}

fn line_of(cells: &[String]) -> String {
    let mut line = String::new();
    for (at, cell) in cells.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        // A spreadsheet takes a cell that begins like a formula for one; a quotation mark in front makes it text.
        let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        let _ = write!(line, "{comma}\"{guard}{}\"", cell.replace('"', "\"\""));
    }
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// <https://owasp.org/www-community/attacks/CSV_Injection>
    #[test]
    fn no_cell_is_a_formula() {
        let cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a=1", "say \"=1\"", ""].map(str::to_owned);
        let expected =
            "\"'=1+1\",\"'+1\",\"'-1\",\"'@SUM(A1)\",\"'\t=1\",\"'\r=1\",\"a=1\",\"say \"\"=1\"\"\",\"\"\r\n";
        assert_eq!(line_of(&cells), expected);
    }

    #[test]
    fn a_file_that_is_cut_off_says_so_in_a_line_like_the_others() {
        let line = cut_line();
        assert!(line.starts_with("\"Cut off after 10000 environments"), "{line}");
        assert_eq!(line.split("\",\"").count(), ENVIRONMENT_COLUMNS.split(',').count());
    }
}
