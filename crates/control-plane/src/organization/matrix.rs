use std::collections::BTreeSet;

use domain::action::Action;
use domain::id::AccountId;
use domain::organization::{
    Caller as Calling, Chain, GOVERNED, GovernedAction, NodeKind, OrganizationNode, OutlookOf, TreeNode, context,
};
use domain::view::{MatrixAccount, MatrixCell, MatrixPage, MatrixRow, OrganizationQuery};
use store::PageRequest;

use super::probes::account_probe;
use super::reference;
use super::tree::cursor;
use crate::{Caller, ControlPlane, Error, Result};

/// Accounts side by side on one page.
const SHOWN: u32 = 6;

/// Who makes the governed calls: what people run in Studio.
pub(super) const EXECUTION_ROLE: &str = "StudiogateExecution";

impl ControlPlane {
    /// Governed actions by account, as the policies of the mirror decide them, and as live probes saw them.
    pub async fn governed_actions(&self, caller: &Caller, query: OrganizationQuery) -> Result<MatrixPage> {
        self.authorize_portal(caller, Action::ViewOrganization).await?;
        let page = PageRequest::oldest(SHOWN).after(cursor(&query.after)?);
        let within = Some(query.within.as_str()).filter(|id| !id.is_empty());
        if let Some(id) = within
            && self.store().organization_node(id).await?.is_none()
        {
            return Err(Error::not_found("node of the organization with this id"));
        }
        let found = self.store().organization_nodes(within, Some(NodeKind::Account), &page).await?;
        let above: BTreeSet<&str> = found.items.iter().flat_map(|it| &it.above).map(String::as_str).collect();
        let above = self.store().organization_nodes_of(above).await?;
        let ids = found.items.iter().chain(above.values()).flat_map(|it| &it.node.policies);
        let policies = self.store().service_control_policies(ids).await?;
        let standing = self.standing().await?;
        let chain = |it: &TreeNode| {
            let mut nodes: Vec<OrganizationNode> =
                it.above.iter().filter_map(|id| Some(above.get(id)?.node.clone())).collect();
            nodes.push(it.node.clone());
            if it.exempt { Chain::default() } else { Chain::read(&nodes, &policies) }
        };
        let chains: Vec<(&TreeNode, Chain)> = found.items.iter().map(|it| (it, chain(it))).collect();
        let state = self.store().organization_state().await?;
        let probes = self.store().probes_of(found.items.iter().map(|it| it.node.id.as_str())).await?;
        let names = self.names_of_probes(&probes).await?;
        let cells = |governed: &GovernedAction| {
            let cell = |(it, chain): &(&TreeNode, Chain)| {
                let account = account_of(it)?;
                let outlook = self.outlook_of_action(governed, &account, chain)?;
                let probe = self.cell_of_probe(governed, (&account, chain), probes.get(&account), &state)?;
                Ok(MatrixCell { outlook, probe })
            };
            chains.iter().map(cell).collect::<Result<Vec<MatrixCell>>>()
        };
        let rows = GOVERNED
            .iter()
            .map(|governed| {
                let (label, action) = (governed.label.to_owned(), governed.action.to_owned());
                Ok(MatrixRow { label, action, cells: cells(governed)? })
            })
            .collect::<Result<Vec<MatrixRow>>>()?;
        let accounts = chains
            .iter()
            .map(|(it, chain)| MatrixAccount {
                node: reference(it),
                stages: standing.stages(&it.node.id),
                exempt: it.exempt,
                unreadable: chain.unreadable.clone(),
                probe: probes
                    .values()
                    .find(|probe| probe.account.as_str() == it.node.id)
                    .map(|probe| account_probe(probe, &names)),
            })
            .collect();
        Ok(MatrixPage {
            accounts,
            rows,
            names: policies.into_iter().map(|(id, policy)| (id, policy.name)).collect(),
            role: EXECUTION_ROLE.to_owned(),
            next: found.next.map(|cursor| cursor.to_string()),
            query,
            choices: self.units().await?,
            state,
            allowed: self.organization_allowed(caller).await?,
        })
    }

    fn outlook_of_action(&self, governed: &GovernedAction, account: &AccountId, chain: &Chain) -> Result<OutlookOf> {
        let partition = self.aws().config().partition.as_str();
        let region = self.region_of_guardrails()?;
        let known = context(account, Calling { role: EXECUTION_ROLE, region, partition });
        Ok(OutlookOf::named(chain, governed.forecast(chain, account, partition, &known)))
    }
}

fn account_of(it: &TreeNode) -> Result<AccountId> {
    it.node
        .id
        .parse()
        .map_err(|error| Error::internal("The mirror of the organization has an account without a number", &error))
}
