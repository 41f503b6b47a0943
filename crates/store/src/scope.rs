//! Which rows a person may see in a list. `control-plane` builds it from the policies; here it becomes SQL.

use std::borrow::Cow;

use domain::id::ProjectId;
use domain::person::PersonKey;

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
    /// Of these projects, and of one person in a project.
    ProjectsOrPersonIn {
        projects: Vec<ProjectId>,
        persons: Vec<(ProjectId, PersonKey)>,
    },
    Nothing,
}

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
    PersonIn(&'a ProjectId, &'a PersonKey),
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
            Self::Person(person) => vec![Branch::Person(person)],
            Self::People(people) => people.iter().map(Branch::Person).collect(),
            Self::ProjectsOrPersonIn { projects: all, persons } => projects(all)
                .into_iter()
                .map(|(from, to)| Branch::Projects(&all[from..to]))
                .chain(persons.iter().map(|(project, person)| Branch::PersonIn(project, person)))
                .collect(),
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
            Self::ProjectsOrPersonIn { projects, persons } => Cow::Owned(Self::ProjectsOrPersonIn {
                projects: kept(projects),
                persons: persons.iter().filter(|(p, _)| p == project).cloned().collect(),
            }),
            Self::All | Self::Person(_) | Self::People(_) | Self::Nothing => Cow::Borrowed(self),
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
            Self::PersonIn(project, person) => {
                sql.push("(").push(keys.project).push(" = ").value(project.as_str()).push(" AND ");
                sql.push(keys.issuer).push(" = ").value(&person.issuer).push(" AND ");
                sql.push(keys.subject).push(" = ").value(&person.subject).push(")");
            }
            Self::Person(person) => {
                sql.push("(").push(keys.issuer).push(" = ").value(&person.issuer).push(" AND ");
                sql.push(keys.subject).push(" = ").value(&person.subject).push(")");
            }
        }
    }
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
