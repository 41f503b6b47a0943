//! Who is told: those who have the role now.

use std::collections::BTreeSet;

use domain::notification::Topic;
use domain::person::{Grant, PersonKey, PlatformRole};
use store::PersonRecord;

use super::notices::{To, Told};
use crate::{ControlPlane, Result};

/// The people that one event is told to at most: a group of thousands is no group of people who decide.
const MOST: usize = 200;

impl ControlPlane {
    /// The people that a notice is for.
    pub(crate) async fn recipients(&self, told: &Told) -> Result<Vec<PersonKey>> {
        let mut people = BTreeSet::new();
        for to in &told.to {
            match to {
                To::Person(person) => {
                    people.insert(person.clone());
                }
                To::Deciders(request) => {
                    let leads = self.eligible_leads(&request.project, &request.requester).await?;
                    if leads.is_empty() {
                        people.extend(self.admins().await?.into_iter().filter(|admin| admin != &request.requester));
                    } else {
                        people.extend(leads.into_iter().map(|lead| lead.person));
                    }
                }
                To::Leads(project) => {
                    let leads = self.eligible_leads_of(|it| it == project).await?.remove(project).unwrap_or_default();
                    people.extend(leads.into_iter().map(|lead| lead.person));
                }
                To::Admins => people.extend(self.admins().await?),
            }
        }
        if people.len() > MOST {
            let (count, title) = (people.len(), &told.notice.title);
            tracing::warn!(
                count,
                title,
                "more people than are told of one event: some learn of it from the lists alone"
            );
        }
        // The portal itself, and whoever never signed in, have no inbox.
        let records = self.store().people(people.iter().take(MOST)).await?;
        Ok(records
            .into_iter()
            .filter(|record| may_be_told(record, told.notice.topic))
            .map(|record| record.person)
            .collect())
    }

    /// The admins who signed in lately and may act.
    async fn admins(&self) -> Result<BTreeSet<PersonKey>> {
        let since = self.now() - self.settings().eligible_lead_max_age;
        let mappings = self.store().group_mappings().await?;
        let is_admin = |grant: &Grant| matches!(grant, Grant::Platform { role: PlatformRole::Admin });
        let mut groups: Vec<String> =
            mappings.iter().filter(|mapping| is_admin(&mapping.grant)).map(|mapping| mapping.group.clone()).collect();
        groups.extend(self.settings().bootstrap_admin_group.clone());
        let mut admins = BTreeSet::new();
        for record in self.store().people_in_groups(&groups, since).await? {
            let actor = self.actor_of(record, &mappings);
            if actor.is_admin() && !actor.is_auditor() {
                admins.insert(actor.person);
            }
        }
        Ok(admins)
    }
}

/// Who is cut off everywhere is told of that alone.
pub(crate) fn may_be_told(record: &PersonRecord, topic: Topic) -> bool {
    !record.cut_off.everything || topic == Topic::AccessChanged
}
