//! Several requests decided together, each as if it were decided alone: one that cannot be holds up none of the others.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::id::RequestId;
use domain::problem::FieldError;
use domain::request::{Request, RequestState};
use domain::view::{DecideManyInput, DecideManyPage, DecideRow, DecidedTogether, DecisionInput};
use store::{EnvironmentFilter, PageRequest, RequestFilter, Scope};

use crate::act_together::refusal_in_words;
use crate::{Caller, ControlPlane, Error, Result};

/// The most that are decided together: as many as a page of the list has.
const MOST_TOGETHER: usize = 20;

impl ControlPlane {
    /// The requests that were chosen, with what it takes to decide each.
    pub async fn deciding_many(&self, caller: &Caller, ids: &[RequestId], draft: &str) -> Result<DecideManyPage> {
        let mut chosen: Vec<RequestId> = Vec::new();
        for id in ids {
            if chosen.len() < MOST_TOGETHER && !chosen.contains(id) {
                chosen.push(id.clone());
            }
        }
        let filter = RequestFilter { ids: Some(chosen.clone()), ..RequestFilter::default() };
        let page = PageRequest::oldest(u32::try_from(MOST_TOGETHER).unwrap_or(u32::MAX));
        let mut others = self.store().requests(&self.seeing_scope(&caller.actor).await?, &filter, &page).await?.items;
        // Who may not see one is refused as on its own page.
        if let Some(hidden) = chosen.iter().find(|id| others.iter().all(|request| &request.id != *id)) {
            self.authorize::<Request>(caller, Action::ViewRequest, hidden).await?;
        }
        let filter = RequestFilter { state: Some(RequestState::Submitted), ..filter };
        let open = self.store().requests(&self.deciding_scope(&caller.actor).await?, &filter, &page).await?.items;
        others.retain(|request| open.iter().all(|it| it.id != request.id));
        Ok(DecideManyPage {
            open: self.decide_rows(caller, &open).await?,
            others: self.request_rows(&others).await?,
            form: self.form_state(caller, Some(draft)).await?,
        })
    }

    async fn decide_rows(&self, caller: &Caller, open: &[Request]) -> Result<Vec<DecideRow>> {
        let mut rows = Vec::with_capacity(open.len());
        for (request, row) in open.iter().zip(self.request_rows(open).await?) {
            let product = self.store().product(&request.product).await?;
            let account = self.store().project_account(&request.project, &request.account, &request.region).await?;
            let artifact = product.as_ref().and_then(|product| product.artifact(&request.artifact));
            let running = EnvironmentFilter {
                live: true,
                owner: Some(request.requester.clone()),
                project: Some(request.project.clone()),
                ..EnvironmentFilter::default()
            };
            let (hindrance, _, preview) = Box::pin(self.outlook_of(request)).await?;
            let updated = self.updated_by(request).await?;
            rows.push(DecideRow {
                update: self.update_of_request(caller, request, product.as_ref(), updated, preview).await?,
                extension: self.extension_of(request).await?,
                version_name: artifact.map_or_else(|| request.artifact.to_string(), |artifact| artifact.name.clone()),
                account_name: account.map_or_else(|| request.account.to_string(), |account| account.name),
                account: request.account.clone(),
                region: request.region.clone(),
                lease_days: request.lease_days,
                steps: request.approval.in_words(),
                hindrance,
                running: self.store().count_environments(&Scope::All, &running).await?,
                version: request.version,
                request: row,
            });
        }
        Ok(rows)
    }

    /// Decides each request that was chosen. What could not be decided and is still open comes back with the reason at its
    /// field; all the others are decided by then. A second click finds them so.
    pub async fn decide_requests(&self, caller: &Caller, input: &DecideManyInput) -> Result<DecidedTogether> {
        let chosen = chosen(&input.chosen)?;
        if !matches!(input.decision.as_str(), "approve" | "deny") {
            return Err(Error::field("decision", "Choose to approve or to deny."));
        }
        let reasons: BTreeMap<&RequestId, &str> = chosen.iter().map(|(id, _)| (id, reason(input, id))).collect();
        if input.decision == "deny" && reasons.values().any(|reason| reason.is_empty()) {
            return Err(Error::field("comment", "Say why, here for all or at each: those who asked read it."));
        }
        let (mut decided, mut mistakes, mut denials) = (Vec::new(), Vec::new(), Vec::new());
        let mut passed_over = Vec::new();
        for (id, version) in &chosen {
            let comment = reasons.get(id).copied().unwrap_or_default().to_owned();
            let one = DecisionInput { decision: input.decision.clone(), comment, version: version.clone() };
            let field = DecideManyInput::field(id);
            match self.decide_request(caller, id, one).await {
                Ok(became) => decided.push(became),
                Err(Error::Invalid(errors)) => {
                    mistakes.extend(errors.into_iter().map(|error| FieldError::new(&field, error.message)));
                }
                Err(error @ (Error::Conflict(_) | Error::Stale { .. })) => {
                    let said = refusal_in_words(error)?;
                    match self.store().request(id).await? {
                        Some(it) if it.state != RequestState::Submitted => {
                            passed_over.push(format!("{}: {said}", it.name));
                        }
                        Some(it) => mistakes.push(FieldError::new(&field, format!("{}: {said}", it.name))),
                        None => mistakes.push(FieldError::new(&field, said)),
                    }
                }
                Err(denied @ Error::Denied { .. }) => {
                    if let Error::Denied { says, .. } = &denied {
                        mistakes.push(FieldError::new(&field, format!("It was not decided. {says}")));
                    }
                    denials.push(denied);
                }
                Err(error) => return Err(error),
            }
        }
        // Whoever may decide none of them is refused as with one.
        if denials.len() == chosen.len()
            && let Some(denied) = denials.pop()
        {
            return Err(denied);
        }
        if mistakes.is_empty() && decided.is_empty() {
            return Err(Error::conflict(
                "None of these was decided.",
                passed_over.join(" "),
                "Look at what waits for you.",
            ));
        }
        if mistakes.is_empty() {
            return Ok(DecidedTogether { decided, passed_over });
        }
        // Told with those that stay on the page.
        mistakes.extend(passed_over.into_iter().map(|said| FieldError::new("", said)));
        Err(Error::Invalid(mistakes))
    }
}

/// What is said of one request: its own reason, or that for all.
fn reason<'a>(input: &'a DecideManyInput, id: &RequestId) -> &'a str {
    let own = input.reason.get(&DecideManyInput::key(id)).map(|own| own.trim()).filter(|own| !own.is_empty());
    own.unwrap_or_else(|| input.comment.trim())
}

fn chosen(text: &str) -> Result<Vec<(RequestId, String)>> {
    let mut chosen: Vec<(RequestId, String)> = Vec::new();
    for one in text.split(',').filter(|one| !one.is_empty()) {
        let (id, version) = one.split_once(':').unwrap_or((one, ""));
        let id: RequestId = id.parse().map_err(|_| Error::NotFound { what: "request with this id".to_owned() })?;
        if chosen.iter().all(|(there, _)| there != &id) {
            chosen.push((id, version.to_owned()));
        }
    }
    match chosen.len() {
        0 => Err(Error::field("decision", "Choose requests first, from the list of what waits for you.")),
        n if n > MOST_TOGETHER => Err(Error::field("decision", format!("Choose {MOST_TOGETHER} requests at most."))),
        _ => Ok(chosen),
    }
}
