//! The portal's tag policy: what is asked for carries what it asks for, down to the apps; what runs is told apart and put right.

use std::collections::BTreeMap;

use crate::common::TestState;
use control_plane::{CrashPoint, Error};
use domain::environment::{Environment, EnvironmentState, LaunchTarget};
use domain::id::TagRuleId;
use domain::observed::Observed;
use domain::view::{FormControl, RequestFormQuery, RequestInput, TagRuleInput, Together, TogetherInput};

const WHO: &str = "fraud-scientist";
const LEAD: &str = "fraud-lead";
const DEV: &str = "601000000002";
const PRODUCT: &str = "Studio environment";

fn input(key: &str, values: &str) -> TagRuleInput {
    TagRuleInput {
        tag_key: key.into(),
        stage: "any".into(),
        data_class: "any".into(),
        tag_values: values.into(),
        version: String::new(),
    }
}

async fn rule(state: &TestState, key: &str, values: &str) -> TagRuleId {
    state.plane.save_tag_rule(&state.as_("admin").await, input(key, values)).await.unwrap()
}

async fn wrong(state: &TestState, input: RequestInput) -> Vec<(String, String)> {
    match state.plane.submit_request(&state.as_(WHO).await, input).await {
        Err(Error::Invalid(errors)) => errors.into_iter().map(|it| (it.field, it.message)).collect(),
        other => panic!("{other:?}"),
    }
}

async fn observed(state: &TestState, it: &Environment) -> Observed {
    state.plane.observe_now().await.unwrap();
    state.store.observation(&it.id).await.unwrap().observed.unwrap()
}

/// Which tags differ, what they are and would be.
async fn differs(state: &TestState, it: &Environment) -> Vec<(String, Option<String>, Option<String>)> {
    observed(state, it).await.tag_differences.into_iter().map(|it| (it.key, it.is, it.value)).collect()
}

/// The tags that AWS has: of the provisioned product, its stack and its user profile, and of an app started now.
fn everywhere(state: &TestState, it: &Environment, app: &str) -> [BTreeMap<String, String>; 4] {
    let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = &it.launch_target else { panic!("{it:?}") };
    let ctx = state.administrator(&it.account);
    let start = serde_json::json!({
        "DomainId": domain_id, "UserProfileName": user_profile_name, "AppType": "KernelGateway", "AppName": app,
        "ResourceSpec": { "InstanceType": "ml.t3.medium" },
    });
    let arn = state
        .running
        .aws
        .with_world(|world| sim::sagemaker::handle(world, &ctx, "CreateApp", &start))
        .unwrap()
        .unwrap()["AppArn"]
        .as_str()
        .unwrap()
        .to_owned();
    let id = it.provisioned_product.as_ref().unwrap().as_str();
    let (account, path) = (DEV.parse().unwrap(), format!("{domain_id}/{user_profile_name}").to_lowercase());
    let tags = state.running.aws.with_world(|world| {
        let product = world.service_catalog.provisioned[id].clone();
        let stack = world.cloudformation.stacks[product.stack.as_ref().unwrap()].tags.clone();
        let sagemaker = world.sagemaker(&account, sim::seed::REGION);
        let profile = sagemaker.user_profiles[&path].tags.clone();
        let app = sagemaker.apps.values().find(|it| it.arn == arn).unwrap().tags.clone();
        [product.tags, stack, profile, app]
    });
    tags.unwrap()
}

async fn push(state: &TestState, who: &str, it: &Environment, chosen: &[(&str, &str)]) -> control_plane::Result<()> {
    let version = state.environment(&it.id).await.version.to_string();
    let chosen = chosen.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    state.plane.push_tags(&state.as_(who).await, &it.id, &version, &chosen).await
}

