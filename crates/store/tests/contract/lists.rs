//! Scoped, filtered pages against what plain code picks from the same rows.

use domain::approval::{ApprovalRule, Approver};
use domain::environment::{Environment, EnvironmentState};
use domain::person::PersonKey;
use domain::project::Stage;
use domain::request::{Agreement, Request, RequestState, StepDecision, Verdict};
use store::{Cursor, EnvironmentFilter, Order, PageRequest, Part, RequestFilter, Scope, Store};

use crate::backend::on_both;
use crate::samples::{at, environment, person, project_id, request, with_projects};

const PROJECTS: [&str; 4] = ["a", "b", "c", "d"];
const PEOPLE: [&str; 3] = ["ada", "bob", "cyd"];

fn requests() -> Vec<Request> {
    (0..60_usize)
        .map(|i| {
            // Several share a second, so that the order depends on the id too.
            let seconds = i64::try_from((i * 7) % 20).unwrap();
            let mut made = request(&format!("r{i:02}"), PROJECTS[i % 4], PEOPLE[(i / 2) % 3], seconds);
            made.state = RequestState::ALL[(i / 3) % 5];
            // Some wait at a second step, where the first was decided by one person, for somebody else now and then.
            if i % 2 == 0 {
                made.approval = "lead,admin".parse().unwrap();
                let step = |who: &str| Agreement { step: 0, by: person(who), on_behalf_of: None };
                made.agreed = match i % 6 {
                    0 => vec![],
                    2 => vec![step("bob")],
                    _ => vec![Agreement { on_behalf_of: Some(person("ada")), ..step("dan") }],
                };
            } else if i % 7 == 0 {
                made.approval = ApprovalRule::none();
            }
            made.justification = if i % 10 == 0 { "Needle".into() } else { "Hay".into() };
            made
        })
        .collect()
}

fn environments(requests: &[Request]) -> Vec<Environment> {
    requests
        .iter()
        .enumerate()
        .map(|(i, request)| {
            let mut made = environment(&format!("e{i:02}"), request, i64::try_from((i * 7) % 20).unwrap());
            made.state = EnvironmentState::ALL[(i / 5) % EnvironmentState::ALL.len()];
            made.stage = Stage::ALL[i % 3];
            made
        })
        .collect()
}

async fn fill(store: &Store) -> (Vec<Request>, Vec<Environment>) {
    with_projects(store, &PROJECTS).await;
    let requests = requests();
    let environments = environments(&requests);
    let mut tx = store.begin().await.unwrap();
    for request in &requests {
        tx.insert_request(request).await.unwrap();
        for agreement in &request.agreed {
            let decision = StepDecision {
                request: request.id.clone(),
                step: agreement.step,
                who: Approver::Lead,
                by: agreement.by.clone(),
                on_behalf_of: agreement.on_behalf_of.clone(),
                verdict: Verdict::Approve,
                comment: String::new(),
                at: request.submitted_at,
            };
            tx.insert_request_decision(&decision).await.unwrap();
        }
    }
    for environment in &environments {
        tx.insert_environment(environment).await.unwrap();
    }
    tx.commit().await.unwrap();
    (requests, environments)
}

fn scopes() -> Vec<Scope> {
    let projects = |names: &[&str]| names.iter().map(|name| project_id(name)).collect::<Vec<_>>();
    // More projects than are asked one by one.
    let many = (0..60).map(|i| format!("x{i}").parse().unwrap()).chain(projects(&["b", "c"])).collect::<Vec<_>>();
    vec![
        Scope::All,
        Scope::Nothing,
        Scope::Projects(vec![]),
        Scope::Projects(projects(&["a"])),
        Scope::Projects(projects(&["a", "c", "a"])),
        Scope::Projects(many.clone()),
        Scope::ProjectsOrOwner { projects: projects(&["a", "b"]), person: person("ada") },
        Scope::ProjectsOrOwner { projects: vec![], person: person("bob") },
        Scope::ProjectsOrOwner { projects: many, person: person("bob") },
        Scope::Person(person("cyd")),
        Scope::People(vec![]),
        Scope::People(vec![person("cyd"), person("ada")]),
        Scope::Requests(vec![]),
        Scope::Requests(vec![Part::default()]),
        Scope::Requests(vec![Part { who: Some(Approver::Lead), free: vec![person("ada")], ..Part::default() }]),
        Scope::Requests(vec![Part { who: Some(Approver::Admin), ..Part::default() }]),
        Scope::Requests(vec![Part { spent: vec![person("ada"), person("bob")], ..Part::default() }]),
        Scope::Requests(vec![
            Part { projects: projects(&["a"]), stage: Some(Stage::Dev), ..Part::default() },
            Part { projects: projects(&["b", "c"]), product: Some("prod-1".parse().unwrap()), ..Part::default() },
            Part { requester: Some(person("cyd")), not_in: projects(&["d", "a"]), ..Part::default() },
        ]),
        Scope::Requests(vec![Part { decided_by: Some(person("bob")), ..Part::default() }]),
        Scope::Requests(vec![Part { submitted_until: Some(at(7)), ..Part::default() }]),
        Scope::Requests((0..60).map(|i| Part { projects: projects(&[PROJECTS[i % 3]]), ..Part::default() }).collect()),
    ]
}

