use std::collections::BTreeSet;

use domain::action::Action;
use domain::id::TagRuleId;
use domain::project::{DataClass, Stage};
use domain::tag_policy::{TAGS_OF_THE_PORTAL, TagRule};
use domain::view::{FormState, Removal, TagPolicyPage};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{
    Badge, Callout, Card, Choice, Empty, ErrorSummary, Hidden, Icon, PageHead, Remove, Select, Table, TextArea,
    TextField, Tone, field_label, form_version,
};
use crate::document::Page;

/// Which tags an environment has to carry. `edit` is the id of the rule to be changed.
pub fn page(admin: TagPolicyPage, edit: &str) -> Page {
    let TagPolicyPage { rules, at_odds, differ, allowed, form } = admin;
    let manage = allowed.has(Action::ManageCatalog);
    let edited = edited(&rules, edit, &form);
    let entry = manage.then(|| {
        let title = edited.as_ref().map_or("New rule", |_| "Change the rule");
        let state = form.clone();
        view! { <Card title id="rule"><RuleForm edited state /></Card> }
    });
    let report = (differ.number > 0).then(|| {
        let title = if differ.number == 1 && differ.up_to > 1 {
            "One environment carries other tags than it would be given now.".to_owned()
        } else {
            format!("{differ} environments carry other tags than they would be given now.")
        };
        view! {
            <Callout tone=Tone::Warn title>
                <p>"AWS gives tags when something is launched, and never again by itself. Of each the page says what AWS can still change. "<a href="/environments?attention=tags">"Show them"</a></p>
            </Callout>
        }
    });
    let own = TAGS_OF_THE_PORTAL.map(|key| view! { <li><code>{key}</code></li> }).collect_view();
    let body = view! {
        <PageHead
            title="Tag policy"
            lead="Which tags environments have to carry, and with which values. What is requested without them is refused, and a request form asks for what the portal does not know. Where several rules are for a tag, all of them hold."
        />
        <ErrorSummary state=form.clone() />
        {report}
        <Card title="Rules" flush=true><Rules rules at_odds manage /></Card>
        {entry}
        <Card title="What the portal sets by itself">
            <p>"From the person, the project and the account, and never from what people type:"</p>
            <ul class="flex flex-wrap gap-x-3 gap-y-1">{own}</ul>
        </Card>
    };
    Page::new("Tag policy", body).with_errors(&form)
}

/// The rule that is changed: the one asked for, or the one that a form which came back is about.
fn edited(rules: &[TagRule], edit: &str, form: &FormState) -> Option<TagRule> {
    let posted = |rule: &TagRule| {
        form.value("version").is_some_and(|version| !version.is_empty())
            && form.value("tag_key") == Some(rule.key.as_str())
            && form.value("stage") == Some(stage_value(rule))
            && form.value("data_class") == Some(class_value(rule))
    };
    rules.iter().find(|rule| rule.id.as_str() == edit || posted(rule)).cloned()
}

fn stage_value(rule: &TagRule) -> &'static str {
    rule.stage.map_or("any", Stage::as_str)
}

fn class_value(rule: &TagRule) -> &'static str {
    rule.data_class.map_or("any", DataClass::as_str)
}

/// "Every stage, every data class".
fn holds_for(rule: &TagRule) -> (String, String) {
    let stage = rule.stage.map_or("Every stage", Stage::label).to_owned();
    let class = rule.data_class.map_or("Every data class".to_owned(), |class| format!("{} data", class.as_str()));
    (stage, class)
}

#[component]
fn Rules(rules: Vec<TagRule>, at_odds: BTreeSet<TagRuleId>, manage: bool) -> impl IntoView {
    if rules.is_empty() {
        return view! {
            <Empty title="There are no rules yet."><p>"Environments carry what the portal and the TagOptions of their product give them."</p></Empty>
        }
        .into_any();
    }
    let mut columns = vec!["Tag", "Stage", "Data class", "Values"];
    if manage {
        columns.push("Change");
    }
    let row = |rule: TagRule| {
        let at_odds = at_odds.contains(&rule.id);
        view! { <RuleLine rule at_odds manage /> }
    };
    let rows = rules.into_iter().map(row).collect_view();
    view! { <Table label="Rules of the tag policy" columns stack=true>{rows}</Table> }.into_any()
}

