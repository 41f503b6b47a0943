use domain::action::Action;
use domain::observed::Drift;
use domain::view::EnvironmentPage;
use leptos::prelude::*;

use crate::components::{Callout, Card, PostButton, Tone};

/// That its version is old or deprecated, and what is offered instead.
#[component]
pub fn VersionCallout(environment: EnvironmentPage) -> impl IntoView {
    let newer = environment.newer_version.clone()?;
    let (tone, title) = if environment.version_is_deprecated {
        (Tone::Warn, format!("Version {} is deprecated.", environment.version_name))
    } else {
        (Tone::Info, format!("There is a newer version: {newer}."))
    };
    let update = offers(&environment).then(
        || view! { <p><a href=address(&environment)>{format!("See what an update to {newer} would do")}</a></p> },
    );
    let said = environment
        .version_is_deprecated
        .then(|| view! { <p>"Nobody may request it any more; this environment may keep it. Version " {newer.clone()} " is offered instead."</p> });
    Some(view! { <Callout tone title>{said} {update}</Callout> })
}

/// The version that it has, and the way to another, or to other values.
#[component]
pub fn Version(environment: EnvironmentPage) -> impl IntoView {
    let waits = match (&environment.update_waiting, &environment.rolled_out) {
        (Some(request), _) => Some(("An update of it waits for a decision.", request.clone())),
        (None, Some(request)) => Some(("An update of it waits for its turn in a rollout.", request.clone())),
        (None, None) => None,
    };
    let waiting = waits.map(|(said, request)| {
        let seen = environment.requests.iter().any(|it| it.id == request && it.may_see);
        let link = seen.then(|| view! { " " <a href=format!("/requests/{request}")>"Go to the request"</a> });
        view! { <p>{said} {link}</p> }
    });
    let offers = offers(&environment);
    let update = (offers && waiting.is_none()).then(|| {
        view! {
            <p>"Bring it to another version, give it other values, or provision it once more as it is to mend what was changed in AWS. What that does is shown first."</p>
            <p class="actions"><a class="button" href=address(&environment)>"Update"</a></p>
        }
    });
    let other = environment.observed.drift.iter().find_map(|drift| match &drift.drift {
        Drift::Version { artifact } => Some((artifact.to_string(), drift.version.clone())),
        _ => None,
    });
    let adopt = other.filter(|_| offers).map(|(artifact, name)| {
        let name = name.unwrap_or_else(|| artifact.clone());
        let fields = vec![("id", environment.id.to_string()), ("artifact", artifact)];
        view! {
            <p>{format!("AWS has it in version {name}. Take that over, or update it to the version that was approved.")}</p>
            <div class="actions"><PostButton action="/api/adopt_version" label="Take over the version that AWS has" fields /></div>
        }
    });
    (waiting.is_some() || update.is_some() || adopt.is_some()).then(|| {
        view! {
            <Card title="Version">
                <div class="stack gap-3">
                    <p>{environment.product_name} ", version " {environment.version_name} "."</p>
                    {waiting}
                    {update}
                    {adopt}
                </div>
            </Card>
        }
    })
}

fn offers(environment: &EnvironmentPage) -> bool {
    environment.allowed.has(Action::UpdateEnvironment)
}

fn address(environment: &EnvironmentPage) -> String {
    format!("/environments/{}/update", environment.id)
}