fn in_scope(scope: &Scope, project: &domain::id::ProjectId, owner: &domain::person::PersonKey) -> bool {
    match scope {
        Scope::All => true,
        Scope::Nothing | Scope::Requests(_) => false,
        Scope::Projects(projects) => projects.contains(project),
        Scope::ProjectsOrOwner { projects, person } => projects.contains(project) || person == owner,
        Scope::Person(person) => person == owner,
        Scope::People(people) => people.contains(owner),
    }
}

fn picks(scope: &Scope, request: &Request) -> bool {
    let Scope::Requests(parts) = scope else { return in_scope(scope, &request.project, &request.requester) };
    let had_a_part = |person: &PersonKey| person == &request.requester || request.was_decided_by(person);
    parts.iter().any(|part| {
        (part.projects.is_empty() || part.projects.contains(&request.project))
            && !part.not_in.contains(&request.project)
            && part.product.as_ref().is_none_or(|product| product == &request.product)
            && part.stage.is_none_or(|stage| stage == request.stage)
            && part.who.is_none_or(|who| request.last_step().is_some_and(|open| open.step.who == who))
            && part.requester.as_ref().is_none_or(|person| person == &request.requester)
            && part.submitted_until.is_none_or(|until| request.submitted_at <= until)
            && part.decided_by.as_ref().is_none_or(|person| request.was_decided_by(person))
            && part.spent.iter().all(had_a_part)
            && !part.free.iter().any(had_a_part)
    })
}

fn request_filters() -> Vec<RequestFilter> {
    let all = RequestFilter::default;
    vec![
        all(),
        RequestFilter { ids: Some(Vec::new()), ..all() },
        RequestFilter { ids: Some(vec!["r03".parse().unwrap(), "r11".parse().unwrap()]), ..all() },
        RequestFilter { state: Some(RequestState::Submitted), ..all() },
        RequestFilter { project: Some(project_id("a")), ..all() },
        RequestFilter { project: Some(project_id("b")), state: Some(RequestState::Denied), ..all() },
        RequestFilter { requester: Some(person("ada")), ..all() },
        RequestFilter { requester: Some(person("ada")), state: Some(RequestState::Approved), ..all() },
        RequestFilter { text: Some("  NEEDLE ".into()), ..all() },
        RequestFilter { text: Some("env-r1".into()), product: Some("prod-1".parse().unwrap()), ..all() },
        RequestFilter { product: Some("prod-2".parse().unwrap()), ..all() },
    ]
}

fn wants_request(filter: &RequestFilter, r: &Request) -> bool {
    filter.ids.as_ref().is_none_or(|ids| ids.contains(&r.id))
        && filter.state.is_none_or(|state| r.state == state)
        && filter.project.as_ref().is_none_or(|project| &r.project == project)
        && filter.requester.as_ref().is_none_or(|person| &r.requester == person)
        && filter.product.as_ref().is_none_or(|product| &r.product == product)
        && filter.text.as_deref().is_none_or(|text| {
            let text = text.trim().to_lowercase();
            r.name.to_lowercase().contains(&text) || r.justification.to_lowercase().contains(&text)
        })
}

fn environment_filters() -> Vec<EnvironmentFilter> {
    let all = EnvironmentFilter::default;
    vec![
        all(),
        EnvironmentFilter { live: true, ..all() },
        EnvironmentFilter { state: Some(EnvironmentState::Terminated), ..all() },
        EnvironmentFilter { project: Some(project_id("c")), stage: Some(Stage::Dev), ..all() },
        EnvironmentFilter { owner: Some(person("bob")), live: true, ..all() },
        EnvironmentFilter { text: Some("-R2".into()), ..all() },
        EnvironmentFilter { ids: Some(Vec::new()), ..all() },
        EnvironmentFilter { owners: Some(vec![person("bob"), person("nobody")]), ..all() },
        EnvironmentFilter { owners: Some(Vec::new()), ..all() },
        EnvironmentFilter { created_until: Some(at(2)), ..all() },
    ]
}

