//! The organization against a blueprint of it: what would be done, what that does, and having it done.

use std::collections::{BTreeMap, BTreeSet};

use blueprints::organization::{read_whole, shipped, write};
use blueprints::place::Places;
use domain::action::Action;
use domain::blueprint::{AppliedBlueprint, BlueprintPlan, OrganizationBlueprint, OrganizationStep, Standing, plan};
use domain::id::{AccountId, BlueprintId, DraftId};
use domain::operation::{OperationKind, Subject};
use domain::organization::{
    Chain, ChangeState, NodeKind, Organization, OrganizationNode, ServiceControlPolicy, TreeNode, diff,
};
use domain::problem::FieldError;
use domain::project::Stage;
use domain::view::{BlueprintPage, BlueprintPlanView, BlueprintStepView, LastBlueprint};

use super::effects::Reached;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// The page, and the form that drafts of it are of.
const PAGE: &str = "/organization/blueprint";
const TEXT: &str = "blueprint";
/// More service control policies than an organization can have.
const MOST_POLICIES: u32 = 10_000;

impl ControlPlane {
    /// The plan of what was entered, or else of what was last applied, by the organization as it was last read.
    pub async fn blueprint(&self, caller: &Caller, draft: Option<&str>) -> Result<BlueprintPage> {
        self.authorize_portal(caller, Action::ViewOrganization).await?;
        let form = self.form_state(caller, draft).await?;
        let last = self.store().last_blueprint().await?;
        let entered = form.value(TEXT).map(str::to_owned);
        let text = entered.clone().or_else(|| last.as_ref().map(|it| it.text.clone())).unwrap_or_default();
        let planned = match read_whole(&text) {
            // Also beside what is wrong: what became another plan meanwhile is looked at anew.
            Ok(blueprint) if !text.trim().is_empty() => Some(self.blueprint_plan_view(&text, &blueprint).await?),
            _ => None,
        };
        let pattern = shipped().map_err(|error| Error::internal("The pattern cannot be read", &error.message))?;
        Ok(BlueprintPage {
            last: match last {
                Some(last) => Some(self.last_blueprint_view(last).await?),
                None => None,
            },
            plan: planned,
            text,
            entered: entered.is_some(),
            shipped: write(&pattern).map_err(|error| Error::internal("The pattern cannot be written", &error))?,
            state: self.store().organization_state().await?,
            allowed: self.organization_allowed(caller).await?,
            form,
        })
    }

    async fn last_blueprint_view(&self, it: AppliedBlueprint) -> Result<LastBlueprint> {
        let names = self.names([], [&it.by]).await?;
        let operation = self.store().operation(&it.operation).await?;
        Ok(LastBlueprint {
            by: names.person(&it.by),
            at: it.created_at,
            trouble: operation.filter(|_| it.state == ChangeState::Applying).and_then(|operation| operation.trouble),
            state: it.state,
            problem: it.problem,
            steps: it.steps.len(),
            made: it.made,
            as_of: self.now(),
        })
    }

    async fn blueprint_plan_view(&self, text: &str, blueprint: &OrganizationBlueprint) -> Result<BlueprintPlanView> {
        let organization = self.mirrored_organization().await?;
        let plan = self.plan_of(blueprint, &organization).await?;
        let contents: BTreeMap<&str, &str> =
            organization.policies.iter().map(|it| (it.id.as_str(), it.content.as_str())).collect();
        let step = |it: &OrganizationStep| BlueprintStepView {
            says: it.to_string(),
            loosens: it.loosens(),
            findings: it.findings(),
            difference: match it {
                OrganizationStep::CreatePolicy { document, .. } => diff("", document),
                OrganizationStep::EditPolicy { policy, document, .. } => {
                    diff(contents.get(policy.as_str()).copied().unwrap_or_default(), document)
                }
                _ => Vec::new(),
            },
        };
        let effects = self.effects_on(&self.reached_by(&plan, &organization).await?).await?;
        let mut names = self.store().service_control_policy_names(&effects.policies()).await?;
        // What is new has its name in the place of an id.
        names.extend(blueprint.policies.iter().map(|it| (it.name.clone(), it.name.clone())));
        Ok(BlueprintPlanView {
            steps: plan.steps.iter().map(step).collect(),
            fingerprint: plan.fingerprint(),
            mistakes: Places::of(text).told(&plan.mistakes),
            stays: plan.stays,
            notices: plan.notices,
            effects,
            names,
        })
    }

