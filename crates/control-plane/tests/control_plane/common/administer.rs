//! Everybody who signs in, and what an admin enters.

use chrono::TimeDelta;
use control_plane::{Caller, SignIn};
use domain::access::ProductAccess;
use domain::approval::ApprovalRule;
use domain::person::PersonKey;
use domain::view::{GroupMappingInput, ProductAccessInput, ProductPage, ProjectAccountInput, ProjectInput, RuleInput};
use tokio::sync::OnceCell;

use super::databases::Original;
use super::{ISSUER, TestState};

/// An access rule as its form would post it.
pub fn access(rule: &ProductAccess, days: &str, version: &str) -> ProductAccessInput {
    ProductAccessInput {
        product: rule.product.to_string(),
        project: rule.project.to_string(),
        stage: rule.stage.to_string(),
        rule: RuleInput::of(&rule.approval),
        max_lease_days: days.to_owned(),
        instances: rule.instances.as_text(),
        version: version.to_owned(),
    }
}

/// A database with what [`TestState::administer`] does, made once for each backend.
pub(super) async fn administered(url: &str) -> &'static Original {
    static SQLITE: OnceCell<Original> = OnceCell::const_new();
    static POSTGRES: OnceCell<Original> = OnceCell::const_new();
    let cell = if url.starts_with("sqlite:") { &SQLITE } else { &POSTGRES };
    cell.get_or_init(|| Original::made(url, administer)).await
}

async fn administer(url: String) {
    Original::migrated(&url).await.copy_to(&url).await;
    // No test makes the ids that this one makes, and they come before those of all tests.
    let state = TestState::over(&url, -TimeDelta::milliseconds(1), 5_000, |_| {}).await;
    state.administer().await;
    state.store.close().await;
}

impl TestState {
    pub async fn product_page(&self, who: &str, product: &str) -> ProductPage {
        let id = self.product(product).await;
        self.plane.product(&self.as_(who).await, &id).await.unwrap()
    }

    pub fn person(subject: &str) -> PersonKey {
        PersonKey { issuer: ISSUER.into(), subject: subject.into() }
    }

    pub async fn sign_in(&self, subject: &str, groups: &[&str]) {
        let sign_in = SignIn {
            person: Self::person(subject),
            display_name: subject.to_owned(),
            email: Some(format!("{subject}@example.com")),
            groups: Some(groups.iter().map(|g| (*g).to_owned()).collect()),
            request_id: format!("sign-in-{subject}"),
        };
        self.plane.sign_in(sign_in).await.unwrap();
    }

    /// The persona with the roles that hold now.
    pub async fn as_(&self, subject: &str) -> Caller {
        let actor = self.plane.actor(&Self::person(subject)).await.unwrap().unwrap();
        Caller::new(actor, format!("request-of-{subject}"))
    }

    pub async fn everybody_signs_in(&self) {
        self.sign_in("admin", &["platform-admins"]).await;
        self.sign_in("auditor", &["auditors"]).await;
        self.sign_in("fraud-scientist", &["fraud-detection-members"]).await;
        self.sign_in("fraud-lead", &["fraud-detection-leads"]).await;
        self.sign_in("churn-scientist", &["churn-prediction-members"]).await;
        self.sign_in("churn-lead", &["churn-prediction-leads"]).await;
        self.sign_in("newcomer", &[]).await;
    }

    /// What an admin enters, through the same use cases.
    pub(super) async fn administer(&self) {
        self.everybody_signs_in().await;
        let admin = self.as_("admin").await;
        for project in sim::seed::projects() {
            let input = ProjectInput {
                id: project.id.to_string(),
                name: project.name,
                cost_center: project.cost_center,
                data_class: project.data_class.to_string(),
                version: String::new(),
            };
            self.plane.save_project(&admin, input).await.unwrap();
            for (grant, group) in [("member", "members"), ("lead", "leads")] {
                let group = format!("{}-{group}", project.id);
                let input = GroupMappingInput { group, grant: grant.into(), project: project.id.to_string() };
                self.plane.add_group_mapping(&admin, input).await.unwrap();
            }
        }
        let input = GroupMappingInput { group: "auditors".into(), grant: "auditor".into(), project: String::new() };
        self.plane.add_group_mapping(&admin, input).await.unwrap();
        for account in sim::seed::project_accounts() {
            let input = ProjectAccountInput {
                project: account.project.to_string(),
                account: account.account.to_string(),
                region: account.region.to_string(),
                stage: account.stage.to_string(),
                name: account.name,
                vpc_id: account.vpc_id.unwrap_or_default(),
                subnet_ids: account.subnet_ids.join(", "),
                security_group_ids: account.security_group_ids.join(", "),
                kms_key_arn: account.kms_key_arn.unwrap_or_default(),
                studio_domain_id: account.studio_domain_id.unwrap_or_default(),
                version: String::new(),
            };
            self.plane.save_project_account(&admin, input).await.unwrap();
        }
        assert!(self.plane.mirror_now().await.unwrap(), "{:?}", self.store.mirror_states().await);
        for product in self.store.products().await.unwrap() {
            self.plane.accept_binding_proposals(&admin, &product.id).await.unwrap();
            for project in ["fraud-detection", "churn-prediction"] {
                let input = ProductAccessInput {
                    product: product.id.to_string(),
                    project: project.into(),
                    stage: "dev".into(),
                    rule: RuleInput::of(&ApprovalRule::one_lead()),
                    max_lease_days: "90".into(),
                    instances: String::new(),
                    version: String::new(),
                };
                self.plane.save_product_access(&admin, input).await.unwrap();
            }
        }
    }
}
