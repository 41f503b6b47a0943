use domain::action::Action;
use domain::environment::EnvironmentState;
use domain::view::EnvironmentPage;
use leptos::prelude::*;

use crate::components::{Callout, Card, Disclosure, Hidden, Moment, PostButton, TextArea, Tone};

/// That it waits for the platform team, with what was asked.
#[component]
pub fn HandedOver(environment: EnvironmentPage) -> impl IntoView {
    let handed = environment.handed_over.clone()?;
    let back = environment.allowed.has(Action::HandOverEnvironment).then(|| {
        let fields = vec![("id", environment.id.to_string())];
        view! { <div class="actions"><PostButton action="/api/hand_back_environment" label="It needs nobody any more" fields /></div> }
    });
    Some(view! {
        <Callout tone=Tone::Info title="It is handed over to the platform team.">
            <p>{handed.by} " asked on " <Moment at=handed.at /> ":"</p>
            <p class="whitespace-pre-line break-words">{handed.note}</p>
            {back}
        </Callout>
    })
}

/// Where nobody here can go on: the platform team is asked, who see all of this page.
#[component]
pub fn HandOverForm(environment: EnvironmentPage) -> impl IntoView {
    let stuck = matches!(environment.progress.state, EnvironmentState::Error | EnvironmentState::Tainted)
        || !environment.observed.drift.is_empty();
    let offers = stuck && environment.handed_over.is_none() && environment.allowed.has(Action::HandOverEnvironment);
    offers.then(|| {
        let state = environment.form.clone();
        let open = state.error("handover_note").is_some();
        let help = format!(
            "{} sees this page as it is: what AWS said, the steps, the stack's events. Up to 2000 characters.",
            environment.contact
        );
        view! {
            <Card title="You cannot go on?">
                <Disclosure summary="Hand it over to the platform team" open id="handover">
                    <form class="stack gap-4" method="post" action="/api/hand_over_environment" novalidate>
                        <Hidden name="id" value=environment.id.to_string() />
                        <TextArea label="What you tried, and what you need" name="handover_note" state lines=3 help />
                        <p class="actions"><button class="button" type="submit">"Hand it over"</button></p>
                    </form>
                </Disclosure>
            </Card>
        }
    })
}
