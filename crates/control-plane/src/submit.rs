//! Submitting a request.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::action::Action;
use domain::audit::Outcome;
use domain::binding::{NOT_CHOSEN, ParameterBinding, field_name, parameter_of, resolve};
use domain::catalog::{ConstraintRule, Product, ProvisioningArtifact};
use domain::draft::RETYPE;
use domain::id::{ProductId, RequestId};
use domain::parameter::{check_rules, narrow, outside_instances, within_instances};
use domain::person::PersonKey;
use domain::problem::{FieldError, Problem};
use domain::project::Project;
use domain::request::{Decision, Request, RequestKind, RequestState};
use domain::view::RequestInput;
use store::{FormToken, Tx};

use crate::preflight::{Asked, refuse_denied, tags_of_form};
use crate::request_form::{NAME, Place, binding_person};
use crate::tags::{Tagged, check_tags};
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result, sealing};

/// `ProvisionedProductName`: Service Catalog takes 128; stack and resource names made from it do not.
const LONGEST_NAME: usize = 64;
const LONGEST_JUSTIFICATION: usize = 2_000;
/// Requests that one person can make within [`RATE_WINDOW`]: far more than anybody needs, far fewer than fill an inbox.
const RATE: i64 = 300;
const RATE_WINDOW: TimeDelta = TimeDelta::hours(1);

/// A form that holds.
struct Checked<'a> {
    artifact: &'a ProvisioningArtifact,
    name: String,
    justification: String,
    lease_days: u16,
    /// Without `NoEcho` values.
    asked: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    /// All parameters as they will be sent, without `NoEcho` values.
    values: BTreeMap<String, String>,
}

impl ControlPlane {
    /// Makes a request, and where its approval rule asks nobody, approves it at once. Posted twice with the same form
    /// token and the same values, it answers the request that the first post made; other values are another request.
    pub async fn submit_request(&self, caller: &Caller, input: RequestInput) -> Result<RequestId> {
        let id: ProductId = input.product.parse().map_err(|_| Error::not_found("product"))?;
        let target = input.target.split('/').next().and_then(|p| p.parse().ok());
        let product: Product =
            self.authorize_in(caller, Action::SubmitRequest, &id, target.as_ref()).await?.into_thing();
        if let Some(field) = input.changed_field() {
            let what = if field == "target" { "account" } else { "version" };
            let message = format!("The {what} changed: look over what is below and submit again.");
            return Err(Error::field(field, message));
        }
        let places = self.places(caller, &product).await?;
        let bindings = self.store().parameter_bindings(&id).await?;
        let Some(place) = places.iter().find(|p| p.value() == input.target) else {
            return Err(Error::field("target", "Choose one of the accounts that are offered."));
        };
        let project = self.project_of(place).await?;
        let policy = self.store().tag_rules().await?;
        let tagged = Tagged { product: &product, project: &project, stage: place.account.stage, policy: &policy };
        let checked = match Self::check_form(caller, &input, &tagged, place, &bindings) {
            Err(Error::Invalid(mistakes)) => {
                self.audit_not_chosen(caller, &project, &product, &mistakes).await;
                return Err(Error::Invalid(mistakes));
            }
            checked => checked?,
        };

        self.refuse_what_would_be_denied(caller, &tagged, place, &checked).await?;
        let (rule, there) = (&place.access.approval, place.where_of(&product.id));
        self.refuse_what_nobody_decides(rule, there, &caller.actor.person).await?;
        let now = self.now();
        let request_id: RequestId = self.ids().next()?;
        let person = &caller.actor.person;
        let token = input.form_token.trim();
        let mut tx = self.store().begin().await?;
        if !token.is_empty()
            && let FormToken::Used { path } = tx.use_form_token(token, person, now).await?
        {
            let made = path.rsplit('/').next().and_then(|id| id.parse::<RequestId>().ok());
            if let Some(made) = made
                && let Some(request) = tx.request(&made).await?
                && self.is_what_was_asked(&request, &checked, place)
            {
                return Ok(made);
            }
        }
        check_rate(&mut tx, person, now).await?;
        check_name_is_free(&mut tx, place, &checked.name).await?;
        let sealed = self.sealed(&request_id, &checked.secrets)?;
        let request = Request {
            id: request_id.clone(),
            kind: RequestKind::Provision,
            project: project.id.clone(),
            requester: person.clone(),
            product: product.id.clone(),
            artifact: checked.artifact.id.clone(),
            account: place.account.account.clone(),
            region: place.account.region.clone(),
            stage: place.account.stage,
            name: checked.name,
            asked: checked.asked,
            sealed,
            tags: checked.tags,
            justification: checked.justification,
            lease_days: checked.lease_days,
            approval: place.access.approval.clone(),
            agreed: Vec::new(),
            state: RequestState::Submitted,
            decision: None,
            submitted_at: now,
            decided_at: None,
            environment: None,
            version: 1,
        };
        tx.insert_request(&request).await?;
        let event = Event::done(Action::SubmitRequest.as_str(), "request", request.id.as_str())
            .project(&request.project)
            .version(1)
            .with("name", &request.name)
            .with("product", product.id.as_str())
            .with("account", request.account.as_str())
            .with("approval", request.approval.to_string());
        self.record(&mut tx, caller, event).await?;
        let environment = if request.approval.asks_nobody() {
            let decision = Decision::Approve { by: None, on_behalf_of: None, comment: String::new() };
            self.apply_decision(&mut tx, caller, request, decision).await?.environment
        } else {
            None
        };
        if !token.is_empty() {
            tx.finish_form(token, person, &format!("/requests/{request_id}")).await?;
        }
        if let Ok(draft) = input.draft.parse() {
            // Going back in the browser must not bring up as unsent what was sent.
            tx.delete_draft(&draft, person).await?;
        }
        tx.commit().await?;
        self.signals().sealer.notify_one();
        if let Some(environment) = environment {
            self.changed(&environment);
        }
        Ok(request_id)
    }

