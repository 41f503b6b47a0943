use domain::action::Action;
use domain::binding_limits::bounds;
use domain::catalog::Parameter;
use domain::id::TemplateId;
use domain::view::{
    FormState, GrantKind, OutlineGrant, OutlineOutput, OutlineResource, TemplateFinding, TemplateOutline, TemplatePage,
};
use leptos::prelude::*;

use super::admin_template_use::UseTemplate;
use super::admin_templates::CheckForm;
use crate::components::{
    Badge, Callout, Card, Choice, Crumb, Disclosure, Empty, ErrorSummary, Hidden, Icon, Moment, Numbered, PageHead,
    PostButton, Select, Table, TextArea, TextField, Tone, field_label, form_part,
};
use crate::document::Page;
use crate::words;

/// One template: what is to be mended, and what it asks for, makes, grants and tells.
pub fn page(template: TemplatePage) -> Page {
    let TemplatePage { id, file_name, by, at, text, findings, outline, uses, allowed, form } = template;
    let mut marked: Vec<u32> = findings.iter().map(|finding| finding.line).collect();
    marked.dedup();
    let to_mend = findings.iter().filter(|it| it.waived.is_none()).count();
    let (tone, icon, state) = match (findings.len(), to_mend) {
        (0, _) => (Tone::Good, Icon::Check, "Passes".to_owned()),
        (_, 0) => (Tone::Warn, Icon::Clock, "Let pass".to_owned()),
        (_, left) => (Tone::Bad, Icon::Cross, words::count(left as u64, "thing to mend", "things to mend")),
    };
    let manage = allowed.has(Action::ManageCatalog);
    let edit = manage.then(|| {
        let (text, file_name, state) = (text.clone(), file_name.clone(), FormState::default());
        let open = false;
        view! {
            <Disclosure summary="Change it and check again" open id="edit"><CheckForm state text file_name /></Disclosure>
        }
    });
    let lead = outline.as_ref().map(|outline| outline.description.clone()).unwrap_or_default();
    let crumbs = vec![Crumb::new("/admin/templates", "Templates")];
    let body = view! {
        <PageHead title=file_name.clone() lead crumbs><Badge tone icon text=state /></PageHead>
        <ErrorSummary state=form_part(&form, "product") part="product" />
        <ErrorSummary state=form_part(&form, "version") part="version" />
        <ErrorSummary state=form_part(&form, "waive") part="waive" />
        <p class="text-sm text-muted">"Given by " {by} " on " <Moment at /> "."</p>
        <Findings id=id.clone() findings manage state=form_part(&form, "waive") />
        {uses.map(|uses| view! { <UseTemplate id=id.to_string() uses form=form.clone() /> })}
        {edit}
        {outline.map(|outline| view! { <Outline outline /> })}
        <Card title="The template" flush=true><Numbered content=text label="Template" marked /></Card>
    };
    Page::new(file_name, body).with_errors(&form)
}

#[component]
fn Findings(id: TemplateId, findings: Vec<TemplateFinding>, manage: bool, state: FormState) -> impl IntoView {
    if findings.is_empty() {
        return view! {
            <Callout tone=Tone::Good title="There is nothing to mend: its form is right, and every rule passes." />
        }
        .into_any();
    }
    let passes = findings.iter().all(|it| it.waived.is_some());
    let mut rules: Vec<String> = Vec::new();
    for it in findings.iter().filter(|it| it.waivable && it.waived.is_none()) {
        if !rules.contains(&it.rule) {
            rules.push(it.rule.clone());
        }
    }
    let rows = findings.into_iter().map(|it| view! { <Finding template=id.clone() it manage /> }).collect_view();
    let columns = vec!["Where", "Rule", "What", "What to do"];
    let note = if passes {
        "Each is let pass until a day: products and versions can be made of it"
    } else {
        "Nothing is made of a template before all of it is mended"
    };
    let waive = (manage && !rules.is_empty()).then(|| view! { <Waive template=id.clone() rules state /> });
    view! {
        <Card title="To mend" note flush=true>
            <Table label="To mend" columns stack=true>{rows}</Table>
        </Card>
        {waive}
    }
    .into_any()
}

