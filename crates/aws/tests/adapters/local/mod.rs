//! A local AWS on loopback, and the sessions that the portal opens there.

use std::sync::Arc;

use aws::sagemaker::PresignDomainCall;
use aws::service_catalog::{ProvisionCall, RecordStatus, RecordView};
use aws::{AssumeGrant, Aws, AwsConfig, RoleRef, Session, Timeouts};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::ManualClock;
use domain::id::{ProductId, ProvisionedProductId, ProvisioningArtifactId, RecordId};
use domain::person::{PersonKey, StudioUserId};
use domain::project::Stage;
use domain::session::{RoleName, SessionPolicy, SessionTags};
use domain::studio::{PresignedUrlTtl, StudioSessionDuration};
use sim::{LocalAws, Running, ServeOptions, SimOptions};

pub(crate) const DEV: &str = "601000000002";
pub(crate) const OTHER_DEV: &str = "602000000002";
const PROVISION: &[&str] = &[
    "servicecatalog:ProvisionProduct",
    "servicecatalog:DescribeProvisioningParameters",
    "servicecatalog:ListLaunchPaths",
    "servicecatalog:DescribeRecord",
    "servicecatalog:DescribeProvisionedProduct",
    "servicecatalog:GetProvisionedProductOutputs",
    "servicecatalog:SearchProvisionedProducts",
    "servicecatalog:TerminateProvisionedProduct",
    "cloudformation:DescribeStackEvents",
    "cloudformation:ListStackResources",
    "cloudformation:GetTemplate",
    "sagemaker:ListApps",
    "sagemaker:ListSpaces",
    "sagemaker:DeleteApp",
    "sagemaker:DeleteSpace",
];

pub(crate) struct Local {
    pub(crate) running: Running,
    pub(crate) clock: ManualClock,
    pub(crate) aws: Aws,
}

impl Local {
    pub(crate) async fn start() -> Self {
        Self::start_with(Timeouts::default()).await
    }