    /// A request that would be denied says so now instead of failing later.
    async fn refuse_what_would_be_denied(
        &self,
        caller: &Caller,
        tagged: &Tagged<'_>,
        place: &Place,
        checked: &Checked<'_>,
    ) -> Result<()> {
        let who = caller.actor.person.studio_user_id();
        let tags = tags_of_form(&who, tagged, &checked.tags);
        let (product, account) = (tagged.product, &place.account);
        let (artifact, values) = (checked.artifact, &checked.values);
        let asked = Asked { product, artifact, account, values, tags, launch: true, only: None };
        refuse_denied(&self.preflight(&asked).await?)
    }

    pub(crate) fn sealed(&self, request: &RequestId, secrets: &BTreeMap<String, String>) -> Result<Option<Vec<u8>>> {
        if secrets.is_empty() {
            return Ok(None);
        }
        sealing::seal(&self.settings().sealing_key, &self.deps().random, request, secrets).map(Some)
    }

    /// Writes down that values were posted for parameters that nobody chooses: somebody tries to get around the bindings, or
    /// one was made while they typed.
    async fn audit_not_chosen(&self, caller: &Caller, project: &Project, product: &Product, mistakes: &[FieldError]) {
        let fields: Vec<&str> = mistakes.iter().filter(|m| m.message == NOT_CHOSEN).map(|m| m.field.as_str()).collect();
        if fields.is_empty() {
            return;
        }
        let event = Event::done(Action::SubmitRequest.as_str(), "product", product.id.as_str())
            .project(&project.id)
            .outcome(Outcome::Denied)
            .with("not_chosen", fields.join(", "));
        self.record_refusal(caller, event).await;
    }

    /// Whether a request that a form made before is what it asks for now, and still stands.
    fn is_what_was_asked(&self, made: &Request, now: &Checked<'_>, place: &Place) -> bool {
        let stands = matches!(made.state, RequestState::Submitted | RequestState::Approved);
        let secrets = match &made.sealed {
            None => Ok(BTreeMap::new()),
            Some(sealed) => sealing::open(&self.settings().sealing_key, &made.id, sealed),
        };
        stands
            && (&made.project, &made.account, &made.region)
                == (&place.account.project, &place.account.account, &place.account.region)
            && (&made.artifact, &made.name, &made.justification, made.lease_days)
                == (&now.artifact.id, &now.name, &now.justification, now.lease_days)
            && (&made.asked, &made.tags) == (&now.asked, &now.tags)
            && secrets.is_ok_and(|secrets| secrets == now.secrets)
    }