#[component]
fn Finding(template: TemplateId, it: TemplateFinding, manage: bool) -> impl IntoView {
    let TemplateFinding { line, column, rule, message, fix, waived, .. } = it;
    let place = format!("Line {line}, column {column}");
    let waived = waived.map(|it| {
        let end = manage.then(|| {
            let fields = vec![("template", template.to_string()), ("rule", rule.clone())];
            let described = format!("Let pass no more: {rule}");
            view! {
                <PostButton action="/api/end_waiver" label="Let pass no more" class="button button-small" described fields />
            }
        });
        view! {
            <div class="grid gap-1">
                <div><Badge tone=Tone::Warn icon=Icon::Clock text="Let pass" /></div>
                <p class="text-sm">"Until " <Moment at=it.until /> " by " {it.by} ": " {it.reason}</p>
                {end.map(|end| view! { <div>{end}</div> })}
            </div>
        }
    });
    view! {
        <tr>
            <th scope="row"><a href=format!("#line-{line}")>{place}</a></th>
            <td data-label="Rule"><code class="[overflow-wrap:break-word]">{rule}</code></td>
            <td data-label="What">{message}</td>
            <td data-label="What to do"><div class="grid gap-2"><p>{fix}</p> {waived}</div></td>
        </tr>
    }
}

/// Letting pass what CloudFormation would take and no rule can look into.
#[component]
fn Waive(template: TemplateId, rules: Vec<String>, state: FormState) -> impl IntoView {
    let open = !state.errors.is_empty();
    let choices = rules.into_iter().map(Choice::plain).collect();
    view! {
        <Disclosure summary="Let something pass for a while" open id="waive">
            <form class="fieldset max-w-2xl" method="post" action="/api/waive_finding" novalidate>
                <Hidden name="template" value=template.to_string() />
                <Select
                    label=field_label("rule")
                    name="rule"
                    part="waive"
                    help="It does not hold for this template, or cannot look into it: whoever lets it pass has looked."
                    choices
                    state=state.clone()
                />
                <TextArea
                    label=field_label("waiver_reason")
                    name="waiver_reason"
                    part="waive"
                    lines=3
                    help="It is kept in the audit log."
                    state=state.clone()
                />
                <TextField
                    label=field_label("waiver_days")
                    name="waiver_days"
                    part="waive"
                    inputmode="numeric"
                    value="30"
                    help="Until then products and versions can be made of this text, word for word as it is. What was made stays."
                    state
                />
                <p class="actions"><button class="button button-primary" type="submit">"Let it pass"</button></p>
            </form>
        </Disclosure>
    }
}

#[component]
fn Outline(outline: TemplateOutline) -> impl IntoView {
    let TemplateOutline { parameters, resources, grants, outputs, .. } = outline;
    let titled = |title: &'static str, number: usize| format!("{title} ({number})");
    let asks = titled("What it asks for", parameters.len());
    let makes = titled("What it makes", resources.len());
    let gives = titled("What it grants", grants.len());
    let tells = titled("What it tells", outputs.len());
    view! {
        <Card title=asks flush=true><Parameters parameters /></Card>
        <Card title=makes flush=true><Resources resources /></Card>
        <Card title=gives flush=true><Granted grants /></Card>
        <Card title=tells flush=true><Outputs outputs /></Card>
    }
}

