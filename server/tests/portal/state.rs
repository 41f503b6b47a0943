//! A seeded portal over a local AWS and a demo provider, with a clock that the test holds.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use chrono::{DateTime, TimeDelta, Utc};
use control_plane::{Caller, ControlPlane, Deps, Random};
use domain::audit::AuditEvent;
use domain::clock::ManualClock;
use domain::id::{EnvironmentId, ProductId, RequestId};
use domain::person::{Actor, PersonKey, PlatformGrant, PlatformRole};
use domain::revocation::CutOff;
use domain::view::{AuditQuery, CatalogQuery, DecisionInput, RequestFormQuery, RequestInput, RequestsQuery};
use sim::oidc::Provider;
use studiogate::config::OidcClient;
use studiogate::demo::{Demo, DemoOptions};
use studiogate::http::Portal;
use tokio_util::sync::CancellationToken;

use crate::browser::Browser;

pub(crate) const FRAUD_DEV: &str = "fraud-detection/601000000002/eu-west-1";

pub(crate) struct State {
    pub(crate) demo: Demo,
    pub(crate) clock: ManualClock,
}

impl State {
    pub(crate) async fn start() -> Self {
        Self::start_in(None, |deps| deps).await
    }

    /// With its data in `folder`, and with what the portal is given changed by `with`.
    pub(crate) async fn start_in(folder: Option<PathBuf>, with: impl FnOnce(Deps) -> Deps) -> Self {
        let clock = ManualClock::at("2026-03-02T09:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let deps = with(Deps { clock: Arc::new(clock.clone()), random: Random::from_os(), crash: None });
        let options = DemoOptions {
            listen: "127.0.0.1:0".parse().unwrap(),
            data_dir: folder,
            speed: 1.0,
            products: Vec::new(),
            exports: false,
            call_limits: false,
            smtp: None,
            database_url: None,
        };
        let demo = Demo::start(options, deps, CancellationToken::new()).await.unwrap();
        Self { demo, clock }
    }

    pub(crate) fn portal(&self) -> &Portal {
        &self.demo.portal
    }

    pub(crate) fn plane(&self) -> &ControlPlane {
        &self.demo.control_plane
    }

    pub(crate) fn router(&self) -> Router {
        self.demo.router.clone()
    }

    pub(crate) fn provider(&self) -> &Provider {
        self.demo.local.aws.oidc()
    }

    /// A browser that nobody signed in with.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.router(), self.demo.public_url.as_str())
    }

    /// A browser in which the persona signed in.
    pub(crate) async fn signed_in(&self, persona: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.sign_in(persona, "/").await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        browser
    }

    /// The portal's own registration at the demo provider.
    pub(crate) fn client(&self) -> OidcClient {
        OidcClient {
            issuer: self.provider().issuer(),
            client_id: sim::oidc::CLIENT_ID.into(),
            client_secret: Some(sim::oidc::CLIENT_SECRET.into()),
            groups_claim: "groups".into(),
            scopes: vec!["openid".into(), "profile".into()],
            redirect_origins: Vec::new(),
        }
    }

