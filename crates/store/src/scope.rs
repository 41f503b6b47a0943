//! Which rows a person may see in a list. `control-plane` builds it from the policies; here it becomes SQL.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use domain::approval::Approver;
use domain::id::{ProductId, ProjectId};
use domain::person::PersonKey;
use domain::project::Stage;

use crate::page::PageRequest;
use crate::sql::Sql;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// Of these projects.
    Projects(Vec<ProjectId>),
    /// Of these projects, and the person's own.
    ProjectsOrOwner {
        projects: Vec<ProjectId>,
        person: PersonKey,
    },
    /// The person's own.
    Person(PersonKey),
    /// Of any of these people.
    People(Vec<PersonKey>),
    /// Requests of any of these kinds.
    Requests(Vec<Part>),
    Nothing,
}

/// Requests picked by where they are for, who has to decide them, and who had a part in them. All that is set has to hold;
/// nothing set: every request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Of any of these; none: of any.
    pub projects: Vec<ProjectId>,
    /// Of none of these.
    pub not_in: Vec<ProjectId>,
    pub product: Option<ProductId>,
    pub stage: Option<Stage>,
    /// Who decides the step that is open, or was at the end.
    pub who: Option<Approver>,
    pub requester: Option<PersonKey>,
    /// Submitted then or before.
    pub submitted_until: Option<DateTime<Utc>>,
    /// Who decided at a step, or for whom somebody did.
    pub decided_by: Option<PersonKey>,
    /// Each of these asked for it or decided.
    pub spent: Vec<PersonKey>,
    /// None of these asked for it or decided.
    pub free: Vec<PersonKey>,
}

/// The table of requests.
pub(crate) const REQUEST: &str = "request";

/// Above this many projects, one query over all of them is better than one query for each.
const MANY: usize = 50;

/// The columns of a table that scopes and pages look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys {
    pub(crate) table: &'static str,
    pub(crate) time: &'static str,
    pub(crate) project: &'static str,
    pub(crate) issuer: &'static str,
    pub(crate) subject: &'static str,
}

/// A part of a scope that one index serves in the order of the list.
enum Branch<'a> {
    All,
    Projects(&'a [ProjectId]),
    Person(&'a PersonKey),
    Parts(&'a [Part]),
}

impl Scope {
    fn branches(&self) -> Vec<Branch<'_>> {
        let projects = |projects: &'_ [ProjectId]| -> Vec<(usize, usize)> {
            if projects.len() > MANY {
                vec![(0, projects.len())]
            } else {
                (0..projects.len()).map(|i| (i, i + 1)).collect()
            }
        };
        match self {
            Self::All => vec![Branch::All],
            Self::Nothing => Vec::new(),
            Self::Requests(parts) if parts.is_empty() => Vec::new(),
            Self::Requests(parts) if parts.len() > MANY => vec![Branch::Parts(parts)],
            Self::Requests(parts) => parts.chunks(1).map(Branch::Parts).collect(),
            Self::Person(person) => vec![Branch::Person(person)],
            Self::People(people) => people.iter().map(Branch::Person).collect(),
            Self::Projects(all) => {
                projects(all).into_iter().map(|(from, to)| Branch::Projects(&all[from..to])).collect()
            }
            Self::ProjectsOrOwner { projects: all, person } => projects(all)
                .into_iter()
                .map(|(from, to)| Branch::Projects(&all[from..to]))
                .chain([Branch::Person(person)])
                .collect(),
        }
    }

    /// The same scope where only rows of `project` are wanted anyway: other projects need no look.
    pub(crate) fn narrowed(&self, project: Option<&ProjectId>) -> Cow<'_, Self> {
        let Some(project) = project else { return Cow::Borrowed(self) };
        let kept = |projects: &[ProjectId]| projects.iter().filter(|p| *p == project).cloned().collect();
        match self {
            Self::Projects(projects) => Cow::Owned(Self::Projects(kept(projects))),
            Self::ProjectsOrOwner { projects, .. } if projects.contains(project) => {
                Cow::Owned(Self::Projects(vec![project.clone()]))
            }
            Self::ProjectsOrOwner { person, .. } => Cow::Owned(Self::Person(person.clone())),
            Self::All | Self::Person(_) | Self::People(_) | Self::Requests(_) | Self::Nothing => Cow::Borrowed(self),
        }
    }

    /// Appends the scope as a condition.
    pub(crate) fn condition(&self, sql: &mut Sql, keys: Keys) {
        let branches = self.branches();
        if branches.is_empty() {
            sql.push("1 = 0");
            return;
        }
        sql.push("(");
        for (i, branch) in branches.iter().enumerate() {
            if i > 0 {
                sql.push(" OR ");
            }
            branch.condition(sql, keys);
        }
        sql.push(")");
    }
}

