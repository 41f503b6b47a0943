//! What the pages say of the tag policy, and of tags that are not as they would be given now.

use app::pages;
use domain::environment::EnvironmentState;
use domain::problem::{FieldError, Problem};
use domain::project::{DataClass, Stage};
use domain::tag_policy::{TagDifference, TagRule};
use domain::view::*;

use crate::samples::{everything, id};
use crate::{page, samples};

fn rule(name: &str, key: &str, values: &str, stage: Option<Stage>, data_class: Option<DataClass>) -> TagRule {
    TagRule { id: id(name), key: key.into(), stage, data_class, values: values.parse().unwrap(), version: 3 }
}

fn admin(allowed: Allowed, form: FormState) -> TagPolicyPage {
    let rules = vec![
        rule("rule-a", "cost-center", "CC-*", None, None),
        rule("rule-b", "workload", "training\ninference", Some(Stage::Prod), Some(DataClass::Restricted)),
        rule("rule-c", "signed-off", "", None, None),
    ];
    let at_odds = std::collections::BTreeSet::new();
    TagPolicyPage { rules, at_odds, differ: Counted { number: 3, up_to: 1000 }, allowed, form }
}

#[test]
fn rules_are_listed_made_and_changed() {
    let text =
        page("admin-tag-policy", || pages::admin_tag_policy::page(admin(everything(), FormState::default()), ""));
    for said in ["CC-*", "one of training, inference", "any value", "restricted data", "Every data class", "New rule"] {
        assert!(text.contains(said), "{said}");
    }
    assert!(text.contains("3 environments carry other tags") && text.contains("/environments?attention=tags"));
    let readonly = page("admin-tag-policy-readonly", || {
        pages::admin_tag_policy::page(admin(Allowed::default(), FormState::default()), "rule-a")
    });
    assert!(!readonly.contains("/api/"), "an auditor reads");
    let edited = page("admin-tag-policy-edit", || {
        pages::admin_tag_policy::page(admin(everything(), FormState::default()), "rule-b")
    });
    assert!(edited.contains("Change the rule") && edited.contains(r#"name="version" value="3""#));
    assert!(edited.contains(r#"name="tag_key" value="workload""#) && edited.contains("training\ninference"));
    let again = page("admin-tag-policy-again", || {
        let typed = [
            ("tag_key", "cost-center"),
            ("stage", "any"),
            ("data_class", "any"),
            ("tag_values", "</textarea>"),
            ("version", "2"),
        ];
        let values = typed.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let errors = vec![FieldError::new("tag_values", "AWS takes no '<' in a tag.")];
        pages::admin_tag_policy::page(admin(everything(), FormState { values, errors }), "")
    });
    assert!(again.contains("Change the rule") && again.contains(r#"name="version" value="2""#));
    assert!(again.contains("&lt;/textarea>") && again.contains(r#"id="field-tag-values-error""#));
    assert!(!text.contains("No TagOption fits"));
    let odd = page("admin-tag-policy-at-odds", || {
        let at_odds = [id("rule-b")].into();
        pages::admin_tag_policy::page(TagPolicyPage { at_odds, ..admin(everything(), FormState::default()) }, "")
    });
    assert_eq!(odd.matches("No TagOption fits").count(), 1);
    let none = page("admin-tag-policy-none", || {
        let page = TagPolicyPage {
            rules: Vec::new(),
            differ: Counted::default(),
            ..admin(everything(), FormState::default())
        };
        pages::admin_tag_policy::page(page, "gone")
    });
    assert!(none.contains("There are no rules yet.") && !none.contains("carry other tags"));
}

fn differing(refused: Option<Problem>) -> TagsView {
    let difference = |key: &str, is: Option<&str>, value: Option<&str>, wanted: &str| TagDifference {
        key: key.into(),
        is: is.map(str::to_owned),
        value: value.map(str::to_owned),
        wanted: wanted.into(),
    };
    TagsView {
        differences: vec![
            difference("cost-center", Some("CC-4711"), Some("CC-4712"), "CC-4712"),
            difference("workload", None, None, "one of training, inference"),
        ],
        fields: vec![FormField {
            name: "tag[workload]".into(),
            label: "workload".into(),
            help: String::new(),
            default: None,
            control: FormControl::Choice { values: vec!["training".into(), "inference".into()] },
            required: true,
            limits: None,
        }],
        refused,
        keeps: vec!["Startup (AWS::SageMaker::StudioLifecycleConfig)".into()],
        started: vec!["default".into()],
        request: id("r-1"),
    }
}

#[test]
fn an_environment_says_which_tags_are_not_as_they_would_be() {
    let of = |name: &str, allowed: Allowed, refused: Option<Problem>, form: FormState| {
        let mut it = samples::environment(EnvironmentState::Available);
        it.tag_differences = Some(differing(refused));
        it.allowed = allowed;
        it.form = form;
        page(name, || pages::environment::page(it, false))
    };
    let text = of("environment-tags", everything(), None, FormState::default());
    for said in ["CC-4711", "CC-4712", "missing", "one of training, inference", "Put the tags right"] {
        assert!(text.contains(said), "{said}");
    }
    assert!(text.contains(r#"name="tag[workload]""#) && text.contains("Choose one"));
    assert!(text.contains("AWS::SageMaker::StudioLifecycleConfig") && text.contains("until it is stopped"));
    assert!(text.contains("/api/request_again"));
    let reads = of("environment-tags-read", Allowed::default(), None, FormState::default());
    assert!(reads.contains("A lead of its project or an admin") && !reads.contains("/api/push_tags"));
    let refused = Problem::new("AWS cannot change the tags of this environment.", "No constraint.", "Request another.");
    let refused = of("environment-tags-refused", everything(), Some(refused), FormState::default());
    assert!(refused.contains("No constraint.") && !refused.contains("/api/push_tags"));
    let values = [("tag[workload]".to_owned(), String::new())].into();
    let errors = vec![FieldError::new("tag[workload]", "Choose one of training, inference.")];
    let again = of("environment-tags-again", everything(), None, FormState { values, errors });
    assert!(again.contains("Choose one of training, inference."));
}
