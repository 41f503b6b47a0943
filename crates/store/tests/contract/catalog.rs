use std::collections::BTreeMap;

use domain::catalog::{Constraint, ConstraintRule, MirrorState, Portfolio, Product, TagOption};
use domain::id::Region;
use domain::problem::Problem;
use domain::share::{PortfolioShare, PrincipalAssociation, ShareOptions};
use store::Store;

use crate::backend::on_both;
use crate::samples::at;

fn region(name: &str) -> Region {
    name.parse().unwrap()
}

fn portfolio(id: &str, at: &str) -> Portfolio {
    Portfolio {
        id: id.parse().unwrap(),
        region: region(at),
        name: "ML".into(),
        description: String::new(),
        provider: "Platform".into(),
        tags: BTreeMap::from([("team".into(), "ml".into())]),
        principals: vec![PrincipalAssociation { arn: "arn:aws:iam:::role/Launcher".into(), pattern: true }],
        shares: vec![PortfolioShare {
            with: "organizational_unit/ou-a1-b2".parse().unwrap(),
            accepted: true,
            options: ShareOptions { tag_options: true, principals: true },
        }],
    }
}

fn product(id: &str, at: &str, name: &str) -> Product {
    Product {
        id: id.parse().unwrap(),
        region: region(at),
        portfolios: vec!["port-1".parse().unwrap()],
        name: name.into(),
        description: "A 100% GOVERNED thing".into(),
        owner: "platform".into(),
        support: String::new(),
        tags: BTreeMap::new(),
        artifacts: vec![],
        constraints: vec![Constraint {
            id: "cons-1".into(),
            portfolio: Some("port-1".parse().unwrap()),
            description: String::new(),
            rule: ConstraintRule::Template { rules: r#"{"Rules":{}}"#.into() },
        }],
        tag_options: vec![TagOption { key: "cost-center".into(), value: "1".into(), active: true }],
    }
}

async fn replace(store: &Store, at_region: &str, portfolios: &[Portfolio], products: &[Product], seconds: i64) {
    let mut tx = store.begin().await.unwrap();
    tx.replace_catalog(&region(at_region), portfolios, products, at(seconds)).await.unwrap();
    tx.commit().await.unwrap();
}

on_both! {
    async fn a_reading_replaces_its_region_and_no_other(db) {
        let store = db.store;
        let old = [product("prod-1", "eu-west-1", "Studio"), product("prod-2", "eu-west-1", "Bucket")];
        replace(&store, "eu-west-1", &[portfolio("port-1", "eu-west-1")], &old, 0).await;
        replace(&store, "us-east-1", &[], &[product("prod-3", "us-east-1", "Atlas")], 1).await;
        let new = product("prod-1", "eu-west-1", "Studio 2");
        replace(&store, "eu-west-1", &[portfolio("port-2", "eu-west-1")], std::slice::from_ref(&new), 2).await;

        assert_eq!(store.products("").await.unwrap(), [product("prod-3", "us-east-1", "Atlas"), new.clone()]);
        assert_eq!(store.product(&new.id).await.unwrap(), Some(new.clone()));
        let first = |products: Vec<Product>| products.into_iter().map(|p| p.name).collect::<Vec<_>>();
        assert_eq!(first(store.products_by_name(None, 1).await.unwrap()), ["Atlas"]);
        assert_eq!(first(store.products_by_name(Some(std::slice::from_ref(&new.id)), 4).await.unwrap()), ["Studio 2"]);
        assert_eq!(store.products_by_name(Some(&[]), 4).await.unwrap(), []);
        assert_eq!(store.product(&"prod-2".parse().unwrap()).await.unwrap(), None);
        assert_eq!(store.portfolios().await.unwrap(), [portfolio("port-2", "eu-west-1")]);
        assert_eq!(store.portfolio(&region("eu-west-1"), &"port-1".parse().unwrap()).await.unwrap(), None);
        let gone = "prod-2".parse().unwrap();
        let names = store.product_names([&new.id, &gone, &new.id]).await.unwrap();
        assert_eq!(names, BTreeMap::from([(new.id, "Studio 2".to_owned())]));
    }

    async fn v1_2_4_search_takes_its_text_literally(db) {
        let store = db.store;
        let products = [product("prod-1", "eu-west-1", "Studio"), product("prod-2", "eu-west-1", "a_b")];
        replace(&store, "eu-west-1", &[], &products, 0).await;
        let found = async |text: &str| store.products(text).await.unwrap().len();
        assert_eq!(found("STUD").await, 1);
        assert_eq!(found("governed").await, 2);
        assert_eq!(found("0% g").await, 2);
        assert_eq!(found("_").await, 1);
        assert_eq!(found("\\").await, 0);
        assert_eq!(found("' OR 1=1 --").await, 0);
    }

    async fn a_failed_reading_keeps_what_was_there_and_its_age(db) {
        let store = db.store;
        replace(&store, "eu-west-1", &[], &[product("prod-1", "eu-west-1", "Studio")], 0).await;
        let problem = Problem::new("It was not read.", "AWS is away.", "Wait.");
        let mut tx = store.begin().await.unwrap();
        tx.mirror_failed(&region("eu-west-1"), &problem).await.unwrap();
        tx.mirror_failed(&region("us-east-1"), &problem).await.unwrap();
        tx.commit().await.unwrap();
        let state = |name: &str, refreshed_at, problem| MirrorState { region: region(name), refreshed_at, problem };
        assert_eq!(
            store.mirror_states().await.unwrap(),
            [
                state("eu-west-1", Some(at(0)), Some(problem.clone())),
                state("us-east-1", None, Some(problem))
            ]
        );
        assert_eq!(store.products("").await.unwrap().len(), 1);
        replace(&store, "eu-west-1", &[], &[], 9).await;
        assert_eq!(store.mirror_states().await.unwrap()[0], state("eu-west-1", Some(at(9)), None));
    }
}
