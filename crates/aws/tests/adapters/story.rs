//! The whole story over the real SDK, against the local AWS: catalog, provisioning, events, Studio, termination.

use std::collections::BTreeMap;
use std::time::Duration;

use aws::service_catalog::{
    AccessLevel, ProvisionCall, ProvisionedProductRef, ProvisionedProductStatus, RecordStatus, TerminateCall,
};
use aws::{AssumeGrant, Aws, Error, Timeouts};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use chrono::TimeDelta;
use domain::catalog::ConstraintRule;
use domain::session::RoleName;
use sim::FaultKind;

use crate::local::{DEV, Local, OTHER_DEV, id_of, presign_call, profile_arn, role_in};

#[tokio::test]
async fn from_the_catalog_to_an_open_studio_and_back() {
    let local = Local::start().await;
    assert_eq!(local.aws.hub_identity().await.unwrap().account.as_str(), "222222222222");
    let call = local.call("ada-studio").await;
    let session = local.provisioner().await;
    let catalog = session.service_catalog();

    let paths = catalog.list_launch_paths(&call.product).await.unwrap();
    assert_eq!(paths.len(), 1);
    let asked =
        catalog.describe_provisioning_parameters(&call.product, &call.artifact, Some(&paths[0].id)).await.unwrap();
    let instance = asked.parameters.iter().find(|p| p.key == "InstanceType").unwrap();
    assert_eq!(instance.default.as_deref(), Some("ml.t3.medium"));
    assert!(asked.tag_options.iter().any(|option| option.key == "data-class" && option.values.len() == 4));

    let accepted = catalog.provision_product(&call).await.unwrap();
    assert_eq!(catalog.provision_product(&call).await.unwrap(), accepted, "the same token is the same act");
    let started = catalog.describe_record(&accepted.record).await.unwrap();
    assert!(!started.status.is_final(), "{started:?}");
    let record = local.settle(&accepted.record).await;
    assert_eq!(record.status, RecordStatus::Succeeded, "{:?}", record.errors);
    let stack = record.stack_arn().unwrap().to_owned();

    let product = catalog.describe_provisioned_product(ProvisionedProductRef::Name("ada-studio")).await.unwrap();
    assert_eq!(
        (product.id, product.status),
        (accepted.provisioned_product.clone(), ProvisionedProductStatus::Available)
    );
    let outputs = catalog.provisioned_product_outputs(&accepted.provisioned_product).await.unwrap();
    assert!(outputs.iter().any(|output| output.key == "UserProfileName" && output.value == id_of("ada").as_str()));

    let observer = local.observer().await;
    let events = observer.cloudformation().stack_events_after(&stack, None).await.unwrap();
    assert!(events.len() >= 4, "{events:?}");
    assert!(events.windows(2).all(|pair| pair[0].at <= pair[1].at), "oldest first");
    let middle = &events[events.len() / 2].event_id;
    let later = observer.cloudformation().stack_events_after(&stack, Some(middle)).await.unwrap();
    assert_eq!(later, events[events.len() / 2 + 1..]);
    let resources = observer.cloudformation().stack_resources(&stack).await.unwrap();
    let values = observer.cloudformation().stack_parameters(&stack).await.unwrap();
    assert_eq!(values["UserProfileName"], id_of("ada").as_str());
    let profile = resources.iter().find(|r| r.resource_type == "AWS::SageMaker::UserProfile").unwrap();
    assert_eq!(profile.status, "CREATE_COMPLETE");
    assert!(observer.cloudformation().template(&stack).await.unwrap().contains("AWS::SageMaker::UserProfile"));
    let described = observer.sagemaker().describe_user_profile(&format!("d-shared{DEV}"), id_of("ada").as_str()).await;
    assert!(described.unwrap().status.is_in_service());
    let tags = observer.sagemaker().list_tags(&profile_arn(DEV, "ada")).await.unwrap();
    assert_eq!(tags["studiouserid"], id_of("ada").as_str());

    let launcher = local.launcher(DEV, "ada", profile_arn(DEV, "ada")).await;
    let url = launcher.sagemaker().presign_domain(&presign_call(DEV, "ada")).await.unwrap();
    assert_eq!(format!("{url:?}"), "PresignedUrl(redacted)");
    assert!(url.into_location().starts_with(&local.running.studio_url));

    let terminate = TerminateCall {
        provisioned_product: accepted.provisioned_product.clone(),
        token: "terminate-1".into(),
        ignore_errors: false,
        retain_physical_resources: false,
    };
    let gone = local.provisioner().await.service_catalog().terminate_provisioned_product(&terminate).await.unwrap();
    assert_eq!(local.settle(&gone.record).await.status, RecordStatus::Succeeded);
    let absent = local
        .provisioner()
        .await
        .service_catalog()
        .describe_provisioned_product(ProvisionedProductRef::Id(&accepted.provisioned_product))
        .await;
    assert!(matches!(absent, Err(Error::NotFound(_))), "{absent:?}");
}

