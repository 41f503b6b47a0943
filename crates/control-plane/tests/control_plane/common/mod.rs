//! A whole portal without its pages: a store, a local AWS on loopback reached through the real SDK, and a clock and random
//! numbers that the test holds.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_debug_implementations,
    reason = "every test file uses a part of it"
)]

mod administer;
mod at_aws;
mod console;
mod crash_switch;
#[path = "../../../../store/tests/contract/databases.rs"]
mod databases;
pub mod idle;
#[macro_use]
mod on_both;
mod past;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws::{Aws, AwsConfig, Timeouts};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use chrono::{DateTime, TimeDelta, Utc};
use control_plane::{ControlPlane, CrashPoint, Deps, Random, SealingKey, Settings};
use domain::audit::SigningKey;
use domain::clock::{Clock, ManualClock};
use domain::environment::{Environment, EnvironmentState};
use domain::id::{EnvironmentId, ProductId, RequestId};
use domain::view::{DecisionInput, RequestFormQuery, RequestInput, TerminateInput};
use sim::{LocalAws, Running, ServeOptions, SimOptions};
use store::Store;

pub use administer::access;
pub use crash_switch::CrashSwitch;
pub(crate) use databases::on_none as on;
pub use past::policy;

use databases::Original;

pub const ISSUER: &str = "https://id.example";
pub const PRODUCT: &str = "Studio user profile";
pub const FRAUD_DEV: &str = "fraud-detection/601000000002/eu-west-1";

static NEXT: AtomicU32 = AtomicU32::new(0);

pub struct TestState {
    pub running: Running,
    pub clock: ManualClock,
    pub plane: ControlPlane,
    pub store: Store,
    pub crash: CrashSwitch,
    pub head: std::path::PathBuf,
    url: String,
    pub aws: Aws,
    restarts: u64,
}

impl TestState {
    /// The seeded local AWS, projects, accounts, mappings, access and bindings, and everybody signed in.
    pub async fn start(url: &str) -> Self {
        administer::administered(url).await.copy_to(url).await;
        Self::over(url, TimeDelta::zero(), 0, |_| {}).await
    }

    /// The same over another local AWS.
    pub async fn start_with(url: &str, options: impl FnOnce(&mut SimOptions)) -> Self {
        let state = Self::bare(url, options).await;
        state.administer().await;
        state
    }

    /// The seeded local AWS and an empty store.
    pub async fn bare(url: &str, options: impl FnOnce(&mut SimOptions)) -> Self {
        Original::migrated(url).await.copy_to(url).await;
        Self::over(url, TimeDelta::zero(), 0, options).await
    }

