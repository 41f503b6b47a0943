//! The pages of the administration.

use std::collections::BTreeMap;

use app::pages;
use domain::person::GroupMapping;
use domain::problem::FieldError;
use domain::view::*;

use crate::samples::everything;
use crate::{page, samples};

#[test]
fn administration() {
    let text = page("admin-projects", || pages::admin_projects::page(projects(1), ""));
    assert!(text.contains("Create project") && !text.contains("?page="));
    let text = page("admin-projects-many", || pages::admin_projects::page(projects(61), ""));
    assert!(text.contains("/admin/projects?page=2") && text.matches("row-link").count() == 60);
    let text = page("admin-projects-past", || pages::admin_projects::page(projects(61), "3"));
    assert!(text.contains("The list ends before this page.") && text.contains("Create project"));
    let text = page("admin-project", || pages::admin_project::page(samples::admin_project(), ""));
    assert!(text.contains(r#"id="field-account-account-error""#), "the error stands at the field of its own form");
    assert!(text.contains("2 environments live in it.") && !text.contains("/api/remove_project_account"));
    assert!(text.contains(r#"href="/admin/mappings""#), "to where groups are changed");
    let text = page("admin-project-edit", || {
        let sample = AdminProjectPage { form: FormState::default(), ..samples::admin_project() };
        pages::admin_project::page(sample, "601000000002/eu-west-1")
    });
    assert!(text.contains("Change account fraud-detection-dev") && text.contains(r#"name="version" value="3""#));
    assert!(text.contains(r#"value="subnet-601000000002-a, subnet-601000000002-b""#));
    let text = page("admin-project-edit-again", || {
        let typed = [("form", "account"), ("account", "601000000002"), ("region", "eu-west-1"), ("version", "2")];
        let mut sample = samples::admin_project();
        sample.form.values = typed.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        pages::admin_project::page(sample, "")
    });
    let told = page("admin-project-edit-stale", || {
        let typed = [("form", "account"), ("account", "601000000002"), ("region", "eu-west-1"), ("version", "2")];
        let mut sample = samples::admin_project();
        sample.form.values = typed.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        sample.form.errors = vec![FieldError::new("", "The account changed while you looked at it.")];
        pages::admin_project::page(sample, "")
    });
    assert!(told.contains("The account changed") && told.contains(r#"name="version" value="3""#));
    assert!(text.contains(r#"name="version" value="2""#), "a draft stays with the version it was filled against");
    let text = page("admin-approvals", || pages::admin_approvals::page(samples::admin_approvals(), ""));
    assert!(text.contains("2 team leads, then a data owner approve") && text.contains("Any stage"));
    assert!(text.contains("/api/remove_approver") && text.contains("/api/save_approval_floor"));
    let text = page("admin-approvals-edit", || pages::admin_approvals::page(samples::admin_approvals(), "floor-1"));
    assert!(
        text.contains("Change what holds for Prod, any data class") && text.contains(r#"name="version" value="2""#)
    );
    let text = page("admin-approvals-mistake", || {
        let mut sample = samples::admin_approvals();
        let typed = [("form", "floor"), ("version", ""), ("stage", "prod"), ("who_1", "lead"), ("people_1", "9")];
        sample.form.values = typed.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        sample.form.errors = vec![FieldError::new("people_1", "A whole number from 1 to 5.")];
        pages::admin_approvals::page(sample, "")
    });
    assert!(text.contains(r#"id="field-floor-people-1-error""#) && text.contains(r#"value="9""#));
    page("admin-approvals-none", || {
        pages::admin_approvals::page(
            AdminApprovalsPage { floors: vec![], approvers: vec![], ..samples::admin_approvals() },
            "",
        )
    });
    let text = page("admin-mappings", || pages::admin_mappings::page(mappings(samples::mappings()), ""));
    assert!(text.contains("Group platform-admins is always admin."));
    let many = || mappings(vec![samples::mappings()[0].clone(); 21]);
    let text = page("admin-mappings-many", || pages::admin_mappings::page(many(), ""));
    assert!(text.contains("/admin/mappings?page=2") && text.matches("data-label=\"Gives the role\"").count() == 20);
    let text = page("admin-mappings-past", || pages::admin_mappings::page(many(), "3"));
    assert!(text.contains("The list ends before this page.") && !text.contains("There are no mappings yet."));
}

fn projects(number: usize) -> AdminProjectsPage {
    AdminProjectsPage { projects: vec![samples::project(); number], allowed: everything(), form: FormState::default() }
}

fn mappings(mappings: Vec<GroupMapping>) -> AdminMappingsPage {
    AdminMappingsPage {
        mappings,
        bootstrap_admin_group: Some("platform-admins".into()),
        projects: vec![samples::project()],
        removals: BTreeMap::from([("map-a".into(), samples::removal("They are no longer auditors."))]),
        allowed: everything(),
        form: FormState::default(),
    }
}

#[test]
fn people() {
    let people = |allowed: Allowed| {
        let person = |name: &str, you: bool, sessions: i64| PersonRow {
            id: samples::person().studio_user_id(),
            display_name: name.into(),
            email: Some("fiona@example.com".into()),
            subject: "auth0|5f7c8ec7c33c6c004bbafe82".into(),
            roles: vec!["Data scientist in fraud-detection".into()],
            you,
            cut_off: false,
            sessions,
            last_seen_at: (sessions > 0).then(|| samples::at(1)),
        };
        AdminPeoplePage {
            people: vec![person("<b>Fiona", false, 2), person("Adam Admin", true, 1), person("Gone", false, 0)],
            more: true,
            query: PeopleQuery { q: "a&b".into() },
            allowed,
        }
    };
    let text = page("admin-people", || pages::admin_people::page(people(everything())));
    assert!(text.contains("End all sessions of &lt;b&gt;Fiona") && text.contains("2 sessions"), "{text}");
    assert_eq!(text.matches("/api/end_sessions_of").count(), 1, "not one's own, and not where there is none");
    let readonly = page("admin-people-readonly", || pages::admin_people::page(people(Allowed::default())));
    assert!(!readonly.contains("/api/end_sessions_of"));
}

#[test]
fn administration_of_products() {
    let text = page("admin-products", || {
        pages::admin_products::page(AdminProductsPage {
            drifted: 2,
            q: String::new(),
            sheet: Sheet::default(),
            products: vec![
                AdminProductRow {
                    id: samples::id("prod-studio"),
                    name: "Studio environment, VPC only".into(),
                    portfolios: vec!["ML environments".into()],
                    versions: 2,
                    access_rules: 3,
                    unbound: vec!["ExecutionRoleArn".into()],
                },
                AdminProductRow {
                    id: samples::id("prod-bucket"),
                    name: "Governed S3 workspace".into(),
                    portfolios: vec!["Data".into()],
                    versions: 1,
                    access_rules: 3,
                    unbound: Vec::new(),
                },
            ],
            mirrors: samples::catalog().mirrors,
            allowed: everything(),
        })
    });
    assert!(text.contains("1 parameter to bind"));
    let text = page("admin-product", || pages::admin_product::page(samples::admin_product(), "", ""));
    assert!(text.contains("Accept the proposals"));
    assert!(text.contains("1 parameter must be bound: until then requests are refused."));
    assert!(text.contains("Must be bound") && text.contains("In fraud-detection-dev"));
    assert!(text.contains("Template's default: \u{201c}VpcOnly\u{201d}. Nobody may choose it."));
    assert!(text.contains(r#"value="from_account:vpc_id""#) && text.contains("From the account: its VPC"));
    assert!(text.contains("requests are refused until it is bound again."), "what removing it means");
    assert!(text.contains(r#"name="typical_minutes" type="text" value="6""#));
    let edited = |id: &str| page("admin-product-edit", || pages::admin_product::page(samples::admin_product(), id, ""));
    let text = edited("access-1");
    assert!(text.contains("Change access of Fraud detection in") && text.contains(r#"name="version" value="4""#));
    let text = edited("bind-InstanceType");
    assert!(text.contains("Change the binding of InstanceType") && text.contains(r#"name="version" value="5""#));
    assert!(text.contains(r#"value="choice" selected"#) && text.contains("ml.t3.medium\nml.m5.large"));
    let mut many = samples::admin_product();
    many.access = vec![many.access[0].clone(); 21];
    let (first, past) = (many.clone(), many.clone());
    let text = page("admin-product-rules", || pages::admin_product::page(first, "", ""));
    assert!(text.contains("?rules=2") && text.matches("/api/remove_product_access").count() == 20);
    let text = page("admin-product-rules-rest", || pages::admin_product::page(many, "access-1", "2"));
    assert!(!text.contains("?rules=") && text.matches("/api/remove_product_access").count() == 1);
    assert!(text.contains("Change access of Fraud detection in"), "whatever part of the list is shown");
    let text = page("admin-product-rules-past", || pages::admin_product::page(past, "", "3"));
    assert!(text.contains("The list ends before this page.") && !text.contains("Nobody may use it yet."));
    let readonly = page("admin-product-readonly", || {
        pages::admin_product::page(AdminProductPage { allowed: Allowed::default(), ..samples::admin_product() }, "", "")
    });
    assert!(!readonly.contains("Save access") && !readonly.contains(">Remove<"));
}