    /// What has to be done so that the organization, as it was last read, is as a blueprint says.
    pub async fn plan_blueprint(&self, caller: &Caller, blueprint: &OrganizationBlueprint) -> Result<BlueprintPlan> {
        self.authorize_portal(caller, Action::ViewOrganization).await?;
        let organization = self.mirrored_organization().await?;
        self.plan_of(blueprint, &organization).await
    }

    pub(crate) async fn plan_of(
        &self,
        blueprint: &OrganizationBlueprint,
        organization: &Organization,
    ) -> Result<BlueprintPlan> {
        let tag_rules = self.store().tag_rules().await?;
        let accounts = self.store().all_project_accounts().await?;
        let stages: BTreeMap<AccountId, Stage> = accounts.into_iter().map(|it| (it.account, it.stage)).collect();
        let limits = self.settings().scp_limits;
        Ok(plan(blueprint, &Standing { organization, tag_rules: &tag_rules, stages: &stages, limits }))
    }

    async fn mirrored_organization(&self) -> Result<Organization> {
        let nodes = self.store().whole_organization().await?;
        if nodes.is_empty() {
            return Err(Error::conflict(
                "The portal has not read the organization yet.",
                "A blueprint is compared with what was read.",
                "Wait until it is read, or look at what stands in the way on the page Organization.",
            ));
        }
        let policies = self.store().service_control_policies_after("", MOST_POLICIES).await?;
        Ok(Organization { nodes, policies })
    }

    /// The projects' accounts whose policies will be others, before and after.
    async fn reached_by(&self, plan: &BlueprintPlan, before: &Organization) -> Result<Vec<Reached>> {
        let mut after = before.clone();
        plan.steps.iter().for_each(|step| step.make(&mut after));
        let (policies_before, policies_after) = (by_id(before), by_id(&after));
        let (nodes_before, nodes_after) = (nodes_of(before), nodes_of(&after));
        let mut reached = Vec::new();
        for account in self.store().all_project_accounts().await? {
            let was = way(&nodes_before, &account.account);
            let (Some(was), Some(will)) = (was, way(&nodes_after, &account.account)) else { continue };
            let documents = |way: &[OrganizationNode], policies: &BTreeMap<String, ServiceControlPolicy>| {
                let of = |node: &OrganizationNode| -> BTreeSet<String> {
                    node.policies.iter().filter_map(|id| Some(policies.get(id)?.content.clone())).collect()
                };
                way.iter().map(of).collect::<Vec<_>>()
            };
            let ids = |way: &[OrganizationNode]| way.iter().map(|node| node.id.clone()).collect::<Vec<_>>();
            let moved = ids(&was) != ids(&will);
            if moved || documents(&was, &policies_before) != documents(&will, &policies_after) {
                let (before, after) = (Chain::read(&was, &policies_before), Chain::read(&will, &policies_after));
                reached.push(Reached { account, before, after });
            }
        }
        reached.sort_by(|a, b| (a.account.stage, &a.account.name).cmp(&(b.account.stage, &b.account.name)));
        Ok(reached)
    }

    /// Takes a blueprint to be looked at; nothing is changed yet.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it cannot be read, with line and column.
    pub async fn enter_blueprint(&self, caller: &Caller, text: &str) -> Result<DraftId> {
        self.authorize_portal(caller, Action::ManageOrganization).await?;
        // Browsers send line breaks as CR LF, and a document counts by the character.
        let text = text.replace("\r\n", "\n");
        read_at(&text)?;
        let fields = BTreeMap::from([(TEXT.to_owned(), text)]);
        self.save_draft(&caller.actor.person, PAGE, fields, Vec::new()).await
    }

