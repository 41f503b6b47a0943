use domain::environment::EnvironmentState;
use domain::project::Stage;
use domain::view::{EnvironmentsPage, FormState};
use leptos::prelude::*;

use crate::components::{Choice, Disclosure, Select, TextField};
use crate::words;

/// The filters of the list of environments, those that few people need folded away while none of them is set.
#[component]
pub fn Filters(environments: EnvironmentsPage, state: FormState) -> impl IntoView {
    let EnvironmentsPage { query, projects, products, versions, accounts, .. } = environments;
    let chosen = if query.whose == "mine" { "mine" } else { "" };
    let further =
        [&query.product, &query.version, &query.account, &query.owner, &query.ends, &query.older, &query.runs];
    let open = further.into_iter().any(|value| !value.is_empty());
    let (states, any_stage, attention, runs) = (states(), stages(), attention(), runs());
    let projects = projects.into_iter().map(|id| Choice::plain(id.to_string())).collect();
    let projects = offered("Any project", projects, &query.project);
    let products = products.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    let products = offered("Any product", products, &query.product);
    let versions = versions.into_iter().map(|(id, name)| Choice::new(id.to_string(), name));
    let outdated = Choice::new("outdated", "Outdated: deprecated, or a newer one is offered");
    let versions = offered("Any version", std::iter::once(outdated).chain(versions).collect(), &query.version);
    let accounts =
        accounts.into_iter().map(|(id, name)| Choice::new(id.to_string(), format!("{name} ({id})"))).collect();
    let accounts = offered("Any account", accounts, &query.account);
    let whose = vec![Choice::new("", "Everybody's"), Choice::new("mine", "Mine")];
    view! {
        <form class="stack gap-2" method="get" action="/environments" role="search" novalidate>
            <div class="filters">
                <TextField filter=true label="Name" name="q" kind="search" value=query.q state=state.clone() />
                <Select filter=true label="State" name="state" value=query.state choices=states state=state.clone() />
                <Select filter=true label="Project" name="project" value=query.project choices=projects state=state.clone() />
                <Select filter=true label="Stage" name="stage" value=query.stage choices=any_stage state=state.clone() />
                <Select filter=true label="Whose" name="whose" value=chosen choices=whose state=state.clone() />
                <Select filter=true label="To look at" name="attention" value=query.attention choices=attention state=state.clone() />
                <button class="button" type="submit">"Filter"</button>
            </div>
            <Disclosure summary="More filters" open>
                <div class="filters">
                    <Select filter=true label="Product" name="product" value=query.product choices=products state=state.clone() />
                    <Select filter=true label="Version" name="version" value=query.version choices=versions state=state.clone() />
                    <Select filter=true label="Account" name="account" value=query.account choices=accounts state=state.clone() />
                    <TextField filter=true label="Owner" name="owner" value=query.owner state=state.clone() />
                    <TextField
                        filter=true label="Lease ends within days" name="ends" inputmode="numeric" value=query.ends state=state.clone()
                    />
                    <TextField
                        filter=true label="At least days old" name="older" inputmode="numeric" value=query.older state=state.clone()
                    />
                    <Select filter=true label="Runs" name="runs" value=query.runs choices=runs state />
                </div>
            </Disclosure>
        </form>
    }
}

/// What can be chosen; a value of the address that is none of it stays there.
fn offered(any: &str, choices: Vec<Choice>, chosen: &str) -> Vec<Choice> {
    let unknown = !chosen.is_empty() && !choices.iter().any(|choice| choice.value == chosen);
    let first = std::iter::once(Choice::new("", any));
    first.chain(choices).chain(unknown.then(|| Choice::plain(chosen))).collect()
}

fn states() -> Vec<Choice> {
    let first = [Choice::new("", "Not terminated"), Choice::new("all", "All")];
    let states = EnvironmentState::ALL.map(|s| match s {
        EnvironmentState::Tainted => Choice::new(s.as_str(), "Tainted (last change failed, still runs)"),
        _ => Choice::new(s.as_str(), words::environment_state(s)),
    });
    first.into_iter().chain(states).collect()
}

fn stages() -> Vec<Choice> {
    let stages = Stage::ALL.map(|s| Choice::new(s.as_str(), s.label()));
    std::iter::once(Choice::new("", "Any stage")).chain(stages).collect()
}

fn attention() -> Vec<Choice> {
    vec![
        Choice::new("", "Any"),
        Choice::new("troubled", "Tainted, in error or handed over"),
        Choice::new("ending", "Lease ends within a week, or has ended"),
        Choice::new("held", "Held"),
        Choice::new("drifted", "Otherwise in AWS"),
        Choice::new("tags", "Tags are not as they should be"),
        Choice::new("handed_over", "Handed over to the platform team"),
        Choice::new("owner_left", "Its owner is no longer here"),
        Choice::new("keeps_files", "Terminated, home directories kept in AWS"),
    ]
}

fn runs() -> Vec<Choice> {
    vec![
        Choice::new("", "Whether or not"),
        Choice::new("yes", "Something ran at the last look"),
        Choice::new("no", "Nothing ran at the last look"),
    ]
}
