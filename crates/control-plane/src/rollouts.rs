//! Reading rollouts: one of them, the list, and what the page of a request says of the one that it is part of.

use std::collections::{BTreeMap, BTreeSet};

use domain::action::Action;
use domain::id::{EnvironmentId, RequestId, RolloutId};
use domain::request::RequestState;
use domain::rollout::{Progress, Rollout};
use domain::view::{InRollout, Listing, RolloutItemRow, RolloutPage, RolloutRow, RolloutsPage};
use store::{Order, PageRequest, RequestFilter, Scope};

use crate::rows::page_after;
use crate::{Caller, ControlPlane, Result};

impl ControlPlane {
    /// One rollout.
    pub async fn rollout(&self, caller: &Caller, id: &RolloutId) -> Result<RolloutPage> {
        let it: Rollout = self.authorize(caller, Action::ViewRollout, id).await?.into_thing();
        let operation = self.store().operation(&it.operation).await?;
        let names = self.names([], std::iter::once(&it.by).chain(&it.ended_by)).await?;
        let allowed = self.allowed_actions(caller, &it, &[Action::ManageRollout]).await?;
        let ids: Vec<EnvironmentId> = it.items.iter().map(|item| item.environment.clone()).collect();
        let environments = self.chosen_environments(caller, &ids).await?;
        let rows = self.environment_rows(caller, &environments).await?;
        let mut shown: BTreeMap<EnvironmentId, _> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        let undecided = self.undecided_in(&it).await?;
        let rows = it.items.iter().filter_map(|item| {
            Some(RolloutItemRow {
                environment: shown.remove(&item.environment)?,
                undecided: item.request.as_ref().is_some_and(|request| undecided.contains(request)),
                request: item.request.clone(),
                progress: item.progress.clone(),
            })
        });
        let items: Vec<RolloutItemRow> = rows.collect();
        Ok(RolloutPage {
            by: names.person(&it.by),
            ended_by: it.ended_by.as_ref().map(|by| names.person(by)),
            trouble: operation.and_then(|o| o.trouble.map(|trouble| (trouble, o.next_run_at))),
            hidden: it.items.len() - items.len(),
            items,
            id: it.id,
            reason: it.reason,
            state: it.state,
            problem: it.problem,
            created_at: it.created_at,
            updated_at: it.updated_at,
            as_of: self.now(),
            version: it.version,
            allowed,
        })
    }

    async fn undecided_in(&self, it: &Rollout) -> Result<BTreeSet<RequestId>> {
        let waiting = it.items.iter().filter(|item| item.progress == Progress::Waiting);
        let ids: Vec<RequestId> = waiting.filter_map(|item| item.request.clone()).collect();
        let page = PageRequest::newest(u32::try_from(ids.len()).unwrap_or(u32::MAX).max(1));
        let state = Some(RequestState::Submitted);
        let filter = RequestFilter { ids: Some(ids), state, ..RequestFilter::default() };
        let found = self.store().requests(&Scope::All, &filter, &page).await?.items;
        Ok(found.into_iter().map(|request| request.id).collect())
    }

    /// What was ever begun, of what the caller may see, newest first.
    pub async fn rollouts(&self, caller: &Caller, after: &str) -> Result<RolloutsPage> {
        let scope = Self::scope(&caller.actor, Action::ViewRollout);
        let page = self.store().rollouts(&scope, &page_after(after, Order::NewestFirst)?).await?;
        let names = self.names([], page.items.iter().map(|it| &it.by)).await?;
        let next = page.next.map(|cursor| cursor.to_string());
        let row = |it: Rollout| RolloutRow {
            by: names.person(&it.by),
            done: it.items.iter().filter(|item| item.progress == Progress::Done).count(),
            all: it.items.len(),
            id: it.id,
            reason: it.reason,
            project: it.project,
            state: it.state,
            created_at: it.created_at,
        };
        Ok(RolloutsPage { rows: Listing { items: page.items.into_iter().map(row).collect(), next, filtered: false } })
    }

    /// The rollout that a request is part of, and how far it is there.
    pub(crate) async fn in_rollout(&self, caller: &Caller, request: &RequestId) -> Result<Option<InRollout>> {
        let Some(id) = self.store().rollout_of(request).await? else { return Ok(None) };
        let Some(it) = self.store().rollout(&id).await? else { return Ok(None) };
        let sees = self.may(caller, Action::ViewRollout, &it).await?;
        let item = it.items.into_iter().find(|item| item.request.as_ref() == Some(request));
        Ok(item.map(|item| InRollout { rollout: sees.then_some(it.id), progress: item.progress }))
    }
}
