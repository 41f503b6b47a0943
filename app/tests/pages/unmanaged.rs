//! What was provisioned past the portal, and an owner's tag that was changed there.

use app::pages;
use domain::action::Action;
use domain::environment::EnvironmentState;
use domain::observed::{Drift, ProductStatus};
use domain::problem::{FieldError, Problem};
use domain::unmanaged::UnmanagedProduct;
use domain::view::*;

use crate::{page, samples};

fn row() -> UnmanagedRow {
    let found = UnmanagedProduct {
        id: samples::id("pp-abc"),
        name: "by-<b>hand".into(),
        account: samples::id("601000000002"),
        region: samples::id("eu-west-1"),
        product: None,
        artifact: None,
        record: None,
        status: ProductStatus::Tainted,
        said: "It <b>failed".into(),
        made_by: "arn:aws:sts::601000000002:assumed-role/<b>Admin/mallory".into(),
        made_at: Some(samples::at(0)),
        found_at: samples::at(10),
        seen_at: samples::at(20),
    };
    UnmanagedRow {
        found,
        account_name: "Fraud <b>dev".into(),
        project: Some(samples::id("fraud-detection")),
        product_name: "Studio <b>environment".into(),
        version_name: "1.0".into(),
    }
}

fn one(actions: &[Action]) -> UnmanagedProductPage {
    UnmanagedProductPage {
        product: row(),
        hindrance: None,
        max_lease_days: 90,
        owners: vec!["ada.ferrer@example.com".into()],
        allowed: Allowed(actions.to_vec()),
        form: FormState::default(),
    }
}

#[test]
fn what_was_made_past_the_portal_is_listed_and_has_a_page() {
    let rows = Listing { items: vec![row()], next: Some("x~y".into()), filtered: false };
    let text = page("admin-unmanaged", || pages::admin_unmanaged::page(UnmanagedPage { rows }, ""));
    assert!(text.contains("/admin/unmanaged/pp-abc") && text.contains("Tainted") && !text.contains("<b>"));
    assert!(text.contains("/admin/unmanaged?after=x~y"));
    let rows = Listing { items: Vec::new(), next: None, filtered: false };
    let none = page("admin-unmanaged-none", || pages::admin_unmanaged::page(UnmanagedPage { rows }, ""));
    assert!(none.contains("Everything in the accounts of the projects has its environment here."));
    let text = page("admin-unmanaged-one", || pages::admin_unmanaged::one(one(&[Action::AdoptProduct])));
    assert!(text.contains("/api/adopt_product") && text.contains(r#"value="30""#) && !text.contains("<b>"));
    assert!(text.contains("It &lt;b&gt;failed") || text.contains("It &lt;b>failed"), "AWS's own words");
    let read = page("admin-unmanaged-read", || pages::admin_unmanaged::one(one(&[])));
    assert!(!read.contains("/api/adopt_product"));
}

#[test]
fn what_keeps_it_from_being_adopted_stands_in_place_of_the_form() {
    let hindrance = Some(Problem::new("No environment can be made of it.", "It is in error.", "Terminate it in AWS."));
    let cannot = UnmanagedProductPage { hindrance, ..one(&[Action::AdoptProduct]) };
    let text = page("admin-unmanaged-cannot", || pages::admin_unmanaged::one(cannot));
    assert!(text.contains("It is in error.") && !text.contains("/api/adopt_product"));
    let mut wrong = one(&[Action::AdoptProduct]);
    wrong.form.errors.push(FieldError::new("adopt_owner", "They could not open it."));
    wrong.form.values.insert("adopt_reason".into(), "It was <b>there".into());
    let text = page("admin-unmanaged-wrong", || pages::admin_unmanaged::one(wrong));
    assert!(text.contains("<title>Error: ") && text.contains("They could not open it.") && !text.contains("<b>there"));
}

#[test]
fn a_changed_owners_tag_is_put_back_by_who_may() {
    let mut it = samples::environment(EnvironmentState::Available);
    it.observed.drift = vec![DriftView { drift: Drift::Owner { is: Some("mallory".into()) }, version: None }];
    it.allowed = Allowed(vec![Action::TransferEnvironment]);
    let text = page("environment-owner", || pages::environment::page(it.clone(), false));
    assert!(text.contains("/api/repair_owner") && text.contains("tagged with another owner, mallory"));
    it.allowed = Allowed::default();
    let text = page("environment-owner-read", || pages::environment::page(it, false));
    assert!(!text.contains("/api/repair_owner") && text.contains("a lead or an admin puts it back"));
}
