//! Draws every page from samples: nothing that was typed breaks out of its place, nothing secret comes back, every state
//! has its page. With `STUDIOGATE_PAGES_DIR` set, the documents are written there, to be looked at.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod administration;
mod blueprint;
mod catalog_files;
mod curation;
mod deciding;
mod drift;
mod fleet;
mod idle;
mod organization;
mod policy_changes;
mod probes;
mod revocations;
mod rollouts;
mod samples;
mod tag_options;
mod tag_policy;
mod templates;
mod terminations;
mod transfers;
mod unmanaged;
mod updates;

use std::sync::Arc;

use app::document::{Assets, Document, Frame, Page};
use app::pages;
use domain::environment::EnvironmentState;
use domain::problem::{FieldError, Problem};
use domain::request::RequestState;
use domain::view::*;
use hydration_context::{SharedContext, SsrSharedContext};
use leptos::prelude::*;

/// The document as the server sends it.
fn html(name: &str, shell: Option<Shell>, page: impl FnOnce() -> Page) -> String {
    // Islands know by the shared context that they are drawn on a server.
    let context = Arc::new(SsrSharedContext::new());
    context.set_is_hydrating(false);
    let owner = Owner::new_root(Some(context));
    let text = owner.with(|| {
        let frame = Frame {
            assets: Assets { stylesheet: "studiogate.css".into(), ..Assets::default() },
            path: format!("/{name}"),
            ..Frame::default()
        };
        let page = page();
        format!("<!DOCTYPE html>{}", view! { <Document frame shell page /> }.to_html())
    });
    if let Ok(dir) = std::env::var("STUDIOGATE_PAGES_DIR") {
        std::fs::write(format!("{dir}/{}.html", name.replace('/', "_")), &text).unwrap();
    }
    text
}

fn page(name: &str, page: impl FnOnce() -> Page) -> String {
    html(name, Some(samples::shell()), page)
}

#[test]
fn home() {
    let text = page("home", || {
        pages::home::page(
            HomePage {
                environments: samples::environment_rows(),
                waiting_for_me: vec![samples::request_row("churn-studio", RequestState::Submitted)],
                my_requests: vec![samples::request_row("my-bucket", RequestState::Submitted)],
                products: samples::products(),
                may_request: true,
            },
            &samples::shell(),
        )
    });
    assert!(text.contains("<title>Home \u{b7} Studiogate</title>"));
    assert!(text.contains("Waiting for your decision"));
    let empty = page("home-empty", || {
        pages::home::page(HomePage { may_request: true, ..HomePage::default() }, &samples::shell())
    });
    assert!(empty.contains("You have no environment yet."));
}

