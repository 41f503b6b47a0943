//! What people decided at the steps of requests.

use domain::id::RequestId;
use domain::person::PersonKey;
use domain::request::StepDecision;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::row::{At, into_all, person, word};
use crate::run::{all, execute, optional};
use crate::sql::Sql;
use crate::tx::Tx;

const COLUMNS: &str = "request_id, step, who, issuer, subject, for_issuer, for_subject, verdict, comment, at";

#[derive(sqlx::FromRow)]
struct DecisionRow {
    request_id: String,
    step: i64,
    who: String,
    issuer: String,
    subject: String,
    for_issuer: Option<String>,
    for_subject: Option<String>,
    verdict: String,
    comment: String,
    at: i64,
}

impl TryFrom<DecisionRow> for StepDecision {
    type Error = Error;
    fn try_from(row: DecisionRow) -> Result<Self> {
        let at = At::new("request_decision", row.request_id.as_str());
        Ok(Self {
            request: at.parse("request_id", &row.request_id)?,
            step: at.number("step", row.step)?,
            who: at.parse("who", &row.who)?,
            by: person(row.issuer, row.subject),
            on_behalf_of: row.for_issuer.zip(row.for_subject).map(|(issuer, subject)| person(issuer, subject)),
            verdict: at.word("verdict", &row.verdict)?,
            comment: row.comment,
            at: at.time("at", row.at)?,
        })
    }
}

impl Store {
    /// All decisions on a request, first to last.
    pub async fn request_decisions(&self, request: &RequestId) -> Result<Vec<StepDecision>> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM request_decision WHERE request_id = $1 ORDER BY at, step"));
        into_all::<DecisionRow, _>(all(self.read(), sql.bind(request.as_str())).await?)
    }

    /// What `by` decided on a request.
    pub async fn request_decision_of(&self, request: &RequestId, by: &PersonKey) -> Result<Option<StepDecision>> {
        let sql = Sql::new(format!(
            "SELECT {COLUMNS} FROM request_decision WHERE request_id = $1 AND issuer = $2 AND subject = $3"
        ));
        let sql = sql.bind(request.as_str()).bind(&by.issuer).bind(&by.subject);
        optional::<DecisionRow>(self.read(), sql).await?.map(TryInto::try_into).transpose()
    }
}

impl Tx {
    /// [`Error::Duplicate`] where the person decided on the request before.
    pub async fn insert_request_decision(&mut self, decision: &StepDecision) -> Result<()> {
        let delegator = decision.on_behalf_of.as_ref();
        let columns = vec![
            ("request_id", decision.request.as_str().into()),
            ("step", i64::try_from(decision.step).unwrap_or(i64::MAX).into()),
            ("who", decision.who.as_str().into()),
            ("issuer", (&decision.by.issuer).into()),
            ("subject", (&decision.by.subject).into()),
            ("for_issuer", delegator.map(|person| person.issuer.clone()).into()),
            ("for_subject", delegator.map(|person| person.subject.clone()).into()),
            ("verdict", word(&decision.verdict).into()),
            ("comment", (&decision.comment).into()),
            ("at", decision.at.into()),
        ];
        execute(self.on(), Sql::insert("request_decision", columns)).await.map(|_| ())
    }
}