    /// Everybody whom a request needs.
    pub(crate) async fn sign_in_the_team(&self) {
        for persona in ["fraud-scientist", "fraud-lead"] {
            self.signed_in(persona).await;
        }
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    /// The persona, for calls of the control plane itself. Signs nobody in.
    pub(crate) async fn as_(&self, persona: &str) -> Caller {
        let person = PersonKey { issuer: self.provider().issuer(), subject: persona.to_owned() };
        Caller::new(self.plane().actor(&person).await.unwrap().unwrap(), "test")
    }

    pub(crate) async fn product(&self, name: &str) -> ProductId {
        let caller = self.as_("fraud-scientist").await;
        let page = self.plane().catalog(&caller, CatalogQuery::default()).await.unwrap();
        page.products.into_iter().find(|product| product.name == name).unwrap().id
    }

    /// What the form of the product would post.
    pub(crate) async fn input(&self, product: &str, target: &str, name: &str) -> RequestInput {
        self.input_of(product, "", target, name).await
    }

    /// The same, of a version of the product by its name; without one of that which is offered first.
    pub(crate) async fn input_of(&self, product: &str, version: &str, target: &str, name: &str) -> RequestInput {
        let caller = self.as_("fraud-scientist").await;
        let product = self.product(product).await;
        let query = RequestFormQuery { target: target.to_owned(), ..RequestFormQuery::default() };
        let mut form = self.plane().request_form(&caller, &product, query.clone()).await.unwrap();
        if let Some(wanted) = form.versions.iter().find(|it| it.name == version) {
            let query = RequestFormQuery { artifact: wanted.id.to_string(), ..query };
            form = self.plane().request_form(&caller, &product, query).await.unwrap();
        }
        let values = |fields: Vec<domain::view::FormField>| {
            fields
                .into_iter()
                .filter_map(|field| {
                    let key = field.name.split_once('[')?.1.trim_end_matches(']').to_owned();
                    let value = field.default.or_else(|| match field.control {
                        domain::view::FormControl::Choice { values } => values.first().cloned(),
                        _ => None,
                    })?;
                    Some((key, value))
                })
                .collect()
        };
        RequestInput {
            product: product.to_string(),
            artifact: form.artifact.to_string(),
            target: form.target,
            name: name.to_owned(),
            justification: "for the fraud model".to_owned(),
            lease_days: "30".to_owned(),
            form_token: form.form_token,
            parameters: values(form.fields),
            tags: values(form.tag_fields),
            ..RequestInput::default()
        }
    }

    /// A request of the scientist that waits for a decision.
    pub(crate) async fn waiting_request(&self, name: &str) -> RequestId {
        self.sign_in_the_team().await;
        let input = self.input("Studio user profile", FRAUD_DEV, name).await;
        self.plane().submit_request(&self.as_("fraud-scientist").await, input).await.unwrap()
    }

    /// An environment of the scientist that is available.
    pub(crate) async fn environment(&self, name: &str) -> EnvironmentId {
        let id = self.approved(name).await;
        self.work().await;
        id
    }

    /// An environment of the scientist that is approved, and that no worker has taken up yet.
    pub(crate) async fn approved(&self, name: &str) -> EnvironmentId {
        let request = self.waiting_request(name).await;
        let lead = self.as_("fraud-lead").await;
        let decision = DecisionInput { decision: "approve".into(), version: "1".into(), ..DecisionInput::default() };
        self.plane().decide_request(&lead, &request, decision).await.unwrap();
        let scientist = self.as_("fraud-scientist").await;
        let page = self.plane().request(&scientist, &request, None).await.unwrap();
        page.environment.expect("an approved request has an environment")
    }

    /// Lets the workers do everything that is to be done.
    pub(crate) async fn work(&self) {
        let idle = self.plane().run_until_idle(500, |by| self.clock.advance(by)).await.unwrap();
        assert!(idle, "the workers come to an end");
    }

    /// Actions of the audit log with their outcomes and details, newest first.
    pub(crate) async fn audited(&self, action: &str) -> Vec<String> {
        let events = self.audit_events(action).await;
        events.into_iter().map(|event| format!("{} {:?}", event.outcome.as_str(), event.detail)).collect()
    }

    /// Events of the audit log with this action, newest first.
    pub(crate) async fn audit_events(&self, action: &str) -> Vec<AuditEvent> {
        let auditor = Actor {
            person: PersonKey { issuer: self.provider().issuer(), subject: "reader-of-the-log".to_owned() },
            display_name: "Reader".to_owned(),
            email: None,
            groups: Vec::new(),
            platform: vec![PlatformGrant { role: PlatformRole::Auditor, because_of_group: "auditors".to_owned() }],
            memberships: Vec::new(),
            cut_off: CutOff::default(),
        };
        let auditor = Caller::new(auditor, "test");
        let query = AuditQuery { action: action.to_owned(), ..AuditQuery::default() };
        let page = self.plane().audit(&auditor, query).await.unwrap();
        page.rows.items.into_iter().map(|row| row.event).collect()
    }

    pub(crate) async fn requests_of(&self, persona: &str) -> usize {
        let caller = self.as_(persona).await;
        self.plane().requests(&caller, RequestsQuery::default()).await.unwrap().rows.items.len()
    }
}
