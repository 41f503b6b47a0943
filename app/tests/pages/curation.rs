//! Pages of those who curate the catalog: portfolios, what holds in them, and two versions side by side.

use std::collections::BTreeMap;

use app::pages;
use domain::catalog::ConstraintRule;
use domain::curation::{NewConstraint, PortfolioText};
use domain::problem::{FieldError, Problem};
use domain::share::{PrincipalAssociation, ShareOptions};
use domain::view::*;

use crate::{page, samples};

fn removal(blocked: bool) -> Removal {
    Removal { consequence: "Nobody can request <it>.".into(), blocked }
}

fn access() -> PortfolioAccess {
    let share = |with: &str, name: &str, accepted| ShareRow {
        with: with.parse().unwrap(),
        name: name.into(),
        accepted,
        options: ShareOptions { tag_options: true, principals: accepted },
        seen: "0123456789abcdef".into(),
        removal: removal(false),
    };
    let principal = |arn: &str, own| PrincipalRow {
        principal: PrincipalAssociation { arn: arn.into(), pattern: true },
        own,
        removal: removal(false),
    };
    let recipient = |account: &str, standing| RecipientRow {
        account: samples::id(account),
        name: "fraud-<b>dev".into(),
        by: vec!["Workloads <b>Dev".into()],
        standing,
    };
    PortfolioAccess {
        principals: vec![
            principal("arn:aws:iam:::role/StudiogateProvisioner", true),
            principal("arn:aws:iam:::role/<b>Team*", false),
        ],
        shares: vec![
            share("organizational_unit/ou-a1-b2", "Workloads <b>Dev", true),
            share("account/222222222222", "account 222222222222", false),
        ],
        units: vec![("organizational_unit/ou-a1-b3".parse().unwrap(), "Sandbox <b>unit".into())],
        recipients: vec![
            recipient("111111111111", RecipientStanding::NotShared),
            recipient("222222222222", RecipientStanding::NotAccepted),
            recipient("333333333333", RecipientStanding::NotAssociated),
            recipient("444444444444", RecipientStanding::NotRead),
            recipient("555555555555", RecipientStanding::Launches),
        ],
        more_recipients: 3,
        own_pattern: "arn:aws:iam:::role/StudiogateProvisioner".into(),
    }
}

fn portfolio() -> PortfolioPage {
    PortfolioPage {
        sheet: Sheet::default(),
        id: samples::id("port-1"),
        region: samples::id("eu-west-1"),
        text: PortfolioText {
            name: "ML <b>portfolio".into(),
            description: "For <i>everybody".into(),
            provider: "Platform <u>team".into(),
            tags: BTreeMap::from([("team".into(), "ML <b>platform".into())]),
        },
        seen: "0123456789abcdef".into(),
        products: vec![ProductOfPortfolio {
            id: samples::id("prod-1"),
            name: "Studio <b>environment".into(),
            owner: "Platform".into(),
            versions: 2,
            constraints: 1,
            removal: removal(false),
        }],
        others: vec![(samples::id("prod-2"), "Notebook <b>instance".into())],
        access: access(),
        deletion: removal(true),
        allowed: samples::everything(),
        form: FormState::default(),
    }
}

#[test]
fn a_portfolio_shows_what_it_holds_and_its_forms_to_those_who_may() {
    let text = page("portfolio", || pages::admin_portfolio::page(portfolio(), ""));
    for tag in ["<b>", "<i>every", "<u>team", "<it>"] {
        assert!(!text.contains(tag), "{tag}");
    }
    for action in ["/api/disassociate_product", "/api/associate_product", "/api/set_portfolio"] {
        assert!(text.contains(action), "{action}");
    }
    assert!(!text.contains("/api/delete_portfolio"), "it holds a product");
    let empty = PortfolioPage { products: Vec::new(), deletion: removal(false), ..portfolio() };
    assert!(page("portfolio-empty", || pages::admin_portfolio::page(empty, "")).contains("/api/delete_portfolio"));
    let reader = PortfolioPage { allowed: Allowed::default(), ..portfolio() };
    let reader = page("portfolio-reader", || pages::admin_portfolio::page(reader, ""));
    assert!(reader.contains("ML &lt;b&gt;portfolio") && !reader.contains("/api/set_portfolio"));
    assert!(!reader.contains("/api/disassociate_product"));
}

