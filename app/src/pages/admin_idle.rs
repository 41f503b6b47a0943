use domain::action::Action;
use domain::idle::{IdleLimit, IdleRule, Instances, MINUTES};
use domain::project::Stage;
use domain::view::{AdminIdlePage, FormState, Removal};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{
    Card, Choice, Empty, ErrorSummary, Hidden, PageHead, Remove, Select, Table, TextField, form_version,
};
use crate::document::Page;

/// After which time what nobody uses is stopped. `edit` is the id of the rule to be changed.
pub fn page(admin: AdminIdlePage, edit: &str) -> Page {
    let AdminIdlePage { rules, allowed, form } = admin;
    let manage = allowed.has(Action::ManageIdleRules);
    let edited = edited(&rules, edit, &form);
    let entry = manage.then(|| {
        let title = edited.as_ref().map_or("New rule", |_| "Change the rule");
        let state = form.clone();
        view! { <Card title id="rule"><RuleForm edited state /></Card> }
    });
    let body = view! {
        <PageHead
            title="Idle rules"
            lead="After which time an app that nobody uses is stopped. Of the rules that are for it, that of its instance type holds before that of the family, and that before the one for every type; of those, that of its stage."
        />
        <ErrorSummary state=form.clone() />
        <Card title="Rules" flush=true><Rules rules manage /></Card>
        {entry}
        <Card title="What is never stopped">
            <ul class="grid list-disc gap-1 pl-5">
                <li>"What no rule is for, and notebook instances: SageMaker tells no activity of them."</li>
                <li>"Apps of which SageMaker tells no activity apart from its own health checks. The idle shutdown of SageMaker itself, which a product's template switches on, reaches those."</li>
                <li>"What runs a job: marked on the page of its environment, or tagged " <code>"studiogate:running-job"</code> " at AWS, on the app or its space."</li>
                <li>"Environments that a lead holds, and those that an operation is at work on."</li>
            </ul>
        </Card>
    };
    Page::new("Idle rules", body).with_errors(&form)
}

/// The rule that is changed: the one asked for, or the one that a form which came back is about.
fn edited(rules: &[IdleRule], edit: &str, form: &FormState) -> Option<IdleRule> {
    let posted = |rule: &IdleRule| {
        form.value("version").is_some_and(|version| !version.is_empty())
            && form.value("stage") == Some(stage_value(rule))
            && form.value("instances") == Some(rule.instances.to_string().as_str())
    };
    rules.iter().find(|rule| rule.id.as_str() == edit || posted(rule)).cloned()
}

fn stage_value(rule: &IdleRule) -> &'static str {
    rule.stage.map_or("any", Stage::as_str)
}

#[component]
fn Rules(rules: Vec<IdleRule>, manage: bool) -> impl IntoView {
    if rules.is_empty() {
        return view! {
            <Empty title="There are no rules yet."><p>"Nothing is stopped for being idle."</p></Empty>
        }
        .into_any();
    }
    let mut columns = vec!["Instance types", "Stage", "Stopped"];
    if manage {
        columns.push("Change");
    }
    let rows = rules.into_iter().map(|rule| view! { <RuleLine rule manage /> }).collect_view();
    view! { <Table label="Idle rules" columns stack=true>{rows}</Table> }.into_any()
}

#[component]
fn RuleLine(rule: IdleRule, manage: bool) -> impl IntoView {
    let instances = match &rule.instances {
        Instances::Any => view! { "Every type" }.into_any(),
        Instances::Family(name) => view! { <code>{name.clone()}</code> ", every size" }.into_any(),
        Instances::Exact(name) => view! { <code>{name.clone()}</code> }.into_any(),
    };
    let stage = rule.stage.map_or("Every stage", Stage::label);
    let change = manage.then(|| {
        let edit = format!("{}#rule", with_query("/admin/idle", &[("edit", rule.id.as_str())]));
        let consequence =
            "The next rule that is for the same holds; where there is none, nothing is stopped.".to_owned();
        let removal = Some(Removal { consequence, blocked: false });
        let described = format!("Remove the rule: {rule}");
        let fields = vec![("id", rule.id.to_string())];
        view! {
            <td data-label="Change">
                <div class="flex flex-wrap items-start gap-2">
                    <a class="button button-small" href=edit aria-label=format!("Change the rule: {rule}")>"Change"</a>
                    <Remove action="/api/remove_idle_rule" described fields removal />
                </div>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row">{instances}</th>
            <td data-label="Stage">{stage}</td>
            <td data-label="Stopped">{rule.limit.to_string()}</td>
            {change}
        </tr>
    }
}

#[component]
fn RuleForm(edited: Option<IdleRule>, state: FormState) -> impl IntoView {
    let version = edited.as_ref().map(|rule| form_version(&state, rule.version)).unwrap_or_default();
    let (limit, minutes) = match edited.as_ref().map(|rule| rule.limit) {
        Some(IdleLimit::After { minutes }) => ("after", minutes.to_string()),
        Some(IdleLimit::Never) => ("never", String::new()),
        None => ("after", String::new()),
    };
    let limits = vec![Choice::new("after", "After some minutes of idleness"), Choice::new("never", "Never")];
    let help = format!("{} to {}; left out for never.", MINUTES.start(), MINUTES.end());
    // What a rule is for is what it is known by: another is another rule.
    let for_what = match edited.clone() {
        Some(rule) => view! { <Known rule /> }.into_any(),
        None => view! { <New state=state.clone() /> }.into_any(),
    };
    let back = edited.is_some().then(|| view! { <a class="button" href="/admin/idle">"Cancel"</a> });
    view! {
        <form class="fieldset max-w-2xl" method="post" action="/api/save_idle_rule" novalidate>
            <Hidden name="version" value=version />
            {for_what}
            <Select label="Stopped" name="limit" value=limit choices=limits state=state.clone() />
            <TextField label="Minutes" name="minutes" value=minutes inputmode="numeric" required=false help state />
            <p class="actions"><button class="button button-primary" type="submit">"Save rule"</button> {back}</p>
        </form>
    }
}

/// What a rule is for is what it is known by: for something else there is another.
#[component]
fn Known(rule: IdleRule) -> impl IntoView {
    let named = match &rule.instances {
        Instances::Any => "Every instance type".to_owned(),
        Instances::Family(name) | Instances::Exact(name) => name.clone(),
    };
    let stage = rule.stage.map_or("every stage", Stage::label);
    view! {
        <Hidden name="stage" value=stage_value(&rule) />
        <Hidden name="instances" value=rule.instances.to_string() />
        <p>{format!("{named} in {stage}")}</p>
    }
}

#[component]
fn New(state: FormState) -> impl IntoView {
    let stages = std::iter::once(Choice::new("any", "Every stage"))
        .chain(Stage::ALL.into_iter().map(|stage| Choice::new(stage.as_str(), stage.label())))
        .collect();
    view! {
        <TextField
            label="Instance types" name="instances" required=false code=true state=state.clone()
            help="A type (ml.g5.xlarge), a family (ml.g5), or empty for every type."
        />
        <Select label="Stage" name="stage" value="any" choices=stages state />
    }
}
