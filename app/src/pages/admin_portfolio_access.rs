use domain::id::PortfolioId;
use domain::share::{ShareOptions, ShareTarget};
use domain::view::{
    FORMS_OF_A_SHEET, FormState, PortfolioAccess, PrincipalRow, RecipientRow, RecipientStanding, ShareRow, Sheet,
};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{
    Badge, Callout, Card, Checks, Choice, Disclosure, Empty, Hidden, Icon, Pager, PostButton, Remove, Select, Table,
    TextField, Tick, Tone, field_label, form_part,
};
use crate::words;

/// Who gets a portfolio: whom it is shared to, who launches from it, and how the accounts of projects stand to it.
#[component]
pub(super) fn Access(
    portfolio: PortfolioId,
    it: PortfolioAccess,
    /// Which [`Sheet`] of the shares.
    shown: String,
    manage: bool,
    form: FormState,
) -> impl IntoView {
    let PortfolioAccess { principals, shares, units, recipients, more_recipients, own_pattern } = it;
    let share = manage.then(|| {
        let (portfolio, state) = (portfolio.clone(), form_part(&form, "share"));
        view! { <Share portfolio units state /> }
    });
    let principal = manage.then(|| {
        let (portfolio, state, own) = (portfolio.clone(), form_part(&form, "principal"), own_pattern);
        view! { <Principal portfolio own state /> }
    });
    let (of_shares, taken) = (portfolio.clone(), portfolio.clone());
    let (sheet, shares) = Sheet::cut(&shown, FORMS_OF_A_SHEET, shares);
    let first = format!("/admin/portfolios/{portfolio}");
    let next = sheet.next().map(|next| with_query(&first, &[("shares", &next)]));
    let past = sheet.number > 1;
    view! {
        <Card title="Shared to" note="As Service Catalog has it" flush=true>
            <Shares portfolio=of_shares shares past manage />
        </Card>
        <Pager first next further=past of="whom it is shared to" />
        {share}
        <Card title="Who launches from it" note="As Service Catalog has it" flush=true>
            <Principals portfolio principals manage />
        </Card>
        {principal}
        <Recipients portfolio=taken recipients more=more_recipients manage />
    }
}

/// The id of a share's target, where its name does not say it.
fn kind(with: &ShareTarget) -> &'static str {
    match with {
        ShareTarget::Account(_) => "An account, which has to accept it",
        ShareTarget::MemberAccount(_) => "An account of the organization",
        ShareTarget::Organization(_) => "All accounts of the organization",
        ShareTarget::OrganizationalUnit(_) => "All accounts of a unit",
    }
}

#[component]
fn Shares(portfolio: PortfolioId, shares: Vec<ShareRow>, past: bool, manage: bool) -> impl IntoView {
    if shares.is_empty() && past {
        return view! { <Empty title="The list ends before this page."></Empty> }.into_any();
    }
    if shares.is_empty() {
        return view! { <Empty title="It is shared to nobody: no account but its own gets it."></Empty> }.into_any();
    }
    let mut columns = vec!["With", "State", "Along with it"];
    if manage {
        columns.push("Change");
    }
    let line = |it| view! { <SharedTo portfolio=portfolio.clone() it manage /> };
    let rows = shares.into_iter().map(line).collect_view();
    view! { <Table label="Shares" columns stack=true>{rows}</Table> }.into_any()
}

