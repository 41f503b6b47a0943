//! All environments of all projects, in numbers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use domain::action::Action;
use domain::environment::EnvironmentState;
use domain::id::AccountId;
use domain::lease::WARNINGS;
use domain::project::Stage;
use domain::view::{Counted, FleetPage};
use store::{Attention, EnvironmentFilter, Scope};

use crate::{Caller, ControlPlane, Result};

/// What is more is not counted.
const COUNTED: u32 = 1_000;
/// Accounts on the page, those with the most environments first.
const ACCOUNTS: usize = 50;
/// Days of age that are told apart.
const AGES: [u16; 3] = [30, 90, 180];

impl ControlPlane {
    /// The fleet page, for admins and auditors.
    pub async fn fleet(&self, caller: &Caller) -> Result<FleetPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let groups = self.store().fleet().await?;
        let current: BTreeSet<_> = self.store().current_versions().await?.into_iter().collect();
        let mut accounts: BTreeMap<AccountId, i64> = BTreeMap::new();
        for group in &groups {
            *accounts.entry(group.account.clone()).or_default() += group.environments;
        }
        let sum = |wanted: &dyn Fn(&store::FleetGroup) -> bool| {
            groups.iter().filter(|group| wanted(group)).map(|group| group.environments).sum::<i64>()
        };
        let mut older = Vec::new();
        for days in AGES {
            let until = self.now() - TimeDelta::days(days.into());
            older.push((days, self.counted(EnvironmentFilter { created_until: Some(until), ..living() }).await?));
        }
        let attention = |attention| EnvironmentFilter { attention: Some(attention), ..living() };
        let more_accounts = accounts.len() > ACCOUNTS;
        Ok(FleetPage {
            all: sum(&|_| true),
            states: EnvironmentState::ALL
                .map(|state| (state, sum(&|group| group.state == state)))
                .into_iter()
                .filter(|(state, _)| *state != EnvironmentState::Terminated)
                .collect(),
            stages: Stage::ALL.map(|stage| (stage, sum(&|group| group.stage == stage))).to_vec(),
            outdated: sum(&|group| !current.contains(&group.version)),
            accounts: self.most_first(accounts).await?,
            more_accounts,
            drifted: self.counted(attention(Attention::Drifted)).await?,
            tags_differ: self.tags_differ().await?,
            handed_over: self.counted(attention(Attention::HandedOver)).await?,
            owner_left: self.counted(attention(Attention::OwnerLeft)).await?,
            unmanaged: self.unmanaged_counted().await?,
            held: self.counted(attention(Attention::Held(self.now()))).await?,
            ending: self.counted(attention(Attention::EndsBy(self.now() + WARNINGS[0]))).await?,
            running: self.counted(EnvironmentFilter { running: Some(true), ..living() }).await?,
            older,
        })
    }

    /// Environments that carry other tags than they would be launched with now.
    pub(crate) async fn tags_differ(&self) -> Result<Counted> {
        let attention = Some(Attention::TagsDiffer);
        self.counted(EnvironmentFilter { attention, live: true, ..EnvironmentFilter::default() }).await
    }

    async fn counted(&self, filter: EnvironmentFilter) -> Result<Counted> {
        let number = self.store().count_environments_up_to(&Scope::All, &filter, COUNTED).await?;
        Ok(Counted { number, up_to: COUNTED })
    }

    async fn unmanaged_counted(&self) -> Result<Counted> {
        let number = self.store().count_unmanaged_products(COUNTED).await?;
        Ok(Counted { number: u32::try_from(number).unwrap_or(COUNTED), up_to: COUNTED })
    }

    async fn most_first(&self, accounts: BTreeMap<AccountId, i64>) -> Result<Vec<(AccountId, String, i64)>> {
        let known = self.store().all_project_accounts().await?;
        let named: BTreeMap<AccountId, String> = known.into_iter().map(|it| (it.account, it.name)).collect();
        let mut sorted: Vec<_> = accounts.into_iter().collect();
        sorted.sort_by_key(|(_, environments)| std::cmp::Reverse(*environments));
        sorted.truncate(ACCOUNTS);
        let name = |account: &AccountId| named.get(account).cloned().unwrap_or_else(|| account.to_string());
        Ok(sorted.into_iter().map(|(account, n)| (account.clone(), name(&account), n)).collect())
    }
}

fn living() -> EnvironmentFilter {
    EnvironmentFilter { live: true, ..EnvironmentFilter::default() }
}
