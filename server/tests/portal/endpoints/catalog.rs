//! The forms of those who curate the catalog, and what they are about.

use domain::curation::{PortfolioText, ProductText, seen};
use domain::id::{CatalogChangeId, PortfolioId, ProductId, TemplateId};
use domain::share::ShareOptions;
use domain::view::{AddProductInput, AddVersionInput, PortfolioInput, ShareInput, TemplateInput, WaiveFindingInput};

use super::forms::form;
use super::rows::{NOT_ADMIN, Row};
use crate::state::State;

/// What nobody looked at.
const DRIFTED: &[(&str, &str)] =
    &[("region", "eu-west-1"), ("thing", "{\"kind\":\"product\",\"name\":\"None\"}"), ("seen", "another")];

pub(super) const CATALOG_FORMS: &[Row] = &[
    form("/api/check_template", &[("template", "Resources: {A: {Type: AWS::SNS::Topic}}")], NOT_ADMIN, "admin"),
    form(
        "/api/waive_finding",
        &[("template", "{template}"), ("rule", "empty_template"), ("waiver_reason", "Looked at"), ("waiver_days", "7")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/end_waiver", &[("template", "{waived_template}"), ("rule", "empty_template")], NOT_ADMIN, "admin"),
    form("/api/retry_catalog_change", &[("id", "{catalog_change}")], NOT_ADMIN, "admin"),
    form(
        "/api/add_product",
        &[
            ("template", "{good_template}"),
            ("portfolio", "{portfolio}"),
            ("product_name", "Posted"),
            ("product_owner", "Platform"),
            ("version_name", "1.0"),
        ],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/add_version",
        &[("template", "{good_template}"), ("product", "{bound}"), ("version_name", "9.0"), ("unlike", "yes")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/set_version",
        &[("product", "{fraud_only}"), ("artifact", "{artifact}"), ("active", "yes"), ("guidance", "deprecated")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/set_product",
        &[
            ("product", "{made_1}"),
            ("product_name", "Handles, renamed"),
            ("product_owner", "Platform"),
            ("product_tags", "team = ml"),
            ("seen", "{seen_product}"),
        ],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/copy_product", &[("product", "{made_2}"), ("copy_name", "Handles, copied")], NOT_ADMIN, "admin"),
    form("/api/disassociate_product", &[("product", "{made_3}"), ("portfolio", "{portfolio}")], NOT_ADMIN, "admin"),
    form("/api/associate_product", &[("product", "{made_4}"), ("portfolio", "{portfolio}")], NOT_ADMIN, "admin"),
    form("/api/delete_product", &[("product", "{made_5}")], NOT_ADMIN, "admin"),
    form("/api/delete_version", &[("product", "{made_6}"), ("artifact", "{version_6}")], NOT_ADMIN, "admin"),
    form("/api/add_portfolio", &[("portfolio_name", "Posted"), ("provider", "Platform")], NOT_ADMIN, "admin"),
    form(
        "/api/set_portfolio",
        &[
            ("portfolio", "{portfolio}"),
            ("portfolio_name", "Renamed"),
            ("provider", "Platform"),
            ("seen", "{seen_portfolio}"),
        ],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/delete_portfolio", &[("portfolio", "{empty_portfolio}")], NOT_ADMIN, "admin"),
    form(
        "/api/save_constraint",
        &[("product", "{made_7}"), ("portfolio", "{portfolio}"), ("kind", "tag_update"), ("tag_update", "yes")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/try_constraint",
        &[
            ("product", "{bound}"),
            ("portfolio", "{portfolio}"),
            ("kind", "allowed"),
            ("parameter", "StudioUserId"),
            ("allowed_values", "a"),
        ],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/delete_constraint",
        &[("product", "{made_8}"), ("portfolio", "{portfolio}"), ("constraint", "{constraint_8}")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/add_tag_option", &[("tag_key", "purpose"), ("tag_value", "posted")], NOT_ADMIN, "admin"),
    form("/api/set_tag_option", &[("tag_option", "{tag_0}"), ("active", "no")], NOT_ADMIN, "admin"),
    form("/api/associate_tag_option", &[("tag_option", "{tag_1}"), ("on", "{portfolio}")], NOT_ADMIN, "admin"),
    form("/api/disassociate_tag_option", &[("tag_option", "{tag_2}"), ("on", "{portfolio}")], NOT_ADMIN, "admin"),
    form("/api/delete_tag_option", &[("tag_option", "{tag_3}")], NOT_ADMIN, "admin"),
    form(
        "/api/associate_principal",
        &[("portfolio", "{principal_portfolio}"), ("principal", "arn:aws:iam:::role/StudiogateProvisioner")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/disassociate_principal",
        &[("portfolio", "{launching_portfolio}"), ("principal", "arn:aws:iam:::role/Reader")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/add_share",
        &[("portfolio", "{share_portfolio}"), ("share_with", "member_account"), ("share_id", "601000000001")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/set_share",
        &[
            ("portfolio", "{set_portfolio}"),
            ("share_with", "account/601000000001"),
            ("share_tag_options", "yes"),
            ("seen", "{seen_share}"),
        ],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/import_portfolio", &[("portfolio", "{set_portfolio}"), ("account", "601000000001")], NOT_ADMIN, "admin"),
    form(
        "/api/plan_catalog",
        &[("catalog", "[[portfolio]]\nname = \"New\"\nprovider = \"Platform\"\n")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/adopt_catalog_drift", DRIFTED, NOT_ADMIN, "admin"),
    form("/api/put_catalog_drift_back", DRIFTED, NOT_ADMIN, "admin"),
    form(
        "/api/delete_share",
        &[("portfolio", "{end_portfolio}"), ("share_with", "account/601000000001")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/undo_catalog_change", &[("id", "{undoable}")], NOT_ADMIN, "admin"),
];

/// A template of which something is let pass.
async fn with_waiver(state: &State) -> TemplateId {
    let (plane, admin) = (state.plane(), state.as_("admin").await);
    let input = TemplateInput { template: "Resources: {} # let pass".into(), ..TemplateInput::default() };
    let id = plane.check_template(&admin, input).await.unwrap();
    let waiver = WaiveFindingInput {
        template: id.to_string(),
        rule: "empty_template".into(),
        waiver_reason: "Looked at".into(),
        waiver_days: "7".into(),
    };
    plane.waive_finding(&admin, waiver).await.unwrap()
}

/// Somebody launches from one portfolio, and others are shared to an account.
async fn given_away(state: &State, launching: &PortfolioId, shared: [&PortfolioId; 2]) {
    let (plane, admin) = (state.plane(), state.as_("admin").await);
    plane.associate_principal(&admin, launching, "arn:aws:iam:::role/Reader").await.unwrap();
    for portfolio in shared {
        let (portfolio, share_with) = (portfolio.to_string(), "account/601000000001".to_owned());
        plane.add_share(&admin, ShareInput { portfolio, share_with, ..ShareInput::default() }).await.unwrap();
    }
}

/// A template that has to be mended, one that need not be, and products and portfolios made of that.
pub(super) async fn curated(state: &State) -> Vec<(&'static str, String)> {
    let (plane, admin) = (state.plane(), state.as_("admin").await);
    let template = TemplateInput { template: "Resources: {}".into(), ..TemplateInput::default() };
    let template = plane.check_template(&admin, template).await.unwrap();
    let waived = with_waiver(state).await;
    let good = "Resources: {Handle: {Type: AWS::CloudFormation::WaitConditionHandle}}";
    let good = TemplateInput { template: good.into(), ..TemplateInput::default() };
    let good = plane.check_template(&admin, good).await.unwrap();
    let portfolio = plane.template(&admin, &good, "").await.unwrap().uses.unwrap().portfolios.remove(0).0;
    let mut changes: Vec<CatalogChangeId> = Vec::new();
    for number in 0..9 {
        let handles = AddProductInput {
            template: good.to_string(),
            portfolio: portfolio.to_string(),
            product_name: format!("Handles {number}"),
            product_owner: "Platform".into(),
            version_name: "1.0".into(),
            ..AddProductInput::default()
        };
        changes.push(plane.add_product(&admin, handles).await.unwrap());
    }
    for name in ["Empty", "Undone", "Principal", "Launching", "Share", "Set", "End"] {
        let input =
            PortfolioInput { portfolio_name: name.into(), provider: "Platform".into(), ..PortfolioInput::default() };
        changes.push(plane.add_portfolio(&admin, input).await.unwrap());
    }
    for value in ["a", "b", "c", "d"] {
        plane.add_tag_option(&admin, "", "purpose", value).await.unwrap();
    }
    state.work().await;
    let all_tags = plane.tag_options(&admin, "", "").await.unwrap().options;
    let tag = |value: &str| {
        let mut of_purpose = all_tags.iter().filter(|it| it.key == "purpose" && it.value == value);
        of_purpose.next().unwrap().id.to_string()
    };
    plane.associate_tag_option(&admin, &tag("c"), portfolio.as_str()).await.unwrap();
    let mut made: Vec<ProductId> = Vec::new();
    for change in &changes[..9] {
        made.extend(plane.catalog_change(&admin, change).await.unwrap().product);
    }
    let empty = plane.catalog_change(&admin, &changes[9]).await.unwrap().portfolio.unwrap();
    let mut new_portfolios = Vec::new();
    for change in &changes[11..] {
        new_portfolios.extend(plane.catalog_change(&admin, change).await.unwrap().portfolio);
    }
    let [principal, launching, share, set, end] = new_portfolios.as_slice() else { panic!("{new_portfolios:?}") };
    given_away(state, launching, [set, end]).await;
    // Two that are in no portfolio, and one with a second version.
    for product in [&made[4], &made[5]] {
        plane.disassociate_product(&admin, product, &portfolio).await.unwrap();
    }
    let second = AddVersionInput {
        template: good.to_string(),
        product: made[6].to_string(),
        version_name: "2.0".into(),
        ..AddVersionInput::default()
    };
    plane.add_version(&admin, second).await.unwrap();
    state.work().await;
    let page = plane.admin_product(&admin, &made[1], None, "").await.unwrap();
    let version = plane.admin_product(&admin, &made[6], None, "").await.unwrap().versions.remove(0).id;
    let holding = plane.constraints(&admin, &made[8], portfolio.as_str(), "").await.unwrap();
    let constraint = holding.constraints[0].id.clone();
    let of_portfolio = plane.portfolio(&admin, &portfolio, "", "").await.unwrap();
    let seen_product: &ProductText = &page.text;
    let seen_portfolio: &PortfolioText = &of_portfolio.text;
    let mut all = vec![
        ("template", template.to_string()),
        ("good_template", good.to_string()),
        ("waived_template", waived.to_string()),
        ("portfolio", portfolio.to_string()),
        ("empty_portfolio", empty.to_string()),
        ("principal_portfolio", principal.to_string()),
        ("launching_portfolio", launching.to_string()),
        ("share_portfolio", share.to_string()),
        ("set_portfolio", set.to_string()),
        ("end_portfolio", end.to_string()),
        ("seen_share", seen(&ShareOptions::default())),
        ("catalog_change", changes[0].to_string()),
        ("undoable", changes[10].to_string()),
        ("seen_product", seen(seen_product)),
        ("seen_portfolio", seen(seen_portfolio)),
        ("version_6", version.to_string()),
        ("constraint_8", constraint),
        ("tag_0", tag("a")),
        ("tag_1", tag("b")),
        ("tag_2", tag("c")),
        ("tag_3", tag("d")),
    ];
    let names = ["made_0", "made_1", "made_2", "made_3", "made_4", "made_5", "made_6", "made_7", "made_8"];
    all.extend(names.into_iter().zip(made.iter().map(ToString::to_string)));
    all
}
