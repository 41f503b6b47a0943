//! Live probes: asked for here, carried out by a worker, shown beside what the evaluation says.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::guardrail::Outlook;
use domain::id::{AccountId, Region};
use domain::organization::{Caller as Calling, Chain, GovernedAction, NodeKind, OrganizationState, OutlookOf, context};
use domain::person::PersonKey;
use domain::probe::{Place, Probe, disagreement};
use domain::session::RoleName;
use domain::view::{AccountProbe, CellProbe, ProbeInput, ProbedCell};

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// Accounts that one click asks for at most; those that were probed longest ago come first.
const MOST: usize = 50;

impl ControlPlane {
    /// Asks for a probe of one account, or of the accounts of projects in a part of the organization; answers for how many. One
    /// that waits already waits on. A probe changes nothing, so auditors may ask: it is how they see whether guardrails hold.
    pub async fn probe_guardrails(&self, caller: &Caller, input: ProbeInput) -> Result<usize> {
        self.authorize_portal(caller, Action::ProbeGuardrails).await?;
        let accounts = if input.account.is_empty() {
            self.accounts_to_probe(&input.within).await?
        } else {
            let node = self.store().organization_node(&input.account).await?;
            let account = node.filter(|it| it.kind == NodeKind::Account).and_then(|it| it.node.id.parse().ok());
            vec![account.ok_or_else(|| Error::not_found("account of the organization with this number"))?]
        };
        let mut asked = 0;
        let mut tx = self.store().begin().await?;
        for account in &accounts {
            if tx.ask_probe(account, &caller.actor.person, self.now()).await? {
                asked += 1;
                let event = Event::done(Action::ProbeGuardrails.as_str(), "account", account.as_str());
                self.record(&mut tx, caller, event).await?;
            }
        }
        tx.commit().await?;
        self.wake_probes();
        Ok(asked)
    }

    async fn accounts_to_probe(&self, within: &str) -> Result<Vec<AccountId>> {
        let known = self.store().all_project_accounts().await?;
        let nodes = self.store().organization_nodes_of(known.iter().map(|a| a.account.as_str())).await?;
        let inside = nodes.values().filter(|it| !it.exempt && (within.is_empty() || it.way().any(|id| id == within)));
        let mut accounts: Vec<AccountId> = inside.filter_map(|it| it.node.id.parse().ok()).collect();
        let probes = self.store().probes_of(accounts.iter().map(AccountId::as_str)).await?;
        accounts.sort_by_key(|account| (probes.get(account).and_then(|probe| probe.finished_at), account.clone()));
        accounts.truncate(MOST);
        Ok(accounts)
    }

    /// The region in which governed actions are evaluated and probed.
    pub(crate) fn region_of_guardrails(&self) -> Result<&Region> {
        self.settings().regions.first().ok_or_else(|| Error::not_found("region"))
    }

    /// The names of those who asked.
    pub(super) async fn names_of_probes(
        &self,
        probes: &BTreeMap<AccountId, Probe>,
    ) -> Result<BTreeMap<PersonKey, String>> {
        Ok(self.store().names_of(probes.values().map(|probe| &probe.asked_by)).await?)
    }

    /// What a probe saw of a governed action, beside what the policies of the mirror say to the very call of the probe.
    pub(super) fn cell_of_probe(
        &self,
        governed: &GovernedAction,
        (account, chain): (&AccountId, &Chain),
        probe: Option<&Probe>,
        state: &OrganizationState,
    ) -> Result<CellProbe> {
        let Some(call) = governed.probe else { return Ok(CellProbe::NoCall) };
        let Some(finding) = probe.and_then(|probe| probe.finding(call)).cloned() else { return Ok(CellProbe::NotYet) };
        let region = self.region_of_guardrails()?;
        let partition = self.aws().config().partition.as_str();
        // The random part of the name is for AWS alone.
        let place = Place { partition, account, region, name: "studiogate-probe" };
        let caller = Calling { role: RoleName::StudiogateProbe.as_str(), region, partition };
        let forecast = OutlookOf::named(chain, call.forecast(chain, &place, &context(account, caller)));
        // A policy that cannot be read may deny what passes, and allow what nothing else does.
        let is_sure = chain.unreadable.is_empty() || !forecast.policy_id.is_empty();
        let foreseen = if is_sure { forecast.outlook } else { Outlook::Depends };
        Ok(CellProbe::Found(Box::new(ProbedCell {
            disagreement: disagreement(foreseen, finding.seen),
            read_since: state.refreshed_at.is_some_and(|read| read > finding.at),
            stand_in: (call.action() != governed.action).then(|| call.action().to_owned()),
            finding,
        })))
    }
}

/// The probe of an account as its column shows it.
pub(super) fn account_probe(probe: &Probe, names: &BTreeMap<PersonKey, String>) -> AccountProbe {
    let by = names.get(&probe.asked_by).cloned().unwrap_or_else(|| probe.asked_by.subject.clone());
    AccountProbe {
        by,
        asked_at: probe.asked_at,
        waiting: probe.waiting,
        finished_at: probe.finished_at,
        problem: probe.problem.clone(),
    }
}
