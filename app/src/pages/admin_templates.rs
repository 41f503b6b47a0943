use domain::action::Action;
use domain::view::{FormState, TemplateRow, TemplatesPage};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{
    Badge, Card, Choice, Day, Disclosure, Empty, ErrorSummary, FileField, Icon, PageHead, Pager, Select, TextArea,
    Tone, field_label,
};
use crate::document::Page;
use crate::words;

/// Where templates are given to the portal, and those that were. `after`: where the page of the list begins.
pub fn page(templates: TemplatesPage, after: &str) -> Page {
    let TemplatesPage { rows, rules, shipped, allowed, form } = templates;
    let next = rows.next.as_deref().map(|after| with_query("/admin/templates", &[("after", after)]));
    let give = allowed.has(Action::ManageCatalog).then(|| {
        let state = form.clone();
        let choices: Vec<Choice> = shipped.into_iter().map(|it| Choice::new(it.key, it.name)).collect();
        let (state_of_shipped, open) = (form.clone(), form.error("shipped").is_some());
        view! {
            <Card title="Check a template" id="check">
                <div class="stack gap-3">
                    <CheckForm state text=String::new() file_name=String::new() />
                    <Disclosure summary="Take one that comes with the portal" open id="shipped">
                        <form class="fieldset max-w-2xl" method="post" action="/api/check_template" novalidate>
                            <Select
                                label=field_label("shipped")
                                name="shipped"
                                help="As it is, or changed where it is shown: a product of it is proposed, and what its parameters are bound to."
                                choices
                                state=state_of_shipped
                            />
                            <p class="actions"><button class="button" type="submit">"Take it"</button></p>
                        </form>
                    </Disclosure>
                </div>
            </Card>
        }
    });
    let list = if rows.items.is_empty() {
        view! {
            <Empty title="No template was checked in the last 30 days.">
                <p>"A template shows up here once it was checked."</p>
            </Empty>
        }
        .into_any()
    } else {
        let rows = rows.items.into_iter().map(|row| view! { <Row row /> }).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let names = rules.into_iter().map(|rule| view! { <li class="chip">{rule}</li> }).collect_view();
    let lead = "What a product is made of is looked at here first: as people read it, and held against the rules of governance.";
    let body = view! {
        <PageHead title="Templates" lead />
        <ErrorSummary state=form.clone() />
        {give}
        <Disclosure summary="The rules that templates are held against">
            <ul class="flex flex-wrap gap-1.5">{names}</ul>
            <p class="text-sm text-muted">"Product teams run the same rules where they build: " <code>"studiogate template check FILE"</code> "."</p>
        </Disclosure>
        {list}
        <Pager first="/admin/templates".to_owned() next further=!after.is_empty() />
    };
    Page::new("Templates", body).with_errors(&form)
}

/// A file, or text. `text`: what is there to be changed.
#[component]
pub(super) fn CheckForm(state: FormState, text: String, file_name: String) -> impl IntoView {
    let fresh = text.is_empty();
    let state_of_file = state.clone();
    let file = fresh.then(|| {
        view! {
            <FileField
                label="Template file" name="file" accept=".yaml,.yml,.json,.template,.txt" state=state_of_file
                help="CloudFormation in YAML or JSON, up to 1 MB."
            />
        }
    });
    // A form that came back has the name of what it had.
    let file_name = state.value("file_name").map_or(file_name, str::to_owned);
    let name = (!file_name.is_empty())
        .then(|| view! { <input type="hidden" name="file_name" value=file_name autocomplete="off" /> });
    let (label, lines) = if fresh { ("Or paste it here", 6) } else { ("Template", 24) };
    view! {
        <form class="fieldset" method="post" action="/api/check_template" enctype="multipart/form-data" novalidate>
            {file}
            {name}
            <TextArea label name="template" value=text lines code=true filter=true state />
            <p class="actions"><button class="button button-primary" type="submit">"Check the template"</button></p>
        </form>
    }
}

#[component]
fn Row(row: TemplateRow) -> impl IntoView {
    let (tone, icon, text) = match (row.findings, row.waived) {
        (0, _) => (Tone::Good, Icon::Check, "Passes".to_owned()),
        (found, 0) => (Tone::Bad, Icon::Cross, words::count(found, "thing to mend", "things to mend")),
        (found, waived) => match u64::from(found).saturating_sub(waived.into()) {
            0 => (Tone::Warn, Icon::Clock, "Passes by waivers".to_owned()),
            left => (Tone::Bad, Icon::Cross, format!("{left} of {found} left to mend")),
        },
    };
    view! {
        <li class="row row-req">
            <div class="row-main">
                <a class="row-link" href=format!("/admin/templates/{}", row.id)>{row.file_name}</a>
            </div>
            <p class="row-sub">"by " {row.by}</p>
            <Badge tone icon text />
            <p class="row-sub row-date"><Day at=row.at /></p>
        </li>
    }
}
