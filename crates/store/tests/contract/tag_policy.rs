//! The portal's tag policy.

use domain::project::{DataClass, Stage};
use domain::tag_policy::TagRule;
use store::Error;

use crate::backend::on_both;

fn rule(id: &str, stage: Option<Stage>, data_class: Option<DataClass>) -> TagRule {
    let values = "ml-*\nweb".parse().unwrap();
    TagRule { id: id.parse().unwrap(), key: "team".into(), stage, data_class, values, version: 1 }
}

on_both! {
    async fn there_is_one_rule_for_a_key_a_stage_and_a_data_class(db) {
        let store = db.store;
        let any = rule("r1", None, None);
        let prod = rule("r2", Some(Stage::Prod), Some(DataClass::Restricted));
        let mut tx = store.begin().await.unwrap();
        tx.insert_tag_rule(&prod).await.unwrap();
        tx.insert_tag_rule(&any).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.tag_rules().await.unwrap(), [any.clone(), prod.clone()]);
        let mut tx = store.begin().await.unwrap();
        let second = tx.insert_tag_rule(&TagRule { id: "r3".parse().unwrap(), ..any.clone() }).await;
        assert!(matches!(second, Err(Error::Duplicate { .. })), "{second:?}");
        tx.rollback().await.unwrap();
        let next = TagRule { values: "".parse().unwrap(), version: 2, ..prod.clone() };
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.tag_rule_for("team", None, Some(DataClass::Public)).await.unwrap(), None);
        assert_eq!(tx.tag_rule_for("team", prod.stage, prod.data_class).await.unwrap(), Some(prod));
        tx.update_tag_rule(&next).await.unwrap();
        assert!(matches!(tx.update_tag_rule(&next).await, Err(Error::Conflict { .. })));
        tx.rollback().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.update_tag_rule(&next).await.unwrap();
        assert_eq!(tx.delete_tag_rule(&any.id).await.unwrap(), Some(any.clone()));
        assert_eq!(tx.delete_tag_rule(&any.id).await.unwrap(), None);
        tx.commit().await.unwrap();
        assert_eq!(store.tag_rules().await.unwrap(), [next]);
    }
}
