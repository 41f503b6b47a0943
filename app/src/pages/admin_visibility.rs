use domain::view::{FormState, ReasonStands, Visibility, VisibilityPage, VisibilityReason};
use leptos::prelude::*;

use crate::components::{Badge, Card, Crumb, Empty, Icon, PageHead, TextField, Tone};
use crate::document::Page;

/// Why somebody sees a product, or does not.
pub fn page(it: VisibilityPage) -> Page {
    let address = format!("/admin/products/{}", it.product);
    let crumbs = vec![Crumb::new("/admin/products", "Products"), Crumb::new(address.clone(), it.name.clone())];
    let answers = if it.nobody {
        view! {
            <Empty title="Nobody of this address, or id, ever signed in.">
                <p>"The portal learns who somebody is when they sign in for the first time. "
                    <a href="/admin/people">"Everybody who did"</a></p>
            </Empty>
        }
        .into_any()
    } else {
        it.answers.into_iter().map(|it| view! { <Answer it /> }).collect_view().into_any()
    };
    let body = view! {
        <PageHead
            title="Who sees it, and why"
            lead="The answer is what the policies say of this person now; the reasons are what it follows from."
            crumbs
        />
        <form class="fieldset max-w-2xl" method="get" action=format!("{address}/visibility") role="search">
            <TextField
                filter=true
                label="E-mail address or Studio user id"
                name="person"
                value=it.person
                autocomplete="off"
                state=FormState::default()
            />
            <p class="actions"><button class="button" type="submit">"Explain"</button></p>
        </form>
        {answers}
    };
    Page::new(format!("{}: who sees it, and why", it.name), body)
}

#[component]
fn Answer(it: Visibility) -> impl IntoView {
    let (tone, icon, sees) = verdict(it.sees, "Sees it", "Does not see it");
    let (may, mark, requests) = verdict(it.requests, "Can request it", "Cannot request it");
    let roles = if it.roles.is_empty() { "No role".to_owned() } else { it.roles.join(", ") };
    let email = it.email.map(|email| format!("{email}, "));
    let reasons = it.reasons.into_iter().map(|it| view! { <Reason it /> }).collect_view();
    view! {
        <Card title=it.display_name>
            <div class="stack gap-3">
                <p class="row-sub break-words">{email} <code>{it.subject}</code> ". " {roles} "."</p>
                <p class="flex flex-wrap gap-2"><Badge tone icon text=sees /> <Badge tone=may icon=mark text=requests /></p>
                <ul class="grid gap-2">{reasons}</ul>
            </div>
        </Card>
    }
}

fn verdict(holds: bool, yes: &'static str, no: &'static str) -> (Tone, Icon, &'static str) {
    if holds { (Tone::Good, Icon::Check, yes) } else { (Tone::Bad, Icon::Cross, no) }
}

#[component]
fn Reason(it: VisibilityReason) -> impl IntoView {
    let (tone, icon, stands) = match it.stands {
        ReasonStands::For => (Tone::Good, Icon::Check, "For it"),
        ReasonStands::Against => (Tone::Bad, Icon::Cross, "In its way"),
        ReasonStands::Note => (Tone::Neutral, Icon::Info, "Note"),
    };
    let next = (!it.next.is_empty()).then(|| {
        let next =
            if it.page.is_empty() { it.next.into_any() } else { view! { <a href=it.page>{it.next}</a> }.into_any() };
        view! { <p class="text-sm">{next}</p> }
    });
    view! {
        <li class="grid gap-1 sm:grid-cols-[8rem_1fr] sm:gap-3">
            <div><Badge tone icon text=stands /></div>
            <div class="min-w-0 break-words">
                <p>{it.what}</p>
                {next}
            </div>
        </li>
    }
}