#[component]
fn Parameters(parameters: Vec<Parameter>) -> impl IntoView {
    if parameters.is_empty() {
        return view! { <Empty title="It has no parameters."></Empty> }.into_any();
    }
    let rows = parameters
        .into_iter()
        .map(|it| {
            let bounds = bounds(&it).map(|bounds| view! { <p class="text-sm text-muted">"Limits: " {bounds}</p> });
            let default = match it.default {
                Some(default) if default.is_empty() => "empty".to_owned(),
                Some(_) if it.no_echo => "a secret".to_owned(),
                Some(default) => default,
                None => "none: it has to be given".to_owned(),
            };
            let secret = it.no_echo.then(|| view! { " " <Badge tone=Tone::Info icon=Icon::Info text="Secret" /> });
            let allowed = (!it.allowed_values.is_empty()).then(|| {
                view! { <p class="text-sm text-muted">"One of: " {it.allowed_values.join(", ")}</p> }
            });
            let pattern = it.allowed_pattern.map(|pattern| {
                view! { <p class="text-sm text-muted">"As " <code class="[overflow-wrap:anywhere]">{pattern}</code></p> }
            });
            view! {
                <tr>
                    <th scope="row"><code>{it.key}</code> {secret}</th>
                    <td data-label="Type"><code class="[overflow-wrap:anywhere]">{it.kind}</code></td>
                    <td data-label="Default" class="[overflow-wrap:anywhere]">{default}</td>
                    <td data-label="About">{said(it.description)} {bounds} {allowed} {pattern}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec!["Parameter", "Type", "Default", "About"];
    view! { <Table label="Parameters" columns stack=true>{rows}</Table> }.into_any()
}

/// What the template says of a thing.
fn said(description: String) -> AnyView {
    if description.trim().is_empty() {
        return view! { <span class="text-muted">"The template says nothing."</span> }.into_any();
    }
    description.into_any()
}

#[component]
fn Resources(resources: Vec<OutlineResource>) -> impl IntoView {
    if resources.is_empty() {
        return view! { <Empty title="It makes nothing."></Empty> }.into_any();
    }
    let rows = resources
        .into_iter()
        .map(|it| {
            let when = it.condition.map_or_else(|| "always".to_owned(), |condition| format!("if {condition}"));
            let end = if it.stays { "It stays" } else { "It is deleted" };
            view! {
                <tr>
                    <th scope="row"><a href=format!("#line-{}", it.line)>{it.logical_id}</a></th>
                    <td data-label="What">{words::resource_type(&it.kind)}</td>
                    <td data-label="When">{when}</td>
                    <td data-label="At the end">{end}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec!["Resource", "What", "When", "At the end"];
    view! { <Table label="Resources" columns stack=true>{rows}</Table> }.into_any()
}

#[component]
fn Granted(grants: Vec<OutlineGrant>) -> impl IntoView {
    if grants.is_empty() {
        return view! { <Empty title="It writes no policy and attaches none."></Empty> }.into_any();
    }
    let rows = grants
        .into_iter()
        .map(|it| {
            let kind = match it.kind {
                GrantKind::Identity => "may",
                GrantKind::Trust => "is taken on by",
                GrantKind::Resource => "lets come",
                GrantKind::Managed => "has the managed policy",
            };
            let denies = it.effect == "Deny";
            let effect = denies.then(|| view! { <Badge tone=Tone::Good icon=Icon::Minus text="Denies" /> " " });
            let on = if it.on.is_empty() { String::new() } else { it.on.join(", ") };
            let condition = it.condition.map(|condition| {
                view! { <p class="text-sm text-muted">"if " <code class="[overflow-wrap:anywhere]">{condition}</code></p> }
            });
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("#line-{}", it.line)>{it.resource}</a>
                        <span class="block text-sm font-normal text-muted">{kind}</span>
                    </th>
                    <td data-label="Actions"><p class="[overflow-wrap:anywhere]">{effect} <code>{it.actions.join(", ")}</code></p></td>
                    <td data-label="On"><code class="[overflow-wrap:anywhere]">{on}</code> {condition}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec!["Resource", "Actions", "On or by"];
    view! { <Table label="Permissions" columns stack=true>{rows}</Table> }.into_any()
}

#[component]
fn Outputs(outputs: Vec<OutlineOutput>) -> impl IntoView {
    if outputs.is_empty() {
        return view! { <Empty title="It has no outputs."></Empty> }.into_any();
    }
    let rows = outputs
        .into_iter()
        .map(|it| {
            let export = it.export.map(|name| {
                view! { <p class="text-sm text-muted">"Exported as " <code class="[overflow-wrap:anywhere]">{name}</code></p> }
            });
            view! {
                <tr>
                    <th scope="row"><code>{it.key}</code></th>
                    <td data-label="Value"><code class="[overflow-wrap:anywhere]">{it.value}</code> {export}</td>
                    <td data-label="About">{said(it.description)}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec!["Output", "Value", "About"];
    view! { <Table label="Outputs" columns stack=true>{rows}</Table> }.into_any()
}
