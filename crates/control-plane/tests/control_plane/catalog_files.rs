//! The catalog as files: exported, and brought into an organization that has none.

use crate::catalog_changes::{applied, wrong};
use crate::common::{PRODUCT, TestState};
use control_plane::{Caller, CatalogFiles, CrashPoint, Error};
use domain::binding::BindingSource;
use domain::curation::CatalogChange;
use domain::described::{DescribedCatalog, DescribedPortfolio, DescribedShare, Plan, PortalSays, PortalStep};
use domain::id::Region;
use domain::project::Stage;
use domain::view::{CatalogFilesInput, LONGEST_CATALOG, TemplateInput};

fn region() -> Region {
    sim::seed::REGION.parse().unwrap()
}

async fn planned(state: &TestState, admin: &Caller, files: &CatalogFiles, delete: bool) -> Plan {
    let plan = state.plane.plan_catalog(admin, &region(), files, delete).await.unwrap();
    assert_eq!(plan.mistakes, Vec::new());
    plan
}

/// Makes what is planned, as `studiogate catalog apply` does; answers how many changes that were.
async fn bring(state: &mut TestState, admin: &Caller, files: &CatalogFiles, delete: bool, dies: bool) -> usize {
    for made in 0..200 {
        let plan = planned(state, admin, files, delete).await;
        let Some(next) = plan.changes.iter().find(|it| it.ready).cloned() else {
            assert!(plan.changes.is_empty(), "{:?}", plan.changes);
            for step in &plan.portal {
                state.plane.tell_portal(admin, step).await.unwrap();
            }
            assert_eq!(planned(state, admin, files, delete).await.portal, Vec::new());
            return made;
        };
        let id = state.plane.begin_planned_change(admin, &region(), files, next.change.clone()).await.unwrap();
        if dies {
            state.crash.arm(CrashPoint::AfterAct, "change");
            state.settle().await;
            state.restart().await;
        }
        applied(state, &id).await;
    }
    panic!("it does not end");
}

/// Takes everything out of Service Catalog, as it is in a new organization.
async fn empty(state: &TestState) {
    let clear = |world: &mut sim::World| {
        let catalog = &mut world.service_catalog;
        catalog.portfolios.clear();
        catalog.products.clear();
        catalog.constraints.clear();
        catalog.tag_options.clear();
    };
    state.running.aws.with_world(clear).unwrap();
    assert!(state.plane.mirror_now().await.unwrap());
}