    /// Puts an operation to work that does what was looked at, and nothing else: `seen` is the plan's fingerprint. A second click finds
    /// the first one's.
    pub async fn apply_blueprint(&self, caller: &Caller, text: &str, seen: &str) -> Result<BlueprintId> {
        self.authorize_portal(caller, Action::ManageOrganization).await?;
        let entered = text.replace("\r\n", "\n");
        let blueprint = read_at(&entered)?;
        let text = write(&blueprint).map_err(|error| Error::internal("A blueprint cannot be written", &error))?;
        let mut tx = self.store().begin().await?;
        let under_way = tx.blueprint_under_way().await?;
        tx.rollback().await?;
        if let Some(other) = under_way {
            return if other.text == text && other.by == caller.actor.person {
                Ok(other.id)
            } else {
                Err(one_at_a_time())
            };
        }
        let plan = self.plan_of(&blueprint, &self.mirrored_organization().await?).await?;
        if !plan.mistakes.is_empty() {
            let told = Places::of(&entered).told(&plan.mistakes).into_iter();
            return Err(Error::Invalid(told.map(|mistake| FieldError::new(TEXT, mistake)).collect()));
        }
        if plan.steps.is_empty() {
            return Err(Error::conflict(
                "There is nothing to be done.",
                "The organization is as the blueprint says, as it was last read.",
                "Look again once the organization was read anew.",
            ));
        }
        if plan.steps.iter().any(OrganizationStep::is_of_the_portal) {
            self.authorize_portal(caller, Action::ManageCatalog).await?;
        }
        if plan.fingerprint() != seen {
            return Err(Error::stale("organization"));
        }
        let id: BlueprintId = self.ids().next()?;
        let subject = Subject::Blueprint { id: id.clone() };
        let operation = self.operation(OperationKind::ApplyBlueprint, subject, &caller.actor.person)?;
        let now = self.now();
        let it = AppliedBlueprint {
            id: id.clone(),
            text,
            steps: plan.steps,
            made: Vec::new(),
            by: caller.actor.person.clone(),
            state: ChangeState::Applying,
            problem: None,
            operation: operation.id.clone(),
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let mut tx = self.store().begin().await?;
        let inserted = match tx.insert_operation(&operation).await {
            Ok(()) => tx.insert_blueprint(&it).await,
            duplicate => duplicate,
        };
        if let Err(store::Error::Duplicate { .. }) = &inserted {
            tx.rollback().await?;
            return Err(one_at_a_time());
        }
        inserted?;
        let event = Event::done("apply_blueprint", "blueprint", it.id.as_str())
            .version(1)
            .with("steps", it.steps.len().to_string())
            .with("text_sha256", domain::organization::fingerprint(&it.text))
            .with("operation", it.operation.as_str());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.wake();
        Ok(id)
    }

    /// How far a blueprint is.
    pub async fn applied_blueprint(&self, caller: &Caller, id: &BlueprintId) -> Result<AppliedBlueprint> {
        self.authorize_portal(caller, Action::ViewOrganization).await?;
        self.store().blueprint(id).await?.ok_or_else(|| Error::not_found("blueprint with this id"))
    }
}

fn read_at(text: &str) -> Result<OrganizationBlueprint> {
    if text.trim().is_empty() {
        return Err(Error::field(TEXT, "Paste a blueprint."));
    }
    read_whole(text).map_err(|wrong| Error::field(TEXT, wrong.to_string()))
}

fn one_at_a_time() -> Error {
    Error::conflict(
        "Another blueprint is being applied.",
        "Each is decided upon by what stands before it, so there is one at a time.",
        "Wait until it is done, and look again at what this one would do.",
    )
}

fn by_id(it: &Organization) -> BTreeMap<String, ServiceControlPolicy> {
    it.policies.iter().map(|policy| (policy.id.clone(), policy.clone())).collect()
}

fn nodes_of(it: &Organization) -> BTreeMap<&str, &TreeNode> {
    it.nodes.iter().map(|node| (node.node.id.as_str(), node)).collect()
}

/// The way from the root to an account; none where no policy reaches it.
fn way(nodes: &BTreeMap<&str, &TreeNode>, account: &AccountId) -> Option<Vec<OrganizationNode>> {
    let found = nodes.get(account.as_str()).filter(|found| found.kind == NodeKind::Account && !found.exempt)?;
    found.way().map(|id| Some(nodes.get(id.as_str())?.node.clone())).collect()
}