#[tokio::test]
async fn the_curator_reads_the_whole_catalog() {
    let local = Local::start().await;
    let catalog = local.curator().await.service_catalog();
    let portfolios = catalog.list_portfolios().await.unwrap();
    assert_eq!(portfolios.len(), 2);
    let mut rules = Vec::new();
    let mut products = 0;
    for portfolio in &portfolios {
        assert_eq!(catalog.list_portfolio_access(&portfolio.id).await.unwrap().len(), 8);
        for product in catalog.list_products(Some(&portfolio.id)).await.unwrap() {
            products += 1;
            let detail = catalog.describe_product_as_admin(&product.id).await.unwrap();
            assert_eq!(detail.summary, product);
            for version in catalog.list_provisioning_artifacts(&product.id).await.unwrap() {
                let template = catalog.describe_provisioning_artifact(&product.id, &version.id).await.unwrap();
                assert!(template.body.or(template.url).is_some());
            }
        }
        for constraint in catalog.list_constraints(&portfolio.id, None).await.unwrap() {
            rules.push(catalog.describe_constraint(&constraint.id).await.unwrap().rule);
        }
    }
    assert_eq!(products, 4);
    assert!(rules.contains(&ConstraintRule::Launch { role: "StudiogateLaunchRole".into() }), "{rules:?}");
    assert!(rules.iter().any(|rule| matches!(rule, ConstraintRule::Template { rules } if rules.contains("Rules"))));
    let options = catalog.list_tag_options().await.unwrap();
    // Three of the cost centers, three of the data classes, three of the workloads.
    assert_eq!(options.len(), 9);
    assert!(!catalog.list_resources_for_tag_option(&options[0].id).await.unwrap().is_empty());

    let shares = local.observer().await.service_catalog().list_accepted_shares().await.unwrap();
    assert_eq!(shares.len(), 2);
}

#[tokio::test]
async fn the_organizer_reads_the_tree_and_its_policies() {
    let local = Local::start().await;
    let role = local.aws.config().organizer();
    let organizations = local.aws.assume(&role, &AssumeGrant::system("studiogate")).await.unwrap().organizations();
    let organization = organizations.describe_organization().await.unwrap();
    assert_eq!(organization.management_account.as_str(), "111111111111");
    let root = organizations.tree().await.unwrap();
    assert!(root.accounts.iter().any(|account| account.name == "management"));
    let sandbox = root.units.iter().find(|unit| unit.name == "Sandbox").unwrap();
    assert_eq!(sandbox.accounts.len(), 2);
    let policies = organizations.list_policies_for_target(&sandbox.id).await.unwrap();
    let own = policies.iter().find(|policy| !policy.aws_managed).unwrap();
    let policy = organizations.describe_policy(&own.id).await.unwrap();
    assert!(policy.content.contains("sagemaker:CreateEndpoint"), "{}", policy.content);
    assert!(matches!(
        organizations.list_policies_for_target("ou-none-00000000").await,
        Err(Error::NotFound(_) | Error::Invalid(_))
    ));
}

