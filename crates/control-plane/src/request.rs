//! One request: everything that is needed to decide, on one page.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::approval::Step;
use domain::audit::AuditActor;
use domain::binding::resolve;
use domain::catalog::Product;
use domain::environment::Environment;
use domain::id::RequestId;
use domain::parameter::narrow;
use domain::person::PersonKey;
use domain::preflight::Preflight;
use domain::problem::Problem;
use domain::request::{Decision, Request, RequestKind, RequestState, Verdict};
use domain::view::{Denial, RequestPage, RequestRow, StepRow, StepState, TimelineEntry, UpdateOf, UpdatePreview};
use store::{AuditFilter, EnvironmentFilter, PageRequest, RequestFilter, Scope};

use crate::rows::system_for;
use crate::tags::{NO_ENVIRONMENT_YET, Tagged};
use crate::{Caller, ControlPlane, Error, Result, words};

/// Earlier requests on the page; the list has the rest.
const HISTORY: u32 = 5;

impl ControlPlane {
    /// The page of one request.
    pub async fn request(&self, caller: &Caller, id: &RequestId, draft: Option<&str>) -> Result<RequestPage> {
        let request: Request = self.authorize(caller, Action::ViewRequest, id).await?.into_thing();
        let product = self.store().product(&request.product).await?;
        let project = self.store().project(&request.project).await?.ok_or_else(|| Error::not_found("project"))?;
        let account = self.store().project_account(&request.project, &request.account, &request.region).await?;
        let requester = self.store().person(&request.requester).await?;
        let artifact = product.as_ref().and_then(|p| p.artifact(&request.artifact));
        let updated = self.updated_by(&request).await?;
        let bound = self.bound_of(&request, product.as_ref(), updated.as_ref()).await?;
        let running = EnvironmentFilter {
            live: true,
            owner: Some(request.requester.clone()),
            project: Some(request.project.clone()),
            ..EnvironmentFilter::default()
        };
        let scope = Self::scope(&caller.actor, Action::ViewEnvironment);
        let running = self.store().environments(&scope, &running, &PageRequest::newest(10)).await?;
        let history = self.history_of(caller, &request).await?;
        let tags = match (&updated, &product) {
            (Some(environment), _) => environment.tags.clone(),
            (None, Some(product)) => {
                let environment = request.environment.as_ref().map_or(NO_ENVIRONMENT_YET, |id| id.as_str());
                let policy = self.store().tag_rules().await?;
                let tagged = Tagged { product, project: &project, stage: request.stage, policy: &policy };
                tagged.resulting(&request, environment)
            }
            (None, None) => request.tags.clone(),
        };
        let actions = [Action::DecideRequest, Action::WithdrawRequest, Action::QuestionRequest, Action::AnswerRequest];
        let allowed = self.allowed_actions(caller, &request, &actions).await?;
        let mut asked: Vec<(String, String)> = request.asked.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        if request.sealed.is_some() {
            asked.push(("Secret values".to_owned(), "kept sealed".to_owned()));
        }
        let (hindrance, preflight, preview) = match request.state {
            RequestState::Submitted => self.outlook_of(&request).await?,
            _ => (None, None, None),
        };
        let update = self.update_of_request(caller, &request, product.as_ref(), updated, preview).await?;
        Ok(RequestPage {
            id: request.id.clone(),
            name: request.name.clone(),
            product: request.product.clone(),
            product_name: product.as_ref().map_or_else(|| request.product.to_string(), |p| p.name.clone()),
            product_description: product.as_ref().map(|p| p.description.clone()).unwrap_or_default(),
            version_name: artifact.map_or_else(|| request.artifact.to_string(), |a| a.name.clone()),
            project: request.project.clone(),
            project_name: project.name.clone(),
            cost_center: project.cost_center.clone(),
            data_class: project.data_class,
            stage: request.stage,
            account: request.account.clone(),
            account_name: account.map_or_else(|| request.account.to_string(), |a| a.name),
            region: request.region.clone(),
            requester: requester.as_ref().map_or_else(|| request.requester.subject.clone(), |p| p.display_name.clone()),
            requester_email: requester.and_then(|p| p.email),
            justification: request.justification.clone(),
            lease_days: request.lease_days,
            asked,
            bound,
            tags: tags.into_iter().collect(),
            constraints: product.iter().flat_map(|p| &p.constraints).map(words::constraint).collect(),
            typical: self.typical_time(&request.product).await?,
            creates: artifact.map(|a| a.resources.iter().map(|(k, n)| (k.clone(), *n)).collect()).unwrap_or_default(),
            running: self.environment_rows(caller, &running.items).await?,
            history,
            state: request.state,
            update,
            extension: self.extension_of(&request).await?,
            is_mine: request.requester == caller.actor.person,
            denial: self.denial(&request).await?,
            timeline: self.timeline(&request).await?,
            messages: self.messages_of(&request.id).await?,
            steps: self.steps_of_request(&request).await?,
            approvers: self.decides_now(&request).await?,
            hindrance,
            preflight,
            expires_at: request.expires_at(),
            environment: request.environment.clone(),
            version: request.version,
            allowed,
            form: self.form_state(caller, draft).await?,
        })
    }

