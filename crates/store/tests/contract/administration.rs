use domain::access::{ProductAccess, ProductSettings};
use domain::approval::{ApprovalFloor, ApprovalRule, Approver, ApproverAssignment};
use domain::binding::{AccountValue, BindingSource, ParameterBinding};
use domain::id::ProductId;
use domain::person::{Grant, GroupMapping, PlatformRole, ProjectRole};
use domain::project::{DataClass, Project, ProjectAccount, Stage};
use store::{Error, Scope};

use crate::backend::on_both;
use crate::samples::{account, person, project, project_id, with_projects};

fn mapping(id: &str, group: &str, grant: Grant) -> GroupMapping {
    GroupMapping { id: id.parse().unwrap(), group: group.into(), grant }
}

fn access(id: &str, product: &str, project: &str, stage: Stage) -> ProductAccess {
    ProductAccess {
        id: id.parse().unwrap(),
        product: product.parse().unwrap(),
        project: project_id(project),
        stage,
        approval: ApprovalRule::one_lead(),
        max_lease_days: 365,
        instances: "ml.t3\nml.m5.large".parse().unwrap(),
        version: 1,
    }
}

fn binding(id: &str, account: Option<&str>, parameter: &str, source: BindingSource) -> ParameterBinding {
    ParameterBinding {
        id: id.parse().unwrap(),
        product: "prod-1".parse().unwrap(),
        account: account.map(|account| account.parse().unwrap()),
        parameter: parameter.into(),
        source,
        version: 1,
    }
}