#[tokio::test]
async fn the_organizer_changes_policies_and_asking_again_for_what_is_so_is_done() {
    const DENY: &str =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sagemaker:CreateApp","Resource":"*"}]}"#;
    let local = Local::start().await;
    let role = local.aws.config().organizer();
    let organizations = local.aws.assume(&role, &AssumeGrant::system("studiogate")).await.unwrap().organizations();
    let id = organizations.create_policy("no-apps", "for tests", DENY).await.unwrap();
    let twice = organizations.create_policy("no-apps", "for tests", DENY).await.unwrap_err();
    assert!(matches!(&twice, Error::Conflict(failure) if failure.code == "DuplicatePolicyException"), "{twice}");
    for _ in 0..2 {
        organizations.attach_policy(&id, "601000000002").await.unwrap();
    }
    assert_eq!(organizations.list_targets_for_policy(&id).await.unwrap(), ["601000000002"]);
    organizations.update_policy(&id, "no-spaces", "", &DENY.replace("App", "Space")).await.unwrap();
    let policy = organizations.describe_policy(&id).await.unwrap();
    assert_eq!((policy.summary.name.as_str(), policy.summary.description.as_str()), ("no-spaces", ""));
    assert!(policy.content.contains("CreateSpace"));
    assert!(matches!(organizations.delete_policy(&id).await, Err(Error::Conflict(_))), "it is attached");
    for _ in 0..2 {
        organizations.detach_policy(&id, "601000000002").await.unwrap();
    }
    let last = organizations.detach_policy("p-FullAWSAccess", "601000000002").await.unwrap_err();
    assert!(matches!(&last, Error::Conflict(failure) if failure.code == "ConstraintViolationException"), "{last}");
    let malformed = organizations.create_policy("bad", "", "{").await.unwrap_err();
    assert!(matches!(&malformed, Error::Invalid(failure) if failure.code == "MalformedPolicyDocumentException"));
    for _ in 0..2 {
        organizations.delete_policy(&id).await.unwrap();
    }
    let all = organizations.list_policies().await.unwrap();
    assert!(all.iter().all(|policy| policy.id != id) && all.iter().any(|policy| policy.aws_managed));
}

#[tokio::test]
async fn a_lost_answer_is_repeated_with_the_same_token_and_gives_the_same_record() {
    let local = Local::start().await;
    let call = local.call("ada-studio").await;
    let faults = local.running.aws.faults();
    faults.next("servicecatalog:ProvisionProduct", FaultKind::ResponseLost, 1);
    let lost = local.provisioner().await.service_catalog().provision_product(&call).await.unwrap_err();
    assert!(lost.outcome_unknown(), "{lost}");
    assert_eq!(faults.calls("servicecatalog:ProvisionProduct"), 1, "the SDK repeats no act by itself");
    let catalog = local.provisioner().await.service_catalog();
    let accepted = catalog.provision_product(&call).await.unwrap();
    local.settle(&accepted.record).await;
    let found = local
        .provisioner()
        .await
        .service_catalog()
        .describe_provisioned_product(ProvisionedProductRef::Name("ada-studio"))
        .await
        .unwrap();
    assert_eq!(found.id, accepted.provisioned_product);

    let renamed = ProvisionCall { token: "another".into(), ..call };
    let catalog = local.provisioner().await.service_catalog();
    assert!(matches!(catalog.provision_product(&renamed).await, Err(Error::Conflict(_))), "the name is taken");
}

