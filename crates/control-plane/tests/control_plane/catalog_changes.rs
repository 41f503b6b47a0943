//! Products and versions are made of templates, and versions changed: once, and through every crash and failed call.

use crate::catalog_drift::{drifted, read};
use crate::common::TestState;
use control_plane::{CrashPoint, Error};
use domain::catalog::ConstraintRule;
use domain::curation::AppliedCatalogChange;
use domain::id::{CatalogChangeId, ProductId, ProvisioningArtifactId, TemplateId};
use domain::organization::ChangeState;
use domain::view::{AddProductInput, AddVersionInput, SetVersionInput, TemplateInput};
use sim::FaultKind;

const BUCKET: &str = "\
Description: A bucket for a team
Parameters:
  Owner: {Type: String}
  Project: {Type: String}
  Stage: {Type: String}
  CostCenter: {Type: String}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      KmsMasterKeyId: alias/aws/sns
      Tags:
        - {Key: studiouserid, Value: !Ref Owner}
        - {Key: project, Value: !Ref Project}
        - {Key: stage, Value: !Ref Stage}
        - {Key: cost-center, Value: !Ref CostCenter}
";

/// A template in which nothing is to be mended, as the one of that number.
async fn template(state: &TestState, number: u8) -> TemplateId {
    let text = BUCKET.replace("A bucket for a team", &format!("A topic for a team, {number}"));
    let input = TemplateInput { template: text, ..TemplateInput::default() };
    let id = state.plane.check_template(&state.as_("admin").await, input).await.unwrap();
    let found = state.plane.template(&state.as_("admin").await, &id, "").await.unwrap().findings;
    assert_eq!(found, Vec::new());
    id
}

async fn product(state: &TestState, name: &str) -> AddProductInput {
    let portfolio = state.store.portfolios().await.unwrap().remove(0);
    AddProductInput {
        template: template(state, 1).await.to_string(),
        portfolio: portfolio.id.to_string(),
        product_name: name.into(),
        product_owner: "Platform".into(),
        version_name: "1.0".into(),
        ..AddProductInput::default()
    }
}

pub(crate) async fn stored(state: &TestState, id: &CatalogChangeId) -> AppliedCatalogChange {
    state.store.catalog_change(id).await.unwrap().unwrap()
}

/// Lets the workers finish it, and gives what became of it.
pub(crate) async fn applied(state: &TestState, id: &CatalogChangeId) -> AppliedCatalogChange {
    state.settle().await;
    let it = stored(state, id).await;
    assert_eq!(it.state, ChangeState::Applied, "{:?}", it.problem);
    it
}

/// Asks for it and lets the workers finish.
pub(crate) async fn added(state: &TestState, name: &str) -> AppliedCatalogChange {
    let input = product(state, name).await;
    let id = state.plane.add_product(&state.as_("admin").await, input).await.unwrap();
    state.settle().await;
    stored(state, &id).await
}

/// The product and the version that were made.
pub(crate) fn made(it: &AppliedCatalogChange) -> (ProductId, ProvisioningArtifactId) {
    (it.made.product.clone().unwrap(), it.made.artifact.clone().unwrap())
}

fn products_at_aws(state: &TestState, name: &str) -> usize {
    let count = |world: &mut sim::World| world.service_catalog.products.values().filter(|it| it.name == name).count();
    state.running.aws.with_world(count).unwrap()
}

