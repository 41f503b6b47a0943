//! A change of service control policies is entered, looked at with all that it would do, and only then applied. Between the
//! two it is a draft of whoever entered it, with what it was decided upon.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::draft::Draft;
use domain::id::DraftId;
use domain::organization::{Basis, PolicyChange, diff};
use domain::view::{NodeRef, PolicyChangeInput, PolicyChangePage, PolicyRef};

use super::reference;
use crate::{Caller, ControlPlane, Error, Result};

/// The form that these drafts are of.
const CHANGES: &str = "/organization/changes";
const CHANGE: &str = "change";
const BASIS: &str = "basis";

impl ControlPlane {
    /// Takes a change that AWS would take, to be looked at; nothing is changed yet.
    pub async fn preview_policy_change(&self, caller: &Caller, input: PolicyChangeInput) -> Result<DraftId> {
        self.authorize_portal(caller, Action::ManageOrganization).await?;
        if self.store().organization_state().await?.refreshed_at.is_none() {
            return Err(Error::conflict(
                "Nothing can be changed yet.",
                "The portal has not read the organization.",
                "Wait until it is read, or look at what stands in the way on the page Organization.",
            ));
        }
        let change = read(input)?;
        let around = self.around(&change).await?;
        let mistakes = change.mistakes(&around, self.settings().scp_limits);
        if !mistakes.is_empty() {
            return Err(Error::Invalid(mistakes));
        }
        let kept = |value: serde_json::Result<String>| {
            value.map_err(|error| Error::internal("The change could not be kept", &error))
        };
        let fields = BTreeMap::from([
            (CHANGE.to_owned(), kept(serde_json::to_string(&change))?),
            (BASIS.to_owned(), kept(serde_json::to_string(&Basis::of(&change, &around)))?),
        ]);
        self.save_draft(&caller.actor.person, CHANGES, fields, Vec::new()).await
    }

    /// A change before it is made: the document's difference, what it would do, and whether it still can be made.
    pub(super) async fn policy_change_preview(&self, caller: &Caller, id: &str) -> Result<PolicyChangePage> {
        self.authorize_portal(caller, Action::ManageOrganization).await?;
        let (change, basis) = self.kept_change(caller, id).await?;
        let around = self.around(&change).await?;
        let effects = self.effects_of(&change).await?;
        let spoken_of = effects.policies();
        let mut names = self.store().service_control_policy_names(&spoken_of).await?;
        if let (Some(policy), Some((name, _))) = (change.policy(), change.document()) {
            names.insert(policy.to_owned(), name.to_owned());
        }
        let before = around.policy.as_ref().map(|policy| policy.content.as_str()).unwrap_or_default();
        let moved = basis.what_changed(&Basis::of(&change, &around));
        // What somebody else did since then is said as that, and not as a mistake of whoever entered the change.
        let mistakes = change.mistakes(&around, self.settings().scp_limits);
        Ok(PolicyChangePage {
            id: id.to_owned(),
            policy: around.policy.as_ref().map(|p| PolicyRef { id: p.id.clone(), name: p.name.clone() }),
            node: around.node.as_ref().map(reference).or_else(|| change.node().map(gone)),
            diff: change.document().map(|(_, content)| diff(before, content)).unwrap_or_default(),
            findings: change.findings(),
            mistakes: mistakes.into_iter().map(|mistake| mistake.message).collect(),
            moved,
            effects,
            names,
            under_way: self.store().policy_change_under_way().await?.map(|it| it.id),
            state: self.store().organization_state().await?,
            change,
        })
    }

    /// The caller's own draft of a change.
    pub(super) async fn kept_change(&self, caller: &Caller, id: &str) -> Result<(PolicyChange, Basis)> {
        let missing = || Error::not_found("change with this id that you entered within the last day");
        let draft = self.draft(caller, id).await?.filter(|draft| draft.form == CHANGES).ok_or_else(missing)?;
        let of = |draft: &Draft, field: &str| draft.fields.get(field).cloned().unwrap_or_default();
        let change = serde_json::from_str(&of(&draft, CHANGE)).map_err(|_| missing())?;
        let basis = serde_json::from_str(&of(&draft, BASIS)).map_err(|_| missing())?;
        Ok((change, basis))
    }
}

/// A node that is no longer there.
fn gone(id: &str) -> NodeRef {
    NodeRef { id: id.to_owned(), name: id.to_owned(), kind: domain::organization::NodeKind::Unit }
}

fn read(input: PolicyChangeInput) -> Result<PolicyChange> {
    let PolicyChangeInput { kind, policy, node, name, description, content, .. } = input;
    let (policy, node) = (policy.trim().to_owned(), node.trim().to_owned());
    // Browsers send line breaks as CR LF, and a document counts by the character.
    let content = content.replace("\r\n", "\n").trim().to_owned();
    let (name, description) = (name.trim().to_owned(), description.replace("\r\n", "\n").trim().to_owned());
    Ok(match kind.as_str() {
        "create" => PolicyChange::Create { name, description, content },
        "edit" => PolicyChange::Edit { policy, name, description, content },
        "attach" => PolicyChange::Attach { policy, node },
        "detach" => PolicyChange::Detach { policy, node },
        "delete" => PolicyChange::Delete { policy },
        _ => return Err(Error::field("kind", "Use one of the forms of the pages.")),
    })
}