#[test]
fn a_portfolio_says_who_gets_it_and_warns_of_wildcards() {
    let text = page("portfolio-access", || pages::admin_portfolio::page(portfolio(), ""));
    for action in [
        "/api/add_share",
        "/api/set_share",
        "/api/delete_share",
        "/api/associate_principal",
        "/api/disassociate_principal",
    ] {
        assert!(text.contains(action), "{action}");
    }
    assert!(text.contains("A wildcard lets in whoever has a fitting name"));
    assert!(text.contains("Not accepted yet") && text.contains("Keep principals back"));
    assert!(!text.contains("Give principals along"), "AWS gives them to no single account");
    for state in ["Does not have it", "Not accepted", "Cannot launch", "Not known yet", "Can launch"] {
        assert!(text.contains(state), "{state}");
    }
    assert!(text.contains("3 more accounts are not shown."));
    assert_eq!(text.matches("/api/import_portfolio").count(), 3, "where it can be let launch");
    let reader = PortfolioPage { allowed: Allowed::default(), ..portfolio() };
    let reader = page("portfolio-access-reader", || pages::admin_portfolio::page(reader, ""));
    assert!(
        reader.contains("Not accepted yet") && !reader.contains("/api/set_share") && !reader.contains("/api/add_share")
    );
    assert!(!reader.contains("/api/import_portfolio"));
    let mut many = portfolio();
    many.access.shares = vec![many.access.shares[0].clone(); 21];
    let (first, second) = (many.clone(), many.clone());
    let text = page("portfolio-access-many", || pages::admin_portfolio::page(first, ""));
    assert!(text.contains("?shares=2") && text.matches("/api/delete_share").count() == 20);
    let text = page("portfolio-access-rest", || pages::admin_portfolio::page(second, "2"));
    assert!(!text.contains("?shares=") && text.matches("/api/delete_share").count() == 1);
    let text = page("portfolio-access-past", || pages::admin_portfolio::page(many, "3"));
    assert!(text.contains("The list ends before this page.") && !text.contains("It is shared to nobody"));
    let nobody = PortfolioPage { access: PortfolioAccess::default(), ..portfolio() };
    let nobody = page("portfolio-access-nobody", || pages::admin_portfolio::page(nobody, ""));
    assert!(nobody.contains("It is shared to nobody") && nobody.contains("Nobody is named here."));
}

#[test]
fn a_share_that_cannot_be_made_keeps_what_was_typed() {
    let typed = [
        ("form", "share"),
        ("portfolio", "port-1"),
        ("share_with", "account"),
        ("share_id", "12345"),
        ("share_principals", "yes"),
    ];
    let form = FormState {
        values: typed.map(|(name, value)| (name.into(), value.into())).into(),
        errors: vec![
            FieldError::new("share_id", "Give the account's number: twelve digits."),
            FieldError::new("share_principals", "AWS gives principals along to the organization and its units alone."),
        ],
    };
    let text = page("portfolio-share", || pages::admin_portfolio::page(PortfolioPage { form, ..portfolio() }, ""));
    assert!(text.contains("value=\"12345\"") && text.contains("number: twelve digits."));
    for id in ["field-share-share-id", "field-share-share-principals"] {
        assert!(text.contains(&format!("href=\"#{id}\"")) && text.contains(&format!("id=\"{id}\"")), "{id}");
    }
}

