//! Looks at the environments that no operation is at work on: whether AWS has them as the portal left them, and what runs in
//! them. Account by account on a timer; one at a time when somebody asks.

use std::collections::{BTreeMap, BTreeSet};

use aws::Session;
use aws::sagemaker::{Space as StudioSpace, StudioApp};
use aws::service_catalog::{AccessLevel, ProvisionedProduct, ProvisionedProductRef};
use chrono::{DateTime, TimeDelta, Utc};
use domain::action::Action;
use domain::environment::{Environment, EnvironmentState, LaunchTarget};
use domain::id::{AccountId, EnvironmentId, ProvisionedProductId, Region};
use domain::idle::RUNNING_JOB_TAG;
use domain::observed::{Drift, Item, Observed, Running, Space, Standing};
use domain::operation::{OperationKind, Step, Subject};
use domain::person::PersonKey;
use domain::tag_policy::OWNER_TAG;
use futures::FutureExt;
use store::Tx;
use tokio_util::sync::CancellationToken;

use super::observe_tags::Facts;
use super::unmanaged::status_of;
use crate::trail::{By, Event};
use crate::{ControlPlane, Result, session};

/// Environments that are read from the store at once.
const PAGE: u32 = 200;
/// Looks that somebody waits for and that are taken up under one lease.
const AT_ONCE: u32 = 10;
/// What nobody sees in an account for so long is in none that is looked at.
const UNSEEN: TimeDelta = TimeDelta::days(7);

/// What was asked of one account in one region already.
pub(super) struct AccountLook {
    session: Session,
    read_at: DateTime<Utc>,
    /// Every provisioned product, where all were asked for.
    pub(super) products: Option<BTreeMap<ProvisionedProductId, ProvisionedProduct>>,
    /// Apps and spaces, by domain.
    domains: BTreeMap<String, (Vec<StudioApp>, Vec<StudioSpace>)>,
}

impl ControlPlane {
    /// Looks at every environment at rest, and in every account of a project for what no environment stands for.
    pub(super) async fn observe_all(&self, shutdown: &CancellationToken) -> Result<()> {
        let round = async {
            let mut look: Option<(AccountId, Region, aws::Result<AccountLook>)> = None;
            let mut last: Option<Environment> = None;
            let mut facts = self.facts().await?;
            let accounts = self.store().all_project_accounts().await?;
            let mut left: BTreeSet<_> = accounts.into_iter().map(|it| (it.account, it.region)).collect();
            loop {
                let page = self.store().environments_at_rest(last.as_ref(), PAGE).await?;
                let Some(end) = page.last().cloned() else { break };
                for it in page.iter().filter(|it| it.provisioned_product.is_some()) {
                    if !matches!(&look, Some((account, region, _)) if (account, region) == (&it.account, &it.region)) {
                        let opened = self.look_at_account(&it.account, &it.region).await?;
                        left.remove(&(it.account.clone(), it.region.clone()));
                        look = Some((it.account.clone(), it.region.clone(), opened));
                    }
                    if let Some((_, _, look)) = &mut look {
                        self.observe_by(it, look, &mut facts).await?;
                    }
                }
                last = Some(end);
            }
            for (account, region) in left {
                if let Err(error) = self.look_at_account(&account, &region).await? {
                    tracing::info!(%error, %account, "an account without environments could not be looked at");
                }
            }
            self.store().sweep_unmanaged_products(self.now() - UNSEEN).await?;
            Ok(())
        };
        self.under_lease("observer", shutdown, round.boxed()).await.map(drop)
    }

    /// Reads what the account has, and keeps what of it no environment stands for.
    async fn look_at_account(&self, account: &AccountId, region: &Region) -> Result<aws::Result<AccountLook>> {
        let opened = AccountLook::open(self, account, region, true).await;
        if let Ok(AccountLook { products: Some(products), read_at, .. }) = &opened {
            self.keep_unmanaged(account, region, products, *read_at).await?;
        }
        Ok(opened)
    }

