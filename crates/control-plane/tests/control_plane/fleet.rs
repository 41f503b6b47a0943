//! Many environments: the filters of their list, the team and fleet pages, the file, and what is done with several at once.

use crate::common::TestState;
use chrono::TimeDelta;
use control_plane::Error;
use domain::environment::{Environment, EnvironmentState, LaunchTarget};
use domain::id::EnvironmentId;
use domain::view::{EnvironmentsQuery, TeamQuery, Together, TogetherInput, TogetherPage};
use futures::TryStreamExt;

const DEV: &str = "601000000002";

fn query(set: impl FnOnce(&mut EnvironmentsQuery)) -> EnvironmentsQuery {
    let mut query = EnvironmentsQuery::default();
    set(&mut query);
    query
}

/// The names of what the list shows, or the fields that it complains about.
async fn list(state: &TestState, who: &str, query: EnvironmentsQuery) -> Result<Vec<String>, Vec<String>> {
    let page = state.plane.environments(&state.as_(who).await, query).await.unwrap();
    if !page.errors.is_empty() {
        assert!(page.rows.items.is_empty());
        return Err(page.errors.into_iter().map(|error| error.field).collect());
    }
    let mut names: Vec<String> = page.rows.items.into_iter().map(|row| row.name).collect();
    names.sort();
    Ok(names)
}

async fn preview(state: &TestState, who: &str, act: &str, ids: &[&EnvironmentId]) -> TogetherPage {
    let ids: Vec<EnvironmentId> = ids.iter().map(|id| (*id).clone()).collect();
    state.plane.together(&state.as_(who).await, act, &ids, "").await.unwrap()
}

fn input(page: &TogetherPage) -> TogetherInput {
    TogetherInput {
        act: page.act.unwrap().as_str().into(),
        chosen: page.can.iter().map(|row| row.chosen.clone()).collect::<Vec<_>>().join(","),
        together_reason: "the quarter is over".into(),
        form_token: page.form_token.clone(),
        ..TogetherInput::default()
    }
}

async fn act(state: &TestState, who: &str, input: &TogetherInput) -> control_plane::Result<String> {
    let address = state.plane.act_on_environments(&state.as_(who).await, input).await?;
    Ok(address.rsplit('/').next().unwrap().to_owned())
}

fn fields(result: control_plane::Result<String>) -> Vec<String> {
    let Err(Error::Invalid(errors)) = result else { panic!("{result:?}") };
    errors.into_iter().map(|error| error.field).collect()
}

/// A form with the version and the end of each as they are now.
async fn posted(state: &TestState, act: Together, ids: &[&EnvironmentId], token: &str) -> TogetherInput {
    let mut chosen = Vec::new();
    for id in ids {
        let it = state.environment(id).await;
        chosen.push(format!("{id}:{}:{}", it.version, it.lease_ends_at.timestamp_millis()));
    }
    TogetherInput {
        act: act.as_str().into(),
        chosen: chosen.join(","),
        together_reason: "the quarter is over".into(),
        form_token: token.into(),
        ..TogetherInput::default()
    }
}

/// Another one of the same person: of the first product one has a single one in an account.
async fn second(state: &TestState, name: &str) -> Environment {
    let request = state.submit("fraud-scientist", "Studio environment", name).await;
    let id = state.approve("fraud-lead", &request).await;
    state.settle().await;
    let it = state.environment(&id).await;
    assert_eq!(it.state, EnvironmentState::Available, "{:?}", it.problem);
    it
}

async fn run_an_app(state: &TestState, id: &EnvironmentId) {
    let it = state.environment(id).await;
    let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = &it.launch_target else { panic!("{it:?}") };
    state.start_app(DEV, domain_id, user_profile_name, "one");
    state.plane.observe_now().await.unwrap();
}