    pub(crate) async fn start_with(timeouts: Timeouts) -> Self {
        let clock = ManualClock::at("2026-03-02T09:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let local = LocalAws::new(SimOptions::new(Arc::new(clock.clone()))).unwrap();
        let running = sim::serve(local, ServeOptions::any()).await.unwrap();
        let base = Credentials::new("222222222222", "unused", None, None, "test");
        let sdk = SdkConfig::builder()
            .endpoint_url(&running.aws_url)
            .credentials_provider(SharedCredentialsProvider::new(base))
            .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
            .build();
        let region = sim::seed::REGION.parse().unwrap();
        let shared_services = sim::seed::SHARED_SERVICES.parse().unwrap();
        let management = sim::seed::MANAGEMENT.parse().unwrap();
        let mut config = AwsConfig::new(region, shared_services, management, Arc::new(clock.clone()));
        config.hub_role_arn = Some(sim::seed::HUB_ROLE_ARN.to_owned());
        config.external_id = Some(sim::seed::EXTERNAL_ID.to_owned().into());
        config.timeouts = timeouts;
        let aws = Aws::with_sdk_config(&sdk, config);
        Self { running, clock, aws }
    }

    pub(crate) fn clock_now(&self) -> DateTime<Utc> {
        domain::clock::Clock::now(&self.clock)
    }

    pub(crate) async fn curator(&self) -> Session {
        let role = self.aws.config().curator("eu-west-1".parse().unwrap());
        self.aws.assume(&role, &AssumeGrant::system("studiogate")).await.unwrap()
    }

    pub(crate) async fn as_person(
        &self,
        account: &str,
        role: RoleName,
        person: &str,
        policy: SessionPolicy,
    ) -> Session {
        let grant = AssumeGrant::person(tags(person).studiouserid.into(), tags(person), policy);
        self.aws.assume(&role_in(account, role), &grant).await.unwrap()
    }

    pub(crate) async fn provisioner(&self) -> Session {
        let policy = SessionPolicy::allow(PROVISION, &["*".to_owned()]).unwrap();
        self.as_person(DEV, RoleName::StudiogateProvisioner, "ada", policy).await
    }

    pub(crate) async fn observer(&self) -> Session {
        let role = role_in(DEV, RoleName::StudiogateObserver);
        self.aws.assume(&role, &AssumeGrant::system("studiogate")).await.unwrap()
    }

    /// The product that adds a user profile to the account's shared domain, in its newest version.
    pub(crate) async fn product(&self) -> (ProductId, ProvisioningArtifactId) {
        let catalog = self.curator().await.service_catalog();
        for portfolio in catalog.list_portfolios().await.unwrap() {
            for product in catalog.list_products(Some(&portfolio.id)).await.unwrap() {
                if product.name == "Studio user profile" {
                    let versions = catalog.list_provisioning_artifacts(&product.id).await.unwrap();
                    return (product.id, versions[0].id.clone());
                }
            }
        }
        panic!("the seed has no user profile product");
    }

    pub(crate) async fn call(&self, name: &str) -> ProvisionCall {
        let (product, artifact) = self.product().await;
        let person = id_of("ada");
        let parameters = [
            ("StudioDomainId", format!("d-shared{DEV}")),
            ("UserProfileName", person.as_str().to_owned()),
            ("StudioUserId", person.as_str().to_owned()),
            ("SecurityGroupIds", format!("sg-{DEV}")),
            ("Project", "fraud-detection".to_owned()),
            ("CostCenter", "CC-4711".to_owned()),
            ("DataClass", "confidential".to_owned()),
            ("InstanceType", "ml.t3.medium".to_owned()),
        ];
        let tags = [("cost-center", "CC-4711"), ("data-class", "confidential"), ("studiouserid", person.as_str())];
        ProvisionCall {
            product,
            artifact,
            path: None,
            name: name.to_owned(),
            token: format!("token-{name}"),
            parameters: parameters.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
            tags: tags.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        }
    }

    /// Lets time pass until the record is final.
    pub(crate) async fn settle(&self, record: &RecordId) -> RecordView {
        let catalog = self.provisioner().await.service_catalog();
        for _ in 0..200 {
            let view = catalog.describe_record(record).await.unwrap();
            if view.status.is_final() {
                return view;
            }
            self.clock.advance(TimeDelta::seconds(4));
        }
        panic!("the record does not come to an end");
    }

    /// A provisioned environment of ada's.
    pub(crate) async fn provisioned(&self) -> ProvisionedProductId {
        let call = self.call("ada-studio").await;
        let accepted = self.provisioner().await.service_catalog().provision_product(&call).await.unwrap();
        let record = self.settle(&accepted.record).await;
        assert_eq!(record.status, RecordStatus::Succeeded, "{:?}", record.errors);
        accepted.provisioned_product
    }

    pub(crate) async fn launcher(&self, account: &str, person: &str, resource: String) -> Session {
        let policy = SessionPolicy::allow(&["sagemaker:CreatePresignedDomainUrl"], &[resource]).unwrap();
        self.as_person(account, RoleName::StudiogateLauncher, person, policy).await
    }
}

pub(crate) fn id_of(person: &str) -> StudioUserId {
    PersonKey { issuer: "https://idp.example".into(), subject: person.into() }.studio_user_id()
}

pub(crate) fn tags(person: &str) -> SessionTags {
    let project = "fraud-detection".parse().unwrap();
    SessionTags {
        studiouserid: id_of(person),
        project,
        stage: Stage::Dev,
        studiodomain: None,
        studioprofile: None,
        studionextowner: None,
    }
}

pub(crate) fn role_in(account: &str, role: RoleName) -> RoleRef {
    RoleRef { account: account.parse().unwrap(), region: "eu-west-1".parse().unwrap(), role }
}

pub(crate) fn profile_arn(account: &str, person: &str) -> String {
    format!("arn:aws:sagemaker:eu-west-1:{account}:user-profile/d-shared{account}/{}", id_of(person))
}

pub(crate) fn presign_call(account: &str, person: &str) -> PresignDomainCall {
    PresignDomainCall {
        domain_id: format!("d-shared{account}"),
        user_profile_name: id_of(person).as_str().to_owned(),
        ttl: PresignedUrlTtl::default(),
        session: StudioSessionDuration::default(),
        space: None,
        landing_uri: None,
    }
}
