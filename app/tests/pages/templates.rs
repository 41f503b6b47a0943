//! Templates as people read them.

use app::pages;
use domain::action::Action;
use domain::catalog::Parameter;
use domain::curation::{CatalogChange, Guidance, Named};
use domain::organization::ChangeState;
use domain::problem::{FieldError, Problem};
use domain::view::*;

use crate::{page, samples};

fn template() -> TemplatePage {
    let grant = |kind, actions: &str, on: &[&str]| OutlineGrant {
        resource: "Role<b>".into(),
        line: 2,
        kind,
        effect: "Allow".into(),
        actions: vec![actions.into()],
        on: on.iter().map(|on| (*on).to_owned()).collect(),
        condition: Some(r#"{"Bool":{"aws:SecureTransport":"<i>"}}"#.into()),
    };
    TemplatePage {
        id: samples::id("0123abcd"),
        file_name: "studio<script>.yaml".into(),
        by: "Ada <i>Admin".into(),
        at: samples::at(0),
        text: "Description: <script>alert(1)</script>\nResources:\n  A: 1".into(),
        findings: vec![TemplateFinding {
            line: 3,
            column: 6,
            rule: "domain_vpc_only".into(),
            message: "The domain <b> is open.".into(),
            fix: "Set AppNetworkAccessType to VpcOnly.".into(),
            waivable: true,
            waived: None,
        }],
        outline: Some(TemplateOutline {
            description: "A domain".into(),
            parameters: vec![Parameter {
                key: "Token".into(),
                kind: "String".into(),
                no_echo: true,
                default: Some("hush".into()),
                allowed_values: vec!["a".into(), "b".into()],
                ..Parameter::default()
            }],
            resources: vec![OutlineResource {
                logical_id: "A".into(),
                kind: "AWS::SageMaker::Domain".into(),
                line: 3,
                condition: Some("IsBig".into()),
                stays: true,
            }],
            grants: vec![
                grant(GrantKind::Identity, "s3:GetObject", &["!Sub ${Bucket}/*"]),
                grant(GrantKind::Trust, "sts:AssumeRole", &["Service sagemaker.amazonaws.com"]),
                grant(GrantKind::Managed, "arn:aws:iam::aws:policy/ReadOnlyAccess", &[]),
            ],
            outputs: vec![OutlineOutput {
                key: "Arn".into(),
                description: "Of the role".into(),
                value: "!GetAtt Role.Arn".into(),
                export: Some("role-arn".into()),
            }],
        }),
        uses: None,
        allowed: Allowed(vec![Action::ManageCatalog]),
        form: FormState::default(),
    }
}

#[test]
fn a_template_says_what_to_mend_with_its_place_and_what_it_is() {
    let text = page("template", || pages::admin_template::page(template()));
    assert!(!text.contains("<script>alert") && !text.contains("The domain <b>") && !text.contains("Role<b>"));
    assert!(text.contains(r##"href="#line-3""##) && text.contains(r#"id="line-3""#));
    assert!(text.contains("1 thing to mend") && text.contains("Set AppNetworkAccessType to VpcOnly."));
    assert!(!text.contains("hush"), "the default of a secret is shown to nobody outside of the template itself");
    for said in ["What it grants (3)", "is taken on by", "has the managed policy", "It stays", "if IsBig", "role-arn"] {
        assert!(text.contains(said), "{said}");
    }
    assert!(text.contains("Change it and check again"));
    let reader = page("template-reader", || {
        pages::admin_template::page(TemplatePage { allowed: Allowed::default(), ..template() })
    });
    assert!(!reader.contains("/api/check_template"));
    let good =
        page("template-good", || pages::admin_template::page(TemplatePage { findings: Vec::new(), ..template() }));
    assert!(good.contains("every rule passes") && !good.contains("To mend"));
    let none =
        page("template-unreadable", || pages::admin_template::page(TemplatePage { outline: None, ..template() }));
    assert!(!none.contains("What it makes"));
}

#[test]
fn what_is_let_pass_says_so_with_the_reason_and_the_end() {
    let open = page("template-waivable", || pages::admin_template::page(template()));
    assert!(open.contains("/api/waive_finding") && !open.contains("/api/end_waiver"));
    let waived = || {
        let mut it = template();
        let (by, reason) = ("Ada <b>Admin".to_owned(), "Looked <b>at".to_owned());
        it.findings[0].waived = Some(WaivedFinding { by, reason, until: samples::at(60) });
        it
    };
    let text = page("template-waived", || pages::admin_template::page(waived()));
    assert!(text.contains("Let pass") && text.contains("/api/end_waiver") && !text.contains("/api/waive_finding"));
    assert!(text.contains("Looked &lt;b&gt;at") && !text.contains("thing to mend") && !text.contains("<b>"));
    let reader = TemplatePage { allowed: Allowed::default(), ..waived() };
    let reader = page("template-waived-reader", || pages::admin_template::page(reader));
    assert!(reader.contains("Looked &lt;b&gt;at") && !reader.contains("/api/end_waiver"));
    let mistake = page("template-mistake", || {
        let mut it = template();
        it.findings[0].waivable = false;
        pages::admin_template::page(it)
    });
    assert!(!mistake.contains("/api/waive_finding"), "CloudFormation would not take it");
    let refused = page("template-waiver-refused", || {
        let mut it = template();
        it.form.values = [("form", "waive"), ("waiver_days", "400"), ("waiver_reason", "")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        it.form.errors = vec![FieldError::new("waiver_days", "A number of days from 1 to 90.")];
        pages::admin_template::page(it)
    });
    assert!(refused.contains("value=\"400\"") && refused.contains("A number of days from 1 to 90."));
}

#[test]
fn what_can_be_made_of_a_template_stands_on_its_page_once_nothing_is_to_be_mended() {
    let uses = TemplateUse {
        has_bucket: true,
        portfolios: vec![(samples::id("port-1"), "Data <b>science".into())],
        products: vec![(samples::id("prod-1"), "Studio <b>environment".into())],
        proposed: ProposedProduct { name: "Sandbox <b>Studio".into(), version: "1.1".into(), ..Default::default() },
    };
    let good = TemplatePage { findings: Vec::new(), uses: Some(uses.clone()), ..template() };
    let text = page("template-use", || pages::admin_template::page(good.clone()));
    assert!(text.contains("/api/add_product") && text.contains("/api/add_version"));
    assert!(!text.contains("Data <b>") && !text.contains("Studio <b>") && !text.contains("Sandbox <b>"));
    assert!(text.contains("value=\"Sandbox &lt;b&gt;Studio\"") && text.contains("value=\"1.1\""));
    let refused = page("template-use-refused", || {
        let mut it = good.clone();
        it.form.values = [("form", "version"), ("version_name", "2.0"), ("product", "prod-1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        it.form.errors = vec![FieldError::new("version_name", "Another version of the product has this name.")];
        pages::admin_template::page(it)
    });
    assert!(
        refused.contains(r##"href="#field-version-version-name""##)
            && refused.contains(r#"id="field-version-version-name""#)
    );
    assert!(refused.contains(r#"value="2.0""#) && refused.contains("<title>Error: "));
    let none = page("template-use-none", || {
        pages::admin_template::page(TemplatePage { uses: Some(TemplateUse { has_bucket: false, ..uses }), ..good })
    });
    assert!(none.contains("aws.templates_bucket") && !none.contains("/api/add_product"));
}

fn change(state: ChangeState) -> CatalogChangePage {
    CatalogChangePage {
        id: samples::id("0199eeee-0000-7000-8000-000000000001"),
        change: CatalogChange::SetVersion {
            product: samples::id("prod-1"),
            artifact: samples::id("pa-1"),
            active: true,
            guidance: Guidance::Deprecated,
        },
        named: Named {
            portfolio: "ML <b>portfolio".into(),
            product: "Studio <b>environment".into(),
            version: "1.0".into(),
            tag_option: String::new(),
            share: String::new(),
        },
        product: Some(samples::id("prod-1")),
        portfolio: None,
        template: None,
        by: "Ada <i>Admin".into(),
        state,
        operation: None,
        problem: (state == ChangeState::Failed).then(|| Problem::new("AWS refused.", "no", "Look at roles.md.")),
        created_at: samples::at(0),
        updated_at: samples::at(0),
        as_of: samples::at(1),
        undo: Some(CatalogChange::DeleteProduct { product: samples::id("prod-1") }),
        no_way_back: None,
        takes_back: None,
        taken_back_by: None,
        was: Some(CatalogChange::SetVersion {
            product: samples::id("prod-1"),
            artifact: samples::id("pa-1"),
            active: true,
            guidance: Guidance::Default,
        }),
        asks: Vec::new(),
        obstacles: Vec::new(),
        follows: Vec::new(),
        deletes: None,
        can_retry: state == ChangeState::Failed,
    }
}

#[test]
fn a_change_of_the_catalog_says_how_far_it_is_and_what_takes_it_back() {
    let text = page("catalog-change", || pages::admin_catalog_change::page(change(ChangeState::Applied)));
    assert!(
        text.contains("Deprecate version 1.0 of Studio") && !text.contains("Studio <b>") && !text.contains("<i>Admin")
    );
    assert!(text.contains("/api/undo_catalog_change") && !text.contains("/api/retry_catalog_change"));
    assert!(text.contains("deprecated") && text.contains("was ") && text.contains("default"), "{text}");
    let why = Some("It was changed again since.".to_owned());
    let since = CatalogChangePage { no_way_back: why, undo: None, ..change(ChangeState::Applied) };
    let since = page("catalog-change-since", || pages::admin_catalog_change::page(since));
    assert!(since.contains("It was changed again since") && !since.contains("/api/undo_catalog_change"));
    let other = || Some(samples::id("0199eeee-0000-7000-8000-000000000002"));
    let back = CatalogChangePage {
        taken_back_by: other(),
        takes_back: other(),
        asks: vec!["Purpose<b>".into()],
        obstacles: vec![samples::obstacle("Type<b>")],
        follows: vec![(change(ChangeState::Applied).change, change(ChangeState::Applied).named)],
        ..change(ChangeState::Applied)
    };
    let back = page("catalog-change-taken-back", || pages::admin_catalog_change::page(back));
    let link = "/admin/changes/0199eeee-0000-7000-8000-000000000002";
    assert!(back.contains("Taken back by") && back.contains("Takes back") && back.matches(link).count() == 2);
    assert!(back.contains("goes on by itself with:") && !back.contains("Studio <b>"));
    assert!(back.contains("Type&lt;b&gt;") && back.contains("requests are refused whatever people fill in"));
    assert!(back.contains("Purpose&lt;b&gt;") && back.contains("/admin/products/prod-1#binding"));
    let failed = page("catalog-change-failed", || pages::admin_catalog_change::page(change(ChangeState::Failed)));
    assert!(failed.contains("/api/retry_catalog_change") && failed.contains("Look at roles.md."));
    let row = |it: CatalogChangePage| CatalogChangeRow {
        id: it.id,
        change: it.change,
        named: it.named,
        by: it.by,
        state: it.state,
        was: it.was,
        takes_back: it.takes_back.is_some(),
        taken_back: it.taken_back_by.is_some(),
        created_at: it.created_at,
    };
    let items = vec![row(change(ChangeState::Applied)), row(change(ChangeState::Applying))];
    let rows = Listing { items, next: None, filtered: false };
    let list = page("catalog-changes", || pages::admin_catalog_changes::page(CatalogChangesPage { rows }, ""));
    assert!(list.contains("Being applied") && !list.contains("Studio <b>"));
    let none = Listing { items: Vec::new(), next: None, filtered: false };
    let list =
        page("catalog-changes-none", || pages::admin_catalog_changes::page(CatalogChangesPage { rows: none }, ""));
    assert!(list.contains("The catalog was not changed here yet."));
}

#[test]
fn the_versions_of_a_product_say_who_has_them_and_what_can_be_made_of_them() {
    let text = page("admin-product-versions", || pages::admin_product::page(samples::admin_product(), "", ""));
    for said in
        ["Offered first", "Deprecated", "Not active", "3 environments", "Deprecate version 2.0", "Activate version 0.9"]
    {
        assert!(text.contains(said), "{said}");
    }
    assert!(text.contains("version=pa-2") && !text.contains("Encrypted <b>"));
    let reader = page("admin-product-versions-reader", || {
        pages::admin_product::page(AdminProductPage { allowed: Allowed::default(), ..samples::admin_product() }, "", "")
    });
    assert!(reader.contains("Offered first") && !reader.contains("/api/set_version"));
    // Of many, a sheet: with one row too, the others are there to compare with.
    let mut last = samples::admin_product();
    last.versions.truncate(1);
    last.sheet = Sheet { number: 2, more: true };
    let text = page("admin-product-versions-further", || pages::admin_product::page(last, "", ""));
    for said in ["Two versions side by side", "/admin/products/prod-studio?page=3#versions"] {
        assert!(text.contains(said), "{said}");
    }
}

#[test]
fn what_a_template_is_given_by_works_without_a_script_and_keeps_what_was_pasted() {
    let templates = TemplatesPage {
        rows: Listing {
            items: vec![
                TemplateRow {
                    id: samples::id("0123abcd"),
                    file_name: "one<b>.yaml".into(),
                    by: "Ada Admin".into(),
                    at: samples::at(0),
                    findings: 0,
                    waived: 0,
                },
                TemplateRow {
                    id: samples::id("4567abcd"),
                    file_name: "two.yaml".into(),
                    by: "Ada Admin".into(),
                    at: samples::at(0),
                    findings: 2,
                    waived: 1,
                },
            ],
            next: Some("c".into()),
            filtered: false,
        },
        shipped: vec![ShippedTemplate { key: "sandbox-studio/1.1".into(), name: "Sandbox <b>Studio 1.1".into() }],
        rules: vec!["domain_vpc_only".into()],
        allowed: Allowed(vec![Action::ManageCatalog]),
        form: FormState {
            values: [("template".to_owned(), "</textarea><script>".to_owned())].into(),
            errors: vec![FieldError::new("file", "It is a gzip file: unpack it.")],
        },
    };
    let reading = TemplatesPage { allowed: Allowed::default(), form: FormState::default(), ..templates.clone() };
    let text = page("templates", || pages::admin_templates::page(templates, ""));
    assert!(text.contains(r#"enctype="multipart/form-data""#) && text.contains(r#"type="file""#));
    assert!(text.contains("It is a gzip file: unpack it.") && !text.contains("</textarea><script>"));
    assert!(text.contains("Passes") && text.contains("1 of 2 left to mend") && !text.contains("one<b>"));
    assert!(text.contains("sandbox-studio/1.1") && !text.contains("Sandbox <b>"));
    let text = page("templates-reader", || pages::admin_templates::page(reading, ""));
    assert!(!text.contains("/api/check_template"));
    let empty = TemplatesPage {
        rows: Listing { items: Vec::new(), next: None, filtered: false },
        rules: Vec::new(),
        shipped: Vec::new(),
        allowed: Allowed::default(),
        form: FormState::default(),
    };
    let text = page("templates-none", || pages::admin_templates::page(empty, ""));
    assert!(text.contains("No template was checked in the last 30 days."));
}
