//! Why somebody sees a product, or does not.

use crate::common::TestState;
use control_plane::Error;
use domain::id::ProductId;
use domain::view::{CatalogQuery, ReasonStands, Visibility};

const EVERYBODY: [&str; 7] =
    ["fraud-scientist", "churn-scientist", "fraud-lead", "churn-lead", "admin", "auditor", "newcomer"];

async fn about(state: &TestState, product: &ProductId, who: &str) -> Visibility {
    let id = state.as_(who).await.actor.person.studio_user_id();
    let page = state.plane.visibility(&state.as_("auditor").await, product, id.as_str()).await.unwrap();
    assert!(!page.nobody && page.answers.len() == 1, "{who}");
    page.answers.into_iter().next().unwrap()
}

fn against(it: &Visibility) -> Vec<&str> {
    it.reasons.iter().filter(|it| it.stands == ReasonStands::Against).map(|it| it.what.as_str()).collect()
}

on_both! {
    async fn v8_2_1_what_is_said_of_everybody_is_what_their_catalog_shows(url) {
        let state = TestState::start(&url).await;
        for product in state.store.products().await.unwrap() {
            for who in EVERYBODY {
                let said = about(&state, &product.id, who).await;
                let caller = state.as_(who).await;
                let catalog = state.plane.catalog(&caller, CatalogQuery::default()).await.unwrap().products;
                assert_eq!(said.sees, catalog.iter().any(|card| card.id == product.id), "{who} {}", product.name);
                let form = state.plane.request_form(&caller, &product.id, Default::default()).await;
                assert_eq!(said.requests, form.is_ok(), "{who} {}: {form:?}", product.name);
                let both = said.sees && said.requests;
                assert!(both || !against(&said).is_empty(), "{who} {}: {said:?}", product.name);
                let told: Vec<&str> = said.reasons.iter().map(|it| it.what.as_str()).collect();
                assert!(!said.sees || said.reasons.iter().any(|it| it.stands == ReasonStands::For), "{told:?}");
            }
        }
        for who in ["fraud-scientist", "fraud-lead", "newcomer"] {
            let product = state.product("Studio environment").await;
            let refused = state.plane.visibility(&state.as_(who).await, &product, "a@example.com").await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        let product = state.product("Studio environment").await;
        let auditor = state.as_("auditor").await;
        let nobody = state.plane.visibility(&auditor, &product, "nobody@example.com").await.unwrap();
        assert!(nobody.nobody && nobody.answers.is_empty());
        let page = state.plane.visibility(&auditor, &product, " ").await.unwrap();
        assert!(!page.nobody && page.answers.is_empty());
    }

    async fn what_takes_a_product_away_is_named(url) {
        let state = TestState::start(&url).await;
        let (product, admin) = (state.product("Studio environment").await, state.as_("admin").await);
        let said = about(&state, &product, "fraud-scientist").await;
        assert!(said.sees && said.requests && against(&said).is_empty(), "{said:?}");
        assert!(said.reasons.iter().any(|it| it.what.contains("fraud-detection, by group")), "{said:?}");
        // Out of its portfolios, and without access.
        let portfolios = state.store.product(&product).await.unwrap().unwrap().portfolios;
        for portfolio in &portfolios {
            let id = state.plane.disassociate_product(&admin, &product, portfolio).await.unwrap();
            crate::catalog_changes::applied(&state, &id).await;
        }
        let said = about(&state, &product, "fraud-scientist").await;
        assert!(!said.sees && !said.requests && against(&said)[0].contains("in no portfolio"), "{said:?}");
        for rule in state.store.product_access_of_product(&product).await.unwrap() {
            state.plane.remove_product_access(&admin, &rule.id).await.unwrap();
        }
        let said = about(&state, &product, "fraud-scientist").await;
        assert!(against(&said).iter().any(|it| it.contains("The project may not use the product")), "{said:?}");
        assert!(against(&said).iter().any(|it| it.contains("No project may use the product yet")), "{said:?}");
    }
}
