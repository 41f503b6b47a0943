//! `studiogate blueprint`: the organization as a file that lives in a repository.

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use control_plane::{Caller, ControlPlane, Deps};
use domain::blueprint::{BlueprintPlan, OrganizationBlueprint, OrganizationStep};
use domain::guardrail::Finding;
use domain::organization::ChangeState;
use serde::Serialize;

use super::files;
use super::terminal::{LOOK, PENDING, WRONG, complain, confirmed, one_line, refuse, refuse_file, say, told};
use crate::cli::{BlueprintArguments, BlueprintCommand, Format};
use crate::config::Config;

pub(super) async fn run(config: &Config, command: &BlueprintCommand) -> Result<ExitCode> {
    let deps = Deps::system();
    let store = super::serve::connect(config).await?;
    let aws = aws::Aws::load(config.aws.config(Arc::clone(&deps.clock))?).await;
    let plane = ControlPlane::new(store, aws, config.settings()?, deps)?;
    let (BlueprintCommand::Plan(arguments) | BlueprintCommand::Apply { plan: arguments, .. }) = command;
    let caller = plane.caller_by_email(&arguments.person).await.map_err(told)?;
    if !plane.mirror_organization_now().await? {
        bail!("the organization could not be read: studiogate doctor says more");
    }
    let code = match command {
        BlueprintCommand::Plan(it) => print_plan(&plane, &caller, it).await?,
        BlueprintCommand::Apply { plan, yes } => {
            apply(&plane, &caller, plan, *yes, async || tokio::time::sleep(LOOK).await).await?
        }
    };
    plane.close().await;
    Ok(ExitCode::from(code))
}

/// Reads a blueprint and the documents beside it; `Err` says what is wrong with it.
pub fn read(file: &Path) -> Result<Result<OrganizationBlueprint, String>> {
    let text = files::text(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let folder = file.parent().unwrap_or_else(|| Path::new(""));
    let document = |path: &str| {
        let unread = |error: io::Error| format!("cannot be read: {error}");
        let found = files::below(folder, path).map_err(unread)?;
        let found = found.ok_or_else(|| "is no file in the folder of the blueprint".to_owned())?;
        files::text(&found).map_err(unread)
    };
    Ok(blueprints::organization::read(&text, document)
        .map_err(|wrong| format!("{}:{}:{}: {}", file.display(), wrong.line, wrong.column, wrong.message)))
}

/// One line of a plan, for programs.
#[derive(Serialize)]
struct Line<'a> {
    step: &'a str,
    says: String,
    /// It may allow what was forbidden.
    may_allow_more: bool,
    /// What is legal in its policy and most likely not meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Finding>,
}

async fn print_plan(plane: &ControlPlane, caller: &Caller, options: &BlueprintArguments) -> Result<u8> {
    let blueprint = match read(&options.file)? {
        Ok(blueprint) => blueprint,
        Err(wrong) => return Ok(refuse(&[wrong])),
    };
    let plan = plane.plan_blueprint(caller, &blueprint).await.map_err(told)?;
    if !plan.mistakes.is_empty() {
        return Ok(refuse_file(&options.file, &plan.mistakes));
    }
    match options.format {
        Format::Json => {
            let line = |it: &OrganizationStep| Line {
                step: it.as_str(),
                says: it.to_string(),
                may_allow_more: it.loosens(),
                findings: it.findings(),
            };
            let lines: Vec<Line<'_>> = plan.steps.iter().map(line).collect();
            say(&serde_json::to_string_pretty(&lines)?);
        }
        Format::Text => tell(&plan),
    }
    Ok(if plan.steps.is_empty() { 0 } else { PENDING })
}

fn tell(plan: &BlueprintPlan) {
    for it in &plan.steps {
        say(&one_line(&format!("{it}{}", if it.loosens() { " (may allow more)" } else { "" })));
        for finding in it.findings() {
            say(&format!("    most likely not meant: {}", finding.message));
        }
    }
    for it in &plan.stays {
        say(&one_line(&format!("stays, though it is not in the blueprint: {it}")));
    }
    for it in &plan.notices {
        say(&one_line(&format!("to be looked at: {it}")));
    }
    match plan.steps.len() {
        0 => say("The organization is as the blueprint says."),
        1 => say("1 step."),
        n => say(&format!("{n} steps.")),
    }
}

/// Has the plan carried out by an operation, and follows it. `wait`: between two looks.
pub async fn apply(
    plane: &ControlPlane,
    caller: &Caller,
    options: &BlueprintArguments,
    yes: bool,
    mut wait: impl AsyncFnMut(),
) -> Result<u8> {
    let blueprint = match read(&options.file)? {
        Ok(blueprint) => blueprint,
        Err(wrong) => return Ok(refuse(&[wrong])),
    };
    let plan = plane.plan_blueprint(caller, &blueprint).await.map_err(told)?;
    if !plan.mistakes.is_empty() {
        return Ok(refuse_file(&options.file, &plan.mistakes));
    }
    tell(&plan);
    if plan.steps.is_empty() {
        return Ok(0);
    }
    if !yes && !confirmed()? {
        say("Nothing was changed.");
        return Ok(PENDING);
    }
    let text = blueprints::organization::write(&blueprint)?;
    let id = plane.apply_blueprint(caller, &text, &plan.fingerprint()).await.map_err(told)?;
    let mut said = 0;
    loop {
        // A portal that runs beside this works on it too: whoever is first has it.
        plane.tick().await?;
        let it = plane.applied_blueprint(caller, &id).await.map_err(told)?;
        for step in &it.made[said..] {
            say(&format!("done: {step}"));
        }
        said = it.made.len();
        match it.state {
            ChangeState::Applying => wait().await,
            ChangeState::Applied => {
                say("The organization is as the blueprint says.");
                return Ok(0);
            }
            ChangeState::Failed => {
                if let Some(problem) = it.problem {
                    complain(&format!("{} {} {}", problem.what, problem.why, problem.next));
                }
                return Ok(WRONG);
            }
        }
    }
}