#[component]
fn RuleLine(rule: TagRule, at_odds: bool, manage: bool) -> impl IntoView {
    let (stage, class) = holds_for(&rule);
    let warning = at_odds.then(|| {
        view! {
            <div><Badge tone=Tone::Warn icon=Icon::Warning text="No TagOption fits" /></div>
            <p class="text-sm text-muted">"None of the "<a href="/admin/tags">"TagOptions"</a>" of this key has such a value: products that carry them cannot be requested where the rule holds."</p>
        }
    });
    let change = manage.then(|| {
        let edit = format!("{}#rule", with_query("/admin/tag-policy", &[("edit", rule.id.as_str())]));
        let consequence = "The tag is no longer asked for; what carries it keeps it.".to_owned();
        let removal = Some(Removal { consequence, blocked: false });
        let described = format!("Remove the rule: {rule}");
        let fields = vec![("id", rule.id.to_string())];
        view! {
            <td data-label="Change">
                <div class="flex flex-wrap items-start gap-2">
                    <a class="button button-small" href=edit aria-label=format!("Change the rule: {rule}")>"Change"</a>
                    <Remove action="/api/remove_tag_rule" described fields removal />
                </div>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row" class="[overflow-wrap:anywhere]"><code>{rule.key.clone()}</code></th>
            <td data-label="Stage">{stage}</td>
            <td data-label="Data class">{class}</td>
            <td data-label="Values" class="[overflow-wrap:anywhere]"><div class="grid gap-1"><p>{rule.values.to_string()}</p> {warning}</div></td>
            {change}
        </tr>
    }
}

#[component]
fn RuleForm(edited: Option<TagRule>, state: FormState) -> impl IntoView {
    let version = edited.as_ref().map(|rule| form_version(&state, rule.version)).unwrap_or_default();
    let values = edited.as_ref().map(|rule| rule.values.as_text()).unwrap_or_default();
    // What a rule is for is what it is known by: another is another rule.
    let for_what = match edited.clone() {
        Some(rule) => view! { <Known rule /> }.into_any(),
        None => view! { <New state=state.clone() /> }.into_any(),
    };
    let back = edited.is_some().then(|| view! { <a class="button" href="/admin/tag-policy">"Cancel"</a> });
    view! {
        <form class="fieldset max-w-2xl" method="post" action="/api/save_tag_rule" novalidate>
            <Hidden name="version" value=version />
            {for_what}
            <TextArea
                label="Values" name="tag_values" value=values required=false code=true
                help="One in a line; * stands for any characters. Empty: any value. Those that are all named become a choice in the request form."
                state
            />
            <p class="actions"><button class="button button-primary" type="submit">"Save rule"</button> {back}</p>
        </form>
    }
}

#[component]
fn Known(rule: TagRule) -> impl IntoView {
    let (stage, class) = holds_for(&rule);
    view! {
        <Hidden name="tag_key" value=rule.key.clone() />
        <Hidden name="stage" value=stage_value(&rule) />
        <Hidden name="data_class" value=class_value(&rule) />
        <p><code>{rule.key}</code> {format!(", {}, {}", stage.to_lowercase(), class.to_lowercase())}</p>
    }
}

#[component]
fn New(state: FormState) -> impl IntoView {
    let stages = std::iter::once(Choice::new("any", "Every stage"))
        .chain(Stage::ALL.into_iter().map(|stage| Choice::new(stage.as_str(), stage.label())))
        .collect();
    let classes = std::iter::once(Choice::new("any", "Every data class"))
        .chain(DataClass::ALL.into_iter().map(|class| Choice::plain(class.as_str())))
        .collect();
    view! {
        <TextField label=field_label("tag_key") name="tag_key" code=true state=state.clone() help="Of the tag: team, cost-center." />
        <Select label="Stage" name="stage" value="any" choices=stages state=state.clone() />
        <Select label="Data class" name="data_class" value="any" choices=classes state />
    }
}
