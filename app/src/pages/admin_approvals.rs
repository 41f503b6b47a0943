use std::collections::BTreeMap;

use domain::action::Action;
use domain::approval::{ApprovalFloor, ApprovalRule, Approver, ApproverAssignment};
use domain::id::ProductId;
use domain::project::{DataClass, Project, Stage};
use domain::view::{AdminApprovalsPage, FormState, Removal};
use leptos::prelude::*;

use crate::components::{
    Card, Choice, Disclosure, Empty, ErrorSummary, Hidden, PageHead, Remove, RuleFields, Select, StoredNow, Table,
    TextField, form_part, form_version, stored_rule,
};
use crate::document::Page;
use crate::words;

/// What requests are decided by at least, and who decides besides leads and admins.
///
/// `edit` is the id of the floor to be changed.
pub fn page(admin: AdminApprovalsPage, edit: &str) -> Page {
    let AdminApprovalsPage { floors, approvers, projects, products, removals, allowed, form } = admin;
    let manage = allowed.has(Action::ManageApprovals);
    let floor_form = form_part(&form, "floor");
    let approver_form = if floor_form == form { FormState::default() } else { form.clone() };
    let new_floor = manage.then(|| {
        let edited = match floor_form.value("version") {
            Some("") => None,
            Some(_) => floors.iter().find(|floor| {
                floor_form.value("stage").unwrap_or_default() == floor.stage.map_or("", Stage::as_str)
                    && floor_form.value("data_class").unwrap_or_default()
                        == floor.data_class.map_or("", DataClass::as_str)
            }),
            None => floors.iter().find(|floor| floor.id.as_str() == edit),
        };
        let open = edited.is_some() || !floor_form.errors.is_empty();
        let summary = match edited {
            Some(floor) => format!("Change what holds for {}", place(floor)),
            None => "Add what requests need at least".to_owned(),
        };
        let (edited, state) = (edited.cloned(), floor_form.clone());
        view! { <Disclosure summary open id="floor"><FloorForm edited state /></Disclosure> }
    });
    let new_approver = manage.then(|| {
        let (projects, products, state) = (projects.clone(), products.clone(), approver_form.clone());
        let open = !approver_form.errors.is_empty();
        view! {
            <Disclosure summary="Let a group decide" open id="approver">
                <ApproverForm projects products state />
            </Disclosure>
        }
    });
    let of_floors = removals.clone();
    let body = view! {
        <PageHead
            title="Rules of approval"
            lead="What requests are decided by at least, whatever the rule of their product says, and who decides besides team leads and admins."
        />
        <ErrorSummary state=floor_form part="floor" />
        <ErrorSummary state=approver_form />
        <Card title="At least" flush=true><Floors floors removals=of_floors manage /></Card>
        {new_floor}
        <Card title="Who decides" flush=true><Approvers approvers projects products removals manage /></Card>
        {new_approver}
    };
    Page::new("Rules of approval", body).with_errors(&form)
}

/// "Prod, Restricted".
fn place(floor: &ApprovalFloor) -> String {
    let stage = floor.stage.map_or("any stage", Stage::label);
    let class = floor.data_class.map_or("any data class", words::data_class);
    format!("{stage}, {class}")
}

#[component]
fn Floors(floors: Vec<ApprovalFloor>, removals: BTreeMap<String, Removal>, manage: bool) -> impl IntoView {
    if floors.is_empty() {
        return view! {
            <Empty title="Nothing is asked beyond the rules of the products.">
                <p>"Where something is, a request is decided by the strictest of both."</p>
            </Empty>
        }
        .into_any();
    }
    let rows = floors
        .into_iter()
        .map(|floor| {
            let action = manage.then(|| {
                let change = format!("/admin/approvals?edit={}#floor", floor.id);
                let label = format!("Change what holds for {}", place(&floor));
                let described = format!("Remove what holds for {}", place(&floor));
                let fields = vec![("id", floor.id.to_string())];
                let removal = removals.get(floor.id.as_str()).cloned();
                view! {
                    <div class="flex flex-wrap gap-2">
                        <a class="button button-small" href=change aria-label=label>"Change"</a>
                        <Remove action="/api/remove_approval_floor" described fields removal />
                    </div>
                }
            });
            view! {
                <tr>
                    <th scope="row">{floor.stage.map_or("Any stage", Stage::label)}</th>
                    <td data-label="Data class">{floor.data_class.map_or("Any", words::data_class)}</td>
                    <td data-label="At least">{words::approval(&floor.rule)}</td>
                    {action.map(|action| view! { <td data-label="Change">{action}</td> })}
                </tr>
            }
        })
        .collect_view();
    let mut columns = vec!["Stage", "Data class", "At least"];
    if manage {
        columns.push("Change");
    }
    view! { <Table label="At least" columns stack=true>{rows}</Table> }.into_any()
}

