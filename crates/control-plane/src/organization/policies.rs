use domain::action::Action;
use domain::guardrail::{Finding, Policy, PolicyError, PolicyKind, SizeLimit};
use domain::organization::{ServiceControlPolicy, statements_of};
use domain::view::{NodeRef, PoliciesPage, PolicyPage, PolicyRef, PolicyRow};

use super::reference;
use crate::{Caller, ControlPlane, Error, Result};

/// Policies on one page.
const SHOWN: u32 = 20;
/// Nodes on the page of a policy.
const NODES_SHOWN: u32 = 100;

/// What Organizations keeps is within its quota, which may be higher than what is set here.
fn read(policy: &ServiceControlPolicy) -> Result<Policy, PolicyError> {
    Policy::parse_within(SizeLimit::NONE, PolicyKind::ServiceControl, &policy.name, &policy.content)
}

impl ControlPlane {
    /// All service control policies by name, from the one after `after` on.
    pub async fn policies_of_organization(
        &self,
        caller: &Caller,
        after: &str,
        draft: Option<&str>,
    ) -> Result<PoliciesPage> {
        self.authorize_portal(caller, Action::ViewOrganization).await?;
        let mut policies = self.store().service_control_policies_after(after, SHOWN + 1).await?;
        let more = policies.len() > SHOWN as usize;
        policies.truncate(SHOWN as usize);
        let attachments = self.store().count_attachments(policies.iter().map(|policy| &policy.id)).await?;
        let next = policies.last().filter(|_| more).map(|policy| policy.name.clone());
        let rows = policies
            .into_iter()
            .map(|policy| {
                let read = read(&policy);
                PolicyRow {
                    attachments: attachments.get(&policy.id).copied().unwrap_or_default(),
                    unreadable: read.is_err(),
                    findings: read.map_or(0, |read| read.findings().len()),
                    policy: PolicyRef { id: policy.id, name: policy.name },
                    description: policy.description,
                    aws_managed: policy.aws_managed,
                }
            })
            .collect();
        Ok(PoliciesPage {
            rows,
            next,
            after: after.to_owned(),
            limits: self.settings().scp_limits,
            state: self.store().organization_state().await?,
            allowed: self.organization_allowed(caller).await?,
            form: self.form_state(caller, draft).await?,
        })
    }

    /// One policy: its document with what was found in it, and where it is attached.
    pub async fn policy_of_organization(&self, caller: &Caller, id: &str, draft: Option<&str>) -> Result<PolicyPage> {
        self.authorize_portal(caller, Action::ViewOrganization).await?;
        let mut found = self.store().service_control_policies([&id.to_owned()]).await?;
        let policy = found.remove(id).ok_or_else(|| Error::not_found("service control policy with this id"))?;
        let (unreadable, findings, statements) = match read(&policy) {
            Ok(parsed) => (None, parsed.findings().to_vec(), statements_of(&policy, &parsed)),
            Err(PolicyError { line, column, message }) => {
                (Some(Finding { line, column, message }), Vec::new(), Vec::new())
            }
        };
        let mut ids = self.store().nodes_with_policy(id, "", NODES_SHOWN + 1).await?;
        let more_attached = ids.len() > NODES_SHOWN as usize;
        ids.truncate(NODES_SHOWN as usize);
        let nodes = self.store().organization_nodes_of(ids.iter().map(String::as_str)).await?;
        let mut attached: Vec<NodeRef> = nodes.values().map(reference).collect();
        attached.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        let allowed = self.organization_allowed(caller).await?;
        let mut attachable = Vec::new();
        if allowed.has(Action::ManageOrganization) {
            attachable = self.units().await?;
            attachable.retain(|unit| !attached.contains(unit));
        }
        Ok(PolicyPage {
            characters: policy.content.chars().count(),
            policy,
            limits: self.settings().scp_limits,
            unreadable,
            findings,
            statements,
            attached,
            more_attached,
            attachable,
            state: self.store().organization_state().await?,
            allowed,
            form: self.form_state(caller, draft).await?,
        })
    }
}