#[component]
fn SharedTo(portfolio: PortfolioId, it: ShareRow, manage: bool) -> impl IntoView {
    let (tone, icon, state) = if it.accepted {
        (Tone::Good, Icon::Check, "It has it")
    } else {
        (Tone::Warn, Icon::Clock, "Not accepted yet")
    };
    let along = match it.options {
        ShareOptions { tag_options: true, principals: true } => "TagOptions and principals",
        ShareOptions { tag_options: true, .. } => "TagOptions",
        ShareOptions { principals: true, .. } => "principals",
        ShareOptions { .. } => "nothing",
    };
    let change = manage.then(|| {
        let fields = |options: Option<ShareOptions>| {
            let mut fields = vec![("portfolio", portfolio.to_string()), ("share_with", it.with.to_string())];
            let options = options.unwrap_or_default();
            fields.extend(options.tag_options.then(|| ("share_tag_options", "yes".to_owned())));
            fields.extend(options.principals.then(|| ("share_principals", "yes".to_owned())));
            fields
        };
        let switch = |what: &str, on: bool, options: ShareOptions| {
            let label = if on { format!("Keep {what} back") } else { format!("Give {what} along") };
            let described = format!("{label}: {}", it.name);
            let mut fields = fields(Some(options));
            fields.push(("seen", it.seen.clone()));
            view! { <PostButton action="/api/set_share" label class="button button-small" described fields /> }
        };
        let ShareOptions { tag_options, principals } = it.options;
        let tags = switch("TagOptions", tag_options, ShareOptions { tag_options: !tag_options, principals });
        let people = it
            .with
            .takes_principals()
            .then(|| switch("principals", principals, ShareOptions { tag_options, principals: !principals }));
        let (described, ended, removal) = (format!("End: {}", it.name), fields(None), Some(it.removal.clone()));
        view! {
            <td data-label="Change">
                <div class="flex flex-wrap items-start gap-2">
                    {tags}
                    {people}
                    <Remove action="/api/delete_share" label="End" described fields=ended removal />
                </div>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <span class="[overflow-wrap:anywhere]">{it.name.clone()}</span>
                <p class="text-sm font-normal text-muted">{kind(&it.with)} ": " <code>{it.with.id().to_owned()}</code></p>
            </th>
            <td data-label="State"><Badge tone icon text=state /></td>
            <td data-label="Along with it">{along}</td>
            {change}
        </tr>
    }
}

#[component]
fn Share(portfolio: PortfolioId, units: Vec<(ShareTarget, String)>, state: FormState) -> impl IntoView {
    let open = !state.errors.is_empty();
    // Nobody gets it because a list begins with them.
    let mut choices = vec![Choice::new("", "Choose")];
    choices.extend(units.into_iter().map(|(with, name)| Choice::new(with.to_string(), format!("{name} (unit)"))));
    choices.extend([
        Choice::new("member_account", "An account of the organization, by its number"),
        Choice::new("organizational_unit", "Another unit, by its id"),
        Choice::new("organization", "The whole organization, by its id"),
        Choice::new("account", "Any account, by its number: it has to accept"),
    ]);
    let ticks = vec![
        Tick {
            name: "share_principals".into(),
            label: "Principals that are patterns: to the organization and its units alone".into(),
            ticked: true,
        },
        Tick { name: "share_tag_options".into(), label: "TagOptions".into(), ticked: true },
    ];
    view! {
        <Disclosure summary="Share it" open id="share">
            <form class="fieldset max-w-2xl" method="post" action="/api/add_share" novalidate>
                <Hidden name="portfolio" value=portfolio.to_string() />
                <Select
                    label=field_label("share_with")
                    name="share_with"
                    part="share"
                    help="Accounts of the organization get it without accepting; those that join a unit later get it too."
                    choices
                    state=state.clone()
                />
                <TextField
                    label=field_label("share_id")
                    name="share_id"
                    part="share"
                    required=false
                    code=true
                    help="Where the choice above is by a number or an id."
                    state=state.clone()
                />
                <Checks
                    label="What goes along"
                    name="share_principals"
                    part="share"
                    help="AWS gives principals along to the organization and its units alone."
                    ticks
                    state
                />
                <p class="actions"><button class="button button-primary" type="submit">"Share it"</button></p>
            </form>
        </Disclosure>
    }
}

#[component]
fn Principals(portfolio: PortfolioId, principals: Vec<PrincipalRow>, manage: bool) -> impl IntoView {
    if principals.is_empty() {
        return view! {
            <Empty title="Nobody is named here.">
                <p>"Accounts that it is shared to may name their own principals."</p>
            </Empty>
        }
        .into_any();
    }
    let open: Vec<String> =
        principals.iter().filter(|it| it.principal.is_open()).map(|it| it.principal.arn.clone()).collect();
    let warning = (!open.is_empty()).then(|| {
        let arns = open.into_iter().map(|arn| view! { <li><code class="[overflow-wrap:anywhere]">{arn}</code></li> });
        view! {
            <div class="card-body">
                <Callout tone=Tone::Warn title="A wildcard lets in whoever has a fitting name">
                    <p>"Whoever may make a role, user or group in one of the accounts can give it such a name, and launch:"</p>
                    <ul class="list-disc pl-5">{arns.collect_view()}</ul>
                </Callout>
            </div>
        }
    });
    let mut columns = vec!["Principal", "Holds"];
    if manage {
        columns.push("Change");
    }
    let line = |it| view! { <MayLaunch portfolio=portfolio.clone() it manage /> };
    let rows = principals.into_iter().map(line).collect_view();
    view! { {warning} <Table label="Principals" columns stack=true>{rows}</Table> }.into_any()
}

#[component]
fn MayLaunch(portfolio: PortfolioId, it: PrincipalRow, manage: bool) -> impl IntoView {
    let holds = if it.principal.pattern {
        "Here, and in every account that gets it with its principals"
    } else {
        "In the account that the portfolio belongs to"
    };
    let arn = it.principal.arn.clone();
    let change = manage.then(|| {
        let fields = vec![("portfolio", portfolio.to_string()), ("principal", arn.clone())];
        let (described, removal) = (format!("Take away: {arn}"), Some(it.removal.clone()));
        view! {
            <td data-label="Change">
                <Remove action="/api/disassociate_principal" label="Take away" described fields removal />
            </td>
        }
    });
    let own = it.own.then(|| view! { <p class="text-sm font-normal text-muted">"The portal launches by it."</p> });
    view! {
        <tr>
            <th scope="row"><code class="[overflow-wrap:anywhere]">{arn}</code> {own}</th>
            <td data-label="Holds">{holds}</td>
            {change}
        </tr>
    }
}

#[component]
fn Principal(portfolio: PortfolioId, own: String, state: FormState) -> impl IntoView {
    let open = !state.errors.is_empty();
    let help = format!(
        "The ARN of a role, user or group of the portfolio's own account; or a pattern without an account, which goes along \
         where the portfolio is shared with its principals. The portal launches by {own}."
    );
    view! {
        <Disclosure summary="Let somebody launch from it" open id="principal">
            <form class="fieldset max-w-2xl" method="post" action="/api/associate_principal" novalidate>
                <Hidden name="portfolio" value=portfolio.to_string() />
                <TextField
                    label=field_label("principal")
                    name="principal"
                    part="principal"
                    code=true
                    help
                    proposals=vec![own]
                    state
                />
                <p class="actions"><button class="button button-primary" type="submit">"Let it launch"</button></p>
            </form>
        </Disclosure>
    }
}

#[component]
fn Recipients(portfolio: PortfolioId, recipients: Vec<RecipientRow>, more: u64, manage: bool) -> impl IntoView {
    if recipients.is_empty() {
        return ().into_any();
    }
    let more = (more > 0).then(|| {
        let more = format!("{} are not shown.", words::count(more, "more account", "more accounts"));
        view! { <p class="card-body text-sm text-muted">{more}</p> }
    });
    let line = |it| view! { <Recipient portfolio=portfolio.clone() it manage /> };
    let rows = recipients.into_iter().map(line).collect_view();
    view! {
        <Card title="Accounts of projects" note="Whether the portal can launch from it there" flush=true>
            <Table label="Accounts of projects" columns=vec!["Account", "Gets it by", "State"] stack=true>{rows}</Table>
            {more}
        </Card>
    }
    .into_any()
}

#[component]
fn Recipient(portfolio: PortfolioId, it: RecipientRow, manage: bool) -> impl IntoView {
    let (tone, icon, state, next) = match it.standing {
        RecipientStanding::NotShared => (Tone::Neutral, Icon::Minus, "Does not have it", ""),
        RecipientStanding::NotAccepted => {
            (Tone::Warn, Icon::Clock, "Not accepted", "It was shared to the account, which has to accept it.")
        }
        RecipientStanding::NotAssociated => (
            Tone::Warn,
            Icon::Warning,
            "Cannot launch",
            "The account does not name the portal's role. It can be named there, or its pattern here, with principals given along.",
        ),
        RecipientStanding::NotRead => (
            Tone::Neutral,
            Icon::Info,
            "Not known yet",
            "Who launches is said in the account, and is read before a launch.",
        ),
        RecipientStanding::Launches => (Tone::Good, Icon::Check, "Can launch", ""),
    };
    let take = (manage && is_to_be_taken(it.standing)).then(|| {
        let fields = vec![("portfolio", portfolio.to_string()), ("account", it.account.to_string())];
        let described = format!("Let it launch: {}", it.name);
        view! {
            <div class="actions">
                <PostButton action="/api/import_portfolio" label="Let it launch" class="button button-small" described fields />
            </div>
        }
    });
    let by = if it.by.is_empty() { "nothing".to_owned() } else { it.by.join(", ") };
    let next = (!next.is_empty()).then(|| view! { <p class="text-sm text-muted">{next}</p> });
    view! {
        <tr>
            <th scope="row">
                {it.name}
                <p class="text-sm font-normal text-muted"><code>{it.account.to_string()}</code></p>
            </th>
            <td data-label="Gets it by">{by}</td>
            <td data-label="State"><div class="stack gap-2"><p><Badge tone icon text=state /></p> {next} {take}</div></td>
        </tr>
    }
}

/// What the portal can do in the account lets it launch there.
fn is_to_be_taken(standing: RecipientStanding) -> bool {
    matches!(standing, RecipientStanding::NotAccepted | RecipientStanding::NotAssociated | RecipientStanding::NotRead)
}
