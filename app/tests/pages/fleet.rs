//! Many environments: the list that things are chosen from, what is done with several, and the pages of leads and admins.

use app::pages;
use domain::environment::EnvironmentState;
use domain::problem::FieldError;
use domain::project::Stage;
use domain::view::*;

use crate::{page, samples};

fn listed(acts: &[Together]) -> EnvironmentsPage {
    let rows = Listing { items: samples::environment_rows(), next: None, filtered: false };
    EnvironmentsPage { rows, acts: acts.to_vec(), ..samples::environments() }
}

#[test]
fn what_is_ticked_in_the_list_goes_to_a_page_that_says_first_what_will_happen() {
    let text = page("environments-choose", || pages::environments::page(listed(&Together::ALL)));
    assert_eq!(text.matches(r#"form="together""#).count(), EnvironmentState::ALL.len());
    assert!(text.contains(r#"method="get" action="/environments/together""#), "nothing is done from the list");
    for act in Together::ALL {
        assert!(text.contains(&format!(r#"value="{}""#, act.as_str())), "{act:?}");
    }
    let some = page("environments-some-acts", || pages::environments::page(listed(&[Together::Stop])));
    assert!(some.contains(r#"name="act" value="stop""#) && !some.contains(r#"name="act" value="terminate""#));
    let reader = page("environments-reader", || pages::environments::page(listed(&[])));
    assert!(!reader.contains("row-choose") && !reader.contains("/environments/together"));
}

#[test]
fn a_filter_that_cannot_be_used_says_so_at_its_field_and_keeps_what_was_typed() {
    let open = |text: &str| {
        let tags = text.split("<details").skip(1).filter_map(|rest| rest.split('>').next());
        tags.filter(|tag| tag.contains("disclosure")).map(|tag| tag.contains(" open")).collect::<Vec<_>>()
    };
    let text = page("environments-mistyped", || {
        let query = EnvironmentsQuery { ends: "soon".into(), state: "gone".into(), ..EnvironmentsQuery::default() };
        let errors = vec![
            FieldError::new("ends", "A number of days, at most 3650."),
            FieldError::new("state", "There is no such state."),
        ];
        pages::environments::page(EnvironmentsPage { query, errors, ..samples::environments() })
    });
    assert!(text.contains("A number of days, at most 3650.") && text.contains(r#"value="soon""#));
    assert!(text.contains("Nothing is shown until the filters can be used."));
    assert_eq!(open(&text), [true], "the field with the mistake can be seen");
    let closed = page("environments-plain", || pages::environments::page(listed(&[])));
    assert_eq!(open(&closed), [false]);
}

#[test]
fn what_decides_beside_the_state_stands_in_the_list() {
    let text = page("environments-marked", || {
        let marked = |name: &str, marks: &[EnvironmentMark]| {
            let row = samples::environment_row(name, EnvironmentState::Available);
            EnvironmentRow { marks: marks.to_vec(), can_launch: false, ..row }
        };
        let items = vec![
            marked("cut-off", &[EnvironmentMark::Revoked, EnvironmentMark::Held]),
            marked("at-rest", &[EnvironmentMark::Stopped]),
            samples::environment_row("plain", EnvironmentState::Available),
        ];
        let rows = Listing { items, next: None, filtered: false };
        pages::environments::page(EnvironmentsPage { rows, ..samples::environments() })
    });
    assert!(
        text.contains("Access revoked. Held.") && text.contains("Stopped: its page has the button that starts it.")
    );
    assert_eq!(text.matches("/api/launch_environment").count(), 1, "what is stopped or revoked has no way in");
}

fn row(name: &str, says: &str) -> TogetherRow {
    let environment = samples::environment_row(name, EnvironmentState::Available);
    TogetherRow { chosen: format!("{}:3:17", environment.id), environment, says: vec![says.into()], preview: None }
}

fn together(act: Together) -> TogetherPage {
    TogetherPage {
        act: Some(act),
        can: vec![row("one", "Stops <b>one</b>."), row("two", "Stops two.")],
        cannot: vec![row("three", "Nothing ran here at the last look.")],
        has_homes: true,
        left_out: 0,
        most: 50,
        form_token: "t-1".into(),
        form: FormState::default(),
    }
}

#[test]
fn several_are_acted_on_after_one_look_and_one_confirmation() {
    let stop = page("together-stop", || pages::together::page(together(Together::Stop)));
    assert!(stop.contains("Nothing ran here at the last look.") && !stop.contains("<b>one"));
    assert!(
        stop.contains(r#"action="/api/act_on_environments""#) && stop.contains("Stop what runs for 2 environments")
    );
    assert!(!stop.contains("together_count") && !stop.contains("hold_until") && !stop.contains(r#"name="files""#));
    let chosen = "0199aaaa-0000-7000-8000-000000000001:3:17";
    assert!(stop.contains(&format!(r#"value="{chosen},{chosen}""#)), "those that cannot are not sent along");
    let hold = page("together-hold", || pages::together::page(together(Together::Hold)));
    assert!(hold.contains(r#"name="hold_until""#));
    let terminate = page("together-terminate", || {
        let mut it = together(Together::Terminate);
        it.form.errors.push(FieldError::new("together_count", "Type 2 to confirm."));
        it.form.values.insert("together_reason".into(), "The quarter is over".into());
        pages::together::page(it)
    });
    assert!(terminate.contains("Type 2 to confirm") && terminate.contains(r#"name="files""#));
    assert!(terminate.contains("The quarter is over") && terminate.contains("<title>Error: "));
    let with = |page: TogetherPage| move || pages::together::page(page);
    let many = page("together-many", with(TogetherPage { left_out: 3, ..together(Together::Extend) }));
    assert!(many.contains("3 more were chosen: 50 at most are acted on at once."));
    let update = page("together-update", || {
        let mut it = together(Together::Update);
        let lost = UpdatePreview { unread: Some("It has not been read.".into()), ..UpdatePreview::default() };
        it.can[0].preview = Some(lost);
        pages::together::page(it)
    });
    assert!(
        update.contains("What the update does") && update.contains("Update to the current version for 2 environments")
    );
    assert!(update.contains("the first that fails stops the rest"));
    let none = page("together-none", with(TogetherPage { can: Vec::new(), ..together(Together::Stop) }));
    assert!(none.contains("There is nothing that can be done.") && !none.contains("/api/act_on_environments"));
    let nothing = page("together-nothing", with(TogetherPage { act: None, ..together(Together::Stop) }));
    assert!(nothing.contains("Choose environments, and what is done with them"));
}

#[test]
fn what_became_of_each_is_told() {
    let text = page("together-done", || {
        pages::together::done(TogetherDonePage {
            act: Together::Terminate,
            reason: "The <b>quarter</b> is over".into(),
            at: samples::at(0),
            done: vec![samples::environment_row("one", EnvironmentState::Terminating)],
            refused: vec![(samples::environment_row("two", EnvironmentState::Available), "It changed.".into())],
            hidden: 1,
        })
    });
    assert!(text.contains("1 was put to work, 1 was not.") && text.contains("It changed."));
    assert!(text.contains("1 environment is no longer shown to you.") && !text.contains("<b>quarter"));
}

#[test]
fn the_team_page_leads_to_the_lists_of_its_project() {
    let counted = |number| Counted { number, up_to: 100 };
    let team = || TeamPage {
        project: Some(samples::id("fraud-detection")),
        projects: vec![samples::id("fraud-detection"), samples::id("churn-prediction")],
        waiting: counted(2),
        ending: Excerpt {
            rows: vec![samples::environment_row("soon", EnvironmentState::Available)],
            all: counted(100),
        },
        left: Excerpt {
            rows: vec![EnvironmentRow {
                owner_left: true,
                ..samples::environment_row("orphan", EnvironmentState::Available)
            }],
            all: counted(1),
        },
        people: vec![TeamMember {
            display_name: "Fiona <b>Scientist".into(),
            subject: "fraud-scientist".into(),
            role: "Data scientist".into(),
            signed_in_at: samples::at(0),
            environments: 1,
        }],
        more: true,
        ..TeamPage::default()
    };
    let text = page("team", || pages::team::page(team()));
    assert!(text.contains("100+") && text.contains("2 requests are undecided in this project."));
    assert!(text.contains("/environments?project=fraud-detection&amp;ends=14"));
    assert!(text.contains("/environments?project=fraud-detection&amp;attention=owner_left"));
    assert_eq!(text.matches("(no longer here)").count(), 1);
    assert!(text.contains("/environments?project=fraud-detection&amp;owner=fraud-scientist"));
    assert!(text.contains("There are more people than these.") && !text.contains("<b>Scientist"));
    let wrong = page("team-wrong", || {
        let mut it = TeamPage { projects: team().projects, ..TeamPage::default() };
        it.form.errors.push(FieldError::new("project", "There is no such project that you lead."));
        pages::team::page(it)
    });
    assert!(wrong.contains("There is no such project that you lead.") && !wrong.contains("Requests that wait"));
    assert!(page("team-none", || pages::team::page(TeamPage::default())).contains("There is no project yet."));
}

#[test]
fn each_number_of_the_fleet_leads_to_what_it_counts() {
    let counted = |number| Counted { number, up_to: 1_000 };
    let text = page("admin-fleet", || {
        pages::admin_fleet::page(FleetPage {
            all: 12,
            states: vec![(EnvironmentState::Available, 11), (EnvironmentState::Error, 1)],
            stages: vec![(Stage::PreProd, 12)],
            accounts: vec![(samples::id("601000000002"), "fraud-dev".into(), 12)],
            more_accounts: true,
            outdated: 4,
            drifted: counted(1_000),
            tags_differ: Counted { number: 2, up_to: 1000 },
            older: vec![(90, counted(3))],
            ..FleetPage::default()
        })
    });
    let lists =
        ["state=error", "stage=pre_prod", "account=601000000002", "version=outdated", "attention=drifted", "older=90"];
    for list in lists {
        assert!(text.contains(&format!("/environments?{list}")), "{list}");
    }
    assert!(text.contains("12 environments in all projects") && text.contains("1000+"));
}
