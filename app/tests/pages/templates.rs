//! Templates as people read them.

use app::pages;
use domain::action::Action;
use domain::catalog::Parameter;
use domain::problem::FieldError;
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
                },
                TemplateRow {
                    id: samples::id("4567abcd"),
                    file_name: "two.yaml".into(),
                    by: "Ada Admin".into(),
                    at: samples::at(0),
                    findings: 2,
                },
            ],
            next: Some("c".into()),
            filtered: false,
        },
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
    assert!(text.contains("Passes") && text.contains("2 things to mend") && !text.contains("one<b>"));
    let text = page("templates-reader", || pages::admin_templates::page(reading, ""));
    assert!(!text.contains("/api/check_template"));
    let empty = TemplatesPage {
        rows: Listing { items: Vec::new(), next: None, filtered: false },
        rules: Vec::new(),
        allowed: Allowed::default(),
        form: FormState::default(),
    };
    let text = page("templates-none", || pages::admin_templates::page(empty, ""));
    assert!(text.contains("No template was checked in the last 30 days."));
}
