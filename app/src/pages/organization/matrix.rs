use domain::view::{FormState, MatrixAccount, MatrixCell, MatrixPage};
use leptos::prelude::*;

use super::node::Unreadable;
use super::outlook::OutlookView;
use super::probe::{self, ProbeView};
use super::{Freshness, NodeLink, Sections, Stages, node_choices};
use crate::components::{Crumb, Empty, PageHead, Pager, Select};
use crate::document::Page;
use crate::pages::url::with_query;

/// Governed actions by account, with the verdict of each, what decides it, and what a live probe saw.
pub fn page(page: MatrixPage) -> Page {
    let above = probe::above(&page);
    let probes: Vec<_> = (0..page.accounts.len()).map(|index| probe::of_account(&page, index)).collect();
    let asked: Vec<_> =
        page.accounts.iter().map(|account| account.probe.as_ref().map(|probe| probe.asked_at)).collect();
    let MatrixPage { accounts, rows, names, role, next, query, choices, state, .. } = page;
    let address = |after: &str| with_query("/organization/matrix", &[("within", &query.within), ("after", after)]);
    let unreadable: Vec<String> = accounts.iter().flat_map(|account| account.unreadable.clone()).collect();
    let list = if accounts.is_empty() {
        view! { <Empty title="There is no account here."></Empty> }.into_any()
    } else {
        let head = accounts
            .into_iter()
            .zip(probes)
            .map(|(account, probe)| view! { <Account account probe=probe.into_any() /> })
            .collect_view();
        let rows = rows
            .into_iter()
            .map(|row| {
                let cells = row
                    .cells
                    .into_iter()
                    .zip(&asked)
                    .map(|(MatrixCell { outlook, probe }, asked_at)| {
                        let asked_at = *asked_at;
                        view! {
                            <td>
                                <div class="stack gap-3">
                                    <OutlookView outlook names=names.clone() />
                                    <ProbeView probe asked_at />
                                </div>
                            </td>
                        }
                    })
                    .collect_view();
                view! {
                    <tr>
                        <th scope="row" class="min-w-48 whitespace-normal!">{row.label} <p class="row-sub">{row.action}</p></th>
                        {cells}
                    </tr>
                }
            })
            .collect_view();
        view! {
            <div class="scroll" role="region" tabindex="0" aria-label="Governed actions by account">
                <table class="table matrix">
                    <caption class="sr-only">"Governed actions by account"</caption>
                    <thead><tr><th scope="col">"Action"</th>{head}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let crumbs = vec![Crumb::new("/organization", "Organization")];
    let body = view! {
        <PageHead
            title="Governed actions"
            lead=format!("What the service control policies say to calls of the role {role}, which runs what people run in Studio. A role's own policies can still refuse what passes here.")
            crumbs
        >
            <Sections />
        </PageHead>
        <form class="filters" method="get" action="/organization/matrix">
            <Select
                filter=true label="Part of the organization" name="within" value=query.within.clone()
                choices=node_choices("All of it", choices) state=FormState::default()
            />
            <button class="button" type="submit">"Show"</button>
        </form>
        {above}
        <Unreadable unreadable />
        {list}
        <Pager first=address("") next=next.as_deref().map(address) further=!query.after.is_empty() />
        <Freshness state />
    };
    Page::new("Governed actions", body)
}

#[component]
fn Account(account: MatrixAccount, probe: AnyView) -> impl IntoView {
    let MatrixAccount { node, stages, exempt, .. } = account;
    let exempt = exempt.then(|| view! { <span class="row-sub">"No policy reaches it"</span> });
    view! {
        <th scope="col">
            <div class="stack gap-1"><NodeLink node /><span><Stages stages /></span>{exempt}{probe}</div>
        </th>
    }
}
