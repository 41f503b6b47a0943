use domain::view::{FormState, ReachChoice, RevokePage};
use leptos::prelude::*;

use crate::components::{
    Callout, Card, Crumb, ErrorLine, ErrorSummary, Hidden, PageHead, TextArea, Tone, describe, field_id,
};
use crate::document::Page;

/// The form for cutting somebody off at once.
pub fn page(revoke: RevokePage) -> Page {
    let RevokePage { person, person_id, environment, reaches, in_force, form } = revoke;
    let crumbs = match &environment {
        Some((id, name)) => {
            vec![Crumb::new("/environments", "Environments"), Crumb::new(format!("/environments/{id}"), name.clone())]
        }
        None => vec![Crumb::new("/admin/people", "People")],
    };
    let back = environment.as_ref().map_or_else(|| "/admin/people".to_owned(), |(id, _)| format!("/environments/{id}"));
    let environment = environment.map(|(id, _)| view! { <Hidden name="environment" value=id.to_string() /> });
    let title = format!("Cut off {person}");
    let already = (!in_force.is_empty()).then(|| {
        let items = in_force
            .into_iter()
            .map(|(id, reach)| view! { <li><a href=format!("/revocations/{id}")>"Revoked: " {reach}</a></li> })
            .collect_view();
        view! {
            <Callout tone=Tone::Info title="Some of it is revoked already.">
                <ul class="grid list-disc gap-1 pl-5">{items}</ul>
            </Callout>
        }
    });
    let (reason, reached) = (form.clone(), form.clone());
    let body = view! {
        <PageHead title=title.clone() lead="Access ends at once, and is given back as easily." crumbs />
        <ErrorSummary state=form.clone() />
        {already}
        <div class="columns">
            <Card title="Revoke access">
                <form class="stack gap-4" method="post" action="/api/revoke_access" novalidate>
                    {environment}
                    <Hidden name="person" value=person_id.to_string() />
                    <Reaches reaches state=reached />
                    <TextArea
                        label="Reason"
                        name="reason"
                        help="For leads, admins and auditors. The person does not see it."
                        state=reason
                        lines=3
                    />
                    <p class="actions">
                        <button class="button button-danger" type="submit">"Revoke access now"</button>
                        <a class="button" href=back>"Leave it as it is"</a>
                    </p>
                </form>
            </Card>
            <Card title="What happens">
                <ol class="grid list-decimal gap-2 pl-5">
                    <li>"The portal refuses at once: nothing can be opened, requested or decided any more within the reach."</li>
                    <li>"AWS is told to deny the launcher's sessions. An open Studio page stops at its next request."</li>
                    <li>"AWS is told to deny the execution role. Credentials in notebooks and kernels are of no more use."</li>
                    <li>"Running apps are deleted and notebook instances stopped. Spaces, files and disks stay."</li>
                </ol>
                <p class="text-muted">
                    "IAM spreads a deny policy within seconds as a rule. Until then, credentials that are out already still work; what was read with them before cannot be called back."
                </p>
            </Card>
        </div>
    };
    Page::new(title, body).with_errors(&form)
}

/// How far it reaches: nothing is chosen for anybody.
#[component]
fn Reaches(reaches: Vec<ReachChoice>, state: FormState) -> impl IntoView {
    let error = state.error("reach").map(str::to_owned);
    let chosen = state.value("reach").unwrap_or_default().to_owned();
    let id = field_id("", "reach");
    let described = describe(&id, false, error.is_some());
    let error_id = format!("{id}-error");
    let items = reaches
        .into_iter()
        .enumerate()
        .map(|(i, choice)| {
            let id = if i == 0 { id.clone() } else { format!("{id}-{i}") };
            let help = format!("{id}-help");
            let checked = choice.value == chosen;
            view! {
                <div class="flex items-start gap-2">
                    <input class="mt-1" type="radio" id=id.clone() name="reach" value=choice.value checked=checked aria-describedby=help.clone() required />
                    <div>
                        <label class="font-semibold" for=id>{choice.label}</label>
                        <p class="field-help" id=help>{choice.describes}</p>
                    </div>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="grid gap-3" aria-describedby=described>
            <legend class="field-label field-required mb-2">"How far it reaches"</legend>
            {error.map(|error| view! { <ErrorLine error id=error_id /> })}
            {items}
        </fieldset>
    }
}
