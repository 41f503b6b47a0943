//! TagOptions are made, put on products and portfolios, taken off and deleted, and offered to whoever requests.

use crate::catalog_changes::{applied, wrong};
use crate::common::{PRODUCT, TestState};
use control_plane::Error;
use domain::id::{CatalogChangeId, TagOptionId};
use domain::view::{RequestFormQuery, TagOptionRow, TagRuleInput};
use serde_json::json;

async fn added(state: &TestState, key: &str, value: &str) -> TagOptionId {
    let id = state.plane.add_tag_option(&state.as_("admin").await, "", key, value).await.unwrap();
    applied(state, &id).await.made.tag_option.unwrap()
}

async fn row(state: &TestState, id: &TagOptionId) -> Option<TagOptionRow> {
    let page = state.plane.tag_options(&state.as_("auditor").await, "", "").await.unwrap();
    page.options.into_iter().find(|it| it.id == *id)
}

on_both! {
    async fn v8_2_1_a_tag_option_is_made_offered_and_taken_away(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        for who in ["fraud-scientist", "fraud-lead", "auditor", "newcomer"] {
            let refused = state.plane.add_tag_option(&state.as_(who).await, "", "purpose", "training").await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        let (training, serving) = (added(&state, "purpose", "training").await, added(&state, "purpose", "serving").await);
        let add = async |key: &str, value: &str| wrong(state.plane.add_tag_option(&admin, "", key, value).await);
        assert_eq!(add("purpose", "training").await, ["tag_value"], "it is there");
        assert_eq!(add("", "").await, ["tag_key", "tag_value"]);
        assert_eq!(add("aws:purpose", "a").await, ["tag_key"]);
        // No value of these would be that of everybody, and nothing could be launched past it.
        for of_the_portal in ["studiouserid", "studiogate:environment"] {
            assert_eq!(add(of_the_portal, "a").await, ["tag_key"], "{of_the_portal}");
        }
        assert_eq!(add(&"k".repeat(129), "a").await, ["tag_key"]);
        // On a product it is offered to whoever requests.
        let product = state.product("Studio environment").await;
        let offered = async || {
            let query = domain::view::RequestFormQuery::default();
            let form = state.plane.request_form(&state.as_("fraud-scientist").await, &product, query).await.unwrap();
            form.tag_fields.into_iter().any(|field| field.label == "purpose")
        };
        assert!(!offered().await);
        for option in [&training, &serving] {
            let id = state.plane.associate_tag_option(&admin, option.as_str(), product.as_str()).await.unwrap();
            assert_eq!(applied(&state, &id).await.named.product, "Studio environment", "it is told by name");
        }
        assert!(offered().await);
        let twice = state.plane.associate_tag_option(&admin, training.as_str(), product.as_str()).await;
        assert_eq!(wrong(twice), ["on"]);
        assert_eq!(wrong(state.plane.associate_tag_option(&admin, training.as_str(), "prod-none").await), ["on"]);
        assert_eq!(wrong(state.plane.delete_tag_option(&admin, &training).await), ["tag_option"], "it is on something");
        assert_eq!(row(&state, &training).await.unwrap().on.len(), 1);
        // A rule of the tag policy that none of them meets is told of before somebody meets it.
        let rule = |values: &str| TagRuleInput {
            tag_key: "purpose".into(),
            stage: "any".into(),
            data_class: "any".into(),
            tag_values: values.into(),
            version: String::new(),
        };
        let met = state.plane.save_tag_rule(&admin, rule("train*")).await.unwrap();
        assert!(state.plane.tag_policy(&admin, None).await.unwrap().at_odds.is_empty());
        let odd = state.plane.save_tag_rule(&admin, TagRuleInput { version: "1".into(), ..rule("research") }).await.unwrap();
        let at_odds = state.plane.tag_policy(&admin, None).await.unwrap().at_odds;
        assert_eq!((met, at_odds.into_iter().collect::<Vec<_>>()), (odd.clone(), vec![odd.clone()]));
        state.plane.remove_tag_rule(&admin, &odd).await.unwrap();
        // Not offered any more, and again.
        let id = state.plane.set_tag_option(&admin, &training, false).await.unwrap();
        applied(&state, &id).await;
        assert!(!row(&state, &training).await.unwrap().active);
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        applied(&state, &back).await;
        assert!(row(&state, &training).await.unwrap().active);
        // Off, deleted, and there again.
        let id = state.plane.disassociate_tag_option(&admin, &training, product.as_str()).await.unwrap();
        applied(&state, &id).await;
        assert_eq!(wrong(state.plane.disassociate_tag_option(&admin, &training, product.as_str()).await), ["on"]);
        let id = state.plane.delete_tag_option(&admin, &training).await.unwrap();
        applied(&state, &id).await;
        assert_eq!(row(&state, &training).await, None);
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        assert_ne!(applied(&state, &back).await.made.tag_option.unwrap(), training);
        state.assert_sound().await;
    }

    async fn of_what_a_tag_option_is_on_the_list_names_the_first_few_and_its_page_all(url) {
        let state = TestState::start(&url).await;
        let option = added(&state, "purpose", "training").await;
        let (id, number) = state
            .running
            .aws
            .with_world(|world| {
                let catalog = &mut world.service_catalog;
                let products = catalog.products.values_mut().map(|it| &mut it.tag_options);
                let all = products.chain(catalog.portfolios.values_mut().map(|it| &mut it.tag_options));
                (option.clone(), all.map(|on| on.insert(option.to_string())).filter(|put| *put).count())
            })
            .unwrap();
        assert!(number > 5, "{number}");
        assert!(state.plane.mirror_now().await.unwrap());
        let shown = row(&state, &id).await.unwrap();
        assert_eq!((shown.on.len(), shown.more), (5, number as u64 - 5));
        let auditor = state.as_("auditor").await;
        let page = state.plane.tag_option(&auditor, &id, "", "").await.unwrap();
        assert_eq!((page.option.on.len(), page.sheet.more), (number, false));
        assert!(page.option.on[0].is_portfolio && !page.option.on[number - 1].is_portfolio);
        let past = state.plane.tag_option(&auditor, &id, "", "2").await.unwrap();
        assert!(past.option.on.is_empty() && past.sheet.number == 2);
        let past = state.plane.tag_options(&auditor, "", "2").await.unwrap();
        assert!(past.options.is_empty() && past.sheet.number == 2);
        assert_eq!(page.others, [], "it is on everything");
        for who in ["fraud-scientist", "fraud-lead", "newcomer"] {
            let refused = state.plane.tag_option(&state.as_(who).await, &id, "", "").await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        let none = state.plane.tag_option(&auditor, &"tag-none".parse().unwrap(), "", "").await;
        assert!(matches!(none, Err(Error::NotFound { .. })));
    }

    async fn tags_of_a_product_go_along_and_are_shown(url) {
        let state = TestState::start(&url).await;
        let product = state.product(PRODUCT).await;
        let tags = json!({ "Id": product, "AddTags": [{ "Key": "made-by", "Value": "platform" }] });
        state.in_the_catalogs_console("UpdateProduct", &tags).unwrap();
        let it = state.available("tagged").await;
        state.plane.observe_now().await.unwrap();
        let page = state.plane.environment(&state.as_("fraud-scientist").await, &it.id, None).await.unwrap();
        assert!(page.tags.contains(&("made-by".into(), "platform".into())), "{:?}", page.tags);
        assert!(page.tag_differences.is_none());
    }

    async fn what_the_tag_policy_refuses_of_a_product_is_told_to_who_makes_it_so(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let product = state.product("Studio environment").await;
        let obstacles = async || state.plane.admin_product(&admin, &product, None, "").await.unwrap().obstacles;
        let told_by = async |id: &CatalogChangeId| state.plane.catalog_change(&admin, id).await.unwrap().obstacles;
        let rule = TagRuleInput {
            tag_key: "team".into(),
            stage: "dev".into(),
            data_class: "any".into(),
            tag_values: "ml-*".into(),
            version: String::new(),
        };
        state.plane.save_tag_rule(&admin, rule).await.unwrap();
        assert_eq!(obstacles().await, [], "people can type one that is good");
        let (web, good) = (added(&state, "team", "web").await, added(&state, "team", "ml-fraud").await);
        let put = state.plane.associate_tag_option(&admin, web.as_str(), product.as_str()).await.unwrap();
        applied(&state, &put).await;
        let told = obstacles().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].parameter, "tag team");
        assert_eq!(told[0].why, "No value is good for it: the product takes web, the tag policy ml-*.");
        assert!(told[0].accounts.is_empty(), "wherever the product may be used: {told:?}");
        assert_eq!(told_by(&put).await, told);
        let query = RequestFormQuery::default();
        let form = state.plane.request_form(&state.as_("fraud-scientist").await, &product, query).await.unwrap();
        assert!(form.blocked.unwrap().why.contains("the product takes web"));
        // Another value is a way out; taking that off again brings it back.
        let other = state.plane.associate_tag_option(&admin, good.as_str(), product.as_str()).await.unwrap();
        applied(&state, &other).await;
        assert_eq!((obstacles().await, told_by(&put).await, told_by(&other).await), (vec![], vec![], vec![]));
        let off = state.plane.disassociate_tag_option(&admin, &good, product.as_str()).await.unwrap();
        applied(&state, &off).await;
        assert_eq!((obstacles().await, told_by(&off).await), (told.clone(), told));
    }

    async fn a_tag_option_that_somebody_else_made_meanwhile_is_the_one(url) {
        let state = TestState::start(&url).await;
        let id = state.plane.add_tag_option(&state.as_("admin").await, "", "purpose", "training").await.unwrap();
        state.crash.arm(control_plane::CrashPoint::AfterAct, "change");
        state.settle().await;
        let mut state = state;
        state.restart().await;
        let made = applied(&state, &id).await.made.tag_option.unwrap();
        let count = |world: &mut sim::World| {
            world.service_catalog.tag_options.values().filter(|it| it.key == "purpose").count()
        };
        assert_eq!(state.running.aws.with_world(count).unwrap(), 1);
        assert!(row(&state, &made).await.is_some());
    }
}
