use domain::action::Action;
use domain::organization::ScpLimits;
use domain::view::{FormState, PoliciesPage, PolicyRow};
use leptos::prelude::*;

use super::{Freshness, Sections, policy_address};
use crate::components::{
    Badge, Crumb, Disclosure, Empty, ErrorSummary, Hidden, Icon, PageHead, Pager, TextArea, TextField, Tone,
};
use crate::document::Page;
use crate::pages::url::with_query;
use crate::words;

/// All service control policies, and a new one.
pub fn page(page: PoliciesPage) -> Page {
    let PoliciesPage { rows, next, after, limits, state, allowed, form } = page;
    let address = |after: &str| with_query("/organization/policies", &[("after", after)]);
    let list = if rows.is_empty() {
        view! { <Empty title="There is no policy to show."></Empty> }.into_any()
    } else {
        let rows = rows.into_iter().map(|row| view! { <Row row /> }).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let new = allowed.has(Action::ManageOrganization).then(|| {
        let fields = form.clone();
        view! {
            <Disclosure summary="New policy" open=!form.values.is_empty() id="new">
                <form class="fieldset max-w-3xl" method="post" action="/api/preview_policy_change" novalidate>
                    <Hidden name="kind" value="create" />
                    <PolicyFields limits name=String::new() description=String::new() content=String::new() state=fields />
                    <p class="actions"><button class="button button-primary" type="submit">"See what it does"</button></p>
                </form>
            </Disclosure>
        }
    });
    let crumbs = vec![Crumb::new("/organization", "Organization")];
    let body = view! {
        <PageHead title="Service control policies" lead="What they deny nobody in the accounts can do, whatever their roles allow." crumbs>
            <Sections />
        </PageHead>
        <ErrorSummary state=form.clone() />
        {list}
        <Pager first=address("") next=next.as_deref().map(address) further=!after.is_empty() />
        {new}
        <Freshness state />
    };
    Page::new("Service control policies", body).with_errors(&form)
}

#[component]
fn Row(row: PolicyRow) -> impl IntoView {
    let PolicyRow { policy, description, aws_managed, attachments, findings, unreadable } = row;
    let attached = match attachments {
        0 => "attached nowhere".to_owned(),
        1 => "attached to 1 node".to_owned(),
        n => format!("attached to {n} nodes"),
    };
    let remark = if unreadable {
        view! { <Badge tone=Tone::Bad icon=Icon::Cross text="Cannot be evaluated" /> }.into_any()
    } else if findings > 0 {
        let text = words::count(findings as u64, "finding", "findings");
        view! { <Badge tone=Tone::Warn icon=Icon::Warning text /> }.into_any()
    } else {
        ().into_any()
    };
    view! {
        <li class="row">
            <div class="row-main">
                <a class="row-link" href=policy_address(&policy.id)>{policy.name}</a>
                <p class="row-sub">{description}</p>
            </div>
            {aws_managed.then(|| view! { <p class="chip">"AWS's own"</p> })}
            {remark}
            <p class="row-sub">{attached}</p>
        </li>
    }
}

/// The fields that a new policy and an edited one share.
#[component]
pub(super) fn PolicyFields(
    limits: ScpLimits,
    name: String,
    description: String,
    content: String,
    state: FormState,
) -> impl IntoView {
    let help = format!(
        "JSON, at most {} characters with white space. What is wrong with it is said with line and column.",
        limits.characters
    );
    view! {
        <TextField label="Name" name="name" value=name state=state.clone() />
        <TextField label="Description" name="description" required=false value=description state=state.clone() />
        <TextArea label="Document" name="content" help code=true lines=18 value=content state />
    }
}
