//! From stored things to the rows of lists, with the names of products and people.

use std::collections::{BTreeMap, BTreeSet};

use domain::action::Action;
use domain::audit::AuditActor;
use domain::environment::{Environment, EnvironmentState, LaunchTarget};
use domain::id::ProductId;
use domain::person::PersonKey;
use domain::request::Request;
use domain::view::{EnvironmentMark, EnvironmentRow, RequestRow};
use store::{Cursor, Leaver, Order, PageRequest};

use crate::{Caller, ControlPlane, Error, Result};

/// Rows on one page of a list.
pub(crate) const PAGE: u32 = 20;

/// The page after the cursor of a URL, newest first.
pub(crate) fn page_after(cursor: &str, order: Order) -> Result<PageRequest> {
    let after = if cursor.is_empty() {
        None
    } else {
        let parsed = cursor.parse::<Cursor>();
        Some(parsed.map_err(|_| Error::field("after", "The link to a further page of the list is broken."))?)
    };
    Ok(PageRequest { order, after, limit: PAGE })
}

/// The names of one list's products and people.
#[derive(Debug, Default)]
pub(crate) struct Names {
    products: BTreeMap<ProductId, String>,
    people: BTreeMap<PersonKey, String>,
}

impl Names {
    pub(crate) fn product(&self, id: &ProductId) -> String {
        self.products.get(id).cloned().unwrap_or_else(|| format!("{id} (no longer in the catalog)"))
    }

    pub(crate) fn person(&self, key: &PersonKey) -> String {
        if key.is_portal() {
            return "the portal".to_owned();
        }
        self.people.get(key).cloned().unwrap_or_else(|| key.subject.clone())
    }
}

/// The person that the portal acted for, who stands in the log without a name.
pub(crate) fn system_for(actor: &AuditActor) -> Option<&PersonKey> {
    match actor {
        AuditActor::SystemFor { person } => Some(person),
        AuditActor::Person { .. } | AuditActor::System => None,
    }
}

impl ControlPlane {
    pub(crate) async fn names(
        &self,
        products: impl IntoIterator<Item = &ProductId>,
        people: impl IntoIterator<Item = &PersonKey>,
    ) -> Result<Names> {
        let store = self.store();
        let (products, people) = futures::try_join!(store.product_names(products), store.names_of(people))?;
        Ok(Names { products, people })
    }

    pub(crate) async fn request_rows(&self, requests: &[Request]) -> Result<Vec<RequestRow>> {
        let names = self.names(requests.iter().map(|r| &r.product), requests.iter().map(|r| &r.requester)).await?;
        let open = requests.iter().filter(|r| !r.state.is_final()).map(|r| &r.id);
        let messages = self.store().last_messages(open).await?;
        Ok(requests
            .iter()
            .map(|r| RequestRow {
                id: r.id.clone(),
                kind: r.kind,
                name: r.name.clone(),
                product_name: names.product(&r.product),
                project: r.project.clone(),
                stage: r.stage,
                requester: names.person(&r.requester),
                justification: r.justification.clone(),
                state: r.state,
                last_message: messages.get(&r.id).copied(),
                submitted_at: r.submitted_at,
                expires_at: r.expires_at(),
            })
            .collect())
    }

    pub(crate) async fn environment_rows(
        &self,
        caller: &Caller,
        environments: &[Environment],
    ) -> Result<Vec<EnvironmentRow>> {
        let products = environments.iter().map(|e| &e.product);
        let names = self.names(products, environments.iter().map(|e| &e.owner)).await?;
        let owners = environments.iter().map(|e| Leaver { project: e.project.clone(), person: e.owner.clone() });
        let left: BTreeSet<Leaver> =
            self.store().who_left(owners.collect::<BTreeSet<_>>()).await?.into_iter().collect();
        let notebooks =
            environments.iter().filter(|e| matches!(e.launch_target, Some(LaunchTarget::NotebookInstance { .. })));
        let startable = self.store().startable(notebooks.map(|e| &e.id)).await?;
        let mut rows = Vec::with_capacity(environments.len());
        for e in environments {
            let allowed = self.allowed_actions(caller, e, &[Action::LaunchEnvironment]).await?;
            let stopped = startable.contains(&e.id);
            let held = e.hold.as_ref().is_some_and(|hold| hold.holds(self.now()));
            let marks = if e.state == EnvironmentState::Terminated {
                Vec::new()
            } else {
                let marks = [
                    (EnvironmentMark::Revoked, e.revoked),
                    (EnvironmentMark::Held, held),
                    (EnvironmentMark::Stopped, stopped),
                ];
                marks.into_iter().filter_map(|(mark, is_so)| is_so.then_some(mark)).collect()
            };
            rows.push(EnvironmentRow {
                id: e.id.clone(),
                name: e.name.clone(),
                product_name: names.product(&e.product),
                project: e.project.clone(),
                stage: e.stage,
                owner: names.person(&e.owner),
                owner_left: e.state != EnvironmentState::Terminated
                    && left.contains(&Leaver { project: e.project.clone(), person: e.owner.clone() }),
                state: e.state,
                lease_ends_at: e.lease_ends_at,
                created_at: e.created_at,
                can_launch: allowed.has(Action::LaunchEnvironment) && !stopped,
                marks,
            });
        }
        Ok(rows)
    }
}
