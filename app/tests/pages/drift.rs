//! What the page says of what was changed elsewhere.

use app::pages;
use domain::curation::{CatalogChange, Named};
use domain::described::Thing;
use domain::organization::DiffLine;
use domain::view::*;

use crate::samples::{everything, id};
use crate::{page, samples};

fn thing(thing: Thing, stands: ThingStands, back: Vec<(CatalogChange, Named)>) -> DriftedThingView {
    let (lacks, holds, taken) = (Vec::new(), Vec::new(), false);
    let (renamed, in_use) = (None, None);
    let difference = vec![
        DiffLine::Same("[[portfolio]]".into()),
        DiffLine::Removed("provider = \"Platform\"".into()),
        DiffLine::Added("provider = \"Somebody <else>\"".into()),
    ];
    let (key, seen) = ("{}".into(), "f1".into());
    DriftedThingView { thing, stands, difference, back, lacks, renamed, holds, in_use, taken, key, seen }
}

fn drift(allowed: Allowed) -> CatalogDriftPage {
    let portfolio = Thing::Portfolio { name: "Environments".into() };
    let named = Named { portfolio: "Environments".into(), ..Named::default() };
    let delete = CatalogChange::DeletePortfolio { portfolio: id("port-1") };
    let option = Thing::TagOption { key: "workload".into(), value: "training".into() };
    CatalogDriftPage {
        regions: vec![RegionDrift {
            region: "eu-west-1".parse().unwrap(),
            number: 60,
            sheet: Sheet { number: 1, more: true },
            things: vec![
                thing(portfolio.clone(), ThingStands::New, vec![(delete.clone(), named.clone())]),
                thing(Thing::Product { name: "Studio".into() }, ThingStands::Other, Vec::new()),
                thing(option, ThingStands::Gone, vec![(delete, named)]),
            ],
            left_out: vec!["Portfolios called One: there are several, and names tell them apart.".into()],
            compared_at: samples::at(0),
        }],
        mirrors: Vec::new(),
        allowed,
    }
}

#[test]
fn what_was_changed_elsewhere_is_kept_or_put_back() {
    let text = page("admin-drift", || pages::admin_drift::page(drift(everything())));
    for said in [
        "Not made here",
        "Changed in AWS",
        "Gone from AWS",
        "Somebody &lt;else&gt;",
        "Delete portfolio Environments",
        "Take it away: Portfolio Environments",
        "Leave it gone: TagOption workload = training",
        "60 things are",
        "/admin/drift?page=2",
        "no change of the portal",
        "What could not be compared",
    ] {
        assert!(text.contains(said), "{said}");
    }
    assert_eq!(text.matches("/api/put_catalog_drift_back").count(), 2, "not where nothing puts it back");
    assert_eq!(text.matches("/api/adopt_catalog_drift").count(), 3);
    let mut waits = drift(everything());
    waits.regions[0].things.truncate(1);
    waits.regions[0].things[0].lacks = vec!["Portfolio One".into()];
    let waits = page("admin-drift-waits", || pages::admin_drift::page(waits));
    assert!(waits.contains("It needs what is not there, so that comes first: Portfolio One."));
    assert!(!waits.contains("/api/put_catalog_drift_back"));
    let mut holding = drift(everything());
    holding.regions[0].things.truncate(1);
    holding.regions[0].things[0].holds = vec!["Studio <1>".into()];
    holding.regions[0].things[0].renamed = Some(Thing::Portfolio { name: "Other <name>".into() });
    let holding = page("admin-drift-holding", || pages::admin_drift::page(holding));
    assert!(holding.contains("put back or taken out first: Studio &lt;1&gt;."));
    assert!(holding.contains("<strong>Other &lt;name&gt;</strong>"));
    assert!(!holding.contains("/api/put_catalog_drift_back"));
    let mut used = drift(everything());
    used.regions[0].things.truncate(1);
    used.regions[0].things[0].in_use = Some("Product <Studio>".into());
    let used = page("admin-drift-in-use", || pages::admin_drift::page(used));
    assert!(used.contains("Product &lt;Studio&gt; is not deleted: environments have it."));
    assert!(!used.contains("/api/put_catalog_drift_back") && used.contains("/api/adopt_catalog_drift"));
    let mut taken = drift(everything());
    taken.regions[0].things.remove(0);
    taken.regions[0].things.truncate(1);
    taken.regions[0].things[0].taken = true;
    let taken = page("admin-drift-taken", || pages::admin_drift::page(taken));
    assert!(taken.contains("Another one is expected to be called so") && !taken.contains("/api/adopt_catalog_drift"));
    let mut uncompared = drift(everything());
    (uncompared.regions[0].number, uncompared.regions[0].things) = (0, Vec::new());
    let uncompared = page("admin-drift-uncompared", || pages::admin_drift::page(uncompared));
    assert!(uncompared.contains("Of what could be compared") && !uncompared.contains("Nothing is other than"));
    let readonly = page("admin-drift-readonly", || pages::admin_drift::page(drift(Allowed::default())));
    assert!(!readonly.contains("/api/"), "an auditor reads");
    let none = page("admin-drift-none", || {
        pages::admin_drift::page(CatalogDriftPage { regions: Vec::new(), ..drift(everything()) })
    });
    assert!(none.contains("nothing to compare with yet"));
}
