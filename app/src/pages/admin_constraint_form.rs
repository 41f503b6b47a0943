use domain::catalog::ConstraintRule;
use domain::id::{PortfolioId, ProductId};
use domain::parameter::AllowedValues;
use domain::view::{CuratedConstraint, FormState};
use leptos::prelude::*;

use crate::components::{
    Checks, Choice, Hidden, Select, StoredNow, TextArea, TextField, Tick, field_id, field_label, form_seen,
};

/// What a form makes. Of rules there are two: one that people fill, and one that takes them as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Allowed,
    Template,
    Launch,
    TagUpdate,
    Notification,
    StackSet,
}

impl Kind {
    pub(super) const ALL: [Self; 6] =
        [Self::Allowed, Self::Template, Self::Launch, Self::TagUpdate, Self::Notification, Self::StackSet];

    /// Those that change a constraint.
    pub(super) fn of(rule: &ConstraintRule) -> Vec<Self> {
        vec![match rule {
            ConstraintRule::Launch { .. } => Self::Launch,
            ConstraintRule::Template { rules } if AllowedValues::of(rules).is_some() => {
                return vec![Self::Allowed, Self::Template];
            }
            ConstraintRule::Template { .. } => Self::Template,
            ConstraintRule::TagUpdate { .. } => Self::TagUpdate,
            ConstraintRule::Notification { .. } => Self::Notification,
            ConstraintRule::StackSet { .. } => Self::StackSet,
        }]
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Template => "template",
            Self::Launch => "launch",
            Self::TagUpdate => "tag_update",
            Self::Notification => "notification",
            Self::StackSet => "stack_set",
        }
    }

    pub(super) fn asks(self) -> &'static str {
        match self {
            Self::Allowed => "Allow some values of a parameter",
            Self::Template => "Rules as JSON",
            Self::Launch => "Say which role launches it",
            Self::TagUpdate => "Say whether tags of what runs can be changed",
            Self::Notification => "Notify topics of launches",
            Self::StackSet => "Launch it into several accounts",
        }
    }

    fn can_be_tried(self) -> bool {
        matches!(self, Self::Allowed | Self::Template)
    }
}

