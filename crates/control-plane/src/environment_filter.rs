//! Reading the filters of the list of environments out of an address.

use std::str::FromStr;

use chrono::TimeDelta;
use domain::lease::WARNINGS;
use domain::problem::FieldError;
use domain::view::EnvironmentsQuery;
use store::{Attention, EnvironmentFilter, VersionFilter};

use crate::{Caller, ControlPlane, Result};

/// People that a filter by owner may stand for.
const NAMESAKES: u32 = 20;
/// Days that a filter reaches back or ahead.
const LONGEST: u16 = 3_650;

impl ControlPlane {
    /// The filters; what cannot be read is an error at its field.
    pub(crate) async fn environment_filter(
        &self,
        caller: &Caller,
        query: &EnvironmentsQuery,
    ) -> Result<(EnvironmentFilter, Vec<FieldError>)> {
        let now = self.now();
        let mut read = Reading::default();
        let state = if query.state == "all" { None } else { read.one_of("state", &query.state, "state") };
        let attention = match query.attention.as_str() {
            "" => None,
            "ending" => Some(Attention::EndsBy(now + WARNINGS[0])),
            "held" => Some(Attention::Held(now)),
            "drifted" => Some(Attention::Drifted),
            "tags" => Some(Attention::TagsDiffer),
            "handed_over" => Some(Attention::HandedOver),
            "troubled" => Some(Attention::Troubled),
            "owner_left" => Some(Attention::OwnerLeft),
            "keeps_files" => Some(Attention::KeepsFiles),
            _ => read.unknown("attention", "choice"),
        };
        let running = match query.runs.as_str() {
            "" => None,
            "yes" => Some(true),
            "no" => Some(false),
            _ => read.unknown("runs", "choice"),
        };
        let owner = match query.whose.as_str() {
            "" => None,
            "mine" => Some(caller.actor.person.clone()),
            _ => read.unknown("whose", "choice"),
        };
        let version = match query.version.as_str() {
            "" => None,
            "outdated" => Some(VersionFilter::NoneOf(self.store().current_versions().await?)),
            id => read.one_of("version", id, "version").map(VersionFilter::Is),
        };
        let text = query.q.trim();
        let filter = EnvironmentFilter {
            ids: None,
            state,
            // Files are left of what is terminated alone.
            live: state.is_none() && query.state != "all" && query.attention != "keeps_files",
            project: read.one_of("project", &query.project, "project"),
            owner,
            owners: self.owners_named(query.owner.trim(), &mut read).await?,
            stage: read.one_of("stage", &query.stage, "stage"),
            account: read.one_of("account", &query.account, "account"),
            product: read.one_of("product", &query.product, "product"),
            version,
            text: (!text.is_empty()).then(|| text.to_owned()),
            attention,
            created_until: read.days("older", &query.older).map(|days| now - days),
            ends_by: read.days("ends", &query.ends).map(|days| now + days),
            running,
        };
        Ok((filter, read.errors))
    }

    /// Whom a filter by owner means. Where that is nobody the list is empty, and does not say whether there is such a person.
    async fn owners_named(&self, name: &str, read: &mut Reading) -> Result<Option<Vec<domain::person::PersonKey>>> {
        if name.is_empty() {
            return Ok(None);
        }
        let found = self.store().search_people(name, NAMESAKES + 1).await?;
        if found.len() > NAMESAKES as usize {
            read.error("owner", format!("More than {NAMESAKES} people fit: write more of the name."));
        }
        Ok(Some(found.into_iter().map(|record| record.person).collect()))
    }
}

/// What is read, with what could not be.
#[derive(Debug, Default)]
struct Reading {
    errors: Vec<FieldError>,
}

impl Reading {
    fn error(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError::new(field, message));
    }

    fn unknown<T>(&mut self, field: &str, what: &str) -> Option<T> {
        self.error(field, format!("There is no such {what}."));
        None
    }

    /// A word or an identifier, where there is any.
    fn one_of<T: FromStr>(&mut self, field: &str, text: &str, what: &str) -> Option<T> {
        match text.trim() {
            "" => None,
            text => text.parse().ok().or_else(|| self.unknown(field, what)),
        }
    }

    fn days(&mut self, field: &str, text: &str) -> Option<TimeDelta> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let days = text.parse::<u16>().ok().filter(|days| *days <= LONGEST);
        if days.is_none() {
            self.error(field, format!("A number of days, at most {LONGEST}."));
        }
        days.map(|days| TimeDelta::days(days.into()))
    }
}