pub(crate) fn wrong<T: std::fmt::Debug>(answer: control_plane::Result<T>) -> Vec<String> {
    match answer {
        Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn v8_2_1_a_product_is_made_of_a_template_once_and_mirrored_at_once(url) {
        let state = TestState::start(&url).await;
        let input = product(&state, "Topics").await;
        for who in ["fraud-scientist", "fraud-lead", "auditor", "newcomer"] {
            let refused = state.plane.add_product(&state.as_(who).await, input.clone()).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        let admin = state.as_("admin").await;
        let id = state.plane.add_product(&admin, input.clone()).await.unwrap();
        // A second click is the first one; somebody else waits.
        assert_eq!(state.plane.add_product(&admin, input.clone()).await.unwrap(), id);
        let other = AddProductInput { product_owner: "Others".into(), ..input.clone() };
        assert!(matches!(state.plane.add_product(&admin, other).await, Err(Error::Conflict(_))));
        assert_eq!(products_at_aws(&state, "Topics"), 0, "pages do not wait for AWS");
        state.settle().await;
        let it = stored(&state, &id).await;
        assert_eq!((it.state, it.problem.clone()), (ChangeState::Applied, None));
        assert_eq!(products_at_aws(&state, "Topics"), 1);
        let (product, artifact) = made(&it);
        let mirrored = state.store.product(&product).await.unwrap().unwrap();
        assert_eq!((mirrored.name.as_str(), mirrored.owner.as_str()), ("Topics", "Platform"));
        assert_eq!(mirrored.portfolios.len(), 1);
        let launch = ConstraintRule::Launch { role: "StudiogateLaunchRole".into() };
        assert_eq!(mirrored.constraints.iter().map(|it| &it.rule).collect::<Vec<_>>(), [&launch]);
        let version = mirrored.artifact(&artifact).unwrap();
        assert_eq!((version.name.as_str(), version.parameters.len()), ("1.0", 4));
        // The page of the change leads on, and nothing takes back what others may use by now.
        let page = state.plane.catalog_change(&state.as_("auditor").await, &id).await.unwrap();
        assert!(page.product == Some(product) && page.undo.is_none() && !page.can_retry);
        assert!(page.no_way_back.unwrap().contains("may be in use"));
        let steps = page.operation.unwrap().steps;
        assert!(steps.len() == 3 && steps.iter().all(|step| step.finished_at.is_some()), "{steps:?}");
        assert_eq!(state.told(&id, "manage_catalog", "change").await, ["add_product"]);
        assert_eq!(wrong(state.plane.add_product(&admin, input).await), ["product_name"], "the name is taken");
        state.assert_sound().await;
    }

    async fn what_cannot_be_made_is_said_at_its_field_before_anything_is_sent(url) {
        let mut state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let input = product(&state, "Topics").await;
        let empty = AddProductInput {
            product_name: " ".into(),
            product_owner: "x".repeat(101),
            support: "nobody".into(),
            version_name: String::new(),
            version_note: "x".repeat(1_001),
            ..input.clone()
        };
        let fields = wrong(state.plane.add_product(&admin, empty).await);
        assert_eq!(fields, ["product_name", "product_owner", "support", "version_name", "version_note"]);
        let nowhere = AddProductInput { portfolio: "port-nowhere".into(), ..input.clone() };
        assert_eq!(wrong(state.plane.add_product(&admin, nowhere).await), ["portfolio"]);
        let open = TemplateInput { template: "Resources: {A: {Type: AWS::S3::Bucket}}".into(), ..TemplateInput::default() };
        let open = state.plane.check_template(&admin, open).await.unwrap();
        let unmended = AddProductInput { template: open.to_string(), ..input.clone() };
        assert_eq!(wrong(state.plane.add_product(&admin, unmended).await), ["template"]);
        let gone = AddProductInput { template: "0".repeat(64), ..input.clone() };
        assert_eq!(wrong(state.plane.add_product(&admin, gone).await), ["template"]);
        state.restart_with(|settings| settings.templates_bucket = None).await;
        let nowhere_to_load = state.plane.add_product(&admin, input).await;
        assert!(matches!(nowhere_to_load, Err(Error::Conflict(_))), "{nowhere_to_load:?}");
        assert_eq!(state.store.count_unfinished_operations().await.unwrap(), 0);
    }

    async fn a_version_is_added_deprecated_and_offered_again(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (product, artifact) = made(&added(&state, "Topics").await);
        let input = AddVersionInput {
            template: template(&state, 2).await.to_string(),
            product: product.to_string(),
            version_name: "1.0".into(),
            version_note: "Another description".into(),
            unlike: String::new(),
        };
        assert_eq!(wrong(state.plane.add_version(&admin, input.clone()).await), ["version_name"]);
        let input = AddVersionInput { version_name: "2.0".into(), ..input };
        let id = state.plane.add_version(&admin, input).await.unwrap();
        state.settle().await;
        let second = stored(&state, &id).await;
        assert_eq!(second.state, ChangeState::Applied, "{:?}", second.problem);
        let versions = |page: domain::view::AdminProductPage| {
            page.versions.into_iter().map(|it| (it.name, it.active, it.deprecated, it.preferred)).collect::<Vec<_>>()
        };
        let shown = state.plane.admin_product(&admin, &product, None, "").await.unwrap();
        let (new, old) = (("2.0".to_owned(), true, false, true), ("1.0".to_owned(), true, false, false));
        assert_eq!(versions(shown), [new.clone(), old.clone()]);
        let set = |active: &str, guidance: &str| SetVersionInput {
            product: product.to_string(),
            artifact: artifact.to_string(),
            active: active.into(),
            guidance: guidance.into(),
        };
        assert_eq!(wrong(state.plane.set_version(&admin, set("yes", "default")).await), ["artifact"], "it is so already");
        for who in ["fraud-lead", "auditor"] {
            let refused = state.plane.set_version(&state.as_(who).await, set("yes", "deprecated")).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        let id = state.plane.set_version(&admin, set("yes", "deprecated")).await.unwrap();
        state.settle().await;
        let shown = state.plane.admin_product(&admin, &product, None, "").await.unwrap();
        assert_eq!(versions(shown), [new.clone(), ("1.0".to_owned(), true, true, false)]);
        // Taken back.
        let page = state.plane.catalog_change(&admin, &id).await.unwrap();
        assert!(page.undo.is_some() && page.no_way_back.is_none() && page.taken_back_by.is_none());
        assert_eq!(page.was, page.undo, "as it was before");
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        state.settle().await;
        let page = state.plane.catalog_change(&admin, &id).await.unwrap();
        assert!(page.undo.is_none() && page.no_way_back.is_none(), "{:?}", page.no_way_back);
        assert_eq!(page.taken_back_by, Some(back.clone()));
        assert_eq!(state.plane.catalog_change(&admin, &back).await.unwrap().takes_back, Some(id.clone()));
        let marks: Vec<_> = state.plane.catalog_changes(&admin, "").await.unwrap().rows.items.into_iter()
            .map(|it| (it.takes_back, it.taken_back)).collect();
        assert_eq!(marks, [(true, false), (false, true), (false, false), (false, false)]);
        let shown = state.plane.admin_product(&admin, &product, None, "").await.unwrap();
        assert_eq!(versions(shown), [new, old]);
        // What takes back a new version leaves it to those who have it.
        state.plane.undo_catalog_change(&admin, &second.id).await.unwrap();
        state.settle().await;
        let shown = state.plane.admin_product(&admin, &product, None, "").await.unwrap();
        assert!(versions(shown).contains(&("2.0".to_owned(), false, false, false)));
        assert_eq!(state.plane.catalog_changes(&admin, "").await.unwrap().rows.items.len(), 5);
        state.assert_sound().await;
    }

    async fn a_template_that_has_nothing_of_a_product_becomes_a_version_only_where_that_is_meant(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (product, _) = made(&added(&state, "Topics").await);
        let other = "\
Parameters:
  Who: {Type: String}
Resources:
  Nothing:
    Type: AWS::CloudFormation::WaitConditionHandle
";
        let given = TemplateInput { template: other.into(), ..TemplateInput::default() };
        let template = state.plane.check_template(&admin, given).await.unwrap();
        assert_eq!(state.plane.template(&admin, &template, "").await.unwrap().findings, Vec::new());
        let input = AddVersionInput {
            template: template.to_string(),
            product: product.to_string(),
            version_name: "2.0".into(),
            ..AddVersionInput::default()
        };
        assert_eq!(wrong(state.plane.add_version(&admin, input.clone()).await), ["unlike"]);
        let meant = AddVersionInput { unlike: "yes".into(), ..input };
        let id = state.plane.add_version(&admin, meant).await.unwrap();
        applied(&state, &id).await;
        // What it asks people for, and nothing else did, is told.
        assert_eq!(state.plane.catalog_change(&admin, &id).await.unwrap().asks, ["Who"]);
    }

    async fn what_was_changed_in_the_console_meanwhile_is_looked_at_first(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (product, artifact) = made(&added(&state, "Topics").await);
        let gone = SetVersionInput {
            product: product.to_string(),
            artifact: artifact.to_string(),
            active: "no".into(),
            guidance: "default".into(),
        };
        let id = state.plane.set_version(&admin, gone).await.unwrap();
        let remove = |world: &mut sim::World| {
            world.service_catalog.products.get_mut(product.as_str()).unwrap().artifacts.clear();
        };
        state.running.aws.with_world(remove).unwrap();
        state.settle().await;
        let it = stored(&state, &id).await;
        assert_eq!(it.state, ChangeState::Failed);
        assert!(it.problem.unwrap().what.contains("Nothing was changed"));
    }

    async fn what_was_refused_before_it_was_sent_is_looked_at_again(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (product, _) = made(&added(&state, "Topics").await);
        let input = AddVersionInput {
            template: template(&state, 2).await.to_string(),
            product: product.to_string(),
            version_name: "2.0".into(),
            ..AddVersionInput::default()
        };
        let id = state.plane.add_version(&admin, input).await.unwrap();
        // Somebody makes one of that name in the console.
        let rename = |world: &mut sim::World| {
            world.service_catalog.products.get_mut(product.as_str()).unwrap().artifacts[0].name = "2.0".into();
        };
        state.running.aws.with_world(rename).unwrap();
        state.settle().await;
        for _ in 0..2 {
            let it = stored(&state, &id).await;
            assert_eq!(it.state, ChangeState::Failed);
            assert!(it.problem.unwrap().what.contains("Nothing was changed"));
            state.plane.retry_catalog_change(&admin, &id).await.unwrap();
            state.settle().await;
        }
        let versions = |world: &mut sim::World| world.service_catalog.products[product.as_str()].artifacts.len();
        assert_eq!(state.running.aws.with_world(versions).unwrap(), 1);
    }

    async fn a_product_is_made_once_through_every_crash(url) {
        let mut state = TestState::start(&url).await;
        let mut number = 0;
        for point in [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave] {
            for step in ["check", "change", "read_back"] {
                number += 1;
                let name = format!("Topics {number}");
                let input = product(&state, &name).await;
                state.everybody_signs_in().await;
                state.crash.arm(point, step);
                let id = state.plane.add_product(&state.as_("admin").await, input).await.unwrap();
                state.settle().await;
                assert!(!state.crash.is_armed(), "{point:?} {step}");
                state.restart().await;
                state.settle().await;
                let it = stored(&state, &id).await;
                assert_eq!(it.state, ChangeState::Applied, "{point:?} {step}: {:?}", it.problem);
                assert_eq!(products_at_aws(&state, &name), 1, "{point:?} {step}");
            }
        }
    }

    async fn what_aws_refuses_is_told_and_can_be_tried_again(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "no".into() };
        state.running.aws.faults().next("servicecatalog:CreateProduct", denied, 1);
        let it = added(&state, "Topics").await;
        assert_eq!(it.state, ChangeState::Failed);
        assert!(it.problem.clone().unwrap().why.contains("AccessDenied"), "{:?}", it.problem);
        let page = state.plane.catalog_change(&admin, &it.id).await.unwrap();
        assert!(page.can_retry);
        state.plane.retry_catalog_change(&admin, &it.id).await.unwrap();
        state.plane.retry_catalog_change(&admin, &it.id).await.unwrap();
        state.settle().await;
        assert_eq!(stored(&state, &it.id).await.state, ChangeState::Applied);
        assert_eq!(products_at_aws(&state, "Topics"), 1);
        state.assert_sound().await;
    }

    async fn what_is_half_made_is_finished_by_another_try(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        for (number, call) in ["AssociateProductWithPortfolio", "CreateConstraint"].into_iter().enumerate() {
            let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "no".into() };
            state.running.aws.faults().next(&format!("servicecatalog:{call}"), denied, 1);
            let name = format!("Half {number}");
            let it = added(&state, &name).await;
            assert_eq!((it.state, it.made.product.is_some()), (ChangeState::Failed, true), "{call}");
            // The mirror has what is there of it by now.
            state.plane.refresh_catalog(&admin).await.unwrap();
            state.settle().await;
            state.plane.retry_catalog_change(&admin, &it.id).await.unwrap();
            state.settle().await;
            let it = stored(&state, &it.id).await;
            assert_eq!(it.state, ChangeState::Applied, "{call}: {:?}", it.problem);
            assert_eq!(products_at_aws(&state, &name), 1);
            let product = state.store.product(&made(&it).0).await.unwrap().unwrap();
            assert_eq!((product.portfolios.len(), product.constraints.len()), (1, 1), "{call}");
        }
    }

    async fn what_is_still_being_made_is_no_drift_and_is_not_taken_away(url) {
        let mut state = TestState::start(&url).await;
        state.everybody_signs_in().await;
        let input = product(&state, "Topics").await;
        state.crash.arm(CrashPoint::AfterAct, "change");
        let id = state.plane.add_product(&state.as_("admin").await, input).await.unwrap();
        for _ in 0..500 {
            if state.crash.is_armed() {
                state.run(1).await;
            }
        }
        state.restart().await;
        read(&state).await;
        assert_eq!(stored(&state, &id).await.state, ChangeState::Applying);
        let half = state.store.products().await.unwrap().into_iter().find(|it| it.name == "Topics").unwrap();
        assert_eq!(drifted(&state).await, Vec::new());
        let admin = state.as_("admin").await;
        assert!(state.plane.delete_product(&admin, &half.id).await.is_err());
        let copy = async || state.plane.copy_product(&admin, half.id.as_str(), "A copy").await;
        let refused = copy().await;
        assert!(matches!(&refused, Err(Error::Conflict(said)) if said.what.contains("being applied")), "{refused:?}");
        state.settle().await;
        let made = stored(&state, &id).await;
        assert_eq!((made.state, &made.problem), (ChangeState::Applied, &None));
        read(&state).await;
        assert_eq!(drifted(&state).await, Vec::new());
        applied(&state, &copy().await.unwrap()).await;
        state.assert_sound().await;
    }

    async fn a_product_that_is_not_known_everywhere_yet_is_waited_for(url) {
        let state = TestState::start(&url).await;
        let unseen =
            FaultKind::Error { code: "ResourceNotFoundException".into(), status: 400, message: "not yet".into() };
        state.running.aws.faults().next("servicecatalog:CreateConstraint", unseen, 2);
        let it = added(&state, "Topics").await;
        assert_eq!(it.state, ChangeState::Applied, "{:?}", it.problem);
    }
}
