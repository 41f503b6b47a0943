use domain::draft::RETYPE;
use domain::view::FormState;
use leptos::prelude::*;

use super::{Icon, IconView, field_id};
use crate::words;

/// Where the list of what is wrong stands; a page has one at most.
pub const ERRORS_ID: &str = "errors";

/// A value that goes along with a form and that nobody edits. Firefox would bring an old one back when the page is loaded
/// again.
#[component]
pub fn Hidden(name: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value autocomplete="off" /> }
}

/// The part of a page's form state that belongs to one of its forms: a page with several forms names each in the hidden
/// field `form`.
pub fn form_part(state: &FormState, form: &str) -> FormState {
    if state.value("form") == Some(form) { state.clone() } else { FormState::default() }
}

/// The version that an edit form posts: a form that came back stays with the one it was filled against, until its person was
/// told that there is another.
pub fn form_version(state: &FormState, current: i64) -> String {
    filled_against(state, "version", current.to_string())
}

/// The same of what has no version of its own: what the form was drawn with, by `domain::curation::seen`.
pub fn form_seen(state: &FormState, current: String) -> String {
    filled_against(state, "seen", current)
}

fn filled_against(state: &FormState, field: &str, current: String) -> String {
    let told = state.errors.iter().any(|error| error.field.is_empty());
    state.value(field).filter(|_| !told).map_or(current, str::to_owned)
}

/// The label of a posted field: that of its page, or the key of a parameter or tag.
pub fn field_label(name: &str) -> String {
    if let Some((kind, key)) = name.split_once('[') {
        // A reason is kept by the id of what it is for, which nobody reads.
        return if kind == "reason" { "Comment".to_owned() } else { key.trim_end_matches(']').to_owned() };
    }
    if let Some((_, label)) = LABELS.iter().find(|(known, _)| *known == name) {
        return (*label).to_owned();
    }
    words::capitalized(name.replace('_', " "))
}

/// Fields whose label is not their name.
const LABELS: [(&str, &str); 80] = [
    ("actor", "Who"),
    ("answer", "Your answer"),
    ("adopt_days", "Days of its lease"),
    ("adopt_owner", "E-mail address of the owner"),
    ("adopt_reason", "Why"),
    ("artifact", "Version"),
    ("catalog", "catalog.toml"),
    ("confirm", "The name, typed to confirm"),
    ("delegate", "Their e-mail address"),
    ("justification", "What you need it for"),
    ("ends", "Lease ends within days"),
    ("extension_days", "Days from the approval"),
    ("extension_reason", "What you need it for"),
    ("file", "The file"),
    ("files", "The home directories"),
    ("grant", "Role"),
    ("hold_reason", "Why it has to stay"),
    ("hold_until", "Until"),
    ("id", "Short name"),
    ("instances", "Instance types"),
    ("job_hours", "For how many hours"),
    ("job_reason", "What it does"),
    ("kms_key_arn", "KMS key ARN"),
    ("lease_days", "Lease in days"),
    ("limit", "Stopped"),
    ("max_lease_days", "Longest lease in days"),
    ("older", "At least days old"),
    ("people_1", "Step 1: how many of them"),
    ("people_2", "Step 2: how many of them"),
    ("people_3", "Step 3: how many of them"),
    ("people_4", "Step 4: how many of them"),
    ("allowed_values", "Values that can be chosen"),
    ("constraint_description", "About it"),
    ("copy_name", "Name of the copy"),
    ("portfolio_description", "What it is for"),
    ("portfolio_name", "Name of the portfolio"),
    ("portfolio_tags", "Tags"),
    ("product_description", "What it is"),
    ("product_name", "Name of the product"),
    ("product_owner", "Owner"),
    ("product_tags", "Tags"),
    ("launch_role", "Role"),
    ("share_id", "Its number or id"),
    ("share_principals", "Principals"),
    ("share_with", "Whom to share it to"),
    ("shipped", "Template of the portal"),
    ("tag_key", "Key"),
    ("tag_option", "TagOption"),
    ("tag_value", "Value"),
    ("tag_values", "Values"),
    ("message", "What is said of any other"),
    ("sample", "Values to try it with"),
    ("stack_set", "Parameters as JSON"),
    ("tag_update", "Tags of what runs"),
    ("question", "Your question"),
    ("reach", "How far it reaches"),
    ("secret", "Signing secret"),
    ("source", "Where the value comes from"),
    ("studio_domain_id", "Shared Studio domain id"),
    ("subnet_ids", "Subnet ids"),
    ("target", "Account"),
    ("together_count", "How many, typed to confirm"),
    ("together_reason", "Reason"),
    ("topic", "What is sent"),
    ("transfer_reason", "Why"),
    ("transfer_to", "E-mail address of the new owner"),
    ("typical_minutes", "Expected minutes to come up"),
    ("meant", "Requests that are refused"),
    ("unlike", "A template unlike the others"),
    ("url", "Address"),
    ("version_name", "Name of the version"),
    ("version_note", "About the version"),
    ("rule", "Rule"),
    ("vpc_id", "VPC id"),
    ("waiver_days", "For how many days"),
    ("waiver_reason", "Why it may pass"),
    ("who_1", "Step 1: who decides"),
    ("who_2", "Step 2: who decides"),
    ("who_3", "Step 3: who decides"),
    ("who_4", "Step 4: who decides"),
];

/// Mistakes in fields that the form does not have become mistakes of the form as a whole, which say what they are about.
pub fn only_known_fields(mut state: FormState, known: &[&str]) -> FormState {
    for error in state.errors.iter_mut().filter(|e| !e.field.is_empty() && !known.contains(&e.field.as_str())) {
        error.message = format!("{}: {}", field_label(&error.field), error.message);
        error.field.clear();
    }
    state
}

/// All mistakes at once, each a link to its field.
#[component]
pub fn ErrorSummary(
    state: FormState,
    #[prop(optional)] part: &'static str,
    #[prop(optional)] title: Option<&'static str>,
) -> impl IntoView {
    (!state.errors.is_empty()).then(|| {
        let secret = state.errors.iter().any(|error| error.message.ends_with(RETYPE));
        let title = title.unwrap_or(if secret {
            "This was not sent yet. What you typed is kept, but for secrets."
        } else {
            "This was not sent yet. What you typed is kept."
        });
        let items = state
            .errors
            .into_iter()
            .map(|error| {
                let item = if error.field.is_empty() {
                    view! { <span>{error.message}</span> }.into_any()
                } else {
                    let href = format!("#{}", field_id(part, &error.field));
                    view! { <a href=href>{field_label(&error.field)} ": " {error.message}</a> }.into_any()
                };
                view! { <li>{item}</li> }
            })
            .collect_view();
        view! {
            <div class="callout tone-bad" role="alert" tabindex="-1" id=ERRORS_ID>
                <IconView icon=Icon::Cross />
                <div class="callout-body">
                    <p class="callout-title">{title}</p>
                    <ul class="grid list-disc gap-1 pl-5">{items}</ul>
                </div>
            </div>
        }
    })
}

/// A form that is one button.
#[component]
pub fn PostButton(
    action: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "button")] class: &'static str,
    /// What a screen reader says instead of `label`, where the same word stands in many rows.
    #[prop(into, optional)]
    described: Option<String>,
    fields: Vec<(&'static str, String)>,
) -> impl IntoView {
    view! {
        <form method="post" action=action class="contents">
            {fields.into_iter().map(|(name, value)| view! { <Hidden name value /> }).collect_view()}
            <button type="submit" class=class aria-label=described>{label}</button>
        </form>
    }
}