#[test]
fn catalog() {
    let text = page("catalog", || pages::catalog::page(samples::catalog()));
    assert!(text.contains("ThrottlingException"));
    for filter in ["q", "stage", "project", "approval", "data_class", "within"] {
        assert!(text.contains(&format!(r#"name="{filter}""#)), "{filter}");
    }
    let kept = page("catalog-filtered", || {
        let query = CatalogQuery { data_class: "public".into(), within: "10".into(), ..CatalogQuery::default() };
        let mut catalog = CatalogPage { query, ..samples::catalog() };
        catalog.products[0].access.clear();
        pages::catalog::page(catalog)
    });
    assert!(kept.contains(r#"value="public" selected"#) && kept.contains(r#"value="10" selected"#));
    assert!(kept.contains("Nobody may use it yet"));
    let none = page("catalog-none", || {
        pages::catalog::page(CatalogPage { products: Vec::new(), any: false, ..samples::catalog() })
    });
    assert!(none.contains("There is no product for your projects yet."));
    let unmatched =
        page("catalog-unmatched", || pages::catalog::page(CatalogPage { products: Vec::new(), ..samples::catalog() }));
    assert!(unmatched.contains("No product matches these filters."));
}

#[test]
fn product() {
    let text = page("product", || pages::product::page(samples::product()));
    assert!(text.contains("1 \u{d7} SageMaker domain"));
    assert!(text.contains("Request this product"));
    assert!(text.contains("No GPU is offered (InstanceType is one of ml.t3.medium, ml.m5.large)."));
    assert!(text.contains("fraud-detection in Sandbox") && text.contains("No approval is needed."));
    assert!(text.contains("You choose when you request") && text.contains("Set for you"));
    assert!(text.contains("about 6 min, as the platform team expects"));
    assert!(text.contains("deny-sagemaker-endpoints at Workloads_Dev denies sagemaker:CreateEndpoint, "));
    assert!(text.contains("do not pass") && text.contains("Not known: the portal has not found the account"));
    assert!(text.contains("No service control policy denies anything by name."));
    let nobody = page("product-nobody", || {
        pages::product::page(ProductPage {
            access: Vec::new(),
            approvers: Vec::new(),
            guardrails: Vec::new(),
            ..samples::product()
        })
    });
    assert!(nobody.contains("Nobody may use it yet.") && nobody.contains("nobody to approve"));
    let not_allowed = page("product-readonly", || {
        pages::product::page(ProductPage { allowed: Allowed::default(), ..samples::product() })
    });
    assert!(!not_allowed.contains("Request this product"));
}

#[test]
fn v1_1_2_v1_2_1_v3_2_2_request_form_keeps_what_was_typed_but_no_secret() {
    let text = page("request-form", || pages::request_form::page(samples::request_form()));
    assert!(text.contains("<title>Error: Request"));
    assert_preflight(&text);
    assert!(text.contains("&lt;b&gt;") && !text.contains("<b>\"x"), "typed text breaks out of its field");
    assert!(!text.contains("must-not-show"));
    assert!(text.contains(r#"name="noecho" value="param[GitToken]""#));
    assert!(text.contains(r##"href="#field-param-Suffix""##) && text.contains(r#"id="field-param-Suffix""#));
    assert!(text.contains(r#"aria-describedby="field-param-Suffix-help field-param-Suffix-error""#));
    assert!(text.contains(r##"<a href="#field-name">Name<"##));
    assert!(text.contains(r#"id="errors""#));
    let again = page("request-form-retype", || {
        let mut form = samples::request_form();
        form.fields.last_mut().unwrap().required = false;
        form.state.values.insert("retype".into(), "param[GitToken]".into());
        form.state.errors = vec![FieldError::new("param[GitToken]", domain::draft::RETYPE)];
        pages::request_form::page(form)
    });
    assert!(again.contains("What you typed is kept, but for secrets."));
    assert!(again.contains(r#"type="checkbox" name="keep_default[GitToken]""#));
    assert!(again.contains(r#"name="retype" value="param[GitToken]""#) && !again.contains("must-not-show"));
    let blocked = page("request-form-blocked", || {
        let blocked = Problem::new("This cannot be requested yet.", "The account has no VPC declared.", "Ask Pat.");
        pages::request_form::page(RequestFormPage { blocked: Some(blocked), ..samples::request_form() })
    });
    assert!(blocked.contains("has no VPC declared") && !blocked.contains("Submit request"));
    assert!(blocked.contains("Show the form for this"), "another account can be chosen");
    let nowhere = page("request-form-nowhere", || {
        pages::request_form::page(RequestFormPage { targets: Vec::new(), ..samples::request_form() })
    });
    assert!(nowhere.contains("There is no account to request it into."));
}

/// Leptos escapes what stands in every element but a few: of a textarea, the component does.
#[test]
fn v1_2_1_v3_2_2_what_stands_in_a_text_area_stays_in_it() {
    let text = page("request-form-markup", || {
        let mut form = samples::request_form();
        form.state.values.insert("justification".into(), "</textarea><b>out</b> &lt;".into());
        pages::request_form::page(form)
    });
    assert!(text.contains("&lt;/textarea>&lt;b>out&lt;/b> &amp;lt;"), "as it was typed, once it is parsed");
    assert!(!text.contains("<b>out"));
}

/// Every verdict has its words, with what to do and who can; what was never read says so.
fn assert_preflight(text: &str) {
    for words in
        ["Whether it would come up", "Fine", "Would be denied", "Depends", "Not assessed", "2 things would be denied."]
    {
        assert!(text.contains(words), "{words}");
    }
    assert!(text.contains("Ask the platform team (platform@example.com).") && text.contains("Whoever asks for it can"));
    assert!(
        text.contains("The organization&#x27;s policies were not read yet.")
            || text.contains("policies were not read yet.")
    );
    assert!(text.contains("&lt;b&gt;small") && !text.contains("<b>small"));
    assert!(text.contains("DenyEndpoints of deny-sagemaker-endpoints at Workloads_Dev"));
}

#[test]
fn request_in_every_state() {
    for state in RequestState::ALL {
        let text = page(&format!("request-{state}"), || pages::request::page(samples::request(state)));
        assert_eq!(text.contains("/api/decide_request"), state == RequestState::Submitted);
        assert_eq!(text.contains("Go to the environment"), state == RequestState::Approved);
    }
    let waiting = page("request-preflight", || pages::request::page(samples::request(RequestState::Submitted)));
    assert_preflight(&waiting);
    let mine = page("request-mine", || {
        pages::request::page(RequestPage { allowed: Allowed::default(), ..samples::request(RequestState::Submitted) })
    });
    assert!(!mine.contains("/api/decide_request") && !mine.contains("/api/withdraw_request"));
    assert!(mine.contains("Frank Lead decides.") && !mine.contains("Who has to agree"));
    let chain = page("request-chain", || {
        let steps = vec![
            samples::approval_step("2 team leads", StepState::Done, &["Frank Lead", "Lea Lead"]),
            StepRow { wanting: 1, ..samples::approval_step("2 data owners", StepState::Open, &["Olga Owner"]) },
            samples::approval_step("an admin", StepState::Ahead, &[]),
        ];
        pages::request::page(RequestPage { steps, ..samples::request(RequestState::Submitted) })
    });
    assert!(chain.contains("Who has to agree") && chain.contains("Approved by Frank Lead, Lea Lead"));
    assert!(chain.contains("1 more to agree.") && chain.contains("After your approval it is up to an admin."));
}

#[test]
fn lists_tell_none_yet_from_none_match() {
    let requests = |filtered: bool| {
        let rows = Listing { items: Vec::new(), next: None, filtered };
        RequestsPage { rows, query: RequestsQuery::default(), projects: Vec::new() }
    };
    assert!(page("requests-none", || pages::requests::page(requests(false))).contains("There are no requests yet."));
    assert!(page("requests-unmatched", || pages::requests::page(requests(true))).contains("No request matches"));
    let environments = |filtered: bool, stage: &str| {
        let rows = Listing { items: Vec::new(), next: None, filtered };
        let query = EnvironmentsQuery { stage: stage.into(), ..EnvironmentsQuery::default() };
        EnvironmentsPage { rows, query, ..samples::environments() }
    };
    assert!(
        page("environments-none", || pages::environments::page(environments(false, "")))
            .contains("There are no environ")
    );
    assert!(
        page("environments-unmatched", || pages::environments::page(environments(true, "dev")))
            .contains("No environment m")
    );
    let gone = page("environments-terminated", || pages::environments::page(environments(true, "")));
    assert!(gone.contains("Every environment is terminated.") && gone.contains("/environments?state=all"));
}

#[test]
fn lists_keep_their_filters_from_page_to_page() {
    let rows = RequestState::ALL.iter().map(|s| samples::request_row(&format!("studio-{s}"), *s)).collect();
    let text = page("requests", || {
        pages::requests::page(RequestsPage {
            rows: Listing { items: rows, next: Some("cursor+1".into()), filtered: true },
            query: RequestsQuery { q: "studio".into(), ..RequestsQuery::default() },
            projects: vec![samples::id("fraud-detection")],
        })
    });
    assert!(text.contains("/requests?q=studio&amp;after=cursor%2B1"));
    let text = page("environments", || {
        pages::environments::page(EnvironmentsPage {
            rows: Listing { items: samples::environment_rows(), next: Some("c2".into()), filtered: true },
            query: EnvironmentsQuery { stage: "dev".into(), after: "c1".into(), ..EnvironmentsQuery::default() },
            projects: vec![samples::id("fraud-detection")],
            ..samples::environments()
        })
    });
    assert!(text.contains("/environments?stage=dev&amp;after=c2") && text.contains("First page"));
}

#[test]
fn environment_in_every_state() {
    for state in EnvironmentState::ALL {
        let text =
            page(&format!("environment-{state}"), || pages::environment::page(samples::environment(state), false));
        assert_eq!(text.contains("leptos-island"), state.is_passing(), "{state}");
        assert_eq!(text.contains("<script"), state.is_passing(), "a page without an island ships no script: {state}");
        assert_eq!(text.contains("Open Studio"), state == EnvironmentState::Available, "{state}");
        assert_eq!(text.contains("Refresh"), state.is_passing(), "{state}");
    }
    let other = page("environment-other", || {
        pages::environment::page(
            EnvironmentPage {
                allowed: Allowed::default(),
                is_owner: false,
                ..samples::environment(EnvironmentState::Available)
            },
            false,
        )
    });
    assert!(other.contains(" may open it."));
    assert!(!other.contains("/api/launch_environment") && !other.contains("/api/terminate_environment"));
}

#[test]
fn what_runs_is_told_with_what_it_runs_on_and_what_aws_has_otherwise() {
    let text = page("environment-drifted", || {
        pages::environment::page(samples::environment(EnvironmentState::Available), false)
    });
    assert!(text.contains("JupyterLab app in space features") && text.contains("ml.g5.4xlarge"));
    assert!(text.contains("Space for CodeEditor") && !text.contains("Space for JupyterLab"), "it runs: no idle space");
    assert!(text.contains("AWS has it in version v2") && text.contains("/api/observe_environment"));
    let waiting = page("environment-looked-at", || {
        pages::environment::page(samples::environment(EnvironmentState::Tainted), false)
    });
    assert!(waiting.contains("AWS is being asked") && !waiting.contains("/api/observe_environment"));
    assert!(waiting.contains("lost the tag with its owner"));
}

/// `app/src/islands/reader.rs` reads these names and forms.
#[test]
fn events_have_the_shape_that_the_island_reads() {
    let mut progress = samples::progress(EnvironmentState::Provisioning);
    progress.problem = Some(Problem::new("What", "Why", "Next"));
    progress.events[0].events.truncate(1);
    if let Some(operation) = &mut progress.operation {
        operation.steps.truncate(3);
        operation.steps.drain(..1);
    }
    let text = serde_json::to_string(&progress).unwrap();
    assert_eq!(
        text,
        concat!(
            r#"{"state":"provisioning","problem":{"what":"What","why":"Why","next":"Next"},"operation":{"kind":"provision","#,
            r#""steps":[{"label":"Ask Service Catalog","status":"done","started_at":"2026-11-23T16:00:00Z","#,
            r#""finished_at":"2026-11-23T16:01:00Z","detail":["Record rec-abc123"]},"#,
            r#"{"label":"Create the resources in AWS","status":"running","started_at":"2026-11-23T16:00:00Z","#,
            r#""finished_at":null,"detail":["3 of 6 resources"]}],"#,
            r#""started_at":"2026-11-23T16:00:00Z","finished_at":null,"typical_seconds":540,"#,
            r#""trouble":{"what":"AWS is slowing the portal down.","why":"ThrottlingException: Rate exceeded","#,
            r#""next":"Nothing: the portal tries again by itself."},"next_run_at":"2026-11-23T16:04:00Z"},"#,
            r#""events":[{"operation":"provision","events":[{"event_id":"1","at":"2026-11-23T16:00:11Z","logical_id":"fiona-studio","#,
            r#""resource_type":"AWS::CloudFormation::Stack","status":"CREATE_IN_PROGRESS","reason":"User Initiated"}]}],"#,
            r#""as_of":"2026-11-23T16:03:00Z"}"#
        )
    );
}

#[test]
fn audit() {
    let text = page("audit", || pages::audit::page(AuditPage { errors: Vec::new(), ..samples::audit() }));
    assert!(text.contains("/audit/export.csv?actor=fiona%20%26%20co") && text.contains("not sealed yet"));
    let mistyped = page("audit-mistyped", || pages::audit::page(samples::audit()));
    assert!(mistyped.contains("Write the date as YYYY-MM-DD.") && !mistyped.contains("not sealed yet"));
}

#[test]
fn profile_and_newcomer() {
    let text = page("profile", || pages::profile::page(samples::profile(false), None));
    assert!(text.contains("Data scientist in fraud-detection") && text.contains("This session"));
    let shell = Shell {
        roles: Vec::new(),
        allowed: Allowed::default(),
        decides: false,
        sees_revocations: false,
        waiting_for_me: 0,
        flash: None,
        ..samples::shell()
    };
    let text = html("newcomer", Some(shell), || {
        pages::newcomer::page(samples::profile(true), "the platform team, #ml-platform.".into())
    });
    assert!(text.contains("fraud-detection-members") && text.contains("#ml-platform"));
    assert!(!text.contains("href=\"/catalog\""));
    let mut revoked = samples::profile(true);
    revoked.cut_off_from = vec!["fraud-detection".parse().unwrap()];
    let text = page("revoked", || pages::newcomer::page(revoked, "Ask the platform team.".into()));
    assert!(text.contains("Your access to fraud-detection was revoked") && text.contains("Ask the platform team."));
    assert!(!text.contains("none of your groups"));
}

#[test]
fn problem() {
    let problem =
        Problem::new("You may not approve this request.", "Nobody decides their own request.", "Ask Frank Lead.");
    let text = page("problem", || pages::problem::page(403, problem.clone(), Some("01990000".into()), None));
    assert!(text.contains("Nobody decides their own request.") && text.contains("01990000"));
    let anonymous = html("problem-anonymous", None, || pages::problem::page(503, problem, None, None));
    assert!(!anonymous.contains("<nav"));
}

#[test]
fn a_form_that_nothing_could_keep_is_held_by_its_page() {
    let problem =
        Problem::new("The portal cannot reach its database.", "Nothing was changed.", "Try again in a minute.");
    let form = samples::unkept();
    let text = html("problem-unkept", None, || pages::problem::unkept(503, problem.clone(), None, form.clone()));
    assert!(text.contains(r#"method="post" action="/api/submit_request""#) && text.contains("Send again"));
    assert!(text.contains(r#"type="hidden" name="form_token" value="0199cccc""#));
    assert!(text.contains("&lt;b&gt;") && !text.contains("<b>\"x"), "typed text breaks out of its field");
    assert!(text.contains(r#"type="password""#) && text.contains(r#"name="noecho" value="param[GitToken]""#));
    assert!(text.contains(">Lease in days") && text.contains(r##"href="#field-lease-days""##));
    assert!(!text.contains("(optional)"), "it does not know which fields are");
    assert!(!text.contains("/auth/login"));
    let signed_out = html("problem-unkept-signed-out", None, || pages::problem::unkept(401, problem, None, form));
    assert!(signed_out.contains(r#"href="/auth/login" target="_blank""#));
}
