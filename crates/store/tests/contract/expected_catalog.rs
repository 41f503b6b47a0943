//! What the catalog of a region is to be.

use domain::curation::{Guidance, template_id};
use domain::described::{
    CatalogDrift, DescribedCatalog, DescribedProduct, DescribedVersion, DriftedThing, ExpectedCatalog, KnownIds, Thing,
};
use domain::id::{ProductId, ProvisioningArtifactId, Region};
use domain::template::TemplateDigest;
use store::Error;

use crate::backend::on_both;
use crate::samples::at;

fn of(template: &str) -> ExpectedCatalog {
    let version = DescribedVersion {
        name: "1.0".into(),
        note: "\u{e4}".into(),
        template: template_id(template).unwrap().to_string(),
        active: true,
        guidance: Guidance::Default,
    };
    let product = DescribedProduct { name: "Studio".into(), versions: vec![version], ..DescribedProduct::default() };
    let catalog = DescribedCatalog { products: vec![product], ..DescribedCatalog::default() };
    let products = [("Studio".to_owned(), "prod-1".parse().unwrap())].into();
    ExpectedCatalog { catalog, ids: KnownIds { products, ..KnownIds::default() } }
}

on_both! {
    async fn what_is_expected_is_written_by_one_at_a_time(db) {
        let (store, region) = (db.store, "eu-west-1".parse::<Region>().unwrap());
        assert_eq!(store.expected_catalog(&region).await.unwrap(), None);
        assert_eq!(store.catalog_drifts().await.unwrap(), Vec::new());
        let (nothing, first) = (CatalogDrift::default(), of("one"));
        let mut tx = store.begin().await.unwrap();
        tx.put_expected_catalog(&region, &first, &nothing, (0, at(1))).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let again = tx.put_expected_catalog(&region, &first, &nothing, (0, at(1))).await;
        assert!(matches!(again, Err(Error::Duplicate { .. })), "{again:?}");
        tx.rollback().await.unwrap();
        let drifted = DriftedThing {
            thing: Thing::Product { name: "Studio".into() },
            expected: first.catalog.clone(),
            now: DescribedCatalog::default(),
            back: Vec::new(),
            holds: ["Notebook".to_owned()].into(),
            taken: false,
        };
        let found = CatalogDrift { things: vec![drifted], left_out: vec!["\u{e4}".into()] };
        let mut tx = store.begin().await.unwrap();
        let row = tx.expected_catalog(&region).await.unwrap().unwrap();
        assert_eq!((row.catalog, row.version), (first.clone(), 1));
        tx.put_catalog_drift(&region, &found, (1, at(2))).await.unwrap();
        // Of another version of what is expected, it would not be true.
        tx.put_catalog_drift(&region, &nothing, (7, at(3))).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.catalog_drifts().await.unwrap(), [(region.clone(), found, at(2))]);
        let mut tx = store.begin().await.unwrap();
        tx.put_expected_catalog(&region, &of("two"), &nothing, (1, at(4))).await.unwrap();
        let old = tx.put_expected_catalog(&region, &first, &nothing, (1, at(5))).await;
        assert!(matches!(old, Err(Error::Conflict { .. })), "{old:?}");
        tx.rollback().await.unwrap();
        assert_eq!(store.expected_catalog(&region).await.unwrap().unwrap().catalog, first);
    }

    async fn a_template_that_is_expected_is_kept_though_no_version_has_it(db) {
        let (store, region) = (db.store, "eu-west-1".parse::<Region>().unwrap());
        let (product, version): (ProductId, ProvisioningArtifactId) =
            ("prod-1".parse().unwrap(), "pa-1".parse().unwrap());
        let kept = async || {
            let mut tx = store.begin().await.unwrap();
            tx.forget_templates(&region).await.unwrap();
            tx.commit().await.unwrap();
            store.source_text(&template_id("one").unwrap()).await.unwrap()
        };
        let mut tx = store.begin().await.unwrap();
        let digest = TemplateDigest::default();
        tx.put_artifact_template(&region, &product, &version, (&digest, "one", "all")).await.unwrap();
        tx.put_expected_catalog(&region, &of("one"), &CatalogDrift::default(), (0, at(1))).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(kept().await.as_deref(), Some("one"));
        let mut tx = store.begin().await.unwrap();
        tx.put_expected_catalog(&region, &of("two"), &CatalogDrift::default(), (1, at(2))).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(kept().await, None);
    }
}