impl Branch<'_> {
    fn condition(&self, sql: &mut Sql, keys: Keys) {
        match self {
            Self::All => {
                sql.push("1 = 1");
            }
            Self::Projects([project]) => {
                sql.push(keys.project).push(" = ").value(project.as_str());
            }
            Self::Projects(projects) => {
                sql.push(keys.project).push(" IN ").tuple(projects.iter().map(ProjectId::as_str));
            }
            // Nothing else has steps that people decide.
            Self::Parts(_) if keys.table != REQUEST => {
                sql.push("1 = 0");
            }
            Self::Parts(parts) => {
                sql.push("(");
                for (i, part) in parts.iter().enumerate() {
                    sql.push(if i > 0 { " OR (1 = 1" } else { "(1 = 1" });
                    part.condition(sql);
                    sql.push(")");
                }
                sql.push(")");
            }
            Self::Person(person) => {
                sql.push("(").push(keys.issuer).push(" = ").value(&person.issuer).push(" AND ");
                sql.push(keys.subject).push(" = ").value(&person.subject).push(")");
            }
        }
    }
}

impl Part {
    /// Appends ` AND ...` for all that is set.
    fn condition(&self, sql: &mut Sql) {
        match self.projects.as_slice() {
            [] => {}
            [project] => {
                sql.push(" AND project_id = ").value(project.as_str());
            }
            projects => {
                sql.push(" AND project_id IN ").tuple(projects.iter().map(ProjectId::as_str));
            }
        }
        if !self.not_in.is_empty() {
            sql.push(" AND project_id NOT IN ").tuple(self.not_in.iter().map(ProjectId::as_str));
        }
        if let Some(product) = &self.product {
            sql.push(" AND product_id = ").value(product.as_str());
        }
        if let Some(stage) = self.stage {
            sql.push(" AND stage = ").value(stage.as_str());
        }
        if let Some(who) = self.who {
            sql.push(" AND step = ").value(who.as_str());
        }
        if let Some(requester) = &self.requester {
            sql.push(" AND ");
            asked_by(sql, requester);
        }
        if let Some(until) = self.submitted_until {
            sql.push(" AND submitted_at <= ").value(until);
        }
        if let Some(decider) = &self.decided_by {
            // Along an index of the decisions: a person decides far fewer requests than there are.
            sql.push(" AND id IN (SELECT request_id FROM request_decision WHERE issuer = ").value(&decider.issuer);
            sql.push(" AND subject = ").value(&decider.subject);
            sql.push(" UNION SELECT request_id FROM request_decision WHERE for_issuer = ").value(&decider.issuer);
            sql.push(" AND for_subject = ").value(&decider.subject).push(")");
        }
        for person in &self.spent {
            sql.push(" AND (");
            had_a_part(sql, person);
            sql.push(")");
        }
        for person in &self.free {
            sql.push(" AND NOT (");
            had_a_part(sql, person);
            sql.push(")");
        }
    }
}

fn asked_by(sql: &mut Sql, person: &PersonKey) {
    sql.push("(requester_issuer = ").value(&person.issuer);
    sql.push(" AND requester_subject = ").value(&person.subject).push(")");
}

fn had_a_part(sql: &mut Sql, person: &PersonKey) {
    asked_by(sql, person);
    sql.push(" OR EXISTS (SELECT 1 FROM request_decision WHERE request_id = request.id AND issuer = ");
    sql.value(&person.issuer).push(" AND subject = ").value(&person.subject);
    sql.push(") OR EXISTS (SELECT 1 FROM request_decision WHERE request_id = request.id AND for_issuer = ");
    sql.value(&person.issuer).push(" AND for_subject = ").value(&person.subject).push(")");
}

/// A page of a list by time: `SELECT columns FROM table` under scope and filter. Each branch of the scope reads at most one
/// page along an index of its own, whatever the size of the table; one query over all of them could not.
pub(crate) fn page_query(
    keys: Keys,
    columns: &str,
    scope: &Scope,
    page: &PageRequest,
    filter: impl Fn(&mut Sql),
) -> Option<Sql> {
    let Keys { table, time, .. } = keys;
    let direction = page.order.direction();
    let start = page.start();
    let limit = page.limit() + 1;
    let order = format!(" ORDER BY {time} {direction}, id {direction} LIMIT {limit}");
    let conditions = |sql: &mut Sql, branch: &Branch<'_>| {
        branch.condition(sql, keys);
        sql.push(&format!(" AND ({time}, id) {} ", page.order.comparison()));
        sql.push("(").value(start.at).push(", ").value(start.id.as_str()).push(")");
        filter(sql);
        sql.push(&order);
    };
    let branches = scope.branches();
    match branches.as_slice() {
        [] => None,
        [branch] => {
            let mut sql = Sql::new(format!("SELECT {columns} FROM {table} WHERE "));
            conditions(&mut sql, branch);
            Some(sql)
        }
        branches => {
            let mut sql = Sql::new(format!("SELECT {columns} FROM {table} WHERE id IN ("));
            for (i, branch) in branches.iter().enumerate() {
                if i > 0 {
                    sql.push(" UNION ");
                }
                sql.push(&format!("SELECT id FROM (SELECT id FROM {table} WHERE "));
                conditions(&mut sql, branch);
                sql.push(&format!(") AS branch_{i}"));
            }
            sql.push(")").push(&order);
            Some(sql)
        }
    }
}
