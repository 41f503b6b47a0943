//! Whether what was asked for can still be brought up: everything that was checked on submission, against what holds now.

use std::collections::{BTreeMap, BTreeSet};

use domain::binding::{parameter_of, resolve};
use domain::catalog::Product;
use domain::environment::{Environment, EnvironmentState};
use domain::parameter::{narrow, outside_instances, within_instances};
use domain::problem::Problem;
use domain::project::Project;
use domain::request::{Request, RequestKind};
use domain::tag_policy::TagRule;

use crate::submit::check_constraints;
use crate::update::kept_secrets;
use crate::{ControlPlane, Result, sealing};

/// A request that still holds, with what it comes to.
pub(crate) struct StillValid {
    pub(crate) product: Product,
    pub(crate) project: Project,
    /// The tag policy.
    pub(crate) policy: Vec<TagRule>,
    /// Without secret values: those stay sealed with the request, and join at the call.
    pub(crate) parameters: BTreeMap<String, String>,
    /// Of an update: the secrets that keep the value that they have.
    pub(crate) kept: BTreeSet<String>,
    /// The environment is brought up anew, not updated.
    pub(crate) anew: bool,
    /// The environment of an update.
    pub(crate) environment: Option<Environment>,
}

impl ControlPlane {
    /// See the module; the problem says what changed.
    pub(crate) async fn still_valid(&self, request: &Request) -> Result<Result<StillValid, Problem>> {
        let refuse = |why: String, next: &str| {
            Ok(Err(Problem::new("This can no longer be brought up as it was requested.", why, next)))
        };
        let ask = "Make a new request, or ask the platform team.";
        let Some(product) = self.store().product(&request.product).await? else {
            return refuse("The product is no longer in the catalog.".to_owned(), ask);
        };
        let Some(artifact) = product.artifact(&request.artifact).filter(|a| a.active) else {
            return refuse("The version is no longer offered.".to_owned(), ask);
        };
        let account = self.store().project_account(&request.project, &request.account, &request.region).await?;
        let project = self.store().project(&request.project).await?;
        let (Some(account), Some(project)) = (account, project) else {
            return refuse("The account no longer belongs to the project.".to_owned(), ask);
        };
        let access = self.store().product_access(&request.product, &request.project, request.stage).await?;
        let Some(access) = access.filter(|_| account.stage == request.stage) else {
            return refuse("The project may no longer use the product in this stage.".to_owned(), ask);
        };
        let environment = self.updated_by(request).await?;
        // While it is being updated this is asked by the update itself.
        let ends = |it: &&Environment| matches!(it.state, EnvironmentState::Terminating | EnvironmentState::Terminated);
        if let Some(it) = environment.as_ref().filter(ends) {
            return refuse(format!("The environment is {}.", it.state), "Request a new environment.");
        }
        let person = self.person_of(request, environment.as_ref()).await?;
        let mut asked = request.asked.clone();
        let secrets = self.secrets_of(request)?;
        asked.extend(secrets.clone());
        let bindings = self.store().parameter_bindings(&request.product).await?;
        let params = narrow(&artifact.parameters, &product.constraints);
        let mut params = within_instances(params, &access.instances);
        let mut kept = BTreeSet::new();
        if let Some(environment) = &environment {
            kept = kept_secrets(&params, product.artifact(&environment.artifact));
            kept.retain(|key| !secrets.contains_key(key));
            params.retain(|param| !kept.contains(&param.key));
        }
        let resolved = match resolve(&params, &bindings, &account, &project, &person, &asked) {
            Ok(resolved) => resolved,
            Err(errors) => {
                let why: Vec<String> =
                    errors.iter().map(|e| format!("{}: {}", parameter_of(&e.field), e.message)).collect();
                return refuse(why.join(" "), "Ask the platform team to mend the bindings, or make a new request.");
            }
        };
        let outside = outside_instances(&params, &resolved, &access.instances);
        if let Some((key, message)) = outside.into_iter().next() {
            return refuse(format!("{key}: {message}"), ask);
        }
        let broken = check_constraints(&product, &resolved)?;
        if !broken.is_empty() {
            let why: Vec<String> = broken.into_iter().map(|e| e.message).collect();
            return refuse(why.join(" "), ask);
        }
        let parameters = resolved.into_iter().filter(|(key, _)| !secrets.contains_key(key)).collect();
        let policy = self.store().tag_rules().await?;
        Ok(Ok(StillValid { product, project, policy, parameters, kept, anew: false, environment }))
    }

    /// What is known to keep a request from being carried out as it is.
    pub(crate) async fn hindrance_of(&self, request: &Request) -> Result<Option<Problem>> {
        if request.kind == RequestKind::Extension {
            let gone = self.extension_hindrance(request).await?;
            return if gone.is_some() { Ok(gone) } else { self.requester_hindrance(request).await };
        }
        match self.still_valid(request).await? {
            Err(problem) => Ok(Some(problem)),
            Ok(valid) => match self.requester_hindrance(request).await? {
                Some(problem) => Ok(Some(problem)),
                None => self.denied(request, &valid).await,
            },
        }
    }

    /// The environment that a request is an update of.
    pub(crate) async fn updated_by(&self, request: &Request) -> Result<Option<Environment>> {
        match (request.kind, &request.environment) {
            (RequestKind::Update, Some(id)) => Ok(self.store().environment(id).await?),
            _ => Ok(None),
        }
    }

    /// The values of `NoEcho` parameters, unsealed; none once they were erased.
    pub(crate) fn secrets_of(&self, request: &Request) -> Result<BTreeMap<String, String>> {
        match &request.sealed {
            Some(sealed) => sealing::open(&self.settings().sealing_key, &request.id, sealed),
            None => Ok(BTreeMap::new()),
        }
    }
}