on_both! {
    async fn a_project_moves_from_version_to_version(db) {
        let store = db.store;
        with_projects(&store, &["b", "a"]).await;
        assert_eq!(store.project(&project_id("a")).await.unwrap(), Some(project("a")));
        let next = Project { cost_center: "CC-2".into(), version: 2, ..project("a") };
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.project(&project_id("a")).await.unwrap(), Some(project("a")));
        tx.update_project(&next).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let stale = tx.update_project(&next).await;
        assert!(matches!(stale, Err(Error::Conflict { entity: "project", ref id }) if id == "a"), "{stale:?}");
        tx.rollback().await.unwrap();
        assert_eq!(store.project(&project_id("a")).await.unwrap(), Some(next));
    }

    async fn two_projects_never_share_an_id_or_a_name(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        for (second, taken) in [
            (Project { name: "Other".into(), ..project("a") }, "project id"),
            (Project { name: project("a").name, ..project("c") }, "project name"),
        ] {
            let mut tx = store.begin().await.unwrap();
            let refused = tx.insert_project(&second).await;
            assert!(matches!(refused, Err(Error::Duplicate { what }) if what == taken), "{refused:?}");
        }
    }

    async fn projects_are_listed_in_scope(db) {
        let store = db.store;
        with_projects(&store, &["c", "a", "b"]).await;
        let listed = async |scope: Scope| {
            let projects = store.projects(&scope).await.unwrap();
            projects.into_iter().map(|p| p.id.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(listed(Scope::All).await, ["a", "b", "c"]);
        assert_eq!(listed(Scope::Projects(vec![project_id("c"), project_id("a")])).await, ["a", "c"]);
        let own = Scope::ProjectsOrOwner { projects: vec![project_id("b")], person: person("ada") };
        assert_eq!(listed(own).await, ["b"]);
        for none in [Scope::Nothing, Scope::Projects(vec![]), Scope::Person(person("ada"))] {
            assert_eq!(listed(none).await, Vec::<String>::new());
        }
    }

    async fn an_account_moves_from_version_to_version_and_is_taken_away(db) {
        let store = db.store;
        with_projects(&store, &["a", "b"]).await;
        let mut tx = store.begin().await.unwrap();
        let made = account("a", 1);
        for new in [&made, &account("a", 2), &account("b", 3)] {
            assert_eq!(tx.claim_account(&new.account, &new.project).await.unwrap(), new.project);
            tx.insert_project_account(new).await.unwrap();
        }
        let changed = ProjectAccount { stage: Stage::Sandbox, vpc_id: None, version: 2, ..made.clone() };
        tx.update_project_account(&changed).await.unwrap();
        assert_eq!(tx.project_account(&made.project, &made.account, &made.region).await.unwrap(), Some(changed.clone()));
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let stale = tx.update_project_account(&changed).await;
        assert!(matches!(stale, Err(Error::Conflict { entity: "account", .. })), "{stale:?}");
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        let twice = tx.insert_project_account(&made).await;
        assert!(matches!(twice, Err(Error::Duplicate { what: "account and region" })), "{twice:?}");
        drop(tx);
        assert_eq!(store.project_account(&made.project, &made.account, &made.region).await.unwrap(), Some(changed.clone()));
        assert_eq!(store.project_accounts(&project_id("a")).await.unwrap(), [changed.clone(), account("a", 2)]);
        assert_eq!(store.all_project_accounts().await.unwrap().len(), 3);
        assert_eq!(store.accounts_of_projects(&[project_id("b")]).await.unwrap(), [account("b", 3)]);
        assert_eq!(store.accounts_of_projects(&[]).await.unwrap(), []);
        let mut tx = store.begin().await.unwrap();
        let removed = tx.delete_project_account(&made.project, &made.account, &made.region).await.unwrap();
        assert_eq!(removed, Some(changed));
        assert_eq!(tx.delete_project_account(&made.project, &made.account, &made.region).await.unwrap(), None);
        tx.commit().await.unwrap();
        assert_eq!(store.project_accounts(&project_id("a")).await.unwrap(), [account("a", 2)]);
    }

    async fn an_account_belongs_to_one_project_until_its_last_region_is_taken_away(db) {
        let store = db.store;
        with_projects(&store, &["a", "b"]).await;
        let first = account("a", 1);
        let second = ProjectAccount { region: "eu-central-1".parse().unwrap(), ..account("a", 1) };
        let mut tx = store.begin().await.unwrap();
        for one in [&first, &second] {
            tx.claim_account(&one.account, &one.project).await.unwrap();
            tx.insert_project_account(one).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.claim_account(&first.account, &project_id("b")).await.unwrap(), project_id("a"));
        // Whoever does not ask is refused all the same.
        let refused = tx.insert_project_account(&account("b", 1)).await;
        assert!(matches!(refused, Err(Error::Reference { .. })), "{refused:?}");
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        tx.delete_project_account(&first.project, &first.account, &first.region).await.unwrap();
        assert_eq!(tx.claim_account(&first.account, &project_id("b")).await.unwrap(), project_id("a"));
        tx.delete_project_account(&second.project, &second.account, &second.region).await.unwrap();
        assert_eq!(tx.claim_account(&first.account, &project_id("b")).await.unwrap(), project_id("b"));
        tx.commit().await.unwrap();
    }

    async fn an_account_needs_its_project(db) {
        let mut tx = db.store.begin().await.unwrap();
        let refused = tx.insert_project_account(&account("none", 1)).await;
        assert!(matches!(refused, Err(Error::Reference { .. })), "{refused:?}");
    }

    async fn a_group_has_a_role_once(db) {
        let store = db.store;
        with_projects(&store, &["a", "b"]).await;
        let grants = [
            ("m1", Grant::Platform { role: PlatformRole::Admin }),
            ("m2", Grant::Platform { role: PlatformRole::Auditor }),
            ("m3", Grant::Project { project: project_id("a"), role: ProjectRole::Lead }),
            ("m4", Grant::Project { project: project_id("b"), role: ProjectRole::Lead }),
            ("m5", Grant::Project { project: project_id("a"), role: ProjectRole::Member }),
        ];
        let mut tx = store.begin().await.unwrap();
        for (id, grant) in &grants {
            tx.insert_group_mapping(&mapping(id, "g", grant.clone())).await.unwrap();
        }
        tx.commit().await.unwrap();
        let all: Vec<GroupMapping> = grants.iter().map(|(id, grant)| mapping(id, "g", grant.clone())).collect();
        assert_eq!(store.group_mappings().await.unwrap(), all);
        for (_, grant) in &grants {
            let mut tx = store.begin().await.unwrap();
            let twice = tx.insert_group_mapping(&mapping("m9", "g", grant.clone())).await;
            assert!(matches!(twice, Err(Error::Duplicate { what: "group and role" })), "{twice:?}");
        }
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.delete_group_mapping(&all[2].id).await.unwrap(), Some(all[2].clone()));
        assert_eq!(tx.delete_group_mapping(&all[2].id).await.unwrap(), None);
        assert_eq!(tx.group_mappings().await.unwrap().len(), 4);
        tx.commit().await.unwrap();
    }

    async fn product_access_is_one_rule_per_product_project_and_stage(db) {
        let store = db.store;
        with_projects(&store, &["a", "b"]).await;
        let mut tx = store.begin().await.unwrap();
        for rule in [
            access("x1", "prod-1", "a", Stage::Dev),
            access("x2", "prod-1", "b", Stage::Dev),
            access("x3", "prod-2", "a", Stage::Sandbox),
        ] {
            tx.insert_product_access(&rule).await.unwrap();
        }
        let first = access("x1", "prod-1", "a", Stage::Dev);
        let kept = ProductAccess { approval: ApprovalRule::none(), max_lease_days: 7, version: 2, ..first };
        tx.update_product_access(&kept).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let stale = tx.update_product_access(&kept).await;
        assert!(matches!(stale, Err(Error::Conflict { entity: "access rule", .. })), "{stale:?}");
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        let twice = tx.insert_product_access(&access("x9", "prod-1", "a", Stage::Dev)).await;
        assert!(matches!(twice, Err(Error::Duplicate { what: "product, project and stage" })), "{twice:?}");
        drop(tx);
        let found = store.product_access(&kept.product, &kept.project, Stage::Dev).await.unwrap();
        assert_eq!(found, Some(kept.clone()));
        assert_eq!(store.product_access(&kept.product, &kept.project, Stage::Prod).await.unwrap(), None);
        let ids = |rules: Vec<ProductAccess>| rules.into_iter().map(|r| r.id.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(ids(store.product_access_of_product(&kept.product).await.unwrap()), ["x1", "x2"]);
        assert_eq!(ids(store.product_access_of_projects(&[project_id("a")]).await.unwrap()), ["x1", "x3"]);
        assert_eq!(ids(store.product_access_of_projects(&[]).await.unwrap()), Vec::<String>::new());
        assert_eq!(ids(store.all_product_access().await.unwrap()), ["x1", "x2", "x3"]);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.delete_product_access(&kept.id).await.unwrap(), Some(kept.clone()));
        assert_eq!(tx.product_access(&kept.product, &kept.project, Stage::Dev).await.unwrap(), None);
        tx.commit().await.unwrap();
    }

    async fn a_binding_for_one_account_stands_beside_the_one_for_all(db) {
        let store = db.store;
        let fixed = |value: &str| BindingSource::Fixed { value: value.into() };
        let everywhere = binding("b1", None, "VpcId", BindingSource::FromAccount { value: AccountValue::VpcId });
        let here = binding("b2", Some("601000000001"), "VpcId", fixed("vpc-9"));
        let choice = BindingSource::Choice { values: vec!["a".into(), "b".into()] };
        let kept = ParameterBinding { source: choice, version: 2, ..everywhere.clone() };
        let mut tx = store.begin().await.unwrap();
        for rule in [&here, &everywhere] {
            tx.insert_parameter_binding(rule).await.unwrap();
        }
        tx.update_parameter_binding(&kept).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let stale = tx.update_parameter_binding(&kept).await;
        assert!(matches!(stale, Err(Error::Conflict { entity: "binding", .. })), "{stale:?}");
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        let twice = tx.insert_parameter_binding(&binding("b9", None, "VpcId", fixed("vpc-1"))).await;
        assert!(matches!(twice, Err(Error::Duplicate { what: "product, account and parameter" })), "{twice:?}");
        drop(tx);
        assert_eq!(store.parameter_bindings(&kept.product).await.unwrap(), [kept.clone(), here.clone()]);
        assert_eq!(store.all_parameter_bindings().await.unwrap(), [kept.clone(), here.clone()]);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.delete_parameter_binding(&kept.id).await.unwrap(), Some(kept.clone()));
        assert_eq!(tx.parameter_bindings(&kept.product).await.unwrap(), [here]);
        tx.commit().await.unwrap();
    }

    async fn settings_of_a_product_move_from_version_to_version(db) {
        let store = db.store;
        let product: ProductId = "prod-1".parse().unwrap();
        let nothing = store.product_settings(&product).await.unwrap();
        assert_eq!((nothing.typical_minutes, nothing.version), (None, 0));
        let said = ProductSettings { typical_minutes: Some(6), version: 1, ..nothing };
        let mut tx = store.begin().await.unwrap();
        tx.save_product_settings(&said).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.product_settings(&product).await.unwrap(), said);
        let mut tx = store.begin().await.unwrap();
        let stale = tx.save_product_settings(&said).await;
        assert!(matches!(stale, Err(Error::Conflict { entity: "product", .. })), "{stale:?}");
        drop(tx);
        let unsaid = ProductSettings { typical_minutes: None, version: 2, ..said };
        let mut tx = store.begin().await.unwrap();
        tx.save_product_settings(&unsaid).await.unwrap();
        tx.commit().await.unwrap();
        let others = [product.clone(), "prod-2".parse().unwrap()];
        assert_eq!(store.product_settings_of(&others).await.unwrap(), [(product, unsaid)].into());
    }

    async fn there_is_one_floor_for_a_stage_and_class(db) {
        let store = db.store;
        let floor = |id: &str, stage, data_class, rule: &str| ApprovalFloor {
            id: id.parse().unwrap(),
            stage,
            data_class,
            rule: rule.parse().unwrap(),
            version: 1,
        };
        let first = floor("f1", Some(Stage::Prod), None, "lead:2,data_owner");
        let mut tx = store.begin().await.unwrap();
        tx.insert_approval_floor(&first).await.unwrap();
        tx.insert_approval_floor(&floor("f2", None, Some(DataClass::Restricted), "admin")).await.unwrap();
        tx.insert_approval_floor(&floor("f3", None, None, "lead")).await.unwrap();
        assert_eq!(tx.approval_floor(Some(Stage::Prod), None).await.unwrap(), Some(first.clone()));
        assert_eq!(tx.approval_floor(Some(Stage::Dev), None).await.unwrap(), None);
        let next = ApprovalFloor { rule: "admin:2".parse().unwrap(), version: 2, ..first.clone() };
        tx.update_approval_floor(&next).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let stale = tx.update_approval_floor(&next).await;
        assert!(matches!(stale, Err(Error::Conflict { entity: "rule of approval", .. })), "{stale:?}");
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        let twice = tx.insert_approval_floor(&floor("f9", Some(Stage::Prod), None, "lead")).await;
        assert!(matches!(twice, Err(Error::Duplicate { what: "stage and data class" })), "{twice:?}");
        drop(tx);
        let ids: Vec<_> = store.approval_floors().await.unwrap().into_iter().map(|f| f.id.to_string()).collect();
        assert_eq!(ids, ["f3", "f2", "f1"]);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.delete_approval_floor(&next.id).await.unwrap(), Some(next.clone()));
        assert_eq!(tx.delete_approval_floor(&next.id).await.unwrap(), None);
        tx.commit().await.unwrap();
    }

    async fn a_group_decides_the_same_steps_of_a_place_once(db) {
        let store = db.store;
        with_projects(&store, &["a"]).await;
        let everywhere = ApproverAssignment {
            id: "p1".parse().unwrap(),
            group: "stewards".into(),
            who: Approver::DataOwner,
            project: None,
            product: None,
            stage: None,
        };
        let here = ApproverAssignment {
            id: "p2".parse().unwrap(),
            project: Some(project_id("a")),
            product: Some("prod-1".parse().unwrap()),
            stage: Some(Stage::Prod),
            ..everywhere.clone()
        };
        let mut tx = store.begin().await.unwrap();
        tx.insert_approver(&everywhere).await.unwrap();
        tx.insert_approver(&here).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.approvers().await.unwrap(), [everywhere.clone(), here.clone()]);
        for one in [&everywhere, &here] {
            let mut tx = store.begin().await.unwrap();
            let twice = tx.insert_approver(&ApproverAssignment { id: "p9".parse().unwrap(), ..one.clone() }).await;
            assert!(matches!(twice, Err(Error::Duplicate { what: "group, step and place" })), "{twice:?}");
        }
        let mut tx = store.begin().await.unwrap();
        let elsewhere = ApproverAssignment { id: "p9".parse().unwrap(), project: Some(project_id("none")), ..here.clone() };
        assert!(matches!(tx.insert_approver(&elsewhere).await, Err(Error::Reference { .. })));
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.delete_approver(&here.id).await.unwrap(), Some(here.clone()));
        assert_eq!(tx.delete_approver(&here.id).await.unwrap(), None);
        tx.commit().await.unwrap();
    }
}