    /// What a request updates.
    pub(crate) async fn update_of_request(
        &self,
        caller: &Caller,
        request: &Request,
        product: Option<&Product>,
        updated: Option<Environment>,
        preview: Option<UpdatePreview>,
    ) -> Result<Option<UpdateOf>> {
        let Some(environment) = updated else { return Ok(None) };
        let has = product.and_then(|product| product.artifact(&environment.artifact));
        Ok(Some(UpdateOf {
            version_name: has.map_or_else(|| environment.artifact.to_string(), |artifact| artifact.name.clone()),
            environment: environment.id,
            preview,
            rollout: self.in_rollout(caller, &request.id).await?,
        }))
    }

    /// What the same person asked for in the project before, newest first, as far as the caller may see it.
    async fn history_of(&self, caller: &Caller, request: &Request) -> Result<Vec<RequestRow>> {
        let filter = RequestFilter {
            requester: Some(request.requester.clone()),
            project: Some(request.project.clone()),
            ..RequestFilter::default()
        };
        let scope = self.seeing_scope(&caller.actor).await?;
        let mut found = self.store().requests(&scope, &filter, &PageRequest::newest(HISTORY + 1)).await?.items;
        found.retain(|other| other.id != request.id);
        found.truncate(HISTORY as usize);
        self.request_rows(&found).await
    }

    /// What stands in the way of an approval now; the preflight, and what an update would do, where the request still holds.
    pub(crate) async fn outlook_of(
        &self,
        request: &Request,
    ) -> Result<(Option<Problem>, Option<Preflight>, Option<UpdatePreview>)> {
        if request.kind == RequestKind::Extension {
            return Ok((Box::pin(self.hindrance_of(request)).await?, None, None));
        }
        match self.still_valid(request).await? {
            Err(problem) => Ok((Some(problem), None, None)),
            Ok(valid) => {
                if let Some(problem) = self.requester_hindrance(request).await? {
                    return Ok((Some(problem), None, None));
                }
                let preflight = self.preflight_of(request, &valid).await?;
                let preview = match valid.product.artifact(&request.artifact) {
                    Some(artifact) => self.preview_by(&valid, artifact).await?,
                    None => None,
                };
                Ok((preflight.as_ref().and_then(|preflight| preflight.problem(|_| true)), preflight, preview))
            }
        }
    }

    async fn denial(&self, request: &Request) -> Result<Option<Denial>> {
        let Some(Decision::Deny { by, comment, .. }) = &request.decision else { return Ok(None) };
        let names = self.names([], [by]).await?;
        Ok(Some(Denial { by: names.person(by), reason: comment.clone() }))
    }

