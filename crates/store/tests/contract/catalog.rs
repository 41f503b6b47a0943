use std::collections::BTreeMap;

use domain::catalog::{Constraint, ConstraintRule, MirrorState, Portfolio, Product, TagOption};
use domain::id::{PortfolioId, Region};
use domain::problem::Problem;
use domain::share::{PortfolioShare, PrincipalAssociation, ShareOptions};
use store::{ProductFilter, Store};

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

        assert_eq!(store.products().await.unwrap(), [product("prod-3", "us-east-1", "Atlas"), new.clone()]);
        assert_eq!(store.product(&new.id).await.unwrap(), Some(new.clone()));
        assert_eq!(store.products_of(std::slice::from_ref(&new.id)).await.unwrap(), std::slice::from_ref(&new));
        assert_eq!(store.products_of(&[]).await.unwrap(), []);
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
        let found = async |text: &str| {
            store.product_list(&ProductFilter { text, ..ProductFilter::default() }, 0, 9).await.unwrap().len()
        };
        assert_eq!(found("STUD").await, 1);
        assert_eq!(found("governed").await, 2);
        assert_eq!(found("0% g").await, 2);
        assert_eq!(found("_").await, 1);
        assert_eq!(found("\\").await, 0);
        assert_eq!(found("' OR 1=1 --").await, 0);
    }

    async fn a_list_of_products_is_read_in_parts(db) {
        let store = db.store;
        let named = |id: &str, name: &str, portfolios: &[&str]| Product {
            portfolios: portfolios.iter().map(|id| id.parse().unwrap()).collect(),
            ..product(id, "eu-west-1", name)
        };
        let all = [
            named("prod-1", "Studio", &["port-1"]),
            named("prod-2", "Bucket", &["port-2", "port-1"]),
            named("prod-3", "Atlas", &[]),
            named("prod-4", "Bucket", &["port-1"]),
        ];
        let portfolios = [portfolio("port-1", "eu-west-1"), portfolio("port-2", "eu-west-1")];
        replace(&store, "eu-west-1", &portfolios, &all, 0).await;
        // Another region's, of the same names.
        let far = Product { portfolios: vec!["port-1".parse().unwrap()], ..product("prod-9", "us-east-1", "Cube") };
        replace(&store, "us-east-1", &[portfolio("port-1", "us-east-1")], &[far], 0).await;
        let (here, first, second): (Region, PortfolioId, PortfolioId) =
            (region("eu-west-1"), "port-1".parse().unwrap(), "port-2".parse().unwrap());
        let list = async |filter: &ProductFilter<'_>, offset, limit| {
            let found = store.product_list(filter, offset, limit).await.unwrap();
            found.into_iter().map(|it| it.id.to_string()).collect::<Vec<_>>().join(" ")
        };
        let every = ProductFilter::default();
        assert_eq!(list(&every, 0, usize::MAX).await, "prod-3 prod-2 prod-4 prod-9 prod-1");
        assert_eq!((list(&every, 1, 2).await, list(&every, 4, 2).await), ("prod-2 prod-4".into(), "prod-1".into()));
        assert_eq!(list(&every, usize::MAX, 2).await, "");
        let held = ProductFilter { held: true, ..every };
        assert_eq!(list(&held, 0, 2).await, "prod-2 prod-4");
        let of = ["prod-1".parse().unwrap(), "prod-3".parse().unwrap()];
        assert_eq!(list(&ProductFilter { of: Some(&of), ..held }, 0, 9).await, "prod-1");
        assert_eq!(list(&ProductFilter { of: Some(&[]), ..every }, 0, 9).await, "");
        let inside = ProductFilter { portfolio: Some((&here, &first)), ..every };
        assert_eq!((list(&inside, 0, 2).await, list(&inside, 2, 9).await), ("prod-2 prod-4".into(), "prod-1".into()));
        assert_eq!(list(&ProductFilter { text: "STUDIO", ..inside }, 0, 9).await, "prod-1");

        let outside: Vec<_> = store.product_names_outside(&here, &second).await.unwrap();
        let outside: Vec<&str> = outside.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(outside, ["prod-3", "prod-4", "prod-1"]);
        let only = async |portfolio| store.product_only_in(&here, portfolio).await.unwrap().map(|id| id.to_string());
        assert_eq!((only(&first).await.as_deref(), only(&second).await), (Some("prod-4"), None));
        let whose = |at: &str, portfolio: &PortfolioId| (region(at), portfolio.clone());
        let counts = BTreeMap::from([
            (whose("eu-west-1", &first), 3),
            (whose("eu-west-1", &second), 1),
            (whose("us-east-1", &first), 1),
        ]);
        assert_eq!(store.count_products_inside().await.unwrap(), counts);
        assert_eq!(store.count_products_in(&here, &first).await.unwrap(), 3);

        // One is read anew, in another portfolio and by another name; one is gone.
        let mut tx = store.begin().await.unwrap();
        tx.put_product(&named("prod-2", "Zebra", &["port-2"])).await.unwrap();
        tx.delete_product(&here, &all[3].id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(list(&inside, 0, 9).await, "prod-1");
        assert_eq!(only(&second).await.as_deref(), Some("prod-2"));
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
        assert_eq!(store.products().await.unwrap().len(), 1);
        replace(&store, "eu-west-1", &[], &[], 9).await;
        assert_eq!(store.mirror_states().await.unwrap()[0], state("eu-west-1", Some(at(9)), None));
    }
}
