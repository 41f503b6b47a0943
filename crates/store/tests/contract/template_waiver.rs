use std::collections::BTreeMap;

use domain::curation::Waiver;
use domain::id::TemplateId;

use crate::backend::on_both;
use crate::samples::{at, person};

on_both! {
    async fn what_is_let_pass_is_kept_by_template_and_rule_and_swept(db) {
        let store = db.store;
        let one: TemplateId = "0123abcd".parse().unwrap();
        let waiver = |rule: &str, minutes| Waiver {
            template: one.clone(),
            rule: rule.into(),
            findings: 2,
            reason: "Looked at".into(),
            until: at(minutes),
            by: person("ada"),
        };
        let put = async |it: &Waiver| {
            let mut tx = store.begin().await.unwrap();
            tx.put_template_waiver(it).await.unwrap();
            tx.commit().await.unwrap();
        };
        let all = async || store.template_waivers(&one).await.unwrap();
        put(&waiver("transform", 5)).await;
        put(&waiver("nested_stack", 9)).await;
        put(&waiver("transform", 6)).await;
        assert_eq!(all().await, [waiver("nested_stack", 9), waiver("transform", 6)]);
        assert!(store.template_waivers(&"4567abcd".parse().unwrap()).await.unwrap().is_empty());
        let other: TemplateId = "4567abcd".parse().unwrap();
        let now = async |minutes| store.waived_findings([&one, &other], at(minutes)).await.unwrap();
        assert_eq!(now(5).await, BTreeMap::from([(one.clone(), 4)]));
        assert_eq!(now(8).await, BTreeMap::from([(one.clone(), 2)]));
        assert!(now(9).await.is_empty() && store.waived_findings([], at(8)).await.unwrap().is_empty());
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.delete_template_waiver(&one, "transform").await.unwrap(), Some(waiver("transform", 6)));
        assert_eq!(tx.delete_template_waiver(&one, "transform").await.unwrap(), None);
        tx.commit().await.unwrap();
        assert_eq!(store.sweep_template_waivers(at(9)).await.unwrap(), 0, "it ends then");
        assert_eq!(store.sweep_template_waivers(at(10)).await.unwrap(), 1);
        assert!(all().await.is_empty());
    }
}