    /// A portal on the database that is at `url`, `later` than the local AWS was made.
    async fn over(url: &str, later: TimeDelta, seed: u64, options: impl FnOnce(&mut SimOptions)) -> Self {
        let clock = ManualClock::at("2026-03-02T09:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let mut sim_options = SimOptions::new(Arc::new(clock.clone()));
        options(&mut sim_options);
        let local = LocalAws::new(sim_options).unwrap();
        clock.advance(later);
        let running = sim::serve(local, ServeOptions::any()).await.unwrap();
        let aws = connect_aws(&running.aws_url, &clock, PATIENCE);
        let store = Store::connect(url).await.unwrap();
        let crash = CrashSwitch::default();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let head = std::env::temp_dir().join(format!("studiogate-head-{}-{number}.json", std::process::id()));
        let plane = plane(&store, &aws, &clock, &crash, &head, seed, |_| {});
        Self { running, clock, plane, store, crash, head, url: url.to_owned(), aws, restarts: 0 }
    }

    /// A new process on the same database: everything that was only in memory is gone.
    pub async fn restart(&mut self) {
        self.restart_with(|_| {}).await;
    }

    /// The same, with other settings.
    pub async fn restart_with(&mut self, settings: impl FnOnce(&mut Settings)) {
        self.restarts += 1;
        self.store = Store::connect(&self.url).await.unwrap();
        self.aws = connect_aws(&self.running.aws_url, &self.clock, PATIENCE);
        let (clock, crash, head) = (&self.clock, &self.crash, &self.head);
        self.plane = plane(&self.store, &self.aws, clock, crash, head, self.restarts, settings);
    }

    /// Runs to the end with one death on the way, in a new process.
    pub async fn die_and_go_on(&mut self, point: CrashPoint, step: &str) {
        self.crash.arm(point, step);
        let mut rounds = 0;
        while self.crash.is_armed() && rounds < 500 {
            self.run(1).await;
            rounds += 1;
        }
        assert!(!self.crash.is_armed(), "{point:?} of {step} never came");
        self.restart().await;
        // The stored groups stay fresh enough: nobody waits for a sign-in here.
        self.everybody_signs_in().await;
        self.settle().await;
    }

    /// Another replica beside this one.
    pub async fn replica(&self) -> ControlPlane {
        let store = Store::connect(&self.url).await.unwrap();
        plane(&store, &self.aws, &self.clock, &self.crash, &self.head, 1_000 + self.restarts, |_| {})
    }

    /// Another replica, whose clock says something else.
    pub async fn replica_at(&self, clock: &ManualClock) -> ControlPlane {
        let store = Store::connect(&self.url).await.unwrap();
        plane(&store, &self.aws, clock, &self.crash, &self.head, 3_000 + self.restarts, |_| {})
    }

    /// A replica that waits for AWS, and is waited for, until the test is over.
    pub async fn patient_replica(&self) -> ControlPlane {
        let store = Store::connect(&self.url).await.unwrap();
        let aws = connect_aws(&self.running.aws_url, &self.clock, Duration::from_mins(10));
        plane(&store, &aws, &self.clock, &self.crash, &self.head, 2_000, |s| s.workers.lease = TimeDelta::days(1))
    }

    /// A portal that never read anything, over the same AWS and with a database of its own.
    pub async fn newcomer(&self) -> (ControlPlane, Store) {
        let store = Store::connect("sqlite::memory:").await.unwrap();
        store.migrate().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        for project in self.store.projects(&store::Scope::All).await.unwrap() {
            tx.insert_project(&project).await.unwrap();
        }
        for account in self.store.all_project_accounts().await.unwrap() {
            tx.claim_account(&account.account, &account.project).await.unwrap();
            tx.insert_project_account(&account).await.unwrap();
        }
        tx.commit().await.unwrap();
        (plane(&store, &self.aws, &self.clock, &self.crash, &self.head, 4_000, |_| {}), store)
    }

    pub async fn product(&self, name: &str) -> ProductId {
        let all = self.store.products().await.unwrap();
        all.into_iter().find(|p| p.name == name).unwrap_or_else(|| panic!("no product {name}")).id
    }

    /// The form as a browser would post it, untouched but for the name.
    pub async fn filled_form(&self, who: &str, product: &str, name: &str) -> RequestInput {
        self.try_filled_form(who, product, name).await.unwrap()
    }

    /// The same for who may not have it.
    pub async fn try_filled_form(&self, who: &str, product: &str, name: &str) -> control_plane::Result<RequestInput> {
        let caller = self.as_(who).await;
        let id = self.product(product).await;
        let form = self.plane.request_form(&caller, &id, RequestFormQuery::default()).await?;
        let key = |name: &str, kind: &str| {
            name.strip_prefix(kind)
                .and_then(|n| n.strip_prefix('['))
                .and_then(|n| n.strip_suffix(']'))
                .unwrap()
                .to_owned()
        };
        Ok(RequestInput {
            product: form.product.to_string(),
            artifact: form.artifact.to_string(),
            target: form.target,
            name: name.to_owned(),
            justification: "To look for fraud".into(),
            lease_days: "30".into(),
            form_token: form.form_token,
            parameters: form.fields.iter().filter_map(|f| Some((key(&f.name, "param"), f.default.clone()?))).collect(),
            tags: form
                .tag_fields
                .iter()
                .filter_map(|f| match &f.control {
                    domain::view::FormControl::Choice { values } => {
                        Some((key(&f.name, "tag"), values.first()?.clone()))
                    }
                    _ => None,
                })
                .collect(),
            ..RequestInput::default()
        })
    }

    pub async fn submit(&self, who: &str, product: &str, name: &str) -> RequestId {
        let input = self.filled_form(who, product, name).await;
        self.plane.submit_request(&self.as_(who).await, input).await.unwrap()
    }

    pub async fn approve(&self, who: &str, id: &RequestId) -> EnvironmentId {
        let version = self.store.request(id).await.unwrap().unwrap().version;
        let input = DecisionInput { decision: "approve".into(), comment: "Fine".into(), version: version.to_string() };
        self.plane.decide_request(&self.as_(who).await, id, input).await.unwrap();
        self.store.request(id).await.unwrap().unwrap().environment.unwrap()
    }

    /// Requested in the first version of its product, and approved by `by`.
    pub async fn approved_in_first_version(&self, who: &str, by: &str, name: &str) -> EnvironmentId {
        let mut input = self.filled_form(who, PRODUCT, name).await;
        let product = self.store.product(&input.product.parse().unwrap()).await.unwrap().unwrap();
        let first = product.artifacts.iter().find(|artifact| artifact.name == "1.0").unwrap();
        input.artifact = first.id.to_string();
        input.parameters.retain(|key, _| first.parameters.iter().any(|parameter| &parameter.key == key));
        let request = self.plane.submit_request(&self.as_(who).await, input).await.unwrap();
        self.approve(by, &request).await
    }

    /// Requested and approved, not yet worked on.
    pub async fn approved(&self, name: &str) -> EnvironmentId {
        let request = self.submit("fraud-scientist", PRODUCT, name).await;
        self.approve("fraud-lead", &request).await
    }

    /// An environment that came up.
    pub async fn available(&self, name: &str) -> Environment {
        let id = self.approved(name).await;
        self.settle().await;
        let it = self.environment(&id).await;
        assert_eq!(it.state, EnvironmentState::Available, "{:?}", it.problem);
        it
    }

    /// Asks for a termination that leaves nothing, home directories where there are any among it.
    pub async fn terminate(&self, who: &str, id: &EnvironmentId) {
        let it = self.environment(id).await;
        let (confirm, version) = (it.name, it.version.to_string());
        let input = TerminateInput { confirm, version, files: "delete".into(), ..TerminateInput::default() };
        self.plane.terminate_environment(&self.as_(who).await, id, input).await.unwrap();
    }

    pub async fn environment(&self, id: &EnvironmentId) -> Environment {
        self.store.environment(id).await.unwrap().unwrap()
    }

    /// Runs the workers, moving the clock, until nothing is unfinished.
    pub async fn settle(&self) {
        assert!(self.run(4_000).await, "{:?}", self.unfinished().await);
    }

    pub async fn run(&self, rounds: usize) -> bool {
        let clock = self.clock.clone();
        self.plane.run_until_idle(rounds, |by| clock.advance(by)).await.unwrap()
    }

    async fn unfinished(&self) -> i64 {
        self.store.count_unfinished_operations().await.unwrap()
    }

    /// What the details of the audit events of a step say, one after the other.
    pub async fn told(&self, id: &impl ToString, step: &str, detail: &str) -> Vec<String> {
        let filter =
            store::AuditFilter { action: Some(step.into()), resource_id: Some(id.to_string()), ..Default::default() };
        let page = store::PageRequest::newest(500);
        let events = self.store.audit_events(&store::Scope::All, &filter, &page).await.unwrap().items;
        events.into_iter().rev().filter_map(|e| e.event.detail.get(detail).cloned()).collect()
    }

    /// What has to hold whenever nothing is unfinished.
    pub async fn assert_sound(&self) {
        let now = self.clock.now();
        assert_eq!(self.store.count_unfinished_operations().await.unwrap(), 0);
        assert_eq!(self.store.count_held_operations(now).await.unwrap(), 0);
        self.plane.tick().await.unwrap();
        let head = std::fs::read(&self.head).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        assert!(head.is_some(), "the head was never written");
        let report = self.plane.verify_audit(head).await.unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
        assert_eq!(report.unsealed, 0);
    }

    /// A statement past the portal.
    pub async fn sql(&self, sql: &str) {
        databases::raw(&self.url, sql).await;
    }

    pub fn pass(&self, by: TimeDelta) {
        self.clock.advance(by);
    }
}

impl Drop for TestState {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.head);
    }
}