fn wants_environment(filter: &EnvironmentFilter, e: &Environment) -> bool {
    filter.state.is_none_or(|state| e.state == state)
        && (!filter.live || e.state != EnvironmentState::Terminated)
        && filter.project.as_ref().is_none_or(|project| &e.project == project)
        && filter.owner.as_ref().is_none_or(|person| &e.owner == person)
        && filter.owners.as_ref().is_none_or(|people| people.contains(&e.owner))
        && filter.ids.as_ref().is_none_or(|ids| ids.contains(&e.id))
        && filter.created_until.is_none_or(|until| e.created_at <= until)
        && filter.stage.is_none_or(|stage| e.stage == stage)
        && filter.text.as_deref().is_none_or(|text| e.name.to_lowercase().contains(&text.to_lowercase()))
}

fn ordered<T>(mut rows: Vec<&T>, order: Order, key: impl Fn(&T) -> (i64, String)) -> Vec<&T> {
    rows.sort_by_key(|row| key(row));
    if order == Order::NewestFirst {
        rows.reverse();
    }
    rows
}

/// A page's place survives a trip through a URL.
fn carried(cursor: Option<Cursor>) -> Option<Cursor> {
    cursor.map(|cursor| cursor.to_string().parse().unwrap())
}

on_both! {
    async fn requests_are_the_rows_that_scope_and_filter_pick(db) {
        let store = db.store;
        let (rows, _) = fill(&store).await;
        for scope in scopes() {
            for filter in request_filters() {
                let picked: Vec<&Request> =
                    rows.iter().filter(|r| picks(&scope, r) && wants_request(&filter, r)).collect();
                let count = store.count_requests(&scope, &filter).await.unwrap();
                assert_eq!(usize::try_from(count).unwrap(), picked.len(), "{scope:?} {filter:?}");
                for order in [Order::NewestFirst, Order::OldestFirst] {
                    let expected = ordered(picked.clone(), order, |r| (r.submitted_at.timestamp_millis(), r.id.to_string()));
                    let mut request = PageRequest { order, after: None, limit: 7 };
                    let mut read = Vec::new();
                    loop {
                        let page = store.requests(&scope, &filter, &request).await.unwrap();
                        assert!(page.items.len() <= 7);
                        read.extend(page.items);
                        request.after = carried(page.next);
                        if request.after.is_none() {
                            break;
                        }
                    }
                    assert_eq!(read.iter().collect::<Vec<_>>(), expected, "{scope:?} {filter:?} {order:?}");
                }
            }
        }
    }

    async fn environments_are_the_rows_that_scope_and_filter_pick(db) {
        let store = db.store;
        let (_, rows) = fill(&store).await;
        for scope in scopes() {
            for filter in environment_filters() {
                let picked: Vec<&Environment> =
                    rows.iter().filter(|e| in_scope(&scope, &e.project, &e.owner) && wants_environment(&filter, e)).collect();
                let count = store.count_environments(&scope, &filter).await.unwrap();
                assert_eq!(usize::try_from(count).unwrap(), picked.len(), "{scope:?} {filter:?}");
                let expected =
                    ordered(picked, Order::NewestFirst, |e| (e.created_at.timestamp_millis(), e.id.to_string()));
                let mut request = PageRequest::newest(11);
                let mut read = Vec::new();
                loop {
                    let page = store.environments(&scope, &filter, &request).await.unwrap();
                    read.extend(page.items);
                    request.after = carried(page.next);
                    if request.after.is_none() {
                        break;
                    }
                }
                assert_eq!(read.iter().collect::<Vec<_>>(), expected, "{scope:?} {filter:?}");
            }
        }
    }

    async fn a_page_goes_on_where_it_ended_whatever_came_meanwhile(db) {
        let store = db.store;
        let (rows, _) = fill(&store).await;
        let first = store.requests(&Scope::All, &RequestFilter::default(), &PageRequest::newest(10)).await.unwrap();
        let mut newer = request("r99", "a", "ada", 1_000);
        newer.state = RequestState::Submitted;
        let mut tx = store.begin().await.unwrap();
        tx.insert_request(&newer).await.unwrap();
        tx.commit().await.unwrap();
        let next = PageRequest::newest(100).after(first.next);
        let rest = store.requests(&Scope::All, &RequestFilter::default(), &next).await.unwrap();
        assert_eq!(first.items.len() + rest.items.len(), rows.len());
        assert!(rest.items.iter().all(|r| r.id != newer.id && first.items.iter().all(|f| f.id != r.id)));
    }
}

#[test]
fn a_cursor_that_no_page_gave_is_refused() {
    for text in ["", "~", "x", "zz~r1", "1~a b", "1~'; DROP TABLE request; --", "99999999999999999999~r"] {
        assert!(text.parse::<Cursor>().is_err(), "{text}");
    }
    assert!("1~r1".parse::<Cursor>().is_ok());
}
