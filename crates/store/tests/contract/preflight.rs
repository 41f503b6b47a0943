use std::collections::BTreeMap;

use domain::id::{AccountId, ProductId, ProvisioningArtifactId, Region};
use domain::preflight::{AccountQuota, AccountQuotas, Counted, LaunchStanding};
use domain::template::TemplateDigest;

use crate::backend::on_both;
use crate::samples::at;

on_both! {
    async fn templates_are_kept_once_and_forgotten_with_their_versions_and_products(db) {
        let store = db.store;
        let region: Region = "eu-west-1".parse().unwrap();
        let products: [ProductId; 2] = ["prod-1", "prod-2"].map(|id| id.parse().unwrap());
        let (one, two): (ProvisioningArtifactId, ProvisioningArtifactId) =
            ("pa-1".parse().unwrap(), "pa-2".parse().unwrap());
        let text = "Resources: {It: {Type: 'A::B::C'}}";
        let put = async |product: &ProductId, artifact: &ProvisioningArtifactId, text: &str| {
            let digest = TemplateDigest::read(text, |_| Vec::new());
            let mut tx = store.begin().await.unwrap();
            tx.put_artifact_template(&region, product, artifact, (&digest, text, "all")).await.unwrap();
            tx.commit().await.unwrap();
        };
        let source = async |product: &ProductId, artifact: &ProvisioningArtifactId| {
            store.template_source(&region, product, artifact).await.unwrap()
        };
        assert_eq!(store.artifact_template(&region, &products[0], &one).await.unwrap(), None);
        put(&products[0], &one, text).await;
        put(&products[0], &one, text).await;
        put(&products[0], &two, "Resources: {}").await;
        put(&products[1], &one, text).await;
        let digest = TemplateDigest::read(text, |_| Vec::new());
        assert_eq!(store.artifact_template(&region, &products[0], &one).await.unwrap(), Some(digest));
        assert_eq!(source(&products[0], &one).await.as_deref(), Some(text));
        assert_eq!(store.read_templates(&region, &products[0], "all").await.unwrap().len(), 2);
        assert!(store.read_templates(&region, &products[0], "more").await.unwrap().is_empty(), "made anew");
        let mut tx = store.begin().await.unwrap();
        tx.keep_templates(&region, &products[0], [&one]).await.unwrap();
        tx.forget_templates(&"us-east-1".parse().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((source(&products[0], &one).await.is_some(), source(&products[0], &two).await), (true, None));
        // Neither product is in the catalog.
        let mut tx = store.begin().await.unwrap();
        tx.forget_templates(&region).await.unwrap();
        tx.commit().await.unwrap();
        for product in &products {
            assert!(source(product, &one).await.is_none() && store.read_templates(&region, product, "all").await.unwrap().is_empty());
        }
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
        assert_eq!(read(&standing).await, Some(standing.clone()));
        // Of several accounts at once; one that was never read is missing.
        let never: AccountId = "601000000009".parse().unwrap();
        let accounts = [standing.account.clone(), never];
        let all = store.launch_standings(&accounts, &standing.region, &standing.product).await.unwrap();
        assert_eq!(all, BTreeMap::from([(standing.account.clone(), standing.clone())]));
        let other: ProductId = "prod-other".parse().unwrap();
        assert!(store.launch_standings(&accounts, &standing.region, &other).await.unwrap().is_empty());
        assert!(store.launch_standings([], &standing.region, &standing.product).await.unwrap().is_empty());
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