/// How long a call to AWS is waited for.
const PATIENCE: Duration = Duration::from_millis(1_500);

fn connect_aws(url: &str, clock: &ManualClock, patience: Duration) -> Aws {
    let base = Credentials::new(sim::seed::SHARED_SERVICES, "unused", None, None, "test");
    let sdk = SdkConfig::builder()
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(base))
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .build();
    let region = sim::seed::REGION.parse().unwrap();
    let shared_services = sim::seed::SHARED_SERVICES.parse().unwrap();
    let management = sim::seed::MANAGEMENT.parse().unwrap();
    let mut config = AwsConfig::new(region, shared_services, management, Arc::new(clock.clone()));
    config.hub_role_arn = Some(sim::seed::HUB_ROLE_ARN.to_owned());
    config.external_id = Some(sim::seed::EXTERNAL_ID.to_owned().into());
    // Whatever is throttled here is so on purpose: nobody waits for it.
    let (attempt, operation, never) = (patience, patience * 20, Duration::ZERO);
    config.timeouts = Timeouts { attempt, operation, patience: never, ..Timeouts::default() };
    Aws::with_sdk_config(&sdk, config)
}

fn plane(
    store: &Store,
    aws: &Aws,
    clock: &ManualClock,
    crash: &CrashSwitch,
    head: &std::path::Path,
    seed: u64,
    change: impl FnOnce(&mut Settings),
) -> ControlPlane {
    let mut settings = Settings::new(
        SealingKey::new([7; 32]),
        SigningKey::from_bytes(&[9; 32]),
        sim::seed::SHARED_SERVICES.parse().unwrap(),
        vec![sim::seed::REGION.parse().unwrap()],
    );
    settings.bootstrap_admin_group = Some("platform-admins".into());
    settings.templates_bucket = Some(sim::seed::TEMPLATES_BUCKET.into());
    settings.platform_contact = "the platform team (platform@example.com)".into();
    settings.audit_head_file = Some(head.to_owned());
    change(&mut settings);
    let deps = Deps { clock: Arc::new(clock.clone()), random: Random::from_seed(seed), crash: Some(crash.hook()) };
    ControlPlane::new(store.clone(), aws.clone(), settings, deps).unwrap()
}

pub fn no_values() -> BTreeMap<String, String> {
    BTreeMap::new()
}