    fn check_form<'a>(
        caller: &Caller,
        input: &RequestInput,
        tagged: &Tagged<'a>,
        place: &Place,
        bindings: &[ParameterBinding],
    ) -> Result<Checked<'a>> {
        let (product, project) = (tagged.product, tagged.project);
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: String| errors.push(FieldError::new(field, message));
        let artifact = product
            .offered_artifacts()
            .find(|a| a.id.as_str() == input.artifact)
            .ok_or_else(|| Error::field("artifact", "This version is no longer offered: choose another."))?;
        let name = input.name.trim().to_owned();
        if let Err(message) = check_name(&name) {
            wrong("name", message);
        }
        let justification = match check_justification(&input.justification) {
            Ok(justification) => justification,
            Err(message) => {
                wrong("justification", message);
                String::new()
            }
        };
        let longest = place.access.max_lease_days;
        let lease_days = input.lease_days.trim().parse::<u16>().ok().filter(|d| (1..=longest).contains(d));
        if lease_days.is_none() {
            wrong("lease_days", format!("A whole number of days from 1 to {longest}."));
        }
        let tags = match check_tags(tagged, &input.tags) {
            Ok(tags) => tags,
            Err(mistakes) => {
                errors.extend(mistakes);
                BTreeMap::new()
            }
        };
        let params = narrow(&artifact.parameters, &product.constraints);
        let instances = &place.access.instances;
        let params = within_instances(params, instances);
        let person = binding_person(caller, &name);
        let mut values = BTreeMap::new();
        match resolve(&params, bindings, &place.account, project, &person, &input.parameters) {
            Err(mistakes) => errors.extend(mistakes.into_iter().map(|it| at_the_name(it, bindings))),
            Ok(resolved) => {
                errors.extend(check_constraints(product, &resolved)?);
                let outside = outside_instances(&params, &resolved, instances);
                errors.extend(outside.into_iter().map(|(key, message)| FieldError::new(field_name(&key), message)));
                values = resolved;
            }
        }
        for key in &input.retype {
            let field = field_name(key);
            let is_empty = input.parameters.get(key).is_none_or(String::is_empty);
            let is_secret = params.iter().any(|p| &p.key == key && p.no_echo);
            errors.retain(|e| !(is_secret && is_empty && e.field == field));
            if is_secret && is_empty {
                errors.push(FieldError::new(field, RETYPE));
            }
        }
        let secret = |key: &String| params.iter().any(|p| &p.key == key && p.no_echo);
        // A secret field that was left empty is left to its default.
        let typed = input.parameters.iter().filter(|(k, v)| !(secret(k) && v.is_empty()));
        let (secrets, asked) = typed.map(|(k, v)| (k.clone(), v.clone())).partition(|(k, _)| secret(k));
        match (lease_days, errors.is_empty()) {
            (Some(lease_days), true) => {
                values.retain(|key, _| !secret(key));
                Ok(Checked { artifact, name, justification, lease_days, asked, secrets, tags, values })
            }
            _ => Err(Error::Invalid(errors)),
        }
    }
}

/// What is wrong with a value that is the environment's name is told where that is typed.
fn at_the_name(mistake: FieldError, bindings: &[ParameterBinding]) -> FieldError {
    let parameter = parameter_of(&mistake.field);
    let named = bindings.iter().any(|it| it.parameter == parameter && it.source == NAME);
    if named && mistake.message != NOT_CHOSEN { FieldError { field: "name".to_owned(), ..mistake } } else { mistake }
}

/// Why it is asked for, without the space around it.
pub(crate) fn check_justification(typed: &str) -> Result<String, String> {
    let justification = typed.trim();
    if justification.is_empty() {
        return Err("Say in a sentence what you need it for: who decides reads this.".to_owned());
    }
    if justification.chars().count() > LONGEST_JUSTIFICATION {
        return Err(format!("At most {LONGEST_JUSTIFICATION} characters."));
    }
    Ok(justification.to_owned())
}

pub(crate) async fn check_rate(tx: &mut Tx, requester: &PersonKey, now: DateTime<Utc>) -> Result<()> {
    if tx.count_requests_of(requester, now - RATE_WINDOW).await? < RATE {
        return Ok(());
    }
    Err(Error::TooMany(Problem::new(
        "You made too many requests.",
        format!("One person can make {RATE} in an hour."),
        "Wait a while and submit this one again.",
    )))
}

/// An environment's name is one of its kind in an account and region.
async fn check_name_is_free(tx: &mut Tx, place: &Place, name: &str) -> Result<()> {
    let (account, region) = (&place.account.account, &place.account.region);
    let taken = tx.live_environment_named(account, region, name).await?.is_some()
        || tx.undecided_request_named(account, region, name, None).await?.is_some();
    if taken {
        let message = format!("{name} is taken in {}: choose another name.", place.account.name);
        return Err(Error::field("name", message));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), String> {
    let good = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    if name.is_empty() {
        Err("Give the environment a name.".to_owned())
    } else if name.len() > LONGEST_NAME {
        Err(format!("At most {LONGEST_NAME} characters."))
    } else if !good {
        Err("Letters, digits, dots, hyphens and underscores, beginning with a letter or digit.".to_owned())
    } else {
        Ok(())
    }
}

/// The rules of TEMPLATE constraints, each at the parameters that it speaks of.
pub(crate) fn check_constraints(product: &Product, values: &BTreeMap<String, String>) -> Result<Vec<FieldError>> {
    let mut errors = Vec::new();
    for constraint in &product.constraints {
        let ConstraintRule::Template { rules } = &constraint.rule else { continue };
        let violations = check_rules(rules, values).map_err(|e| {
            Error::conflict(
                "This product cannot be requested now.",
                format!("Its template constraint {} cannot be read: {}", constraint.id, e.0),
                "Ask the platform team to mend the constraint.",
            )
        })?;
        for violation in violations {
            let field = violation.parameters.first().map(|p| field_name(p)).unwrap_or_default();
            errors.push(FieldError::new(field, violation.message));
        }
    }
    Ok(errors)
}
