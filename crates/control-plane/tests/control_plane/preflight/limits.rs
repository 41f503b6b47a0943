//! Tags, quotas and constraints: what an account may have, and how it has to be named.

use domain::view::{UpdateFormQuery, UpdateInput};

use super::*;

on_both! {
    async fn tags_quotas_and_constraints_fail_each_on_its_own(url) {
        let state = start(&url).await;
        let id = state.submit(WHO, PRODUCT, "before-the-tag").await;
        at_aws(&state, |world| {
            let taken = [("team", "a"), ("team", "b")];
            for (key, value) in taken {
                tag_option(world, PRODUCT, key, value);
            }
        });
        mirror(&state).await;
        let page = state.plane.request(&state.as_("fraud-lead").await, &id, None).await.unwrap();
        let (check, told) = denied(&page.preflight.unwrap());
        assert_eq!(check, Check::TagOptions, "{told}");
        assert!(told.contains("team") && told.contains("none was chosen"), "{told}");
        assert!(matches!(approve(&state, &id).await, Err(Error::Conflict(_))));
        at_aws(&state, |world| {
            world.service_catalog.tag_options.retain(|id, _| !id.starts_with("tag-team"));
            for number in 0..50 {
                tag_option(world, PRODUCT, &format!("extra-{number}"), "x");
            }
        });
        mirror(&state).await;
        let (check, told) = denied(&on_form(&state, PRODUCT).await);
        assert_eq!(check, Check::Quotas, "{told}");
        assert!(refused(&state, PRODUCT, "too-many").await.contains("50 at most"));
        at_aws(&state, |world| {
            world.service_catalog.tag_options.retain(|id, _| !id.starts_with("tag-extra"));
            let (product, portfolio) = ids(world, PRODUCT);
            let rules = r#"{"Rules":{"NoSmall":{"Assertions":[{"Assert":{"Fn::Not":[{"Fn::Equals":[{"Ref":"InstanceType"},"ml.t3.medium"]}]},"AssertDescription":"Not the smallest."}]}}}"#;
            let constraint = Constraint {
                id: "cons-nosmall".into(),
                kind: "TEMPLATE".into(),
                portfolio,
                product,
                owner: sim::seed::SHARED_SERVICES.parse().unwrap(),
                description: String::new(),
                parameters: rules.into(),
            };
            world.service_catalog.constraints.insert(constraint.id.clone(), constraint);
        });
        mirror(&state).await;
        let (check, told) = denied(&on_form(&state, PRODUCT).await);
        assert_eq!((check, told.as_str()), (Check::Constraints, "InstanceType: Not the smallest."));
    }

    async fn an_account_that_may_have_no_more_is_told_and_the_worker_counts_again(url) {
        let state = start(&url).await;
        let account: AccountId = DEV.parse().unwrap();
        let allow = |profiles: usize| {
            at_aws(&state, |world| world.sagemaker(&account, "eu-west-1").quotas.user_profiles = profiles);
        };
        let used = at_aws(&state, |world| world.sagemaker(&account, "eu-west-1").user_profiles.len());
        allow(used);
        mirror(&state).await;
        let (check, told) = denied(&on_form(&state, PRODUCT).await);
        assert_eq!(check, Check::Quotas, "{told}");
        let says = format!("The account has {used} of {used}; this makes 1 more.");
        assert!(told.contains(&says) && told.contains("Studio user profiles"), "{told}");
        assert!(refused(&state, PRODUCT, "one-too-many").await.contains("L-AC46C40F"));
        // The mirror has not seen that somebody else took the last one: the worker counts again.
        allow(used + 1);
        mirror(&state).await;
        let id = state.approved("last-one").await;
        allow(used);
        let problem = stopped(&state, &id, "last-one").await;
        assert!(problem.why.contains(&says), "{problem:?}");
        allow(used + 1);
        state.plane.retry_environment(&state.as_(WHO).await, &id, "").await.unwrap();
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Available);
        // A quota that cannot be read lets through, and is said to.
        let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "not these".into() };
        state.running.aws.faults().next("servicequotas:GetServiceQuota", denied, 1_000);
        mirror(&state).await;
        let preflight = on_form(&state, PRODUCT).await;
        let quota = preflight.findings.iter().find(|it| it.subject.contains("user profiles")).unwrap();
        assert_eq!(quota.verdict, Verdict::NotAssessed);
        assert!(quota.why.contains("not these"), "{quota:?}");
        state.assert_sound().await;
    }

    async fn a_tag_that_was_chosen_and_is_no_longer_taken_is_told(url) {
        let state = start(&url).await;
        at_aws(&state, |world| {
            tag_option(world, PRODUCT, "team", "a");
            tag_option(world, PRODUCT, "team", "b");
        });
        mirror(&state).await;
        let id = state.submit(WHO, PRODUCT, "of-team-a").await;
        let told = async || {
            mirror(&state).await;
            let page = state.plane.request(&state.as_("fraud-lead").await, &id, None).await.unwrap();
            denied(&page.preflight.unwrap())
        };
        at_aws(&state, |world| {
            world.service_catalog.tag_options.remove("tag-team-a");
            tag_option(world, PRODUCT, "team", "c");
        });
        assert_eq!(told().await, (Check::TagOptions, "team: It would be sent as a; the product takes b, c.".to_owned()));
        at_aws(&state, |world| {
            // The portfolio has the key too, with another value.
            let (_, portfolio) = ids(world, PRODUCT);
            let option = world.service_catalog.tag_options["tag-team-b"].clone();
            let other = TagOption { id: "tag-other".into(), value: "other".into(), ..option };
            world.service_catalog.tag_options.insert(other.id.clone(), other.clone());
            world.service_catalog.portfolios.get_mut(&portfolio).unwrap().tag_options.insert(other.id);
        });
        let (check, why) = told().await;
        assert!(check == Check::TagOptions && why.contains("no value in common"), "{why}");
    }

    async fn what_is_older_than_a_tag_option_is_updated_and_keeps_its_tags(url) {
        let state = start(&url).await;
        let it = state.available("older").await;
        at_aws(&state, |world| ["a", "b"].iter().for_each(|value| tag_option(world, PRODUCT, "team", value)));
        mirror(&state).await;
        let (who, query) = (state.as_(WHO).await, UpdateFormQuery::default());
        let form = state.plane.update_form(&who, &it.id, query).await.unwrap();
        let told = form.preflight.findings.iter().find(|finding| finding.check == Check::TagOptions).unwrap();
        assert!(told.verdict == Verdict::Fine && told.why.contains("leaves the tags"), "{told:?}");
        let key = |name: &str| domain::binding::parameter_of(name).to_owned();
        let input = UpdateInput {
            artifact: form.artifact.to_string(),
            justification: "More room".into(),
            parameters: form.fields.iter().filter_map(|f| Some((key(&f.name), f.default.clone()?))).collect(),
            version: form.version.to_string(),
            ..UpdateInput::default()
        };
        let request = state.plane.submit_update(&who, &it.id, input).await.unwrap();
        approve(&state, &request).await.unwrap();
        state.settle().await;
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, &after.problem, &after.tags), (EnvironmentState::Available, &None, &it.tags));
        assert_eq!(after.request, request);
    }
}