on_both! {
    async fn every_filter_narrows_the_list_and_says_what_it_cannot_use(url) {
        let state = TestState::start(&url).await;
        let busy = state.available("busy").await;
        state.pass(TimeDelta::days(5));
        state.everybody_signs_in().await;
        let calm = second(&state, "calm").await;
        assert_eq!(list(&state, "fraud-lead", query(|q| q.runs = "no".into())).await, Ok(vec![]), "nobody looked yet");
        run_an_app(&state, &busy.id).await;
        let both = ["busy".to_owned(), "calm".to_owned()];
        let only = |name: &str| Ok(vec![name.to_owned()]);
        let lead = "fraud-lead";
        assert_eq!(list(&state, lead, query(|_| ())).await.unwrap(), both);
        assert_eq!(list(&state, lead, query(|q| q.runs = "yes".into())).await, only("busy"));
        assert_eq!(list(&state, lead, query(|q| q.runs = "no".into())).await, only("calm"));
        assert_eq!(list(&state, lead, query(|q| q.older = "4".into())).await, only("busy"));
        assert_eq!(list(&state, lead, query(|q| q.ends = "26".into())).await, only("busy"));
        assert_eq!(list(&state, lead, query(|q| q.ends = "31".into())).await.unwrap(), both);
        assert_eq!(list(&state, lead, query(|q| q.account = DEV.into())).await.unwrap(), both);
        assert_eq!(list(&state, lead, query(|q| q.account = "601000000001".into())).await, Ok(vec![]));
        assert_eq!(list(&state, lead, query(|q| q.product = calm.product.to_string())).await, only("calm"));
        assert_eq!(list(&state, lead, query(|q| q.version = busy.artifact.to_string())).await, only("busy"));
        assert_eq!(list(&state, lead, query(|q| q.version = "outdated".into())).await, Ok(vec![]));
        assert_eq!(list(&state, lead, query(|q| q.owner = "fraud-scientist".into())).await.unwrap(), both);
        assert_eq!(list(&state, lead, query(|q| q.owner = "nobody-like-it".into())).await, Ok(vec![]));
        assert_eq!(list(&state, lead, query(|q| q.attention = "troubled".into())).await, Ok(vec![]));
        // Nobody's filters reach into another project.
        for who in ["churn-lead", "churn-scientist"] {
            assert_eq!(list(&state, who, query(|q| q.project = "fraud-detection".into())).await, Ok(vec![]), "{who}");
        }
        let wrong = query(|q| {
            for field in [&mut q.state, &mut q.stage, &mut q.attention, &mut q.whose, &mut q.runs] {
                *field = "nonsense".into();
            }
            q.account = "not an account".into();
            q.ends = "-1".into();
            q.older = "soon".into();
        });
        let mut complaints = list(&state, lead, wrong).await.unwrap_err();
        complaints.sort();
        assert_eq!(complaints, ["account", "attention", "ends", "older", "runs", "stage", "state", "whose"]);
    }

    async fn a_lead_has_the_team_page_of_their_projects_and_admins_the_fleet(url) {
        let state = TestState::start(&url).await;
        let busy = state.available("busy").await.id;
        state.submit("fraud-scientist", "Studio environment", "waiting").await;
        run_an_app(&state, &busy).await;
        let lead = state.as_("fraud-lead").await;
        let page = state.plane.team(&lead, TeamQuery::default()).await.unwrap();
        assert_eq!((page.project.unwrap().to_string(), page.projects.len()), ("fraud-detection".into(), 1));
        assert_eq!((page.waiting.number, page.ending.all.number), (1, 0));
        assert_eq!((page.running.rows[0].name.as_str(), page.resting.rows.len()), ("busy", 0));
        let scientist = page.people.iter().find(|it| it.subject == "fraud-scientist").unwrap();
        assert_eq!((scientist.environments, scientist.role.as_str()), (1, "Data scientist"));
        assert!(page.people.iter().all(|person| !person.subject.starts_with("churn")), "{:?}", page.people);
        let found = TeamQuery { q: "nobody-like-it".into(), ..TeamQuery::default() };
        assert!(state.plane.team(&lead, found).await.unwrap().people.is_empty());
        // Another project is none that they lead.
        let other = TeamQuery { project: "churn-prediction".into(), ..TeamQuery::default() };
        let refused = state.plane.team(&lead, other.clone()).await.unwrap();
        assert!(refused.project.is_none() && refused.people.is_empty() && refused.form.error("project").is_some());
        let admin = state.plane.team(&state.as_("admin").await, other).await.unwrap();
        assert_eq!(admin.project.unwrap().as_str(), "churn-prediction");
        for who in ["fraud-scientist", "newcomer"] {
            let caller = state.as_(who).await;
            assert!(matches!(state.plane.team(&caller, TeamQuery::default()).await, Err(Error::Denied { .. })), "{who}");
        }
        state.pass(TimeDelta::days(20));
        state.everybody_signs_in().await;
        let page = state.plane.team(&state.as_("fraud-lead").await, TeamQuery::default()).await.unwrap();
        assert_eq!(page.ending.rows.len(), 1, "the lease ends in ten days");
        let fleet = state.plane.fleet(&state.as_("auditor").await).await.unwrap();
        assert_eq!((fleet.all, fleet.outdated, fleet.running.number, fleet.drifted.number), (1, 0, 1, 0));
        assert!(fleet.states.contains(&(EnvironmentState::Available, 1)), "{:?}", fleet.states);
        assert_eq!((fleet.accounts.len(), fleet.accounts[0].0.as_str(), fleet.accounts[0].2), (1, DEV, 1));
        assert_eq!(fleet.older.iter().map(|(days, n)| (*days, n.number)).collect::<Vec<_>>(), [(30, 0), (90, 0), (180, 0)]);
        for who in ["fraud-scientist", "fraud-lead", "newcomer"] {
            assert!(matches!(state.plane.fleet(&state.as_(who).await).await, Err(Error::Denied { .. })), "{who}");
        }
    }

    async fn a_file_has_what_the_list_has_and_is_written_down(url) {
        let state = TestState::start(&url).await;
        state.available("filed").await;
        let rows = async |who: &str, q: EnvironmentsQuery| {
            let (rows, more) = state.plane.environments_export(&state.as_(who).await, &q).await?;
            assert!(!more);
            rows.map_ok(|row| row.name).try_collect::<Vec<_>>().await
        };
        assert_eq!(rows("fraud-lead", query(|q| q.q = "file".into())).await.unwrap(), ["filed"]);
        assert!(rows("churn-lead", query(|_| ())).await.unwrap().is_empty());
        assert!(matches!(rows("fraud-lead", query(|q| q.ends = "x".into())).await, Err(Error::Invalid(_))));
        let admin = state.as_("admin").await;
        let audit = domain::view::AuditQuery { action: "export_environments".into(), ..Default::default() };
        let told = state.plane.audit(&admin, audit).await.unwrap().rows.items;
        let said: Vec<_> = told.iter().map(|row| row.event.detail["rows"].as_str()).collect();
        assert_eq!(said, ["0", "1"], "newest first; what was refused was not exported");
        assert_eq!(told[1].event.detail["q"], "file");
    }

    async fn leases_are_extended_together_once_and_what_cannot_be_says_why(url) {
        let state = TestState::start(&url).await;
        let (one, two) = (state.available("one").await.id, second(&state, "two").await.id);
        state.terminate("fraud-scientist", &two).await;
        state.settle().await;
        state.pass(TimeDelta::days(10));
        state.everybody_signs_in().await;
        let page = preview(&state, "fraud-lead", "extend", &[&one, &two, &one]).await;
        assert_eq!((page.can.len(), page.cannot.len(), page.left_out), (1, 1, 0));
        assert!(page.can[0].says[0].starts_with("Its lease ends on "), "{:?}", page.can);
        assert!(page.cannot[0].says[0].contains("is terminated"), "{:?}", page.cannot);
        let ends = state.environment(&one).await.lease_ends_at;
        let mut form = posted(&state, Together::Extend, &[&one, &two], &page.form_token).await;
        // A form that says no reason does nothing.
        assert_eq!(fields(act(&state, "fraud-lead", &TogetherInput { together_reason: " ".into(), ..form.clone() }).await), ["together_reason"]);
        assert_eq!(state.environment(&one).await.lease_ends_at, ends);
        let id = act(&state, "fraud-lead", &form).await.unwrap();
        let extended = state.environment(&one).await;
        assert_eq!(extended.lease_ends_at, state.plane.now() + TimeDelta::days(30));
        // A second click of the same form finds what the first did, and changes nothing.
        assert_eq!(act(&state, "fraud-lead", &form).await.unwrap(), id);
        state.pass(TimeDelta::hours(1));
        assert_eq!(act(&state, "fraud-lead", &form).await.unwrap(), id);
        form.form_token = "another".into();
        act(&state, "fraud-lead", &form).await.unwrap();
        assert_eq!(state.environment(&one).await.version, extended.version, "it was about another end");
        let done = state.plane.acted_on_environments(&state.as_("fraud-lead").await, &id).await.unwrap();
        assert_eq!((done.act, done.reason.as_str(), done.hidden), (Together::Extend, "the quarter is over", 0));
        assert_eq!(done.done.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["one"]);
        assert!(done.refused[0].0.name == "two" && done.refused[0].1.contains("too late"), "{:?}", done.refused);
        // It is theirs alone.
        for who in ["churn-lead", "fraud-scientist", "admin"] {
            let caller = state.as_(who).await;
            assert!(matches!(state.plane.acted_on_environments(&caller, &id).await, Err(Error::NotFound { .. })), "{who}");
        }
    }

    async fn nothing_is_done_together_in_another_project_or_by_who_may_not(url) {
        let state = TestState::start(&url).await;
        let id = state.available("mine").await.id;
        let before = state.environment(&id).await;
        for who in ["churn-lead", "churn-scientist", "newcomer"] {
            let caller = state.as_(who).await;
            let seen = state.plane.together(&caller, "terminate", std::slice::from_ref(&id), "").await;
            assert!(matches!(seen, Err(Error::Denied { .. })), "{who}");
        }
        // An auditor sees why not.
        let page = preview(&state, "auditor", "stop", &[&id]).await;
        assert!(page.can.is_empty() && page.cannot[0].says[0].contains("Auditors read everything"), "{:?}", page.cannot);
        for act_of in Together::ALL {
            let mut form = posted(&state, act_of, &[&id], "").await;
            (form.together_count, form.files, form.hold_until) = ("1".into(), "delete".into(), day(&state));
            for who in ["churn-lead", "churn-scientist", "auditor", "newcomer"] {
                assert!(matches!(act(&state, who, &form).await, Err(Error::Denied { .. })), "{who} {act_of:?}");
            }
        }
        // One of one's own and one that is not: the one is done, the other is not.
        let form = posted(&state, Together::Hold, &[&id], "").await;
        assert!(matches!(act(&state, "fraud-scientist", &TogetherInput { hold_until: day(&state), ..form }).await, Err(Error::Denied { .. })));
        assert_eq!(state.environment(&id).await, before);
        let unknown: EnvironmentId = "0190d5a8-0000-7000-8000-000000000000".parse().unwrap();
        let missing = state.plane.together(&state.as_("fraud-lead").await, "stop", &[unknown], "").await;
        assert!(matches!(missing, Err(Error::NotFound { .. })));
        let many: Vec<String> = (0..51).map(|n| format!("0190d5a8-0000-7000-8000-0000000000{n:02}:1:1")).collect();
        let form = TogetherInput { chosen: many.join(","), ..form_of(Together::Stop) };
        assert_eq!(fields(act(&state, "fraud-lead", &form).await), ["together_reason"]);
        assert_eq!(fields(act(&state, "fraud-lead", &form_of(Together::Stop)).await), ["together_reason"]);
    }

    async fn what_runs_is_stopped_together_by_operations_of_its_own(url) {
        let state = TestState::start(&url).await;
        let (busy, calm) = (state.available("busy").await.id, second(&state, "calm").await.id);
        run_an_app(&state, &busy).await;
        let page = preview(&state, "admin", "stop", &[&busy, &calm]).await;
        assert_eq!(page.can.iter().map(|row| row.says.join(" ")).collect::<Vec<_>>().len(), 1);
        assert!(page.can[0].says[0].starts_with("Stops one"), "{:?}", page.can);
        assert_eq!(page.cannot[0].says, ["Nothing ran here at the last look."]);
        assert!(state.store.last_operation_on_running(&busy).await.unwrap().is_none(), "a look does nothing");
        let id = act(&state, "admin", &input(&page)).await.unwrap();
        let first = state.store.last_operation_on_running(&busy).await.unwrap().unwrap();
        assert_eq!(act(&state, "admin", &input(&page)).await.unwrap(), id);
        state.settle().await;
        assert_eq!(act(&state, "admin", &input(&page)).await.unwrap(), id);
        assert_eq!(state.store.last_operation_on_running(&busy).await.unwrap().unwrap().id, first.id);
        assert!(state.store.last_operation_on_running(&calm).await.unwrap().is_none());
        state.plane.observe_now().await.unwrap();
        assert!(list(&state, "admin", query(|q| q.runs = "yes".into())).await.unwrap().is_empty());
    }

    async fn a_termination_of_several_needs_their_number_typed(url) {
        let state = TestState::start(&url).await;
        let (one, two) = (state.available("one").await.id, second(&state, "two").await.id);
        let page = preview(&state, "fraud-lead", "terminate", &[&one, &two]).await;
        assert_eq!(page.can.len(), 2);
        let mut form = input(&page);
        let mut wanted = vec!["together_count"];
        if page.has_homes {
            wanted.push("files");
        }
        assert_eq!(fields(act(&state, "fraud-lead", &form).await), wanted);
        form.together_count = "3".into();
        form.files = "delete".into();
        assert_eq!(fields(act(&state, "fraud-lead", &form).await), ["together_count"]);
        assert_eq!(state.environment(&one).await.state, EnvironmentState::Available);
        form.together_count = "2".into();
        // One of them was changed since the page was loaded.
        let lead = state.as_("fraud-lead").await;
        let hold = domain::view::HoldInput { hold_reason: "an audit".into(), hold_until: day(&state) };
        state.plane.hold_environment(&lead, &two, hold).await.unwrap();
        state.plane.release_environment(&lead, &two).await.unwrap();
        let id = act(&state, "fraud-lead", &form).await.unwrap();
        assert_eq!(act(&state, "fraud-lead", &form).await.unwrap(), id);
        let done = state.plane.acted_on_environments(&lead, &id).await.unwrap();
        assert_eq!((done.done.len(), done.refused.len()), (1, 1));
        assert!(done.refused[0].1.contains("look at it again"), "{:?}", done.refused);
        state.settle().await;
        assert_eq!(state.environment(&one).await.state, EnvironmentState::Terminated);
        assert_eq!(state.environment(&two).await.state, EnvironmentState::Available);
        state.assert_sound().await;
    }
}

fn day(state: &TestState) -> String {
    (state.plane.now() + TimeDelta::days(30)).date_naive().to_string()
}

fn form_of(act: Together) -> TogetherInput {
    TogetherInput { act: act.as_str().into(), together_reason: "r".into(), ..TogetherInput::default() }
}
