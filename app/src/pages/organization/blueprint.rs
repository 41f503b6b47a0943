use domain::action::Action;
use domain::organization::ChangeState;
use domain::view::{BlueprintPage, BlueprintPlanView, BlueprintStepView, FormState, LastBlueprint};
use leptos::prelude::*;

use super::change::Effects;
use super::document::{Difference, Findings};
use super::{Freshness, Sections};
use crate::components::{
    Badge, Callout, Card, ChangeBadge, Clock, Crumb, Disclosure, Empty, ErrorSummary, Fact, Facts, Hidden, Icon,
    Mistakes, Moment, Notices, PageHead, PostButton, ProblemCallout, Refresh, Stays, TextArea, Tone,
};
use crate::document::Page;
use crate::words;

/// The organization against a blueprint of it: what is other than described, and having it brought about.
pub fn page(it: BlueprintPage) -> Page {
    let BlueprintPage { last, plan, text, entered, shipped, state, allowed, form } = it;
    let manage = allowed.has(Action::ManageOrganization);
    let refresh = allowed.has(Action::RefreshCatalog).then(|| {
        let fields = vec![("from", "blueprint".to_owned())];
        view! { <PostButton action="/api/refresh_catalog" label="Read the organization again" fields /> }
    });
    let applying = last.as_ref().is_some_and(|last| last.state == ChangeState::Applying);
    let errors = form.clone();
    let lead = "Units, accounts, service control policies and tag rules as a file describes them. What it does not describe stays.";
    let nothing = (last.is_none() && !entered).then(|| {
        view! {
            <Empty title="No blueprint was applied yet.">
                <p>"A blueprint is a file that lives in a repository: the command studiogate blueprint plans and applies it too."</p>
            </Empty>
        }
    });
    let last = last.map(|last| view! { <Last last /> });
    let mistaken = plan.as_ref().is_some_and(|plan| !plan.mistakes.is_empty());
    let plan = plan.map(|plan| view! { <PlanOf plan text=text.clone() entered apply=manage && !applying /> });
    let enter = manage.then(|| {
        let open = text.is_empty() || mistaken || !form.errors.is_empty();
        let state = FormState { values: std::collections::BTreeMap::new(), ..form.clone() };
        // One that was emptied stays empty.
        let value = if text.is_empty() && !entered { shipped.clone() } else { text };
        view! { <Enter value open shipped state /> }
    });
    let body = view! {
        <PageHead title="Blueprint" lead crumbs=vec![Crumb::new("/organization", "Organization")]>{refresh}</PageHead>
        <ErrorSummary state=form />
        {nothing}
        {last}
        {plan}
        {enter}
        <Freshness state />
        <p class="flex flex-wrap gap-2"><Sections /></p>
    };
    Page::new("Blueprint", body).with_errors(&errors)
}

/// What was last applied, and how far it is.
#[component]
fn Last(last: LastBlueprint) -> impl IntoView {
    let LastBlueprint { by, at, state, problem, made, steps, trouble, as_of } = last;
    let applying = state == ChangeState::Applying;
    let how_far = format!("{} of {}", made.len(), words::count(steps as u64, "step", "steps"));
    let trouble = trouble.map(|problem| {
        view! { <p>{problem.what} " " {problem.why} " The portal tries again by itself."</p> }
    });
    let done = (!made.is_empty()).then(|| {
        let items = made.into_iter().map(|it| view! { <li class="[overflow-wrap:anywhere]">{it}</li> }).collect_view();
        view! { <Disclosure summary="What was done" open=applying><ol class="grid list-decimal gap-1 pl-5">{items}</ol></Disclosure> }
    });
    view! {
        {problem.map(|problem| view! { <ProblemCallout problem /> })}
        <Card title="Last applied">
            <div class="stack gap-3">
                <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                    <ChangeBadge state />
                    {applying.then(|| view! { <span class="text-sm text-muted">"as of " <Clock at=as_of /> " UTC"</span> <Refresh /> })}
                </div>
                <Facts>
                    <Fact term="By">{by}</Fact>
                    <Fact term="When"><Moment at /></Fact>
                    <Fact term="Done">{how_far}</Fact>
                </Facts>
                {trouble}
                {done}
            </div>
        </Card>
    }
}

