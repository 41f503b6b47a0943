//! Who is told: those who have the role now.

use std::collections::BTreeSet;

use domain::notification::Topic;
use domain::person::{Actor, PersonKey};
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
                    let deciders = self.deciders_in(&request.project).await?;
                    people.extend(deciders.asked(request, self.now()));
                }
                To::Leads(project) => {
                    people.extend(self.deciders_in(project).await?.leads(project).map(key));
                }
                To::Admins => people.extend(self.deciders(|_| false).await?.admins().map(key)),
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
}

fn key(actor: &Actor) -> PersonKey {
    actor.person.clone()
}

/// Who is cut off everywhere is told of that alone.
pub(crate) fn may_be_told(record: &PersonRecord, topic: Topic) -> bool {
    !record.cut_off.everything || topic == Topic::AccessChanged
}
