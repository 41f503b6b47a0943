use domain::guardrail::Effect;
use domain::organization::EffectiveStatement;
use leptos::prelude::*;

use super::{node_address, policy_address};

/// Where a statement stands is said with it, or by what it stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    WithPolicyAndNode,
    Alone,
}

/// Statements in words, one a line.
#[component]
pub(super) fn Statements(statements: Vec<EffectiveStatement>, said: Said) -> impl IntoView {
    let items = statements.into_iter().map(|statement| view! { <li><Statement statement said /></li> }).collect_view();
    view! { <ul class="grid list-disc gap-2 pl-5 [overflow-wrap:anywhere]">{items}</ul> }
}

#[component]
fn Statement(statement: EffectiveStatement, said: Said) -> impl IntoView {
    let whence = (said == Said::WithPolicyAndNode).then(|| {
        let level = if statement.level == 0 { "the root".to_owned() } else { format!("level {}", statement.level) };
        view! {
            <p class="row-sub">
                "Statement " {statement.statement.clone()} " of "
                <a href=policy_address(&statement.policy_id)>{statement.policy.clone()}</a> " at "
                <a href=node_address(&statement.node_id)>{statement.node.clone()}</a> ", " {level}
            </p>
        }
    });
    let sid = (said == Said::Alone).then(|| view! { <span class="row-sub">{statement.statement.clone()} ": "</span> });
    view! {
        <p>{sid}{words(&statement)}</p>
        {whence}
    }
}

/// "Denies sagemaker:CreateEndpoint on every resource, where the call has no sagemaker:VpcSubnets."
pub(super) fn words(statement: &EffectiveStatement) -> String {
    let EffectiveStatement { effect, actions, all_but, resources, all_resources_but, conditions, .. } = statement;
    let verb = if *effect == Effect::Deny { "Denies" } else { "Allows" };
    let every = actions.iter().any(|action| action == "*");
    let listed = actions.join(", ");
    let actions = match (all_but, every) {
        (false, true) => "every action".to_owned(),
        (false, false) => listed,
        (true, _) => format!("every action but {listed}"),
    };
    let on = match (resources.is_empty(), all_resources_but) {
        (true, _) => String::new(),
        (false, true) => format!(" on every resource but {}", resources.join(", ")),
        (false, false) => format!(" on {}", resources.join(", ")),
    };
    let when = if conditions.is_empty() { String::new() } else { format!(", where {}", conditions.join("; and ")) };
    format!("{verb} {actions}{on}{when}.")
}