on_both! {
    async fn v8_2_1_a_catalog_goes_into_an_empty_organization_and_comes_out_the_same(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (files, left_out) = state.plane.export_catalog(&admin, &region()).await.unwrap();
        assert_eq!(left_out, Vec::<String>::new());
        assert!(files.catalog.portfolios.len() == 2 && files.catalog.products.len() >= 4 && files.templates.len() >= 8);
        assert_eq!(planned(&state, &admin, &files, true).await, Plan::default(), "it is as it is");
        for who in ["fraud-scientist", "fraud-lead", "newcomer"] {
            let caller = state.as_(who).await;
            assert!(matches!(state.plane.export_catalog(&caller, &region()).await, Err(Error::Denied { .. })), "{who}");
            let refused = state.plane.plan_catalog(&caller, &region(), &files, false).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        empty(&state).await;
        let auditor = state.as_("auditor").await;
        let mut plan = planned(&state, &auditor, &files, false).await;
        let refused = state.plane.begin_planned_change(&auditor, &region(), &files, plan.changes.remove(0).change).await;
        assert!(matches!(refused, Err(Error::Denied { .. })), "an auditor reads the plan and makes nothing");
        let step = plan.portal.remove(0);
        assert!(matches!(state.plane.tell_portal(&auditor, &step).await, Err(Error::Denied { .. })));
        let early = state.plane.tell_portal(&admin, &step).await;
        assert!(step.id.is_none() && matches!(early, Err(Error::NotFound { .. })), "{early:?}");
        let mut state = state;
        assert!(bring(&mut state, &admin, &files, false, false).await > 30);
        let (again, left_out) = state.plane.export_catalog(&admin, &region()).await.unwrap();
        assert_eq!((again, left_out), (files, Vec::new()));
        assert!(state.plane.mirror_now().await.unwrap());
        let drifts = state.store.catalog_drifts().await.unwrap();
        assert!(drifts.iter().all(|(_, drift, _)| drift.things.is_empty()), "what files bring is no drift: {drifts:?}");
        state.assert_sound().await;
    }

    async fn v2_2_1_v8_2_1_what_a_file_would_change_is_looked_at_in_the_portal(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let as_it_is = state.plane.catalog_files(&admin, "", true, None).await.unwrap();
        assert!(as_it_is.left_out.is_empty() && as_it_is.plan.is_none() && as_it_is.form.values.is_empty());
        let look = async |text: &str, delete: &str| {
            let input = CatalogFilesInput { catalog: text.into(), delete: delete.into(), ..CatalogFilesInput::default() };
            let draft = state.plane.enter_catalog_files(&admin, input).await?;
            let page = state.plane.catalog_files(&admin, "", false, Some(draft.as_str())).await?;
            assert_eq!(page.text, text.replace("\r\n", "\n"));
            Ok::<_, Error>(page.plan.unwrap())
        };
        let nothing = look(&as_it_is.text.replace('\n', "\r\n"), "yes").await.unwrap();
        assert_eq!((nothing.changes, nothing.stays, nothing.mistakes), (Vec::new(), Vec::new(), Vec::new()));

        // A portfolio more, a product less, and a version of a template that has to be given first.
        let mut catalog = blueprints::catalog::read(&as_it_is.text).unwrap();
        catalog.portfolios.push(DescribedPortfolio {
            name: "New".into(),
            provider: "Platform".into(),
            ..DescribedPortfolio::default()
        });
        let gone = catalog.products.remove(0);
        let mut version = catalog.products[0].versions[0].clone();
        (version.name, version.template) = ("9.0".into(), "somewhere/nine.yaml".into());
        catalog.products[0].versions.push(version);
        let text = blueprints::catalog::write(&catalog).unwrap();
        let plan = look(&text, "").await.unwrap();
        assert!(plan.changes.is_empty() && plan.mistakes.len() == 1, "{:?}", plan.mistakes);
        let line = 1 + text[..text.find("\"somewhere/nine.yaml\"").unwrap()].matches('\n').count();
        assert!(plan.mistakes[0].starts_with(&format!("Line {line}: ")), "{:?}", plan.mistakes);
        assert!(plan.mistakes[0].ends_with("9.0: there is no file somewhere/nine.yaml."), "{:?}", plan.mistakes);
        let template = "Resources: {A: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: alias/aws/sns}}}".to_owned();
        let input = TemplateInput { template, file_name: "nine.yaml".into(), ..TemplateInput::default() };
        let given = state.plane.check_template(&admin, input).await.unwrap();
        let plan = look(&text, "").await.unwrap();
        let made = |it: &CatalogChange| it.template() == Some(&given) || matches!(it, CatalogChange::AddPortfolio { .. });
        assert!(plan.changes.len() == 2 && plan.changes.iter().all(|(it, ..)| made(it)), "{:?}", plan.changes);
        assert_eq!((plan.stays, plan.mistakes), (vec![format!("Product {}", gone.name)], Vec::new()));
        let plan = look(&text, "yes").await.unwrap();
        assert!(plan.stays.is_empty() && plan.changes.iter().any(|(it, ..)| matches!(it, CatalogChange::DeleteProduct { .. })));
        assert_eq!(state.store.catalog_changes(&store::PageRequest::newest(9)).await.unwrap().items, []);

        for (text, said) in [
            ("", "Paste a catalog"),
            ("[[portfolio]]\nname = \"One\"\nprovder = \"Platform\"\n", "Line 3, column 1: "),
            ("x = \"\u{0}\"", "Line 1, column "),
            (&format!("# {}", "x".repeat(LONGEST_CATALOG)), "500002 bytes"),
        ] {
            let input = CatalogFilesInput { catalog: text.into(), ..CatalogFilesInput::default() };
            let Err(Error::Invalid(wrong)) = state.plane.enter_catalog_files(&admin, input).await else { panic!("{said}") };
            assert!(wrong[0].field == "catalog" && wrong[0].message.contains(said), "{wrong:?}");
        }
        let input = CatalogFilesInput { region: "mars-1".into(), catalog: text.clone(), delete: String::new() };
        let Err(Error::Invalid(wrong)) = state.plane.enter_catalog_files(&admin, input).await else { panic!() };
        assert_eq!(wrong[0].field, "region");
        let input = || CatalogFilesInput { catalog: text.clone(), ..CatalogFilesInput::default() };
        let auditor = state.as_("auditor").await;
        assert_eq!(state.plane.catalog_files(&auditor, "", true, None).await.unwrap().text, as_it_is.text);
        let refused = state.plane.enter_catalog_files(&auditor, input()).await;
        assert!(matches!(refused, Err(Error::Denied { .. })), "{refused:?}");
    }

    async fn what_environments_have_stays_with_its_portfolio_and_so_do_notes(url) {
        let mut state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let environment = state.available("kept").await;
        let before = state.store.product(&environment.product).await.unwrap().unwrap();
        let mut kept = state.store.portfolios().await.unwrap();
        kept.retain(|it| before.portfolios.contains(&it.id));
        assert!(kept.len() == 1 && !kept[0].shares.is_empty(), "{kept:?}");
        let (mut files, _) = state.plane.export_catalog(&admin, &region()).await.unwrap();
        files.catalog.products[0].versions[0].note = "Another note".into();
        let plan = planned(&state, &admin, &files, true).await;
        assert!(plan.changes.is_empty(), "{:?}", plan.changes);
        assert!(plan.stays.len() == 1 && plan.stays[0].starts_with("The note of version"), "{:?}", plan.stays);

        let nothing = CatalogFiles::default();
        let has = format!("Product {}: environments have it", before.name);
        assert!(planned(&state, &admin, &nothing, true).await.stays.contains(&has));
        bring(&mut state, &admin, &nothing, true, false).await;
        let left = state.store.products().await.unwrap();
        assert_eq!(left.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), [before.name.as_str()]);
        assert_eq!(left[0], before, "nothing of it was taken away");
        assert_eq!(state.store.portfolios().await.unwrap(), kept);
        state.assert_sound().await;
    }

    async fn what_is_brought_survives_the_death_of_whoever_brings_it(url) {
        let mut state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (mut files, _) = state.plane.export_catalog(&admin, &region()).await.unwrap();
        let unit = state.plane.portfolio(&admin, &state.store.portfolios().await.unwrap()[0].id, "", "").await.unwrap();
        let with = unit.access.units[0].0.to_string();
        let product = files.catalog.products[0].name.clone();
        files.catalog.portfolios.push(DescribedPortfolio {
            name: "New".into(),
            provider: "Platform".into(),
            principals: vec!["arn:aws:iam:::role/StudiogateProvisioner".into()],
            shares: vec![DescribedShare { with, tag_options: false, principals: true }],
            ..DescribedPortfolio::default()
        });
        let place = domain::described::DescribedPlace { portfolio: "New".into(), constraints: Vec::new() };
        files.catalog.products[0].places.push(place);
        assert_eq!(bring(&mut state, &admin, &files, false, true).await, 4);
        let there = state.store.portfolios().await.unwrap().into_iter().filter(|it| it.name == "New").count();
        assert_eq!(there, 1);
        // And away again, with everything that hangs on it.
        files.catalog.portfolios.retain(|it| it.name != "New");
        files.catalog.products[0].places.retain(|it| it.portfolio != "New");
        assert_eq!(planned(&state, &admin, &files, false).await.stays, ["Portfolio New"]);
        bring(&mut state, &admin, &files, true, false).await;
        assert!(state.store.portfolios().await.unwrap().iter().all(|it| it.name != "New"), "{product}");
        state.assert_sound().await;
    }

    async fn v2_3_3_what_the_portal_holds_of_a_product_is_told_by_files_as_by_its_forms(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (mut files, _) = state.plane.export_catalog(&admin, &region()).await.unwrap();
        let product = files.catalog.products.iter_mut().find(|it| it.name == PRODUCT).unwrap();
        let id = state.product(PRODUCT).await;
        let portal = product.portal.as_mut().unwrap();
        let access = portal.access.iter_mut().find(|it| it.project.as_str() == "fraud-detection" && it.stage == Stage::Dev);
        let access = access.unwrap();
        (access.max_lease_days, access.instances) = (7, "ml.t3".parse().unwrap());
        portal.access.retain(|it| it.project.as_str() != "churn-prediction");
        // Nothing to choose from: no form takes that, and no plan.
        let mut binding = portal.bindings[0].clone();
        binding.source = BindingSource::Choice { values: Vec::new() };
        let source = std::mem::replace(&mut portal.bindings[0].source, binding.source.clone());
        let refused = state.plane.plan_catalog(&admin, &region(), &files, false).await.unwrap();
        let said = format!("{PRODUCT}: {}: A choice needs at least one value.", binding.parameter);
        assert!(refused.portal.is_empty() && refused.mistakes.len() == 1, "{:?}", refused.mistakes);
        assert_eq!(refused.mistakes[0].message, said);
        let place: Vec<&str> = refused.mistakes[0].at.iter().map(|(name, _)| *name).collect();
        assert_eq!(place, ["product", "portal", "binding"]);
        let unfit = PortalStep {
            product: PRODUCT.into(),
            id: Some(id.clone()),
            says: PortalSays::SetBinding { binding, version: 1 },
            sets: Vec::new(),
        };
        let refused = state.plane.tell_portal(&admin, &unfit).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        let product = files.catalog.products.iter_mut().find(|it| it.name == PRODUCT).unwrap();
        product.portal.as_mut().unwrap().bindings[0].source = source;
        let (plan, lead) = (planned(&state, &admin, &files, false).await, state.as_("fraud-lead").await);
        assert!(plan.changes.is_empty() && plan.portal.len() > 1, "{:?}", plan.portal);
        let terms = plan.portal.iter().find(|it| matches!(it.says, PortalSays::SetAccess { .. })).unwrap();
        let said: Vec<String> = terms.sets.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["instances: ml.t3, was nothing", "max lease days: 7, was 90"]);
        assert!(matches!(state.plane.tell_portal(&lead, &plan.portal[0]).await, Err(Error::Denied { .. })));
        for step in &plan.portal {
            state.plane.tell_portal(&admin, step).await.unwrap();
            let again = state.plane.tell_portal(&admin, step).await;
            assert!(again.is_ok(), "the same once more is what is there: {again:?}");
        }
        let there = state.store.product_access_of_product(&id).await.unwrap();
        assert!(there.iter().all(|it| it.project.as_str() == "fraud-detection"));
        let dev = there.iter().find(|it| it.stage == Stage::Dev).unwrap();
        assert_eq!((dev.max_lease_days, dev.instances.to_string().as_str()), (7, "ml.t3"));
        assert_eq!(planned(&state, &admin, &files, false).await.portal, Vec::new());
        // Overtaken by somebody: refused, and planned anew.
        let (mut earlier, mut later) = (files.clone(), files.clone());
        for (files, days) in [(&mut earlier, 8), (&mut later, 9)] {
            let product = files.catalog.products.iter_mut().find(|it| it.name == PRODUCT).unwrap();
            let dev = product.portal.as_mut().unwrap().access.iter_mut().find(|it| it.stage == Stage::Dev).unwrap();
            dev.max_lease_days = days;
        }
        let of_access = |plan: Plan| {
            plan.portal.into_iter().find(|it| matches!(it.says, PortalSays::SetAccess { .. })).unwrap()
        };
        let first = of_access(planned(&state, &admin, &earlier, false).await);
        let second = of_access(planned(&state, &admin, &later, false).await);
        state.plane.tell_portal(&admin, &first).await.unwrap();
        let stale = state.plane.tell_portal(&admin, &second).await;
        assert!(matches!(stale, Err(Error::Stale { .. })), "{stale:?}");
        state.assert_sound().await;
    }

    async fn what_cannot_be_made_says_so_and_changes_nothing(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (files, _) = state.plane.export_catalog(&admin, &region()).await.unwrap();
        // Another template under the name of a version that is there.
        let mut other = files.clone();
        for text in other.templates.values_mut() {
            text.push_str("# more");
        }
        let plan = state.plane.plan_catalog(&admin, &region(), &other, false).await.unwrap();
        assert!(plan.changes.is_empty() && plan.mistakes.iter().all(|it| it.message.contains("a version keeps its template")));
        // A template in which something is to be mended.
        let mut bad = CatalogFiles {
            catalog: DescribedCatalog { products: vec![files.catalog.products[0].clone()], ..DescribedCatalog::default() },
            ..files.clone()
        };
        bad.catalog.products[0].name = "Open".into();
        bad.catalog.products[0].places.clear();
        bad.catalog.products[0].tag_options.clear();
        bad.catalog.products[0].versions.truncate(1);
        let path = bad.catalog.products[0].versions[0].template.clone();
        bad.templates.insert(path, "Resources: {}".into());
        let change = planned(&state, &admin, &bad, false).await.changes.remove(0).change;
        assert_eq!(wrong(state.plane.begin_planned_change(&admin, &region(), &bad, change).await), ["template"]);
        assert_eq!(planned(&state, &admin, &files, true).await.changes, Vec::new());
    }

    async fn whoever_acts_from_the_command_line_is_one_person(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let email = admin.actor.email.clone().unwrap();
        let caller = state.plane.caller_by_email(&format!(" {email} ")).await.unwrap();
        assert!(caller.actor == admin.actor && caller.request_id.starts_with("command-"));
        for unknown in ["", "nobody@example.com"] {
            assert!(matches!(state.plane.caller_by_email(unknown).await, Err(Error::Conflict(_))), "{unknown}");
        }
    }
}