#[test]
fn a_form_that_somebody_overtook_shows_what_is_stored_and_keeps_what_was_typed() {
    let values = [
        ("form", "text"),
        ("portfolio_name", "What I typed"),
        ("portfolio_description", "For <i>everybody"),
        ("provider", "Platform <u>team"),
        ("portfolio_tags", "team = ML <b>platform"),
        ("seen", "old"),
    ];
    let form = FormState {
        values: values.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        errors: vec![FieldError::new("", "The portfolio changed while you looked at it.")],
    };
    let text = page("portfolio-stale", || pages::admin_portfolio::page(PortfolioPage { form, ..portfolio() }, ""));
    assert!(text.contains("What I typed") && text.contains("What is stored now"));
    // The next try is made against what is there now.
    assert!(text.contains("0123456789abcdef") && !text.contains(r#"value="old""#));
}

#[test]
fn the_portfolios_are_listed_and_a_first_one_is_asked_for() {
    let one = PortfolioRow {
        id: samples::id("port-1"),
        region: samples::id("eu-west-1"),
        name: "ML <b>portfolio".into(),
        description: String::new(),
        provider: "Platform".into(),
        products: 3,
    };
    let all = |portfolios, regions: &[&str]| PortfoliosPage {
        portfolios,
        regions: regions.iter().map(|region| samples::id(region)).collect(),
        mirrors: Vec::new(),
        allowed: samples::everything(),
        form: FormState::default(),
    };
    let list = all(vec![one], &["eu-west-1", "us-east-1"]);
    let text = page("portfolios", || pages::admin_portfolios::page(list));
    assert!(text.contains("3 products") && !text.contains("ML <b>") && text.contains("us-east-1"));
    let text = page("portfolios-none", || pages::admin_portfolios::page(all(Vec::new(), &["eu-west-1"])));
    assert!(text.contains("There is no portfolio yet.") && text.contains("/api/add_portfolio"));
}

fn constraints() -> ConstraintsPage {
    let it = |id: &str, kind: &str, rule| CuratedConstraint {
        id: id.into(),
        kind: kind.into(),
        row: ConstraintRow { text: "What <b>holds".into(), rules: vec!["InstanceType is <i>small.".into()] },
        written: NewConstraint { description: "About <b>it".into(), rule },
        seen: "0123".into(),
        removal: removal(false),
    };
    ConstraintsPage {
        product: samples::id("prod-1"),
        name: "Studio <b>environment".into(),
        portfolio: samples::id("port-1"),
        portfolio_name: "ML <b>portfolio".into(),
        constraints: vec![
            it("cons-1", "LAUNCH", ConstraintRule::Launch { role: "StudiogateLaunchRole".into() }),
            it(
                "cons-2",
                "TEMPLATE",
                ConstraintRule::Template { rules: r#"{"Rules":{"</textarea><script>":1}}"#.into() },
            ),
        ],
        parameters: vec!["InstanceType".into()],
        trial: None,
        allowed: samples::everything(),
        form: FormState::default(),
    }
}

#[test]
fn v1_2_1_what_holds_is_listed_changed_and_tried_before() {
    let text = page("constraints", || pages::admin_constraints::page(constraints(), ""));
    assert!(
        text.contains("LAUNCH") && text.contains("formaction=\"/api/try_constraint\"") && !text.contains("<b>holds")
    );
    let edited = page("constraints-edited", || pages::admin_constraints::page(constraints(), "cons-2"));
    assert!(edited.contains("value=\"cons-2\"") && !edited.contains("</textarea><script>"));
    let rules = r#"{"Rules":{"R":{"Assertions":[{"Assert":{"Fn::Contains":[["<b>s","m"],{"Ref":"Gone"}]},"AssertDescription":"No <i>more."}]}}}"#;
    let mut plain = constraints();
    plain.constraints[1].written.rule = ConstraintRule::Template { rules: rules.into() };
    let plain = page("constraints-edited-allowed", || pages::admin_constraints::page(plain, "cons-2"));
    assert!(plain.contains("Change it: Rules as JSON") && plain.contains("value=\"Gone\""), "{plain}");
    assert!(plain.contains("&lt;b") && !plain.contains("<b>s"), "{plain}");
    let reader = ConstraintsPage { allowed: Allowed::default(), ..constraints() };
    let reader = page("constraints-reader", || pages::admin_constraints::page(reader, "cons-2"));
    assert!(!reader.contains("/api/save_constraint") && !reader.contains("/api/delete_constraint"));
    let none = ConstraintsPage { constraints: Vec::new(), ..constraints() };
    assert!(page("constraints-none", || pages::admin_constraints::page(none, "")).contains("nobody can launch it"));
    let trial = ConstraintTrial {
        rules: vec!["InstanceType is <i>small.".into()],
        violations: vec!["Choose <b>another.".into()],
        undecided: vec!["Other".into()],
        obstacles: vec![samples::obstacle("InstanceType")],
        fields: vec![FormField {
            name: "param[InstanceType]".into(),
            label: "InstanceType".into(),
            help: String::new(),
            default: None,
            control: FormControl::Choice { values: vec!["ml.t3.medium".into()] },
            required: true,
            limits: None,
        }],
    };
    let tried = ConstraintsPage { trial: Some(trial), ..constraints() };
    let text = page("constraints-tried", || pages::admin_constraints::page(tried, ""));
    assert!(text.contains("The values that were tried are refused.") && text.contains("ml.t3.medium"));
    assert!(text.contains("disabled") && !text.contains("<b>another"));
    assert!(text.contains("would be refused whatever people fill in") && !text.contains("<i>GPU"));
}

#[test]
fn v1_2_1_two_versions_stand_side_by_side() {
    let grant = OutlineGrant {
        resource: "Role<b>".into(),
        line: 3,
        kind: GrantKind::Identity,
        effect: "Allow".into(),
        actions: vec!["s3:GetObject<i>".into()],
        on: vec!["*".into()],
        condition: Some("{\"<u>\":1}".into()),
    };
    let line = |number: u32, text: &str| Some((number, text.to_owned()));
    let comparison = TemplateComparison {
        parameters: vec![ParameterDifference {
            key: "Size<b>".into(),
            difference: Difference::Changed,
            values: vec![ValueDifference { what: "Default".into(), before: String::new(), after: "<i>10".into() }],
        }],
        resources: vec![ResourceDifference {
            logical_id: "Domain".into(),
            kind: "AWS::SageMaker::Domain".into(),
            difference: Difference::Changed,
            by: vec!["VpcId".into()],
            replaced: true,
        }],
        grants: vec![
            GrantDifference { difference: Difference::New, grant: grant.clone() },
            GrantDifference { difference: Difference::Gone, grant },
        ],
        parts: vec![vec![
            ComparedLine { before: line(1, "same"), after: line(1, "same"), differs: false },
            ComparedLine { before: line(2, "<script>old"), after: line(2, "<script>new"), differs: true },
            ComparedLine { before: None, after: line(3, "more"), differs: true },
        ]],
        cut: true,
    };
    let all = |comparison| VersionsPage {
        product: samples::id("prod-1"),
        name: "Studio <b>environment".into(),
        versions: vec![(samples::id("pa-2"), "2.0".into()), (samples::id("pa-1"), "1.0".into())],
        before: samples::id("pa-1"),
        after: samples::id("pa-2"),
        comparison,
    };
    let text = page("compare", || pages::admin_compare::page(all(Ok(comparison))));
    for tag in ["<script>old", "<i>10", "<b>environment", "<u>"] {
        assert!(!text.contains(tag), "{tag}");
    }
    assert!(text.contains("Another takes its place") && text.contains("the rest is not shown"));
    let text = page("compare-same", || pages::admin_compare::page(all(Ok(TemplateComparison::default()))));
    assert!(text.contains("They differ in nothing."));
    let text = page("compare-not-read", || {
        pages::admin_compare::page(all(Err(Problem::new("It was not read yet.", "Later.", "Load this page again."))))
    });
    assert!(text.contains("Load this page again."));
}

#[test]
fn why_somebody_sees_a_product_is_told_with_what_would_change_it() {
    let reason = |stands, what: &str, next: &str, page: &str| VisibilityReason {
        stands,
        what: what.into(),
        next: next.into(),
        page: page.into(),
    };
    let answer = Visibility {
        display_name: "Ada <b>Ferrer".into(),
        email: Some("ada@example.com".into()),
        subject: "ada<b>".into(),
        roles: vec!["Data scientist in fraud-detection".into()],
        sees: true,
        requests: false,
        reasons: vec![
            reason(ReasonStands::For, "They are member of <b>fraud.", "", ""),
            reason(ReasonStands::Against, "No version is offered.", "Activate a version.", "/admin/products/prod-1"),
            reason(ReasonStands::Note, "Other projects may use it.", "", ""),
        ],
    };
    let it = |person: &str, nobody, answers| VisibilityPage {
        product: samples::id("prod-1"),
        name: "Studio <b>environment".into(),
        person: person.into(),
        nobody,
        answers,
    };
    let text = page("visibility", || pages::admin_visibility::page(it("ada@example.com", false, vec![answer])));
    for part in ["Sees it", "Cannot request it", "For it", "In its way", "Note", "href=\"/admin/products/prod-1\""] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("<b>"));
    let text = page("visibility-nobody", || pages::admin_visibility::page(it("x@example.com", true, Vec::new())));
    assert!(text.contains("ever signed in.") && text.contains("value=\"x@example.com\""));
    let text = page("visibility-empty", || pages::admin_visibility::page(it("", false, Vec::new())));
    assert!(!text.contains("ever signed in.") && !text.contains("Sees it"));
}
