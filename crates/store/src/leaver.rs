//! People who left a project, and what they left in it.

use chrono::{DateTime, Utc};
use domain::id::ProjectId;
use domain::person::PersonKey;
use domain::request::Request;

use crate::connect::Store;
use crate::error::Result;
use crate::request;
use crate::row::{At, into_all, person};
use crate::run::{all, execute};
use crate::sql::Sql;
use crate::tx::Tx;

/// Somebody who left, and the project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leaver {
    pub project: ProjectId,
    pub person: PersonKey,
}

/// Appends the condition that a group of the person has a part in the project, as stated after `$1`. `of` names a table with the
/// columns `project_id`, `issuer` and `subject`.
fn has_part(sql: &mut Sql, of: &str) {
    sql.push(&format!(
        "EXISTS (SELECT 1 FROM person \
         JOIN person_group ON person_group.issuer = person.issuer AND person_group.subject = person.subject \
         JOIN group_mapping ON group_mapping.group_name = person_group.group_name \
         WHERE person.issuer = {of}.issuer AND person.subject = {of}.subject AND person.groups_seen_at > $1 \
         AND group_mapping.project_id = {of}.project_id)"
    ));
}

impl Store {
    /// People who have living environments or undecided requests in a project in which none of their groups has a part, or whose
    /// groups were last stated then or before; without those who are known already.
    pub async fn unnoticed_leavers(&self, seen_since: DateTime<Utc>, limit: u32) -> Result<Vec<Leaver>> {
        let mut sql = Sql::new(
            "SELECT project_id, issuer, subject FROM (\
             SELECT project_id, owner_issuer AS issuer, owner_subject AS subject FROM environment \
             WHERE state <> 'terminated' GROUP BY project_id, owner_issuer, owner_subject \
             UNION SELECT project_id, requester_issuer, requester_subject FROM request WHERE state = 'submitted'\
             ) AS known WHERE NOT ",
        );
        has_part(&mut sql, "known");
        sql.push(
            " AND NOT EXISTS (SELECT 1 FROM leaver WHERE leaver.project_id = known.project_id \
             AND leaver.issuer = known.issuer AND leaver.subject = known.subject)",
        );
        sql.push(&format!(" LIMIT {}", limit.clamp(1, 500)));
        let mut found = leavers(all(self.read(), sql.bind(seen_since)).await?)?;
        found.sort();
        Ok(found)
    }

    /// Those of `wanted` who left.
    pub async fn who_left(&self, wanted: impl IntoIterator<Item = Leaver>) -> Result<Vec<Leaver>> {
        let mut sql = Sql::new("SELECT project_id, issuer, subject FROM leaver WHERE 1 = 0");
        for it in wanted {
            sql.push(" OR (project_id = ").value(it.project.as_str());
            sql.push(" AND issuer = ").value(&it.person.issuer);
            sql.push(" AND subject = ").value(&it.person.subject).push(")");
        }
        leavers(all(self.read(), sql).await?)
    }

    /// Undecided requests of people who were noticed to have left then or before, oldest first.
    pub async fn requests_of_leavers(&self, noticed_until: DateTime<Utc>, limit: u32) -> Result<Vec<Request>> {
        let mut sql = Sql::new(format!(
            "SELECT {} FROM request WHERE state = 'submitted' AND EXISTS (SELECT 1 FROM leaver \
             WHERE leaver.project_id = request.project_id AND leaver.issuer = request.requester_issuer \
             AND leaver.subject = request.requester_subject AND leaver.noticed_at <= $1) ORDER BY submitted_at, id",
            request::COLUMNS
        ));
        sql.push(&format!(" LIMIT {}", limit.clamp(1, 500)));
        into_all::<request::RequestRow, _>(all(self.read(), sql.bind(noticed_until)).await?)
    }

    /// Forgets who is back, and whose things are all gone or given away. Answers how many those were.
    pub async fn forget_leavers(&self, seen_since: DateTime<Utc>) -> Result<u64> {
        let mut sql = Sql::new("DELETE FROM leaver WHERE ");
        has_part(&mut sql, "leaver");
        sql.push(
            " OR (NOT EXISTS (SELECT 1 FROM environment WHERE environment.project_id = leaver.project_id \
             AND environment.owner_issuer = leaver.issuer AND environment.owner_subject = leaver.subject \
             AND environment.state <> 'terminated') \
             AND NOT EXISTS (SELECT 1 FROM request WHERE request.requester_issuer = leaver.issuer \
             AND request.requester_subject = leaver.subject AND request.project_id = leaver.project_id \
             AND request.state = 'submitted'))",
        );
        execute(self.write(), sql.bind(seen_since)).await
    }
}

impl Tx {
    /// Keeps that somebody left; `false` where it was known.
    pub async fn notice_leaver(&mut self, it: &Leaver, now: DateTime<Utc>) -> Result<bool> {
        let sql = Sql::new(
            "INSERT INTO leaver (project_id, issuer, subject, noticed_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        );
        let sql = sql.bind(it.project.as_str()).bind(&it.person.issuer).bind(&it.person.subject).bind(now);
        Ok(execute(self.on(), sql).await? > 0)
    }
}

fn leavers(rows: Vec<(String, String, String)>) -> Result<Vec<Leaver>> {
    rows.into_iter()
        .map(|(project, issuer, subject)| {
            let at = At::new("leaver", subject.clone());
            Ok(Leaver { project: at.parse("project_id", &project)?, person: person(issuer, subject) })
        })
        .collect()
}