/// What would be done. `entered`: it is of a text that nobody applied yet.
#[component]
fn PlanOf(plan: BlueprintPlanView, text: String, entered: bool, apply: bool) -> impl IntoView {
    let BlueprintPlanView { steps, mistakes, stays, notices, fingerprint, effects, names } = plan;
    let title =
        if entered { "What the blueprint that was entered would do" } else { "What is other than the blueprint says" };
    if !mistakes.is_empty() {
        return view! { <Mistakes mistakes /> }.into_any();
    }
    let notices = view! { <Notices notices /> };
    let stays = view! { <Stays stays /> };
    if steps.is_empty() {
        return view! {
            {notices}
            <Card title>
                <div class="stack gap-3"><p>"Nothing: the organization is as it is described."</p>{stays}</div>
            </Card>
        }
        .into_any();
    }
    let number = words::count(steps.len() as u64, "step", "steps");
    let lines = steps.into_iter().map(|step| view! { <Line step /> }).collect_view();
    let apply = apply.then(|| {
        let label = format!("Apply {number}");
        view! {
            <form method="post" action="/api/apply_blueprint">
                <Hidden name="blueprint" value=text />
                <Hidden name="seen" value=fingerprint />
                <p class="actions"><button class="button button-primary" type="submit">{label}</button></p>
            </form>
        }
    });
    view! {
        {notices}
        <Card title>
            <div class="stack gap-3">
                <p>{number} ", one after the other: whatever forbids something is there before an account comes under it, and goes after."</p>
                <ol class="grid gap-2">{lines}</ol>
                {stays}
                {apply}
            </div>
        </Card>
        <Effects effects names />
    }
    .into_any()
}

#[component]
fn Line(step: BlueprintStepView) -> impl IntoView {
    let BlueprintStepView { says, loosens, difference, findings } = step;
    let findings = (!findings.is_empty()).then(|| {
        view! {
            <Callout tone=Tone::Warn title="AWS takes its document, and it most likely does not say what is meant:">
                <Findings findings />
            </Callout>
        }
    });
    let mark = loosens.then(|| view! { <Badge tone=Tone::Warn icon=Icon::Warning text="May allow more" /> });
    let of = says.clone();
    let document = (!difference.is_empty()).then(|| {
        view! { <Disclosure summary="The document"><Difference of lines=difference /></Disclosure> }
    });
    view! {
        <li class="grid gap-1">
            <p class="flex flex-wrap items-center gap-2 [overflow-wrap:anywhere]">{says} {mark}</p>
            {findings}
            {document}
        </li>
    }
}

#[component]
fn Enter(value: String, open: bool, shipped: String, state: FormState) -> impl IntoView {
    let pattern = (value != shipped).then(|| {
        view! {
            <Disclosure summary="The pattern that the portal comes with">
                <pre class="input-code overflow-x-auto text-sm" tabindex="0">{shipped}</pre>
            </Disclosure>
        }
    });
    let begins = if pattern.is_none() {
        "What stands here is the pattern that the portal comes with, and not your organization: make it that. "
    } else {
        ""
    };
    let help = format!(
        "{begins}TOML, with the documents of its policies. Nothing is changed before you have looked at what it would do."
    );
    view! {
        <Disclosure summary="Enter a blueprint" open id="enter">
            <form class="fieldset" method="post" action="/api/enter_blueprint" novalidate>
                <TextArea
                    label="Blueprint" name="blueprint" value code=true lines=20
                    help
                    state
                />
                <p class="actions"><button class="button" type="submit">"Look at what it would do"</button></p>
            </form>
            {pattern}
        </Disclosure>
    }
}