    /// The steps of its rule, and how far it came.
    async fn steps_of_request(&self, request: &Request) -> Result<Vec<StepRow>> {
        let decisions = self.store().request_decisions(&request.id).await?;
        let people: Vec<&PersonKey> =
            decisions.iter().flat_map(|made| [Some(&made.by), made.on_behalf_of.as_ref()]).flatten().collect();
        let names = self.names([], people).await?;
        let open = request.open_step().map(|open| open.index);
        let row = |(index, step): (usize, &Step)| {
            let agreed = decisions.iter().filter(|made| made.step == index && made.verdict == Verdict::Approve);
            let agreed: Vec<String> = agreed
                .map(|made| match &made.on_behalf_of {
                    Some(delegator) => format!("{} for {}", names.person(&made.by), names.person(delegator)),
                    None => names.person(&made.by),
                })
                .collect();
            let is_open = open.is_some_and(|open| open <= index);
            StepRow {
                who: step.who.in_words(step.people),
                state: match request.state {
                    _ if !is_open => StepState::Done,
                    RequestState::Submitted if open == Some(index) => StepState::Open,
                    RequestState::Submitted => StepState::Ahead,
                    // It was approved before rules had steps.
                    RequestState::Approved => StepState::Done,
                    _ => StepState::Dropped,
                },
                wanting: step.people.saturating_sub(u8::try_from(agreed.len()).unwrap_or(u8::MAX)),
                agreed,
            }
        };
        Ok(request.approval.steps().iter().enumerate().map(row).collect())
    }

    /// What the platform sets, as it would be sent now.
    async fn bound_of(
        &self,
        request: &Request,
        product: Option<&Product>,
        updated: Option<&Environment>,
    ) -> Result<Vec<(String, String)>> {
        let account = self.store().project_account(&request.project, &request.account, &request.region).await?;
        let project = self.store().project(&request.project).await?;
        let (Some(product), Some(account), Some(project)) = (product, account, project) else {
            return Ok(Vec::new());
        };
        let Some(artifact) = product.artifact(&request.artifact) else { return Ok(Vec::new()) };
        let bindings = self.store().parameter_bindings(&product.id).await?;
        let person = self.person_of(request, updated).await?;
        let mut bound = Vec::new();
        for param in narrow(&artifact.parameters, &product.constraints) {
            if request.asked.contains_key(&param.key) || param.no_echo {
                continue;
            }
            let one = std::slice::from_ref(&param);
            if let Ok(mut values) = resolve(one, &bindings, &account, &project, &person, &BTreeMap::new())
                && let Some(value) = values.remove(&param.key)
            {
                bound.push((param.key, value));
            }
        }
        Ok(bound)
    }

    /// What happened to the request, from the audit log.
    async fn timeline(&self, request: &Request) -> Result<Vec<TimelineEntry>> {
        let filter = AuditFilter {
            resource_kind: Some("request".to_owned()),
            resource_id: Some(request.id.to_string()),
            outcome: Some(domain::audit::Outcome::Succeeded),
            ..AuditFilter::default()
        };
        let events = self.store().audit_events(&Scope::All, &filter, &PageRequest::oldest(50)).await?;
        let names = self.names([], events.items.iter().filter_map(|e| system_for(&e.event.actor))).await?;
        Ok(events
            .items
            .into_iter()
            .map(|stored| {
                let event = stored.event;
                let by_rule = event.detail.contains_key("because");
                let what = match event.action.as_str() {
                    "submit_request" => "Submitted",
                    "approve_step" => "Approved a step",
                    "approve_request" if by_rule => "Approved: the rule asks nobody",
                    "approve_request" => "Approved",
                    "deny_request" => "Denied",
                    "question_request" => "Asked",
                    "remind_of_request" => "Reminded those who decide",
                    "answer_request" => "Answered",
                    "withdraw_request" => "Withdrawn",
                    "expire_request" => "Expired",
                    "close_request" => "Closed with the rollout that it was part of",
                    "void_request" => "Closed, because the environment is terminated",
                    "lapse_request" => "Closed, because whoever asked may no longer ask for it",
                    other => other,
                };
                let who = match event.actor {
                    _ if by_rule => "The portal".to_owned(),
                    AuditActor::Person { display_name, .. } => display_name,
                    AuditActor::SystemFor { person } => names.person(&person),
                    AuditActor::System => "The portal".to_owned(),
                };
                let comment = event.detail.get("comment").cloned();
                TimelineEntry { at: event.at, who, what: what.to_owned(), comment }
            })
            .collect())
    }
}