/// The form of one kind, for a new constraint or one that is there.
#[component]
pub(super) fn KindForm(
    kind: Kind,
    product: ProductId,
    portfolio: PortfolioId,
    edited: Option<CuratedConstraint>,
    /// Names of parameters.
    parameters: Vec<String>,
    state: FormState,
) -> impl IntoView {
    let part = kind.as_str();
    let stored = edited.as_ref().map(|it| stored(kind, it)).unwrap_or_default();
    let now = |name: &str| {
        stored.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let about = now("constraint_description");
    let which = edited.map(|it| {
        let seen = form_seen(&state, it.seen);
        let state = state.clone();
        view! {
            <Hidden name="constraint" value=it.id />
            <Hidden name="seen" value=seen />
            <div class="empty:hidden"><StoredNow state stored=stored.clone() /></div>
        }
    });
    let tried = kind.can_be_tried().then(|| {
        let state = state.clone();
        view! {
            <TextArea
                label=field_label("sample")
                name="sample"
                part
                lines=2
                required=false
                code=true
                help="One in a line: Parameter = value. They are not saved."
                state
            />
        }
    });
    let try_it = kind.can_be_tried().then(|| {
        view! { <button class="button" type="submit" formaction="/api/try_constraint">"Try it"</button> }
    });
    let asked = state.error("meant").is_some() || state.value("meant").is_some_and(|it| !it.is_empty());
    let meant = asked.then(|| {
        let (label, state) = ("It is meant that nobody can request it so".to_owned(), state.clone());
        let ticks = vec![Tick { name: "meant".to_owned(), label, ticked: false }];
        view! { <Checks label=field_label("meant") name="meant" part ticks state /> }
    });
    view! {
        <form class="fieldset max-w-2xl" id=field_id(part, "kind") tabindex="-1" method="post" action="/api/save_constraint" novalidate>
            <Hidden name="product" value=product.to_string() />
            <Hidden name="portfolio" value=portfolio.to_string() />
            <Hidden name="kind" value=part />
            {which}
            {fields(kind, &now, parameters, &state)}
            <TextField
                label=field_label("constraint_description")
                name="constraint_description"
                part
                required=false
                help="People who request read it."
                value=about
                state=state.clone()
            />
            {tried}
            {meant}
            <p class="actions">
                <button class="button button-primary" type="submit">"Save the constraint"</button>
                {try_it}
            </p>
        </form>
    }
}

/// What is asked of a kind alone.
fn fields(kind: Kind, now: &dyn Fn(&str) -> String, parameters: Vec<String>, state: &FormState) -> AnyView {
    let (part, state) = (kind.as_str(), state.clone());
    let area = |name: &'static str, help: &'static str, lines: u8, value: String| {
        let state = state.clone();
        view! { <TextArea label=field_label(name) name part lines code=true help value state /> }
    };
    match kind {
        Kind::Allowed => {
            let parameter = now("parameter");
            let mut choices: Vec<Choice> = parameters.into_iter().map(Choice::plain).collect();
            // One that no version asks for any more stays what it is about.
            if !parameter.is_empty() && !choices.iter().any(|choice| choice.value == parameter) {
                choices.push(Choice::plain(parameter.clone()));
            }
            view! {
                <Select label=field_label("parameter") name="parameter" part choices value=parameter state=state.clone() />
                {area("allowed_values", "One in a line.", 4, now("allowed_values"))}
                <TextField label=field_label("message") name="message" part required=false value=now("message") state=state.clone() />
            }
            .into_any()
        }
        Kind::Template => {
            let help = r#"{"Rules": {"Name": {"RuleCondition": ..., "Assertions": [{"Assert": ..., "AssertDescription": "..."}]}}}. Or a CloudFormation template that makes such constraints: trying it takes the rules out of it."#;
            area("rules", help, 10, now("rules")).into_any()
        }
        Kind::Launch => view! {
            <TextField
                label=field_label("launch_role")
                name="launch_role"
                part
                code=true
                help="A name stands for the role of that name in each account; an ARN for one role."
                value=now("launch_role")
                state
            />
        }
        .into_any(),
        Kind::TagUpdate => {
            let choices = vec![Choice::new("yes", "They can be changed"), Choice::new("no", "They stay as they are")];
            view! { <Select label=field_label("tag_update") name="tag_update" part choices value=now("tag_update") state /> }
                .into_any()
        }
        Kind::Notification => {
            area("topics", "ARNs of SNS topics, one in a line; up to five.", 3, now("topics")).into_any()
        }
        Kind::StackSet => {
            let help = r#"{"Version": "String", "Properties": {"AccountList": [...], "RegionList": [...], "AdminRole": "...", "ExecutionRole": "..."}}"#;
            area("stack_set", help, 8, now("stack_set")).into_any()
        }
    }
}

/// The fields of a constraint that is there, in the form of that kind.
fn stored(kind: Kind, it: &CuratedConstraint) -> Vec<(&'static str, String)> {
    let description = ("constraint_description", it.written.description.clone());
    if let (Kind::Allowed, ConstraintRule::Template { rules }) = (kind, &it.written.rule) {
        let AllowedValues { parameter, values, message } = AllowedValues::of(rules).unwrap_or_default();
        let values = values.join("\n");
        return vec![("parameter", parameter), ("allowed_values", values), ("message", message), description];
    }
    let pretty = |text: &str| {
        let value: Result<serde_json::Value, _> = serde_json::from_str(text);
        value.ok().and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| text.to_owned())
    };
    let rule = match &it.written.rule {
        ConstraintRule::Launch { role } => ("launch_role", role.clone()),
        ConstraintRule::Template { rules } => ("rules", pretty(rules)),
        ConstraintRule::TagUpdate { allowed } => ("tag_update", if *allowed { "yes" } else { "no" }.to_owned()),
        ConstraintRule::Notification { topics } => ("topics", topics.join("\n")),
        ConstraintRule::StackSet { parameters } => ("stack_set", pretty(parameters)),
    };
    vec![rule, description]
}
