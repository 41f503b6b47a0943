//! What a termination asks, does and leaves: the choice about home directories, its steps, and what was kept.

use domain::environment::EnvironmentState;
use domain::lease::LeaseStanding;
use domain::problem::FieldError;
use domain::view::*;

use app::pages;

use crate::page;
use crate::samples;

fn form(change: impl FnOnce(&mut EnvironmentPage)) -> String {
    let mut it = samples::environment(EnvironmentState::Available);
    change(&mut it);
    page("environment-termination", move || pages::environment::page(it, false))
}

/// The radio buttons about the home directories, as they stand in the page.
fn radios(text: &str) -> Vec<&str> {
    text.split("<input")
        .skip(1)
        .filter_map(|tag| tag.split('>').next())
        .filter(|tag| tag.contains("name=\"files\""))
        .collect()
}

#[test]
fn what_becomes_of_the_home_directories_is_asked_and_nothing_is_chosen_beforehand() {
    let text = form(|_| {});
    let asked = radios(&text);
    assert_eq!(asked.len(), 2, "{asked:?}");
    for (value, radio) in ["keep", "delete"].into_iter().zip(&asked) {
        assert!(radio.contains("type=\"radio\"") && radio.contains(&format!("value=\"{value}\"")), "{radio}");
        assert!(radio.contains("required") && !radio.contains("checked"), "{radio}");
    }
    assert!(text.contains("in the file system fs-0123456789abcdef0 (1.5 MiB at the last look)"));
    assert!(
        text.contains("nobody can bring back what is in them")
            && text.contains("costs money until somebody deletes it")
    );
    assert!(text.contains("The key that may encrypt it goes with the environment"));
}

#[test]
fn several_file_systems_are_named_and_one_that_nobody_knows_yet_is_not() {
    let choose = |file_systems: &[&str], bytes| {
        let file_systems = file_systems.iter().map(|id| (*id).to_owned()).collect();
        form(|it| it.home_choice = Some(HomeChoice { file_systems, bytes, key_goes: false }))
    };
    let several = choose(&["fs-1", "fs-2"], None);
    assert!(
        several.contains("in the file systems fs-1, fs-2. Its way") && !several.contains("The key that may encrypt")
    );
    assert!(choose(&[], None).contains("in a file system of its own. Its way"));
    let none = form(|it| it.home_choice = None);
    assert!(radios(&none).is_empty() && none.contains("/api/terminate_environment"), "a shared domain stays as it is");
}

#[test]
fn who_chose_nothing_is_told_so_at_the_choice_and_who_chose_finds_it_again() {
    let why = "Choose whether the home directories are kept or deleted.";
    let text = form(|it| {
        it.form.errors = vec![FieldError { field: "files".into(), message: why.into() }];
        it.form.values = [("confirm".to_owned(), "fiona-studio".to_owned())].into();
    });
    assert!(text.contains("href=\"#field-files\"") && text.contains("id=\"field-files\""), "the summary leads there");
    assert!(text.contains(why) && text.contains("aria-describedby=\"field-files-help field-files-error\""));
    assert!(text.contains("role=\"radiogroup\"") && radios(&text).iter().all(|radio| !radio.contains("checked")));
    assert!(text.contains("value=\"fiona-studio\""), "what was typed is kept");
    let chosen = form(|it| {
        it.form.errors = vec![FieldError { field: "confirm".into(), message: "Type the name.".into() }];
        it.form.values = [("files".to_owned(), "keep".to_owned())].into();
    });
    let asked = radios(&chosen);
    assert!(asked[0].contains("checked") && !asked[1].contains("checked"), "{asked:?}");
}

#[test]
fn what_was_kept_is_told_with_where_it_is_and_how_it_is_deleted() {
    let text = page("environment-kept", || {
        pages::environment::page(samples::environment(EnvironmentState::Terminated), false)
    });
    assert!(text.contains("The home directories were kept.") && text.contains("fs-0123456789abcdef0"));
    assert!(text.contains("aws efs delete-file-system --region eu-west-1 --file-system-id fs-0123456789abcdef0"));
    assert!(text.contains("is scheduled for deletion") && !text.contains("It has its mount targets still"));
    let mut it = samples::environment(EnvironmentState::Terminated);
    it.kept_homes[0].attached = true;
    it.kept_homes[0].kms_key = None;
    let attached = page("environment-kept-attached", move || pages::environment::page(it, false));
    assert!(attached.contains("It has its mount targets still") && !attached.contains("Encrypted with"));
    let mut it = samples::environment(EnvironmentState::Terminated);
    it.kept_homes.clear();
    let none = page("environment-kept-none", move || pages::environment::page(it, false));
    assert!(!none.contains("The home directories were kept."));
}

#[test]
fn each_step_of_a_termination_is_shown_while_it_goes_on() {
    let labels = [
        "Check the termination again",
        "Delete apps and spaces",
        "Start the termination",
        "Delete the resources in AWS",
        "Delete mount targets and security groups",
        "Delete the home file system",
    ];
    let mut it = samples::environment(EnvironmentState::Terminating);
    let steps = labels.into_iter().enumerate().map(|(n, label)| match n {
        0..4 => samples::step(label, StepStatus::Done, &[]),
        4 => samples::step(label, StepStatus::Running, &["3 mount targets and security groups are left"]),
        _ => samples::step(label, StepStatus::Waiting, &[]),
    });
    let steps = steps.collect();
    it.progress.operation.as_mut().unwrap().steps = steps;
    let text = page("environment-homes-go", move || pages::environment::page(it, false));
    // The step that is at work is told above the list as well.
    let (_, mut rest) = text.split_once(labels[0]).unwrap();
    for label in &labels[1..] {
        rest = rest.split_once(label).unwrap_or_else(|| panic!("{label} is not shown in its place")).1;
    }
    assert!(text.contains("3 mount targets and security groups are left"));
}

#[test]
fn the_end_of_a_lease_is_told_with_what_it_keeps() {
    for standing in [LeaseStanding::EndsSoon, LeaseStanding::Ended { terminates_at: samples::at(60) }] {
        let with = form(|it| it.lease.standing = standing);
        assert!(
            with.contains("with all that is in it") && with.contains(" Its home directories are kept."),
            "{standing:?}"
        );
        let without = form(|it| {
            it.lease.standing = standing;
            it.home_choice = None;
        });
        assert!(
            without.contains("with all that is in it") && !without.contains("home directories are kept"),
            "{standing:?}"
        );
    }
}