#[tokio::test]
async fn throttling_of_an_act_is_the_callers_to_wait_for_and_of_a_reading_the_sdks() {
    let local = Local::start().await;
    let call = local.call("ada-studio").await;
    let session = local.provisioner().await;
    let catalog = session.service_catalog();
    let faults = local.running.aws.faults();
    faults.next("servicecatalog:ProvisionProduct", FaultKind::Throttle, 1);
    assert!(matches!(catalog.provision_product(&call).await, Err(Error::Throttled(_))));
    faults.next("servicecatalog:ListLaunchPaths", FaultKind::Throttle, 1);
    assert_eq!(catalog.list_launch_paths(&call.product).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_hard_quota_is_not_taken_for_throttling() {
    let local = Local::start().await;
    let call = local.call("ada-studio").await;
    let faults = local.running.aws.faults();
    let quota = FaultKind::Error { code: "LimitExceededException".into(), status: 400, message: "full".into() };
    faults.next("servicecatalog:ProvisionProduct", quota, 1);
    let error = local.provisioner().await.service_catalog().provision_product(&call).await.unwrap_err();
    assert!(matches!(error, Error::LimitExceeded(_)) && !error.is_retryable(), "{error}");
}

#[tokio::test]
async fn silence_ends_by_the_time_limit_of_one_attempt() {
    let local = Local::start_with(Timeouts { attempt: Duration::from_secs(2), ..Timeouts::default() }).await;
    let call = local.call("ada-studio").await;
    local.running.aws.faults().next("servicecatalog:ProvisionProduct", FaultKind::Timeout, 1);
    let error = local.provisioner().await.service_catalog().provision_product(&call).await.unwrap_err();
    assert!(error.outcome_unknown() && error.failure().code == "Timeout", "{error}");
}

#[tokio::test]
async fn v8_2_2_nobody_opens_another_persons_studio() {
    let local = Local::start().await;
    local.provisioned().await;
    // By tags: the session is bob's, and its policy would let ada's profile through.
    let bob = local.launcher(DEV, "bob", profile_arn(DEV, "ada")).await;
    let refused = bob.sagemaker().presign_domain(&presign_call(DEV, "ada")).await;
    assert!(matches!(refused, Err(Error::Denied(_))), "{refused:?}");
    // By session policy: the session is ada's, for another profile.
    let narrow = local.launcher(DEV, "ada", profile_arn(DEV, "bob")).await;
    let refused = narrow.sagemaker().presign_domain(&presign_call(DEV, "ada")).await;
    assert!(matches!(refused, Err(Error::Denied(_))), "{refused:?}");
    // By account: the session is ada's, in the other project's account.
    let elsewhere = local.launcher(OTHER_DEV, "ada", profile_arn(DEV, "ada")).await;
    let refused = elsewhere.sagemaker().presign_domain(&presign_call(DEV, "ada")).await;
    assert!(matches!(refused, Err(Error::Denied(_))), "{refused:?}");
}

#[tokio::test]
async fn v13_2_1_a_role_is_taken_on_with_the_right_external_id_only() {
    let local = Local::start().await;
    let mut config = local.aws.config().clone();
    config.external_id = Some("guessed".to_owned().into());
    let sdk = SdkConfig::builder()
        .endpoint_url(&local.running.aws_url)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("222222222222", "x", None, None, "t")))
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .build();
    let aws = Aws::with_sdk_config(&sdk, config);
    let grant = AssumeGrant::system("studiogate");
    let refused = aws.assume(&role_in(DEV, RoleName::StudiogateObserver), &grant).await;
    assert!(matches!(refused, Err(Error::Denied(_))), "{refused:?}");
}

#[tokio::test]
async fn a_search_finds_the_token_once_its_index_has_caught_up() {
    let local = Local::start().await;
    let found = async |local: &Local| {
        let catalog = local.provisioner().await.service_catalog();
        let query = Some("idempotencyToken:token-ada-studio");
        catalog.search_provisioned_products(AccessLevel::User, query).await.unwrap()
    };
    let call = local.call("ada-studio").await;
    let accepted = local.provisioner().await.service_catalog().provision_product(&call).await.unwrap();
    assert_eq!(found(&local).await, [], "the index lags");
    local.settle(&accepted.record).await;
    local.clock.advance(TimeDelta::minutes(5));
    let found = found(&local).await;
    assert_eq!(found.iter().map(|p| &p.id).collect::<Vec<_>>(), [&accepted.provisioned_product]);
    let expected: BTreeMap<&str, &str> = BTreeMap::from([("data-class", "confidential")]);
    assert!(
        expected.iter().all(|(key, value)| found[0].tags.get(*key).is_some_and(|v| v == value)),
        "{:?}",
        found[0].tags
    );
}
