use domain::action::Action;
use domain::organization::{EffectivePolicy, EffectiveStatement, effective_policy};
use domain::view::{ComparePage, CompareQuery, ComparedNode, Comparison, NodeRef};

use super::node::Way;
use super::reference;
use super::standing::Standing;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Two nodes side by side: what is denied at both, and at one alone.
    pub async fn compare_nodes(&self, caller: &Caller, query: CompareQuery) -> Result<ComparePage> {
        self.authorize_portal(caller, Action::ViewOrganization).await?;
        let comparison = if query.left.is_empty() || query.right.is_empty() {
            None
        } else {
            let (left, right) =
                (self.compared("left", &query.left).await?, self.compared("right", &query.right).await?);
            Some(compare(&left, &right, &self.standing().await?))
        };
        let mut choices = self.units().await?;
        choices.extend(self.accounts_of_projects().await?);
        Ok(ComparePage { query, choices, comparison, state: self.store().organization_state().await? })
    }

    async fn compared(&self, side: &str, id: &str) -> Result<(Way, EffectivePolicy)> {
        let way = self.way_to(id).await?.ok_or_else(|| Error::field(side, "Choose a node of the organization."))?;
        let effective = effective_policy(&way.nodes(), &way.policies);
        Ok((way, effective))
    }

    async fn accounts_of_projects(&self) -> Result<Vec<NodeRef>> {
        let accounts = self.store().all_project_accounts().await?;
        let nodes = self.store().organization_nodes_of(accounts.iter().map(|a| a.account.as_str())).await?;
        let mut nodes: Vec<NodeRef> = nodes.values().map(reference).collect();
        nodes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(nodes)
    }
}

type Side = (Way, EffectivePolicy);

fn compare(left: &Side, right: &Side, standing: &Standing) -> Comparison {
    let among = |statement: &EffectiveStatement, other: &Side| {
        other.1.denied.iter().any(|there| there.says_the_same_as(statement))
    };
    let side = |this: &Side, other: &Side| {
        let (way, effective) = this;
        ComparedNode {
            node: reference(&way.it),
            stages: standing.stages(&way.it.node.id),
            exempt: way.it.exempt,
            only_here: effective.denied.iter().filter(|s| !among(s, other)).cloned().collect(),
            narrow_levels: effective.levels.iter().filter(|level| !level.everything).cloned().collect(),
            unreadable: effective.unreadable.clone(),
        }
    };
    Comparison {
        both: left.1.denied.iter().filter(|s| among(s, right)).cloned().collect(),
        left: side(left, right),
        right: side(right, left),
    }
}