    /// Looks at what somebody waits for; answers at how many environments that was.
    pub(super) async fn run_observations(&self, shutdown: &CancellationToken) -> Result<usize> {
        if self.store().asked_observations(1).await?.is_empty() {
            return Ok(0);
        }
        let work = async {
            let asked = self.store().asked_observations(AT_ONCE).await?;
            for id in &asked {
                Box::pin(self.observe_one(id)).await?;
            }
            Ok(asked.len())
        };
        Ok(self.under_lease("observations", shutdown, work.boxed()).await?.unwrap_or(0))
    }

    async fn observe_one(&self, id: &EnvironmentId) -> Result<()> {
        let now = self.now();
        match self.store().environment(id).await? {
            Some(it) if it.provisioned_product.is_some() && it.is_at_rest() => {
                let mut look = AccountLook::open(self, &it.account, &it.region, false).await;
                self.observe_by(&it, &mut look, &mut self.facts().await?).await?;
            }
            // An operation took it up meanwhile, or nothing of it is left.
            _ => {
                let mut tx = self.store().begin().await?;
                tx.end_observation_wait(id, now).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    async fn observe_by(&self, it: &Environment, look: &mut aws::Result<AccountLook>, facts: &mut Facts) -> Result<()> {
        let mut observed = Observed::nothing(it.id.clone(), self.now());
        let done = match look {
            Ok(look) => {
                let done = look.observe(it, &mut observed).await.map_err(|error| error.problem());
                if observed.billed().next().is_some() {
                    look.uses(it, &facts.idle, &mut observed.running).await;
                }
                done
            }
            Err(error) => Err(error.problem()),
        };
        observed.problem = done.err();
        // Where AWS did not tell the tags, nothing is said of them.
        if !observed.tags.is_empty() {
            observed.tag_differences = self.tag_differences(it, &observed.tags, facts).await?;
        }
        self.keep(it, &observed).await
    }

    /// Keeps what was found, and takes over where the environment stands by it, if it is as it was when the look began.
    async fn keep(&self, seen: &Environment, observed: &Observed) -> Result<()> {
        let mut tx = self.store().begin().await?;
        let Some(mut it) = tx.environment(&seen.id).await? else { return Ok(()) };
        if it.version != seen.version {
            // What was seen may be the middle of a change: the next look tells.
            tx.end_observation_wait(&it.id, observed.read_at).await?;
            return Ok(tx.commit().await?);
        }
        tx.put_observed(observed).await?;
        let verdict = observed.drift.iter().find_map(Drift::verdict).map(|(state, problem)| (state, Some(problem)));
        // What was mended past the portal is mended. What could not be brought up is another matter: its retry looks.
        let failed = it.state == EnvironmentState::Tainted && it.transfer.is_none();
        let mended = (failed && observed.is_well()).then_some((EnvironmentState::Available, None));
        if let Some((state, problem)) = verdict.or(mended).filter(|(state, _)| it.state != *state) {
            it.state = state;
            // Of the portal's own update that failed it is known better why.
            let problem =
                if it.update.is_some() && problem.is_some() { it.problem.clone().or(problem) } else { problem };
            it.problem.clone_from(&problem);
            // It came to nothing, and is not tried again by itself: its secrets are of no use any more.
            if state == EnvironmentState::Available
                && let Some(update) = it.update.take()
            {
                tx.erase_sealed(&update).await?;
            }
            it.updated_at = observed.read_at;
            it.version += 1;
            tx.update_environment(&it).await?;
            let event = Event::done("observe", "environment", it.id.as_str())
                .project(&it.project)
                .version(it.version)
                .with("name", &it.name)
                .with("state", it.state.as_str());
            let event = match &problem {
                Some(problem) => event.with("reason", &problem.why),
                None => event,
            };
            self.record(&mut tx, By::System { correlation: it.id.as_str() }, event).await?;
        }
        if self.lease_standing(&it).has_ended() && observed.billed().next().is_some() {
            self.stop_what_runs(&mut tx, &it).await?;
        } else {
            self.stop_what_is_idle(&mut tx, &it, observed).await?;
        }
        tx.commit().await?;
        self.changed(&seen.id);
        Ok(())
    }

    /// What runs past the end of its lease is stopped, for whoever may have started it anew from an open page.
    async fn stop_what_runs(&self, tx: &mut Tx, it: &Environment) -> Result<()> {
        if tx.is_worked_on(Subject::RUNNING, it.id.as_str()).await? {
            return Ok(());
        }
        let step = Step::Stop { only: None, remaining: None, idle: None };
        let operation = self.running_operation(it, OperationKind::Stop, step, &PersonKey::portal())?;
        tx.insert_operation(&operation).await?;
        let event = Event::done(Action::StopEnvironment.as_str(), "environment", it.id.as_str())
            .project(&it.project)
            .with("name", &it.name)
            .with("because", "the lease has ended")
            .with("operation", operation.id.as_str());
        self.record(tx, By::System { correlation: operation.id.as_str() }, event).await
    }
}

impl AccountLook {
    /// `all`: many environments of the account are looked at, so its provisioned products are read in one list.
    pub(super) async fn open(
        plane: &ControlPlane,
        account: &AccountId,
        region: &Region,
        all: bool,
    ) -> aws::Result<Self> {
        let session = session::observer(plane, account, region).await?;
        let products = if all {
            let found = session.service_catalog().search_provisioned_products(AccessLevel::Account, None).await?;
            Some(found.into_iter().map(|product| (product.id.clone(), product)).collect())
        } else {
            None
        };
        Ok(Self { session, read_at: plane.now(), products, domains: BTreeMap::new() })
    }

    /// The session that reads.
    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    async fn observe(&mut self, it: &Environment, observed: &mut Observed) -> aws::Result<()> {
        observed.drift = Drift::of(it, &self.standing(it).await?);
        if observed.drift.contains(&Drift::Gone) || it.state == EnvironmentState::Error {
            return Ok(());
        }
        observed.home_bytes = self.home_bytes(it).await?;
        if let Some(target) = &it.launch_target {
            return self.inside(it, target, observed).await;
        }
        observed.tags = self.tags_of_product(it).await?;
        Ok(())
    }

    /// How much is in its home file systems. A role of an installation that was not brought up to date may not ask, and need not.
    async fn home_bytes(&self, it: &Environment) -> aws::Result<Option<u64>> {
        let mut sum = None;
        for home in it.homes.kept() {
            match self.session.efs().describe_file_system(&home.file_system).await {
                Ok(found) => sum = Some(sum.unwrap_or(0) + found.size),
                Err(aws::Error::NotFound(_) | aws::Error::Denied(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(sum)
    }

    /// What runs in an environment now.
    pub(super) async fn running(&mut self, it: &Environment, target: &LaunchTarget) -> aws::Result<Vec<Running>> {
        let mut seen = Observed::nothing(it.id.clone(), self.read_at);
        self.inside(it, target, &mut seen).await?;
        Ok(seen.running)
    }

    async fn inside(&mut self, it: &Environment, target: &LaunchTarget, observed: &mut Observed) -> aws::Result<()> {
        match target {
            LaunchTarget::Studio { domain_id, user_profile_name } => {
                self.studio(it, domain_id, user_profile_name, observed).await
            }
            LaunchTarget::NotebookInstance { name } => self.notebook_instance(it, name, observed).await,
        }
    }

    async fn standing(&self, it: &Environment) -> aws::Result<Standing> {
        let Some(id) = &it.provisioned_product else { return Ok(Standing::Gone) };
        let listed = self.products.as_ref().and_then(|products| products.get(id)).map(standing_of);
        // The list may lag behind: what is not in it, or other than it was left, is asked for by its id.
        if let Some(standing) = listed.filter(|standing| Drift::of(it, standing).is_empty()) {
            return Ok(standing);
        }
        match self.session.service_catalog().describe_provisioned_product(ProvisionedProductRef::Id(id)).await {
            Ok(found) => Ok(standing_of(&found)),
            Err(aws::Error::NotFound(_)) => Ok(Standing::Gone),
            Err(error) => Err(error),
        }
    }

    async fn studio(
        &mut self,
        it: &Environment,
        domain: &str,
        profile: &str,
        observed: &mut Observed,
    ) -> aws::Result<()> {
        let sagemaker = self.session.sagemaker();
        match sagemaker.describe_user_profile(domain, profile).await {
            Ok(found) => {
                observed.tags = sagemaker.list_tags(&found.arn).await?;
                observed.drift.extend(owner(it, &observed.tags));
            }
            Err(aws::Error::NotFound(_)) => {
                observed.drift.push(Drift::NothingToOpen);
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        if !self.domains.contains_key(domain) {
            let apps = sagemaker.list_apps(domain, None, None).await?;
            let spaces = sagemaker.list_spaces(domain, None).await?;
            self.domains.insert(domain.to_owned(), (apps, spaces));
        }
        let Some((apps, spaces)) = self.domains.get(domain) else { return Ok(()) };
        let is = |name: &Option<String>| name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(profile));
        let owned: Vec<&StudioSpace> = spaces.iter().filter(|space| is(&space.owner)).collect();
        let in_owned = |app: &StudioApp| {
            app.space.as_deref().is_some_and(|space| owned.iter().any(|it| it.name.eq_ignore_ascii_case(space)))
        };
        let own = apps.iter().filter(|app| !app.status.is_deleted() && (is(&app.user_profile) || in_owned(app)));
        observed.running.extend(own.map(running));
        observed.spaces.extend(owned.into_iter().map(|space| Space {
            domain: space.domain_id.clone(),
            name: space.name.clone(),
            app_type: space.app_type.clone(),
            status: space.status.as_str().to_owned(),
        }));
        Ok(())
    }

    async fn notebook_instance(&self, it: &Environment, name: &str, observed: &mut Observed) -> aws::Result<()> {
        let found = match self.session.sagemaker().describe_notebook_instance(name).await {
            Ok(found) => found,
            Err(aws::Error::NotFound(_)) => {
                observed.drift.push(Drift::NothingToOpen);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        observed.tags = self.session.sagemaker().list_tags(&found.arn).await?;
        observed.drift.extend(owner(it, &observed.tags));
        observed.running.push(Running {
            item: Item::NotebookInstance { name: found.name },
            instance_type: found.instance_type,
            status: found.status.as_str().to_owned(),
            since: found.modified_at,
            activity: None,
            job: observed.tags.get(RUNNING_JOB_TAG).cloned(),
        });
        Ok(())
    }
}

/// Whether it is tagged with its owner still.
fn owner(it: &Environment, tags: &BTreeMap<String, String>) -> Option<Drift> {
    let is = tags.get(OWNER_TAG).cloned();
    (is.as_deref() != Some(it.studio_user_id.as_str())).then_some(Drift::Owner { is })
}

fn standing_of(found: &ProvisionedProduct) -> Standing {
    Standing::There {
        status: status_of(found.status),
        said: found.status_message.clone(),
        artifact: found.artifact.clone(),
    }
}

fn running(app: &StudioApp) -> Running {
    Running {
        item: Item::App {
            domain: app.domain_id.clone(),
            app_type: app.app_type.clone(),
            profile: app.user_profile.clone(),
            space: app.space.clone(),
            name: app.name.clone(),
        },
        instance_type: app.instance_type.clone(),
        status: app.status.as_str().to_owned(),
        since: app.created_at,
        activity: None,
        job: None,
    }
}
