//! Whether what is asked for would come up: from what is mirrored, so that no page waits for AWS.

mod form;
mod standing;

use std::collections::{BTreeMap, BTreeSet};

use domain::binding::is_asked;
use domain::catalog::{ConstraintRule, Product, ProvisioningArtifact};
use domain::organization::Chain;
use domain::person::StudioUserId;
use domain::preflight::{
    AccountQuotas, Calls, Check, Counted, LaunchStanding, Preflight, Reach, TagChoices, calls_of_the_portal,
    constraints, launching, limits, quotas, resources, tag_options, tag_policy, tags_stay,
};
use domain::problem::{FieldError, Problem};
use domain::project::ProjectAccount;
use domain::request::Request;
use domain::tag_policy::{TagRule, TagSource};
use domain::template::{Given, Resolver, TemplateDigest};

use crate::guardrails::{launch_constraints, role_of};
use crate::still_valid::StillValid;
use crate::tags::{NO_ENVIRONMENT_YET, Tagged, tag_choices};
use crate::update::made;
use crate::{ControlPlane, Error, Result};

pub(crate) use form::{Drawn, Form};
pub(crate) use standing::AccountReader;

/// What is asked for, as far as it is known.
pub(crate) struct Asked<'a> {
    pub(crate) product: &'a Product,
    pub(crate) artifact: &'a ProvisioningArtifact,
    pub(crate) account: &'a ProjectAccount,
    /// Without secrets, and without what is not filled yet.
    pub(crate) values: &'a BTreeMap<String, String>,
    pub(crate) tags: AskedTags,
    /// It is no update of what is there.
    pub(crate) launch: bool,
    /// Of an update: the resources that it makes; the others are there already.
    pub(crate) only: Option<BTreeSet<String>>,
}

/// The tags of what is asked for.
#[derive(Default)]
pub(crate) struct AskedTags {
    /// Those that go with the launch; of an update, which sends none, those that are there.
    sent: BTreeMap<String, String>,
    /// What the tag policy says of them; nothing of an update, which leaves them as they are.
    policy: Vec<TagRule>,
    sources: BTreeMap<String, TagSource>,
    /// Keys that are not filled yet.
    open: Vec<String>,
}

impl AskedTags {
    /// Tags that stay as they are.
    pub(crate) fn that_stay(sent: BTreeMap<String, String>) -> Self {
        Self { sent, ..Self::default() }
    }

    /// Of these nothing is said while they have no value.
    pub(crate) fn open(self, keys: Vec<String>) -> Self {
        Self { open: keys, ..self }
    }

    fn of(tagged: &Tagged<'_>, sent: BTreeMap<String, String>) -> Self {
        let policy = tagged.rules().into_iter().cloned().collect();
        Self { sent, policy, sources: tagged.sources("", ""), open: Vec::new() }
    }
}

impl ControlPlane {
    /// By what the mirrors have.
    pub(crate) async fn preflight(&self, asked: &Asked<'_>) -> Result<Preflight> {
        let ProjectAccount { account, region, .. } = asked.account;
        let standing = self.store().launch_standing(account, region, &asked.product.id).await?;
        let quotas = self.store().account_quotas(account, region).await?;
        self.preflight_by(asked, standing.as_ref(), quotas.as_ref()).await
    }

    /// The same, with how the account stands to the product, and what it may still have.
    async fn preflight_by(
        &self,
        asked: &Asked<'_>,
        standing: Option<&LaunchStanding>,
        account_quotas: Option<&AccountQuotas>,
    ) -> Result<Preflight> {
        let Asked { product, artifact, account, values, .. } = *asked;
        let read = self.store().artifact_template(&product.region, &product.id, &artifact.id).await?;
        let template = read.as_ref();
        let made = read.clone().map(|mut made| {
            made.resources.retain(|it| asked.only.as_ref().is_none_or(|only| only.contains(&it.logical_id)));
            made
        });
        let paths = self.store().account_paths([&account.account]).await?;
        let path = paths.get(&account.account);
        let ids: BTreeSet<String> = path.iter().flat_map(|path| &path.nodes).flat_map(|n| n.policies.clone()).collect();
        let policies = self.store().service_control_policies(&ids).await?;
        let chain = path.filter(|path| !path.exempt).map(|path| Chain::read(&path.nodes, &policies));
        let reach = match (&chain, path) {
            (Some(chain), _) => Reach::Chain(chain, &policies),
            (None, Some(_)) => Reach::Exempt,
            (None, None) => Reach::Unknown,
        };

        // An update sends no tags, and Service Catalog holds it against no TagOption.
        let choices = if asked.launch { choices(product, standing) } else { TagChoices::default() };
        let mut all_tags = asked.tags.sent.clone();
        for (key, values) in &choices {
            if let [only] = values.as_slice() {
                all_tags.entry(key.clone()).or_insert_with(|| only.clone());
            }
        }
        let partition = self.aws().config().partition.as_str();
        let (at, region) = (&account.account, &account.region);
        let roles = launch_constraints(product, standing);
        let role = role_of(roles.first().copied());
        let calls = Calls { reach, account: at, region, partition, role, tags: &all_tags };
        let (parameters, of) = (&artifact.parameters, at.as_str());
        let given = Given { values, parameters, account: of, region: region.as_str(), partition };
        let nothing = TemplateDigest::default();
        let resolver = Resolver::new(template.unwrap_or(&nothing), given);

        let by_stack_set = product.constraints.iter().any(|it| matches!(it.rule, ConstraintRule::StackSet { .. }));
        let mut findings = launching(&product.portfolios, standing, &roles, by_stack_set, at);
        findings.extend(calls_of_the_portal(&calls, template, &resolver));
        findings.extend(resources(&calls, made.as_ref(), &resolver));
        findings.extend(limits(values, &all_tags));
        findings.extend(quotas(made.as_ref(), &resolver, account_quotas));
        let AskedTags { sent, policy, sources, open } = &asked.tags;
        findings.extend(if asked.launch { tag_options(&choices, sent, sources) } else { vec![tags_stay()] });
        findings.extend(tag_policy(sources, &policy.iter().collect::<Vec<_>>(), &all_tags, open));
        let has_rules = product.constraints.iter().any(|it| matches!(it.rule, ConstraintRule::Template { .. }));
        let bindings = if has_rules { self.store().parameter_bindings(&product.id).await? } else { Vec::new() };
        let parameter = |key: &str| parameters.iter().find(|it| it.key == key);
        let is_asked = |key: &str| parameter(key).is_some_and(|it| is_asked(it, &bindings, at));
        findings.extend(constraints(&product.constraints, values, is_asked));
        Ok(Preflight {
            findings,
            account_read_at: standing.map(|standing| standing.read_at),
            policies_read_at: self.store().organization_state().await?.refreshed_at,
            contact: self.settings().platform_contact.clone(),
        })
    }

