//! What the page says of a catalog as a file.

use app::pages;
use domain::changed_member::ChangedMember;
use domain::curation::{CatalogChange, Named};
use domain::described::{PortalSays, PortalStep};
use domain::problem::FieldError;
use domain::project::Stage;
use domain::view::*;

use crate::page;
use crate::samples::{everything, id};

fn files(allowed: Allowed, plan: Option<CatalogPlanView>) -> CatalogFilesPage {
    CatalogFilesPage {
        regions: vec!["eu-west-1".parse().unwrap()],
        region: "eu-west-1".parse().unwrap(),
        text: "[[portfolio]]\nname = \"Environments </textarea>\"\n".into(),
        left_out: Vec::new(),
        plan,
        mirrors: Vec::new(),
        allowed,
        form: FormState::default(),
    }
}

fn plan() -> CatalogPlanView {
    let named = Named { portfolio: "Others".into(), ..Named::default() };
    let delete = CatalogChange::DeletePortfolio { portfolio: id("port-1") };
    let member = |member: &str, is: &str, was: &str| ChangedMember {
        member: member.into(),
        is: is.into(),
        was: Some(was.into()),
    };
    let step = |says| PortalStep { product: "Studio".into(), id: None, says, sets: Vec::new() };
    let (project, stage, account) = (id("fraud-detection"), Stage::Dev, Some("601000000001".parse().unwrap()));
    let portal = vec![
        step(PortalSays::RemoveAccess { id: id("access-1"), project, stage }),
        step(PortalSays::RemoveBinding { id: id("binding-1"), parameter: "VpcId".into(), account }),
        PortalStep {
            sets: vec![member("approval", "none", "lead")],
            ..step(PortalSays::SetTypicalMinutes { minutes: Some(1), version: 0 })
        },
    ];
    let sets = vec![member("provider name", "<b>Other", "")];
    let (changes, stays) = (vec![(delete, named, sets)], vec!["Product Studio".into()]);
    CatalogPlanView { changes, portal, stays, notices: Vec::new(), mistakes: Vec::new() }
}

#[test]
fn what_a_file_would_change_is_told_and_nothing_is_offered_that_changes_it() {
    let text = page("admin-catalog-files", || pages::admin_catalog_files::page(files(everything(), Some(plan()))));
    for said in [
        "What it would change",
        "4 changes",
        ", one after the other",
        "Let fraud-detection use Studio in dev no more",
        "Bind VpcId of Studio in 601000000001 no more",
        "Expect Studio within 1 minute",
        "Delete portfolio Others",
        "Other, was nothing",
        "approval: none, was lead",
        "One thing stays as it is",
        "studiogate catalog apply",
        "Environments &lt;/textarea>",
        "action=\"/api/plan_catalog\"",
    ] {
        assert!(text.contains(said), "{said}");
    }
    assert!(!text.contains("/api/apply") && !text.contains("<b>Other"));
}

#[test]
fn what_cannot_be_meant_is_told_and_so_is_that_there_is_nothing() {
    let mistakes = CatalogPlanView { mistakes: vec!["The product Studio is described twice.".into()], ..plan() };
    let text =
        page("admin-catalog-files-mistakes", || pages::admin_catalog_files::page(files(everything(), Some(mistakes))));
    assert!(text.contains("The product Studio is described twice.") && text.contains("href=\"/admin/templates\""));
    assert!(!text.contains("Delete portfolio Others"));
    let nothing = || CatalogPlanView { changes: Vec::new(), portal: Vec::new(), ..plan() };
    let none = CatalogPlanView { stays: Vec::new(), ..nothing() };
    let text =
        page("admin-catalog-files-nothing", || pages::admin_catalog_files::page(files(everything(), Some(none))));
    assert!(text.contains("the catalog is as the file says"));
    let text =
        page("admin-catalog-files-stays", || pages::admin_catalog_files::page(files(everything(), Some(nothing()))));
    assert!(text.contains("<p>Nothing.</p>") && !text.contains("the catalog is as the file says"));
}

#[test]
fn several_regions_are_chosen_from_and_an_auditor_reads() {
    let mut several = files(everything(), Some(plan()));
    several.regions.push("us-east-1".parse().unwrap());
    several.region = several.regions[1].clone();
    several.left_out = vec!["Portfolios called One: there are several, and names tell them apart.".into()];
    let text = page("admin-catalog-files-regions", || pages::admin_catalog_files::page(several));
    for said in
        ["What it would change in us-east-1", "The catalog of eu-west-1 as it is", "The file is not the whole catalog"]
    {
        assert!(text.contains(said), "{said}");
    }
    let text =
        page("admin-catalog-files-auditor", || pages::admin_catalog_files::page(files(Allowed::default(), None)));
    assert!(text.contains("Environments") && !text.contains("/api/plan_catalog"));
}

#[test]
fn a_mistake_stands_at_the_text_that_was_entered() {
    let mut wrong = files(everything(), None);
    wrong.form.values.insert("catalog".into(), wrong.text.clone());
    wrong.form.values.insert("delete".into(), "yes".into());
    wrong.form.errors = vec![FieldError::new("catalog", "Line 3, column 1: no.")];
    let text = page("admin-catalog-files-wrong", || pages::admin_catalog_files::page(wrong));
    assert!(text.matches("Line 3, column 1: no.").count() >= 2, "at the field and above the form");
    assert!(text.contains("checked"));
}