on_both! {
    async fn v8_2_1_admins_write_the_tag_policy_and_nobody_overwrites_anothers(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        for who in [WHO, LEAD, "auditor", "newcomer"] {
            let refused = state.plane.save_tag_rule(&state.as_(who).await, input("team", "ml-*")).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        let wrong = async |input: TagRuleInput| match state.plane.save_tag_rule(&admin, input).await {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|e| e.field).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(wrong(TagRuleInput::default()).await, ["tag_key", "stage", "data_class"]);
        for key in ["studiouserid", "Project", "aws:x", "studiogate:x", "a?b"] {
            assert_eq!(wrong(input(key, "")).await, ["tag_key"], "{key}");
        }
        assert_eq!(wrong(input("team", "a\na")).await, ["tag_values"]);
        let id = rule(&state, "team", "ml-*").await;
        assert_eq!(rule(&state, "team", "ml-*").await, id, "a second click");
        assert_eq!(wrong(input("team", "web-*")).await, ["tag_key"], "there is one");
        let next = |values: &str, version: &str| TagRuleInput { version: version.into(), ..input("team", values) };
        state.plane.save_tag_rule(&admin, next("ml-*\nweb-*", "1")).await.unwrap();
        let stale = state.plane.save_tag_rule(&admin, next("x", "1")).await;
        assert!(matches!(stale, Err(Error::Stale { .. })), "{stale:?}");
        let page = state.plane.tag_policy(&state.as_("auditor").await, None).await.unwrap();
        assert_eq!(page.rules.iter().map(ToString::to_string).collect::<Vec<_>>(), ["team: one of ml-*, web-*"]);
        assert!(state.plane.tag_policy(&state.as_(LEAD).await, None).await.is_err());
        for _ in 0..2 {
            state.plane.remove_tag_rule(&admin, &id).await.unwrap();
        }
        assert!(state.store.tag_rules().await.unwrap().is_empty());
    }

    async fn v2_2_1_what_is_requested_carries_what_the_policy_asks_for_down_to_the_apps(url) {
        let state = TestState::start(&url).await;
        rule(&state, "team", "ml-*").await;
        rule(&state, "review", "yes").await;
        rule(&state, "workload", "training\ninference").await;
        let elsewhere = TagRuleInput { stage: "prod".into(), ..input("signed-off", "") };
        state.plane.save_tag_rule(&state.as_("admin").await, elsewhere).await.unwrap();

        let product = state.product(PRODUCT).await;
        let form = state.plane.request_form(&state.as_(WHO).await, &product, RequestFormQuery::default()).await.unwrap();
        let fields: Vec<(&str, bool)> = form
            .tag_fields
            .iter()
            .map(|field| (field.name.as_str(), matches!(field.control, FormControl::Choice { .. })))
            .collect();
        // One value alone is nobody's choice, and what is for another stage is not asked for.
        assert_eq!(fields, [("tag[team]", false), ("tag[workload]", true)]);
        let FormControl::Choice { values } = &form.tag_fields[1].control else { panic!("{form:?}") };
        assert_eq!(values, &["inference", "training"], "of the TagOptions, what the policy takes");
        let preflight = form.preflight.unwrap();
        assert_eq!(preflight.denied().count(), 0, "what is not typed yet is no mistake: {preflight:?}");

        let mut asked = state.filled_form(WHO, PRODUCT, "tagged").await;
        asked.tags.remove("team");
        let told = wrong(&state, asked.clone()).await;
        assert_eq!(told, [("tag[team]".to_owned(), "The tag policy asks for it: ml-*.".to_owned())]);
        asked.tags.insert("team".into(), "web".into());
        assert_eq!(wrong(&state, asked.clone()).await[0].1, "The tag policy takes ml-*.");
        asked.tags.insert("team".into(), "ml-<".into());
        assert!(wrong(&state, asked.clone()).await[0].1.contains("takes no '<'"));
        asked.tags.insert("team".into(), " ml-fraud ".into());
        for (key, value) in [("review", "no"), ("cost-center", "CC-1"), ("studiouserid", "mallory"), ("signed-off", "me")] {
            let mut forged = asked.clone();
            forged.tags.insert(key.into(), value.into());
            assert_eq!(wrong(&state, forged).await[0].0, format!("tag[{key}]"));
        }
        asked.tags.insert("workload".into(), "exploration".into());
        assert_eq!(wrong(&state, asked.clone()).await[0].1, "Choose one of inference, training.");
        asked.tags.insert("workload".into(), "training".into());

        let request = state.plane.submit_request(&state.as_(WHO).await, asked).await.unwrap();
        let shown = state.plane.request(&state.as_(LEAD).await, &request, None).await.unwrap();
        assert!(shown.tags.contains(&("team".into(), "ml-fraud".into())) && shown.tags.contains(&("review".into(), "yes".into())));
        let id = state.approve(LEAD, &request).await;
        state.settle().await;
        let it = state.environment(&id).await;
        let wanted = [
            ("team", "ml-fraud"),
            ("review", "yes"),
            ("workload", "training"),
            ("project", "fraud-detection"),
            ("stage", "dev"),
            ("cost-center", "CC-4711"),
            ("studiouserid", it.studio_user_id.as_str()),
            ("studiogate:environment", it.id.as_str()),
        ];
        for (which, tags) in everywhere(&state, &it, "default").into_iter().enumerate() {
            for (key, value) in wanted {
                assert_eq!(tags.get(key).map(String::as_str), Some(value), "{which}: {key}");
            }
        }
        assert_eq!(differs(&state, &it).await, []);
    }

    async fn v2_2_2_what_the_project_itself_does_not_meet_is_refused_with_who_mends_it(url) {
        let state = TestState::start(&url).await;
        let asked = state.filled_form(WHO, PRODUCT, "outside").await;
        let before = state.plane.submit_request(&state.as_(WHO).await, asked.clone()).await.unwrap();
        rule(&state, "cost-center", "CC-9*").await;
        let other = RequestInput { name: "another".into(), form_token: "another".into(), ..asked };
        let told = wrong(&state, other).await;
        assert!(told[0].0.is_empty() && told[0].1.contains("The project has CC-4711") && told[0].1.contains("CC-9*"), "{told:?}");
        // What was asked for before the rule is held against it, too.
        let shown = state.plane.request(&state.as_(LEAD).await, &before, None).await.unwrap();
        assert!(shown.preflight.unwrap().denied().any(|finding| finding.subject == "cost-center"));
        // Values of the policy and of the product that have none in common are the platform team's to mend.
        rule(&state, "workload", "gardening").await;
        let form = state.try_filled_form(WHO, PRODUCT, "gardening").await.unwrap();
        let told = wrong(&state, form).await;
        assert!(told.iter().any(|(_, message)| message.contains("the product takes exploration, inference, training")), "{told:?}");
        // The form says so once, before anything is typed, and is not one to submit.
        let product = state.product(PRODUCT).await;
        let drawn = state.plane.request_form(&state.as_(WHO).await, &product, RequestFormQuery::default()).await.unwrap();
        let preflight = drawn.preflight.unwrap();
        assert_eq!(preflight.denied().filter(|finding| finding.subject == "workload").count(), 1, "{preflight:?}");
        let blocked = drawn.blocked.unwrap();
        assert!(blocked.why.contains("No value is good for it") && !blocked.next.contains("Request it anew"), "{blocked:?}");
        // Whoever curates the product sees the same.
        let page = state.plane.admin_product(&state.as_("admin").await, &product, None, "").await.unwrap();
        for tag in ["cost-center", "workload"] {
            let of_form: Vec<_> = preflight.denied().filter(|finding| finding.subject == tag).map(|it| &it.why).collect();
            let of_page = page.obstacles.iter().filter(|it| it.parameter == format!("tag {tag}"));
            assert!(of_form.iter().all(|why| of_page.clone().any(|it| it.why == **why)), "{:?}", page.obstacles);
        }
    }

    async fn v2_3_1_tags_of_what_runs_are_told_apart_and_put_right(url) {
        let state = TestState::start(&url).await;
        let it = state.available("running").await;
        assert_eq!(differs(&state, &it).await, []);
        let was = everywhere(&state, &it, "before");
        // The project pays from elsewhere now, and the policy asks for more.
        state.sql("UPDATE project SET cost_center = 'CC-4712' WHERE id = 'fraud-detection'").await;
        rule(&state, "review", "yes").await;
        rule(&state, "team", "ml-*").await;
        let of = |key: &str, is: Option<&str>, value: Option<&str>| {
            (key.to_owned(), is.map(str::to_owned), value.map(str::to_owned))
        };
        let found = [of("cost-center", Some("CC-4711"), Some("CC-4712")), of("review", None, Some("yes")), of("team", None, None)];
        assert_eq!(differs(&state, &it).await, found);
        let page = state.plane.environment(&state.as_(LEAD).await, &it.id, None).await.unwrap();
        let tags = page.tag_differences.unwrap();
        assert_eq!(tags.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["tag[team]"]);
        assert_eq!((tags.refused, tags.started), (None, vec!["before".to_owned()]));
        let query = domain::view::EnvironmentsQuery { attention: "tags".into(), ..Default::default() };
        let listed = state.plane.environments(&state.as_("admin").await, query).await.unwrap();
        assert_eq!(listed.rows.items.len(), 1);
        assert_eq!(state.plane.fleet(&state.as_("admin").await).await.unwrap().tags_differ.number, 1);
        let together = state.plane.together(&state.as_(LEAD).await, "tag", std::slice::from_ref(&it.id), "").await.unwrap();
        assert!(together.cannot[0].says[0].contains("decide first: team"), "{:?}", together.cannot);

        // What the product's TagOptions do not have AWS would refuse.
        state.sql("UPDATE project SET cost_center = 'CC-1' WHERE id = 'fraud-detection'").await;
        let refused = push(&state, LEAD, &it, &[("team", "ml-fraud")]).await;
        assert!(matches!(&refused, Err(Error::Conflict(problem)) if problem.why.contains("CC-4711, CC-4712")), "{refused:?}");
        state.sql("UPDATE project SET cost_center = 'CC-4712' WHERE id = 'fraud-detection'").await;

        for who in [WHO, "churn-lead", "auditor", "newcomer"] {
            let refused = push(&state, who, &it, &[("team", "ml-fraud")]).await;
            assert!(matches!(refused, Err(Error::Denied { .. } | Error::NotFound { .. })), "{who}: {refused:?}");
        }
        let lead = state.as_(LEAD).await;
        let nothing = push(&state, LEAD, &it, &[]).await;
        assert!(matches!(&nothing, Err(Error::Invalid(errors)) if errors[0].field == "tag[team]"), "{nothing:?}");
        let stale = state.plane.push_tags(&lead, &it.id, "0", &BTreeMap::new()).await;
        assert!(matches!(stale, Err(Error::Stale { .. })));
        for _ in 0..2 {
            push(&state, LEAD, &it, &[("team", "ml-fraud")]).await.unwrap();
        }
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Updating);
        state.settle().await;
        let now = state.environment(&it.id).await;
        assert_eq!((now.state, &now.problem), (EnvironmentState::Available, &None));
        for (which, (tags, was)) in everywhere(&state, &it, "after").into_iter().zip(was).enumerate() {
            let wanted = [("cost-center", "CC-4712"), ("review", "yes"), ("team", "ml-fraud"), ("project", "fraud-detection")];
            for (key, value) in wanted {
                assert_eq!(tags.get(key).map(String::as_str), Some(value), "{which}: {key}");
            }
            // Nothing else was taken away.
            assert!(was.keys().all(|key| tags.contains_key(key)), "{which}: {was:?} {tags:?}");
        }
        assert_eq!(differs(&state, &it).await, []);
        // What the template is told of the project is told anew, and nothing else.
        let mut parameters = it.parameters.clone();
        parameters.insert("CostCenter".into(), "CC-4712".into());
        assert_eq!((now.parameters, now.artifact, now.request), (parameters, it.artifact.clone(), it.request.clone()));
        let needless = push(&state, LEAD, &it, &[]).await;
        assert!(matches!(needless, Err(Error::Conflict(_))), "{needless:?}");
        assert_eq!(state.told(&it.id, "tag_environment", "kind").await, ["tag"]);

        // Somebody retags it past the portal: all of them at once, from a list.
        let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = &it.launch_target else { panic!() };
        let path = format!("{domain_id}/{user_profile_name}").to_lowercase();
        state.running.aws.with_world(|world| {
            let profiles = &mut world.sagemaker(&DEV.parse().unwrap(), sim::seed::REGION).user_profiles;
            profiles.get_mut(&path).unwrap().tags.insert("team".into(), "ml-other".into());
        }).unwrap();
        assert_eq!(differs(&state, &it).await, [of("team", Some("ml-other"), Some("ml-fraud"))]);
        let version = state.environment(&it.id).await.version;
        let chosen = format!("{}:{version}:{}", it.id, it.lease_ends_at.timestamp_millis());
        let input = TogetherInput {
            act: Together::Tag.as_str().into(),
            chosen,
            together_reason: "the audit asks for it".into(),
            ..TogetherInput::default()
        };
        state.plane.act_on_environments(&lead, &input).await.unwrap();
        state.settle().await;
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Available);
        state.assert_sound().await;
    }

    async fn where_aws_would_refuse_that_is_said_and_nothing_is_sent(url) {
        let state = TestState::start(&url).await;
        let it = state.available("fixed").await;
        let id = it.product.to_string();
        state.running.aws.with_world(|world| {
            world.service_catalog.constraints.retain(|_, constraint| constraint.product != id || constraint.kind != "RESOURCE_UPDATE");
        }).unwrap();
        state.plane.mirror_now().await.unwrap();
        rule(&state, "review", "yes").await;
        assert_eq!(differs(&state, &it).await.len(), 1);
        let page = state.plane.environment(&state.as_(LEAD).await, &it.id, None).await.unwrap();
        let tags = page.tag_differences.unwrap();
        assert!(tags.refused.unwrap().why.contains("RESOURCE_UPDATE"));
        assert_eq!(tags.request, it.request, "another can be requested in its place");
        state.running.aws.faults().reset_calls();
        let refused = push(&state, LEAD, &it, &[]).await;
        assert!(matches!(refused, Err(Error::Conflict(_))));
        assert!(state.running.aws.faults().all_calls().is_empty());
    }

    async fn v2_3_3_a_change_of_tags_survives_a_crash_at_every_step(url) {
        let mut state = TestState::start(&url).await;
        let it = state.available("crashes").await;
        let mut wanted = 0;
        for point in [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave] {
            for step in ["check_tags", "update", "follow_update"] {
                wanted += 1;
                let cost_center = if wanted % 2 == 1 { "CC-4712" } else { "CC-4711" };
                state.sql(&format!("UPDATE project SET cost_center = '{cost_center}' WHERE id = 'fraud-detection'")).await;
                assert_eq!(differs(&state, &it).await.len(), 1, "{point:?} of {step}");
                state.everybody_signs_in().await;
                push(&state, LEAD, &it, &[]).await.unwrap();
                state.die_and_go_on(point, step).await;
                let now = state.environment(&it.id).await;
                assert_eq!(now.state, EnvironmentState::Available, "{point:?} of {step}: {:?}", now.problem);
                assert_eq!(now.tags["cost-center"], cost_center, "{point:?} of {step}");
                assert_eq!(differs(&state, &it).await, [], "{point:?} of {step}");
            }
        }
        state.assert_sound().await;
    }
}