/// A new floor, or the rule of one that is there.
#[component]
fn FloorForm(edited: Option<ApprovalFloor>, state: FormState) -> impl IntoView {
    let rule = edited.as_ref().map_or_else(ApprovalRule::one_lead, |floor| floor.rule.clone());
    let stored = stored_rule(&rule);
    let which = if let Some(floor) = &edited {
        let version = form_version(&state, floor.version);
        view! {
            <Hidden name="stage" value=floor.stage.map_or("", Stage::as_str) />
            <Hidden name="data_class" value=floor.data_class.map_or("", DataClass::as_str) />
            <Hidden name="version" value=version />
        }
        .into_any()
    } else {
        let stages = std::iter::once(Choice::new("", "Any stage"))
            .chain(Stage::ALL.map(|stage| Choice::new(stage.as_str(), stage.label())))
            .collect();
        let classes = std::iter::once(Choice::new("", "Any data class"))
            .chain(DataClass::ALL.map(|class| Choice::new(class.as_str(), words::data_class(class))))
            .collect();
        view! {
            <Select label="Stage" name="stage" choices=stages required=false state=state.clone() part="floor" />
            <Select label="Data class" name="data_class" choices=classes required=false state=state.clone() part="floor" />
        }
        .into_any()
    };
    view! {
        <form class="fieldset sm:grid-cols-2" method="post" action="/api/save_approval_floor" novalidate>
            <Hidden name="form" value="floor" />
            {which}
            {edited.is_some().then(|| view! { <div class="sm:col-span-2 empty:hidden"><StoredNow state=state.clone() stored /></div> })}
            <RuleFields rule state part="floor" />
            <p class="actions sm:col-span-2"><button class="button button-primary" type="submit">"Save"</button></p>
        </form>
    }
}

#[component]
fn Approvers(
    approvers: Vec<ApproverAssignment>,
    projects: Vec<Project>,
    products: Vec<(ProductId, String)>,
    removals: BTreeMap<String, Removal>,
    manage: bool,
) -> impl IntoView {
    if approvers.is_empty() {
        return view! {
            <Empty title="No group is named.">
                <p>"Steps of leads are decided by the leads of the project, steps of admins by admins. Data owners are named here; until then admins decide in their place."</p>
            </Empty>
        }
        .into_any();
    }
    let rows = approvers
        .into_iter()
        .map(|it| {
            let project = it.project.as_ref().map_or_else(
                || "Any".to_owned(),
                |id| projects.iter().find(|p| &p.id == id).map_or_else(|| id.to_string(), |p| p.name.clone()),
            );
            let product = it.product.as_ref().map_or_else(
                || "Any".to_owned(),
                |id| products.iter().find(|(p, _)| p == id).map_or_else(|| id.to_string(), |(_, name)| name.clone()),
            );
            let action = manage.then(|| {
                let described = format!("Let group {} no longer decide", it.group);
                let removal = removals.get(it.id.as_str()).cloned();
                view! { <Remove action="/api/remove_approver" described fields=vec![("id", it.id.to_string())] removal /> }
            });
            view! {
                <tr>
                    <th scope="row"><code>{it.group.clone()}</code></th>
                    <td data-label="Decides as">{words::approver(it.who)}</td>
                    <td data-label="Project">{project}</td>
                    <td data-label="Product">{product}</td>
                    <td data-label="Stage">{it.stage.map_or("Any", Stage::label)}</td>
                    {action.map(|action| view! { <td data-label="Change">{action}</td> })}
                </tr>
            }
        })
        .collect_view();
    let mut columns = vec!["Group", "Decides as", "Project", "Product", "Stage"];
    if manage {
        columns.push("Change");
    }
    view! { <Table label="Who decides" columns stack=true>{rows}</Table> }.into_any()
}

#[component]
fn ApproverForm(projects: Vec<Project>, products: Vec<(ProductId, String)>, state: FormState) -> impl IntoView {
    let any = |label: &str| std::iter::once(Choice::new("", label));
    let who = [Approver::DataOwner, Approver::Lead, Approver::Admin];
    let who = who.map(|who| Choice::new(who.as_str(), words::approver(who))).into();
    let projects =
        any("Any project").chain(projects.into_iter().map(|p| Choice::new(p.id.to_string(), p.name))).collect();
    let products = any("Any product").chain(products.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)));
    let stages = any("Any stage").chain(Stage::ALL.map(|stage| Choice::new(stage.as_str(), stage.label()))).collect();
    view! {
        <form class="fieldset max-w-2xl" method="post" action="/api/add_approver" novalidate>
            <Hidden name="form" value="approver" />
            <TextField label="Group" name="group" help="Exactly as the identity provider sends it." code=true state=state.clone() />
            <Select label="Decides as" name="who" choices=who state=state.clone() />
            <Select label="Project" name="project" choices=projects required=false state=state.clone() />
            <Select label="Product" name="product" choices=products.collect() required=false state=state.clone() />
            <Select label="Stage" name="stage" choices=stages required=false state />
            <p class="actions"><button class="button button-primary" type="submit">"Let them decide"</button></p>
        </form>
    }
}