    /// Of a request that still holds.
    pub(crate) async fn preflight_of(&self, request: &Request, valid: &StillValid) -> Result<Option<Preflight>> {
        let Some((artifact, account)) = self.place_of(request, valid).await? else { return Ok(None) };
        let only = self.made_by(valid, artifact).await?;
        self.preflight(&asked_by(request, valid, artifact, &account, only)).await.map(Some)
    }

    /// Why a request that still holds would come to nothing, by the mirrors; none where it would not.
    pub(crate) async fn denied(&self, request: &Request, valid: &StillValid) -> Result<Option<Problem>> {
        Ok(self.preflight_of(request, valid).await?.and_then(|preflight| preflight.problem(|_| true)))
    }

    /// Why a request must not go on to AWS: by the policies, tags and rules of the mirrors, and by launch path, principal, role
    /// and quotas as the account has them now.
    pub(crate) async fn denied_now(&self, request: &Request, valid: &StillValid) -> Result<Option<Problem>> {
        let Some((artifact, account)) = self.place_of(request, valid).await? else { return Ok(None) };
        let only = self.made_by(valid, artifact).await?;
        let asked = asked_by(request, valid, artifact, &account, only);
        let by_the_account =
            |check| matches!(check, Check::LaunchPath | Check::Principal | Check::LaunchRole | Check::Quotas);
        let mirrored = self.preflight(&asked).await?;
        if let Some(problem) = mirrored.problem(|check| !by_the_account(check)) {
            return Ok(Some(problem));
        }
        let template = self.store().artifact_template(&valid.product.region, &valid.product.id, &artifact.id).await?;
        let counted: Vec<Counted> = template.iter().flat_map(Counted::of).collect();
        let (standing, quotas) = self.read_account_now(&account, &valid.product, &counted).await?;
        let fresh = self.preflight_by(&asked, Some(&standing), Some(&quotas)).await?;
        Ok(fresh.problem(|_| true))
    }

    /// The resources that an update makes, where that can be told.
    async fn made_by(&self, valid: &StillValid, artifact: &ProvisioningArtifact) -> Result<Option<BTreeSet<String>>> {
        if valid.anew {
            return Ok(None);
        }
        let Some(preview) = self.preview_by(valid, artifact).await? else { return Ok(None) };
        Ok(preview.unread.is_none().then(|| made(&preview)))
    }

    async fn place_of<'v>(
        &self,
        request: &Request,
        valid: &'v StillValid,
    ) -> Result<Option<(&'v ProvisioningArtifact, ProjectAccount)>> {
        let account = self.store().project_account(&request.project, &request.account, &request.region).await?;
        Ok(valid.product.artifact(&request.artifact).zip(account))
    }
}

fn asked_by<'a>(
    request: &Request,
    valid: &'a StillValid,
    artifact: &'a ProvisioningArtifact,
    account: &'a ProjectAccount,
    only: Option<BTreeSet<String>>,
) -> Asked<'a> {
    let StillValid { product, project, policy, parameters, environment, .. } = valid;
    let tags = if let Some(environment) = environment {
        AskedTags::that_stay(environment.tags.clone())
    } else {
        let environment = request.environment.as_ref().map_or(NO_ENVIRONMENT_YET, |id| id.as_str());
        let tagged = Tagged { product, project, stage: request.stage, policy };
        AskedTags::of(&tagged, tagged.of_request(request, environment))
    };
    Asked { product, artifact, account, values: parameters, tags, launch: environment.is_none(), only }
}

/// A form that asks for what would be denied is told so, each thing with what to do.
pub(crate) fn refuse_denied(preflight: &Preflight) -> Result<()> {
    let told = |finding| {
        let advice = preflight.advice(finding).unwrap_or_default();
        FieldError::new("", format!("This would be denied. {} {advice}", finding.told()).trim_end())
    };
    let denied: Vec<FieldError> = preflight.denied().map(told).collect();
    if denied.is_empty() { Ok(()) } else { Err(Error::Invalid(denied)) }
}

/// The tags of a form that is not a request yet.
pub(crate) fn tags_of_form(who: &StudioUserId, tagged: &Tagged<'_>, chosen: &BTreeMap<String, String>) -> AskedTags {
    AskedTags::of(tagged, tagged.sent(who, chosen, NO_ENVIRONMENT_YET))
}

/// What the account is offered, or else what product and portfolio have. A key without any active value has none.
fn choices(product: &Product, standing: Option<&LaunchStanding>) -> TagChoices {
    if let Some(Ok(choices)) = standing.map(|standing| &standing.tag_choices) {
        return choices.clone();
    }
    tag_choices(&product.tag_options)
}
