use std::collections::BTreeMap;

use domain::id::{AccountId, ProductId, ProvisioningArtifactId, Region};
use domain::preflight::{AccountQuota, AccountQuotas, Counted, LaunchStanding};
use domain::template::TemplateDigest;

use crate::backend::on_both;
use crate::samples::at;

fn digest(kind: &str) -> TemplateDigest {
    TemplateDigest::read(&format!("Resources: {{It: {{Type: '{kind}'}}}}"), |_| Vec::new())
}

on_both! {
    async fn templates_of_a_product_are_replaced_and_those_of_gone_products_forgotten(db) {
        let store = db.store;
        let region: Region = "eu-west-1".parse().unwrap();
        let product: ProductId = "prod-1".parse().unwrap();
        let (one, two): (ProvisioningArtifactId, ProvisioningArtifactId) =
            ("pa-1".parse().unwrap(), "pa-2".parse().unwrap());
        let put = async |templates: &BTreeMap<ProvisioningArtifactId, TemplateDigest>| {
            let mut tx = store.begin().await.unwrap();
            tx.replace_artifact_templates(&region, &product, templates).await.unwrap();
            tx.commit().await.unwrap();
        };
        let read = async |artifact| store.artifact_template(&region, &product, artifact).await.unwrap();
        assert_eq!(read(&one).await, None);
        put(&BTreeMap::from([(one.clone(), digest("A::B::C")), (two.clone(), digest("A::B::D"))])).await;
        assert_eq!(read(&one).await, Some(digest("A::B::C")));
        put(&BTreeMap::from([(two.clone(), digest("A::B::E"))])).await;
        assert_eq!((read(&one).await, read(&two).await), (None, Some(digest("A::B::E"))));
        let mut tx = store.begin().await.unwrap();
        tx.forget_templates(&"us-east-1".parse().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(read(&two).await.is_some(), "another region");
        let mut tx = store.begin().await.unwrap();
        tx.forget_templates(&region).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(read(&two).await, None);
    }

    async fn how_an_account_stands_to_a_product_is_kept_as_last_read(db) {
        let store = db.store;
        let mut standing = LaunchStanding {
            account: "601000000002".parse().unwrap(),
            region: "eu-west-1".parse().unwrap(),
            product: "prod-1".parse().unwrap(),
            paths: Ok(vec!["lpv2-1".into()]),
            shared: Err("AWS is busy.".into()),
            associated: Ok(true),
            role: None,
            tag_choices: Ok(BTreeMap::from([("team".into(), vec![])])),
            read_at: at(0),
        };
        let read = async |it: &LaunchStanding| store.launch_standing(&it.account, &it.region, &it.product).await.unwrap();
        assert_eq!(read(&standing).await, None);
        for minutes in [0, 5] {
            standing.read_at = at(minutes);
            let mut tx = store.begin().await.unwrap();
            tx.put_launch_standing(&standing).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(read(&standing).await, Some(standing.clone()));
        }
        // What was read before comes late.
        let mut tx = store.begin().await.unwrap();
        tx.put_launch_standing(&LaunchStanding { read_at: at(4), ..standing.clone() }).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(read(&standing).await, Some(standing));
    }

    async fn quotas_of_an_account_are_kept_as_last_read(db) {
        let store = db.store;
        let (account, region): (AccountId, Region) = ("601000000002".parse().unwrap(), "eu-west-1".parse().unwrap());
        let read = async || store.account_quotas(&account, &region).await.unwrap();
        assert_eq!(read().await, None);
        for used in [1, 2] {
            let counts = BTreeMap::from([
                (Counted::Domain, Ok(AccountQuota { most: 10, used })),
                (Counted::UserProfile, Err("AWS is busy.".to_owned())),
            ]);
            let quotas =
                AccountQuotas { account: account.clone(), region: region.clone(), quotas: counts, read_at: at(0) };
            let mut tx = store.begin().await.unwrap();
            tx.put_account_quotas(&quotas).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(read().await, Some(quotas.clone()));
            let mut tx = store.begin().await.unwrap();
            tx.put_account_quotas(&AccountQuotas { read_at: at(-1), ..quotas.clone() }).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(read().await, Some(quotas), "what was read before comes late");
        }
        assert_eq!(store.account_quotas(&account, &"us-east-1".parse().unwrap()).await.unwrap(), None);
    }
}
