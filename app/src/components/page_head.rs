use leptos::prelude::*;

/// A step of the way back.
#[derive(Clone, Debug)]
pub struct Crumb {
    pub href: String,
    pub label: String,
}

impl Crumb {
    pub fn new(href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { href: href.into(), label: label.into() }
    }
}

/// The heading of a page, what it is about, and what can be done with the whole of it.
#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    #[prop(into, optional)] lead: String,
    #[prop(optional)] crumbs: Vec<Crumb>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let crumbs = (!crumbs.is_empty()).then(|| {
        let items =
            crumbs.into_iter().map(|crumb| view! { <li><a href=crumb.href>{crumb.label}</a></li> }).collect_view();
        view! { <nav aria-label="Breadcrumb"><ol class="crumbs">{items}</ol></nav> }
    });
    view! {
        <div class="page-head">
            <div class="min-w-0">
                {crumbs}
                <h1>{title}</h1>
                {(!lead.is_empty()).then(|| view! { <p class="page-lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}
